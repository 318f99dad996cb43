// Result<T>: a value, or the Error that says why there is none.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace session_exporter {

template <typename T>
using Result = tl::expected<T, Error>;

// Fail(ErrorKind::kHttp, "{} answered {}", host, status) converts to any Result.
template <typename... Args>
tl::unexpected<Error> Fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error(kind, fmt::format(format, std::forward<Args>(args)...)));
}

// Passes an error on, with what was being done in front of its message.
template <typename... Args>
tl::unexpected<Error> Annotate(Error error, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(
      std::move(error).Within(fmt::format(format, std::forward<Args>(args)...)));
}

}  // namespace session_exporter

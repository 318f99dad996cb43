// The headers of a request in the form that libcurl takes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

struct curl_slist;

namespace session_exporter {

// Wipes: headers hold secrets.
struct HeaderListDeleter {
  void operator()(curl_slist* list) const;
};
using HeaderList = std::unique_ptr<curl_slist, HeaderListDeleter>;

using Headers = std::vector<std::pair<std::string, Secret>>;

// Names are compared without case.
bool HasHeader(const Headers& headers, std::string_view name);

// kConfig for a name that is not a token and for a value with a line break or a NUL, which would
// start a header or a request of its own. The message names the header, never its value.
Result<void> AppendHeader(HeaderList& list, std::string_view name, const Secret& value);

// For lines of libcurl's own: "Name: value", "Name:" to leave out one of its own.
void AppendLine(HeaderList& list, const std::string& line);

}  // namespace session_exporter

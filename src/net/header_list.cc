#include "net/header_list.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <curl/curl.h>
#include <strings.h>

namespace session_exporter {
namespace {

// RFC 9110, 5.6.2.
bool IsToken(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace

void HeaderListDeleter::operator()(curl_slist* list) const {
  for (curl_slist* item = list; item != nullptr; item = item->next) {
    explicit_bzero(item->data, std::strlen(item->data));
  }
  curl_slist_free_all(list);
}

bool HasHeader(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first.size() == name.size() &&
           strncasecmp(header.first.data(), name.data(), name.size()) == 0;
  });
}

Result<void> AppendHeader(HeaderList& list, std::string_view name, const Secret& value) {
  if (!IsToken(name)) return Fail(ErrorKind::kConfig, "a header's name is not a valid one");
  if (value.Reveal().find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return Fail(ErrorKind::kConfig, "the value of header {} holds a line break", name);
  }
  // "Name;" is how libcurl is told to send an empty value; "Name:" would remove the header.
  const std::string_view separator = value.empty() ? ";" : ": ";
  std::string line;
  line.reserve(name.size() + separator.size() + value.Reveal().size());
  line.append(name).append(separator).append(value.Reveal());
  AppendLine(list, line);
  explicit_bzero(line.data(), line.size());
  return {};
}

void AppendLine(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

}  // namespace session_exporter

#include "net/head_reader.h"

#include <algorithm>
#include <charconv>

#include "base/timestamp.h"

namespace session_exporter {
namespace {

// libcurl stops at 300 KiB, with the code of a broken connection.
constexpr std::size_t kMaxHeadBytes = 128U << 10U;

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return LowerCase(c); });
  return lower;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// libcurl decodes whatever it was built with (brotli, zstd, several layers of gzip), offered or
// not.
bool EncodingOffered(std::string_view name, std::string_view value) {
  const std::string encoding = LowerCase(value);
  if (encoding.empty() || encoding == "identity") return true;
  if (name == "content-encoding") return encoding == "gzip" || encoding == "x-gzip";
  return encoding == "chunked";
}

}  // namespace

Result<bool> HeadReader::ReadLine(std::string_view line) {
  if (complete_) return true;
  bytes_ += line.size();
  if (bytes_ > kMaxHeadBytes) {
    return Fail(ErrorKind::kProtocol, "the answer's head is larger than {} bytes", kMaxHeadBytes);
  }
  if (line.starts_with("HTTP/")) {
    ReadStatus(line);
    return false;
  }
  if (line == "\r\n" || line == "\n" || line.empty()) {
    if (head_.status >= 200) {
      head_.date = ParseHttpDate(head_.Header("date"));
      complete_ = true;
    }
    return complete_;
  }
  return ReadHeader(line);
}

void HeadReader::ReadStatus(std::string_view line) {
  head_ = HttpHead{};
  last_name_.clear();
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return;
  const std::string_view rest = Trim(line.substr(space));
  // libcurl has checked that three digits are there.
  std::from_chars(rest.data(), rest.data() + rest.size(), head_.status);
}

Result<bool> HeadReader::ReadHeader(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {  // obsolete folding: more of the last value
    if (!last_name_.empty()) head_.headers[last_name_].append(" ").append(Trim(line));
    return false;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  last_name_ = LowerCase(Trim(line.substr(0, colon)));
  std::string_view value = Trim(line.substr(colon + 1));
  if ((last_name_ == "content-encoding" || last_name_ == "transfer-encoding") &&
      !EncodingOffered(last_name_, value)) {
    return Fail(ErrorKind::kProtocol, "the answer's {} is not one that was offered", last_name_);
  }
  head_.headers[last_name_] = value;
  return false;
}

}  // namespace session_exporter

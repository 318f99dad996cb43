#include "server/header_scanner.h"

#include <cctype>

namespace session_exporter {
namespace {

constexpr std::size_t kVersionSize = std::string_view("HTTP/1.1").size();

bool IsTokenByte(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return value < 0x80 && (std::isalnum(value) != 0 || kMarks.find(byte) != std::string_view::npos);
}

bool IsControl(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x20 || value == 0x7F;
}

bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }

}  // namespace

HeaderScanner::Found HeaderScanner::Scan(std::string_view unread) {
  while (position_ < unread.size()) {
    if (position_ >= header_limit_) return Refuse(431, "header too large");
    const char byte = unread[position_++];
    Found found = Found::kMore;
    if (byte == '\n') {
      if (!after_cr_) return Refuse(400, "line feed without carriage return");
      after_cr_ = false;
      found = EndLine(unread);
    } else if (after_cr_) {
      return Refuse(400, "carriage return without line feed");
    } else if (byte == '\r') {
      after_cr_ = true;
    } else {
      found = CheckByte(byte);
    }
    if (found != Found::kMore) return found;
  }
  return Found::kMore;
}

HeaderScanner::Found HeaderScanner::Refuse(int status, std::string_view reason) {
  refusal_ = {status, std::string(reason)};
  return Found::kRefused;
}

HeaderScanner::Found HeaderScanner::CheckByte(char byte) {
  const bool field_line = part_ == Part::kFields;
  if (IsControl(byte) && !(field_line && byte == '\t')) {
    // The first byte of a TLS ClientHello is one, so that https to a plain port is told at once.
    return Refuse(400, "control character in the header");
  }
  if (!field_line) return CheckRequestLineByte(byte);
  if (position_ - 1 == line_start_ && (byte == ' ' || byte == '\t')) {
    return Refuse(400, "folded header line");
  }
  return Found::kMore;
}

HeaderScanner::Found HeaderScanner::CheckRequestLineByte(char byte) {
  if (byte == ' ') return NextPart();
  ++part_size_;
  switch (part_) {
    case Part::kMethod:
      if (!IsTokenByte(byte)) return Refuse(400, "malformed method");
      break;
    case Part::kTarget:
      if (static_cast<unsigned char>(byte) >= 0x80) return Refuse(400, "malformed target");
      if (part_size_ > target_limit_) return Refuse(414, "target too long");
      break;
    case Part::kVersion:
      if (part_size_ > kVersionSize) return Refuse(400, "malformed HTTP version");
      break;
    case Part::kFields:
      break;
  }
  return Found::kMore;
}

HeaderScanner::Found HeaderScanner::NextPart() {
  if (part_size_ == 0 || part_ == Part::kVersion) return Refuse(400, "malformed request line");
  part_ = part_ == Part::kMethod ? Part::kTarget : Part::kVersion;
  part_size_ = 0;
  return Found::kMore;
}

HeaderScanner::Found HeaderScanner::EndLine(std::string_view unread) {
  const std::string_view line = unread.substr(line_start_, position_ - 2 - line_start_);
  line_start_ = position_;
  if (part_ == Part::kFields) return line.empty() ? Found::kHeader : Found::kMore;
  if (line.empty() && begin_ == 0) {
    begin_ = position_;
    return Found::kMore;
  }
  if (part_ != Part::kVersion) return Refuse(400, "malformed request line");
  part_ = Part::kFields;
  return CheckVersion(line);
}

HeaderScanner::Found HeaderScanner::CheckVersion(std::string_view line) {
  if (line == "PRI * HTTP/2.0") return Refuse(400, "HTTP/2 is not served here");
  const std::string_view version = line.substr(line.size() - part_size_);
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return Found::kMore;
  if (version.size() == kVersionSize && version.starts_with("HTTP/") && IsDigit(version[5]) &&
      version[6] == '.' && IsDigit(version[7])) {
    return Refuse(505, "HTTP version not supported");
  }
  return Refuse(400, "malformed HTTP version");
}

}  // namespace session_exporter

#include "net/url.h"

#include <algorithm>
#include <memory>

#include <curl/curl.h>

namespace session_exporter {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
  return text;
}

}  // namespace

Result<UrlParts> SplitUrl(const std::string& url) {
  // libcurl also takes "https:/host" and "host".
  const auto authority = url.find("://") + 3;
  if (authority < 3) return Fail(ErrorKind::kConfig, "the URL names no scheme");
  const std::unique_ptr<CURLU, UrlDeleter> handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_PATH_AS_IS) != 0) {
    return Fail(ErrorKind::kConfig, "the URL is not valid");
  }
  UrlParts parts;
  parts.scheme = Part(handle.get(), CURLUPART_SCHEME);
  if (parts.scheme != "http" && parts.scheme != "https") {
    return Fail(ErrorKind::kConfig, "the URL's scheme is neither http nor https");
  }
  parts.host = Part(handle.get(), CURLUPART_HOST);
  parts.port = Part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const std::string named_port = Part(handle.get(), CURLUPART_PORT);
  parts.host_header = named_port.empty() ? parts.host : parts.host + ":" + named_port;
  parts.shown = parts.scheme + "://" + parts.host_header + Part(handle.get(), CURLUPART_PATH);
  const auto rest = std::min(url.find_first_of("/?#", authority), url.size());
  const auto at = url.substr(0, rest).rfind('@');
  if (at != std::string::npos) parts.user_info = url.substr(authority, at + 1 - authority);
  parts.rest = url.substr(rest);
  return parts;
}

}  // namespace session_exporter

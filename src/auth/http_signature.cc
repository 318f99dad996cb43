#include "auth/http_signature.h"

#include <algorithm>
#include <utility>

#include "auth/digest.h"
#include "base/timestamp.h"
#include "net/url.h"

namespace session_exporter {
namespace {

constexpr std::string_view kSignedHeaders = "(request-target) date host content-type digest";

std::string_view HeaderOf(const HttpRequest& request, std::string_view name) {
  const auto found = std::find_if(request.headers.begin(), request.headers.end(),
                                  [name](const auto& header) { return header.first == name; });
  return found == request.headers.end() ? std::string_view() : found->second.Reveal();
}

std::string_view MethodWord(HttpMethod method) {
  if (method == HttpMethod::kGet) return "get";
  return method == HttpMethod::kPost ? "post" : "put";
}

std::string DigestHeader(const HttpRequest& request) {
  return "SHA-256=" + Base64(Sha256(request.body.Reveal()));
}

std::string_view AlgorithmOf(const PrivateKey& key) {
  return key.kind() == PrivateKey::Kind::kRsa ? "rsa-sha256" : "hs2019";
}

}  // namespace

Result<std::string> HttpSignatureText(const HttpRequest& request, std::string_view date) {
  const auto url = SplitUrl(request.url);
  if (!url) return tl::unexpected(url.error());
  // With a path but without one to write libcurl sends a slash.
  const std::string_view slash = url->rest.starts_with('/') ? "" : "/";
  return fmt::format("(request-target): {} {}{}\ndate: {}\nhost: {}\ncontent-type: {}\ndigest: {}",
                     MethodWord(request.method), slash, url->rest, date, url->host_header,
                     HeaderOf(request, "Content-Type"), DigestHeader(request));
}

Result<void> SignHttpRequest(HttpRequest& request, std::string_view key_id, const PrivateKey& key,
                             Timestamp now) {
  const std::string date = FormatHttpDate(now);
  const auto text = HttpSignatureText(request, date);
  if (!text) return tl::unexpected(text.error());
  const auto signature = key.Sign(*text);
  if (!signature) return tl::unexpected(signature.error());
  const auto add = [&request](std::string name, std::string value) {
    request.headers.emplace_back(std::move(name), Secret(std::move(value)));
  };
  add("Digest", DigestHeader(request));
  add("Authorization",
      fmt::format("Signature keyId=\"{}\",algorithm=\"{}\",headers=\"{}\",signature=\"{}\"", key_id,
                  AlgorithmOf(key), kSignedHeaders, *signature));
  add("Date", date);
  // What libcurl would send by itself, written out so that the two cannot differ.
  add("Host", SplitUrl(request.url)->host_header);
  return {};
}

}  // namespace session_exporter

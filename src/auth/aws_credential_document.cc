#include "auth/aws_credential_document.h"

#include <algorithm>
#include <utility>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "json/list_reader.h"

namespace session_exporter {
namespace {

enum Member : std::size_t {
  kAccessKeyId,
  kSecretAccessKey,
  kToken,
  kSessionToken,
  kExpiration,
  kAccountId,
  kCode,
  kVersion,
};

constexpr std::size_t kMostBytes = 64U << 10U;

// Fit for a header: a line break would be another one.
bool IsKeyText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view TextOf(const JsonValue& value) {
  return value.type == JsonType::kString ? value.text : std::string_view();
}

}  // namespace

Result<void> CheckAwsCredentials(const AwsCredentials& credentials) {
  const std::pair<std::string_view, std::string_view> required[] = {
      {"access key id", credentials.access_key_id},
      {"secret access key", credentials.secret_access_key.Reveal()}};
  for (const auto& [name, text] : required) {
    if (text.empty()) return Fail(ErrorKind::kProtocol, "there is no {}", name);
  }
  // These two end the id in an Authorization header.
  const bool is_id = IsKeyText(credentials.access_key_id) &&
                     credentials.access_key_id.find_first_of("/,") == std::string::npos;
  if (!is_id || !IsKeyText(credentials.secret_access_key.Reveal()) ||
      !IsKeyText(credentials.session_token.Reveal())) {
    return Fail(ErrorKind::kProtocol,
                "the {} has a blank, a line break or another character that none has",
                !is_id                                          ? "access key id"
                : IsKeyText(credentials.session_token.Reveal()) ? "secret access key"
                                                                : "session token");
  }
  return {};
}

Result<AwsCredentialDocument> ReadAwsCredentialDocument(std::string_view json, TokenName name) {
  const FieldSchema nothing{};
  ListReader reader({"",
                     {"AccessKeyId", "SecretAccessKey", "Token", "SessionToken", "Expiration",
                      "AccountId", "Code", "Version"}},
                    nothing, [](Fields&) { return Result<void>(); });
  auto read = reader.Feed(json);
  if (read) read = reader.Finish();
  if (!read) return Fail(ErrorKind::kProtocol, "the credentials are not the JSON expected");
  const std::string_view code = TextOf(reader.member(kCode));
  if (!code.empty() && code != "Success") {
    constexpr std::size_t kLongestShown = 60;
    return Fail(ErrorKind::kAuth, "there are none: {}", CleanText(code, kLongestShown));
  }
  const bool is_program = name == TokenName::kSessionToken;
  const JsonValue& version = reader.member(kVersion);
  if (is_program && (version.type != JsonType::kNumber || version.number != 1)) {
    return Fail(ErrorKind::kProtocol, "the credentials are not of \"Version\": 1");
  }
  AwsCredentialDocument document;
  document.credentials = {
      std::string(TextOf(reader.member(kAccessKeyId))),
      Secret(std::string(TextOf(reader.member(kSecretAccessKey)))),
      Secret(std::string(TextOf(reader.member(is_program ? kSessionToken : kToken)))),
      std::string(TextOf(reader.member(kAccountId)))};
  if (auto checked = CheckAwsCredentials(document.credentials); !checked) {
    return tl::unexpected(std::move(checked).error());
  }
  const JsonType expiration_type = reader.member(kExpiration).type;
  if (expiration_type != JsonType::kMissing && expiration_type != JsonType::kNull) {
    document.expiration = ParseTimestamp(TextOf(reader.member(kExpiration)));
    if (!document.expiration) return Fail(ErrorKind::kProtocol, "the Expiration is no date");
  }
  return document;
}

FetchedAwsCredentials LivingUntil(AwsCredentialDocument document, Timestamp now,
                                  std::chrono::steady_clock::duration unstated) {
  // An end in the far future or past would overflow the steady clock's nanoseconds.
  constexpr std::chrono::hours kLongest{24 * 7};
  std::chrono::steady_clock::duration left = unstated;
  if (document.expiration) {
    left = std::clamp<Microseconds>(*document.expiration - now, -kLongest, kLongest);
  }
  return {std::move(document.credentials), left};
}

Result<AwsAnswer> SendForAnswer(HttpClient& http, HttpRequest request, RequestContext context) {
  context.max_body_bytes = kMostBytes;
  const auto exchange = http.Send(std::move(request), context);
  const auto head = exchange->Head();
  if (!head) return tl::unexpected(head.error());
  std::string body;
  body.reserve(kMostBytes);  // so that growing leaves no copies of a secret
  while (true) {
    const auto piece = exchange->ReadBody();
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) return AwsAnswer{**head, Secret(std::move(body))};
    body.append(piece->data(), piece->size());
  }
}

}  // namespace session_exporter

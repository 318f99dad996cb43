#include "auth/oauth2.h"

#include <algorithm>
#include <cmath>

#include "auth/digest.h"
#include "json/list_reader.h"
#include "net/percent_encoding.h"

namespace session_exporter {
namespace {

enum Member : std::size_t { kAccessToken, kExpiresIn, kTokenType, kError };

constexpr std::chrono::minutes kUnstatedLifetime{1};
// Some services issue tokens that last for ever; asking once a day costs nothing.
constexpr std::chrono::hours kLongestLifetime{24};

bool IsHeaderText(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::chrono::steady_clock::duration LifetimeOf(const JsonValue& expires_in) {
  if (expires_in.type != JsonType::kNumber || std::isnan(expires_in.number)) {
    return kUnstatedLifetime;
  }
  const double most = std::chrono::duration<double>(kLongestLifetime).count();
  const std::chrono::duration<double> seconds(std::clamp(expires_in.number, 0.0, most));
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(seconds);
}

// The error's word: RFC 6749, 5.2, has a fixed set of them. Anything else could repeat what we
// sent.
std::string_view WordOf(const JsonValue& error, const Secret& sent) {
  constexpr std::size_t kLongest = 60;
  if (error.type != JsonType::kString || error.text.size() > kLongest) return {};
  const bool is_word = std::all_of(error.text.begin(), error.text.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  const bool repeats = sent.Reveal().find(error.text) != std::string_view::npos;
  return is_word && !repeats ? error.text : std::string_view();
}

// A refused client may come as 400 or 401.
Error Refusal(int status, std::string_view word) {
  const bool refused = status == 401 || word == "invalid_client" || word == "unauthorized_client" ||
                       word == "invalid_grant";
  const ErrorKind kind = refused         ? ErrorKind::kAuth
                         : status == 403 ? ErrorKind::kPermission
                         : status == 429 ? ErrorKind::kRateLimited
                                         : ErrorKind::kHttp;
  return {kind, fmt::format("HTTP {}{}{}{}", status, word.empty() ? "" : " ", word,
                            refused ? ": the client was refused; check oauth2.client_id and its "
                                      "secret, and whether the application is still enabled"
                                    : "")};
}

}  // namespace

std::string CacheKeyOf(const OAuth2Client& client) {
  return client.token_url + "\n" + client.client_id + "\n" +
         Hex(Sha256(client.client_secret.Reveal()));
}

Result<AccessTokens::Fetched> FetchAccessToken(HttpClient& http, const OAuth2Client& client,
                                               const RequestContext& context) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = client.token_url;
  request.headers.emplace_back("Content-Type", Secret("application/x-www-form-urlencoded"));
  request.headers.emplace_back("Accept", Secret("application/json"));
  request.body =
      Secret("grant_type=client_credentials&client_id=" + PercentEncode(client.client_id) +
             "&client_secret=" + PercentEncode(client.client_secret.Reveal()));
  const auto exchange = http.Send(std::move(request), context);
  const auto head = exchange->Head();
  if (!head) return tl::unexpected(head.error());
  const FieldSchema nothing{};
  ListReader reader({"", {"access_token", "expires_in", "token_type", "error"}}, nothing,
                    [](Fields&) { return Result<void>(); });
  auto read = FeedBody(*exchange, reader);
  if (read) read = reader.Finish();
  if ((*head)->status != 200)
    return tl::unexpected(
        Refusal((*head)->status, WordOf(reader.member(kError), client.client_secret)));
  if (!read) return tl::unexpected(read.error());
  const JsonValue& token = reader.member(kAccessToken);
  if (token.type != JsonType::kString || !IsHeaderText(token.text)) {
    return Fail(ErrorKind::kProtocol, "the answer has no access_token");
  }
  return AccessTokens::Fetched{Secret(std::string(token.text)),
                               LifetimeOf(reader.member(kExpiresIn))};
}

}  // namespace session_exporter

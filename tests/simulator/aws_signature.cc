#include "simulator/aws_signature.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "simulator/faults.h"

namespace simulator {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(byte));
  }
  return hex;
}

std::string Hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// Without dot segments and doubled slashes, then encoded: what is sent encoded is encoded again.
std::string CanonicalPath(std::string_view sent) {
  std::vector<std::string> kept;
  for (std::string& part : Split(sent, '/')) {
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!part.empty() && part != ".") {
      kept.push_back(std::move(part));
    }
  }
  std::string path = "/" + fmt::format("{}", fmt::join(kept, "/"));
  if (path.size() > 1 && (sent.ends_with('/') || sent.ends_with("/.") || sent.ends_with("/.."))) {
    path += '/';
  }
  return UriEncode(path, true);
}

std::string CanonicalQuery(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& part : Split(query, '&')) {
    const std::size_t equals = std::min(part.find('='), part.size());
    pairs.emplace_back(
        UriEncode(PercentDecode(std::string_view(part).substr(0, equals)), false),
        equals < part.size()
            ? UriEncode(PercentDecode(std::string_view(part).substr(equals + 1)), false)
            : std::string());
  }
  std::sort(pairs.begin(), pairs.end());
  std::string canonical;
  for (const auto& [name, value] : pairs) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(name).append("=").append(value);
  }
  return canonical;
}

// Trimmed, and with runs of spaces made one.
std::string CanonicalValue(std::string_view value) {
  std::string canonical;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) {
      canonical += c;
    } else if (!canonical.empty() && canonical.back() != ' ') {
      canonical += ' ';
    }
  }
  if (canonical.ends_with(' ')) canonical.pop_back();
  return canonical;
}

std::string CanonicalHeader(const Headers& headers, const std::string& name) {
  std::string values;
  bool first = true;
  for (const auto& [key, value] : headers) {
    if (Lower(key) != name) continue;
    values += (first ? "" : ",") + CanonicalValue(value);
    first = false;
  }
  return name + ":" + values + "\n";
}

// The parts after the algorithm: `Name=value`, separated by commas.
std::string Parameter(std::string_view header, std::string_view name) {
  for (const std::string& part :
       Split(header.substr(std::min(kAlgorithm.size(), header.size())), ',')) {
    const std::string trimmed = CanonicalValue(part);
    if (trimmed.starts_with(name) && trimmed.size() > name.size() && trimmed[name.size()] == '=') {
      return trimmed.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return Hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string UriEncode(std::string_view text, bool keep_slash) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte < 0x80 && std::isalnum(byte) != 0) || c == '-' || c == '.' ||
                       c == '_' || c == '~' || (keep_slash && c == '/');
    if (plain) {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", byte);
    }
  }
  return encoded;
}

std::optional<AwsAuthorization> ParseAuthorization(std::string_view header, std::string* error) {
  if (!header.starts_with(kAlgorithm)) {
    *error = fmt::format("Unsupported AWS 'algorithm': '{}'", header.substr(0, header.find(' ')));
    return std::nullopt;
  }
  AwsAuthorization parsed;
  const std::string credential = Parameter(header, "Credential");
  const std::string signed_headers = Parameter(header, "SignedHeaders");
  parsed.signature = Parameter(header, "Signature");
  error->clear();
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string_view>{"Credential", credential},
        {"Signature", parsed.signature},
        {"SignedHeaders", signed_headers}}) {
    if (value.empty())
      *error += fmt::format("Authorization header requires '{}' parameter. ", name);
  }
  if (!error->empty()) return std::nullopt;
  const std::vector<std::string> parts = Split(credential, '/');
  if (parts.size() != 5 || parts[4] != kTerminator) {
    *error = fmt::format(
        "Credential must have exactly 5 slash-delimited elements, e.g. "
        "keyid/date/region/service/term, got '{}'",
        credential);
    return std::nullopt;
  }
  parsed.key_id = parts[0];
  parsed.scope = {parts[1], parts[2], parts[3]};
  parsed.signed_headers = Split(signed_headers, ';');
  return parsed;
}

std::string CanonicalRequest(const Request& request,
                             const std::vector<std::string>& signed_headers) {
  // The path as sent, with a fault's prefix: it is what the client has signed.
  const std::string_view target = request.target;
  std::string headers;
  for (const std::string& name : signed_headers) headers += CanonicalHeader(request.headers, name);
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method,
                     CanonicalPath(target.substr(0, target.find('?'))),
                     CanonicalQuery(request.query), headers, fmt::join(signed_headers, ";"),
                     Sha256Hex(request.body));
}

std::string StringToSign(std::string_view time, const SigningScope& scope,
                         std::string_view canonical_request) {
  return fmt::format("{}\n{}\n{}/{}/{}/{}\n{}", kAlgorithm, time, scope.date, scope.region,
                     scope.service, kTerminator, Sha256Hex(canonical_request));
}

std::string Signature(std::string_view secret, const SigningScope& scope,
                      std::string_view string_to_sign) {
  const std::string of_date = Hmac("AWS4" + std::string(secret), scope.date);
  const std::string of_service = Hmac(Hmac(of_date, scope.region), scope.service);
  return Hex(Hmac(Hmac(of_service, kTerminator), string_to_sign));
}

}  // namespace simulator

#include "simulator/intersight_signature.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "simulator/base64.h"
#include "simulator/http_signature.h"

namespace simulator {
namespace {

using SystemTime = std::chrono::system_clock::time_point;

// IMF-fixdate. Go's time.RFC1123 ends in "UTC", and a client that signs so is known to work.
std::optional<SystemTime> ParseHttpDate(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (!text.ends_with(" GMT") && !text.ends_with(" UTC")) return std::nullopt;
  std::array<char, 4> month_name{};
  unsigned day = 0;
  int year = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(std::string(text).c_str(), "%*3[A-Za-z], %2u %3s %4d %2d:%2d:%2d", &day,
                  month_name.data(), &year, &hour, &minute, &second) != 6) {
    return std::nullopt;
  }
  const auto month = std::find(kMonths.begin(), kMonths.end(), month_name.data());
  const std::chrono::year_month_day date{
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return SystemTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

// Seconds since 1970, with a fraction as some clients write `expires`.
std::optional<double> ParseSeconds(const std::string& text) {
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(seconds)) return std::nullopt;
  return seconds;
}

std::string Digest(std::string_view body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  EVP_Digest(body.data(), body.size(), hash.data(), &size, EVP_sha256(), nullptr);
  return Base64({reinterpret_cast<const char*>(hash.data()), size});
}

bool IsDigestOf(std::string_view header, std::string_view body) {
  return header == "SHA-256=" + Digest(body) || header == "sha-256=" + Digest(body);
}

// Real clients sign no less than these, and the documentation asks for them.
std::optional<std::string> RefuseHeaders(const SignatureParameters& parameters) {
  const auto lists = [&](std::string_view name) {
    return std::find(parameters.headers.begin(), parameters.headers.end(), name) !=
           parameters.headers.end();
  };
  for (const std::string_view name : {"(request-target)", "host", "digest"}) {
    if (!lists(name)) return fmt::format("{} is not signed", name);
  }
  if (!lists("date") && !lists("(created)")) return "neither date nor (created) is signed";
  return std::nullopt;
}

std::optional<std::string> RefuseTimes(const Request& request,
                                       const SignatureParameters& parameters, SystemTime now,
                                       std::chrono::seconds window) {
  if (window.count() == 0) return std::nullopt;
  if (const std::string_view header = FindHeader(request.headers, "Date"); !header.empty()) {
    const auto date = ParseHttpDate(header);
    if (!date) return "the date is none";
    if (std::chrono::abs(now - *date) > window) return "the date is too far off";
  }
  const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  if (parameters.created) {
    const auto created = ParseSeconds(*parameters.created);
    if (!created) return "created is no time";
    if (std::abs(seconds - *created) > static_cast<double>(window.count())) {
      return "created is too far off";
    }
  }
  if (!parameters.expires) return std::nullopt;
  const auto expires = ParseSeconds(*parameters.expires);
  if (!expires) return "expires is no time";
  if (*expires < seconds) return "the signature has expired";
  return std::nullopt;
}

bool Verify(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  struct ContextFree {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD_CTX, ContextFree> context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

EVP_PKEY* ReadKey(const std::string& pem) {
  struct BioFree {
    void operator()(BIO* bio) const { BIO_free(bio); }
  };
  const auto open = [&] {
    return std::unique_ptr<BIO, BioFree>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  };
  if (EVP_PKEY* key = PEM_read_bio_PUBKEY(open().get(), nullptr, nullptr, nullptr)) return key;
  return PEM_read_bio_PrivateKey(open().get(), nullptr, nullptr, nullptr);
}

bool IsP256(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
         std::string_view(group.data()) == "prime256v1";
}

}  // namespace

void SignatureCheck::KeyFree::operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

SignatureCheck::SignatureCheck(const std::vector<IntersightKey>& keys) {
  for (const IntersightKey& key : keys) {
    std::unique_ptr<EVP_PKEY, KeyFree> read(ReadKey(key.pem));
    if (!read || (EVP_PKEY_is_a(read.get(), "RSA") != 1 && !IsP256(read.get()))) {
      throw std::invalid_argument("no RSA or P-256 key for Intersight key id " + key.id);
    }
    keys_[key.id] = std::move(read);
  }
}

SignatureCheck::~SignatureCheck() = default;

std::optional<std::string> SignatureCheck::Refuse(const Request& request, SystemTime now,
                                                  std::chrono::seconds window) const {
  std::string why;
  const auto parameters = ParseSignature(FindHeader(request.headers, "Authorization"), &why);
  if (!parameters) return why;
  const auto key = keys_.find(parameters->key_id);
  if (key == keys_.end()) return "unknown key id";
  const bool rsa = EVP_PKEY_is_a(key->second.get(), "RSA") == 1;
  if (parameters->algorithm != "hs2019" && !(rsa && parameters->algorithm == "rsa-sha256")) {
    return "the algorithm does not suit the key";
  }
  if (auto refusal = RefuseHeaders(*parameters)) return refusal;
  const auto text = SigningString(request, *parameters);
  if (!text) return "a signed header is missing";
  if (!IsDigestOf(FindHeader(request.headers, "Digest"), request.body)) {
    return "the digest is not that of the body";
  }
  if (auto refusal = RefuseTimes(request, *parameters, now, window)) return refusal;
  if (!Verify(key->second.get(), *text, parameters->signature)) return "the signature is wrong";
  return std::nullopt;
}

}  // namespace simulator

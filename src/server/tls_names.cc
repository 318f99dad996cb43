#include "server/tls_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <openssl/ssl.h>

namespace session_exporter {
namespace {

using Named = std::pair<std::string_view, std::string_view>;

constexpr std::array<std::pair<std::string_view, int>, 4> kVersions = {{
    {"TLS13", TLS1_3_VERSION},
    {"TLS12", TLS1_2_VERSION},
    {"TLS11", TLS1_1_VERSION},
    {"TLS10", TLS1_VERSION},
}};

// What tls.CipherSuites() of Go lists, and the four with RSA key exchange that it did until 1.22.
constexpr std::array kCiphers = {
    TlsCipher{"TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", true},
    TlsCipher{"TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", true},
    TlsCipher{"TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", true},
    TlsCipher{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    TlsCipher{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    TlsCipher{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    TlsCipher{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    TlsCipher{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    TlsCipher{"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    TlsCipher{"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    TlsCipher{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    TlsCipher{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    TlsCipher{"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    TlsCipher{"TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"},
    TlsCipher{"TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"},
    TlsCipher{"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"},
    TlsCipher{"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"},
};

constexpr std::array kCurves = {
    Named{"X25519", "X25519"},
    Named{"CurveP256", "P-256"},
    Named{"CurveP384", "P-384"},
    Named{"CurveP521", "P-521"},
    Named{"X25519MLKEM768", "X25519MLKEM768"},  // OpenSSL 3.5
};

template <typename Table, typename Name>
constexpr auto NamesOf(const Table& table, Name name) {
  std::array<std::string_view, std::tuple_size_v<Table>> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = name(table[i]);
  return names;
}

constexpr auto kVersionNames = NamesOf(kVersions, [](const auto& row) { return row.first; });
constexpr auto kCipherNames = NamesOf(kCiphers, [](const TlsCipher& row) { return row.name; });
constexpr auto kCurveNames = NamesOf(kCurves, [](const Named& row) { return row.first; });

// Names come out of the lists above, so they are found.
template <typename Names>
std::size_t IndexIn(const Names& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

std::span<const std::string_view> TlsVersionNames() { return kVersionNames; }
int TlsVersionOf(std::string_view name) {
  return kVersions.at(IndexIn(kVersionNames, name)).second;
}

std::span<const std::string_view> TlsCipherNames() { return kCipherNames; }
const TlsCipher& TlsCipherOf(std::string_view name) {
  return kCiphers.at(IndexIn(kCipherNames, name));
}

std::span<const std::string_view> TlsCurveNames() { return kCurveNames; }
std::string_view TlsCurveOf(std::string_view name) {
  return kCurves.at(IndexIn(kCurveNames, name)).second;
}

}  // namespace session_exporter

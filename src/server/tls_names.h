// The names of Go's crypto/tls, which a web-config file speaks, and what OpenSSL calls the same.
#pragma once

#include <span>
#include <string_view>

namespace session_exporter {

// "TLS12", "TLS13", ...: OpenSSL's number of the version.
std::span<const std::string_view> TlsVersionNames();
int TlsVersionOf(std::string_view name);

struct TlsCipher {
  std::string_view name;     // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  std::string_view openssl;  // ECDHE-RSA-AES128-GCM-SHA256
  bool tls13 = false;        // not for choosing: TLS 1.3 always offers all of its three
};
std::span<const std::string_view> TlsCipherNames();
const TlsCipher& TlsCipherOf(std::string_view name);

// "X25519", "CurveP256", ...: OpenSSL's name of the group.
std::span<const std::string_view> TlsCurveNames();
std::string_view TlsCurveOf(std::string_view name);

}  // namespace session_exporter

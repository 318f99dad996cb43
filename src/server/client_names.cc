#include "server/client_names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include <openssl/x509v3.h>

namespace session_exporter {
namespace {

std::string_view BytesOf(const ASN1_STRING* text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and unsigned char may alias
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The bytes of an address as a certificate has them, for comparing; empty when `text` is none.
std::string AddressBytes(const std::string& text) {
  std::array<char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), sizeof(in_addr)};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), bytes.size()};
  return {};
}

bool IsAllowed(const GENERAL_NAME& name, const std::vector<std::string>& allowed) {
  switch (name.type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI:
      return std::ranges::find(allowed, BytesOf(name.d.ia5)) != allowed.end();
    case GEN_IPADD:
      return std::ranges::any_of(allowed, [&](const std::string& text) {
        const std::string bytes = AddressBytes(text);
        return !bytes.empty() && bytes == BytesOf(name.d.iPAddress);
      });
    default:
      return false;
  }
}

}  // namespace

bool HasAllowedName(const X509* certificate, const std::vector<std::string>& allowed) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  if (names == nullptr) return false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (IsAllowed(*sk_GENERAL_NAME_value(names.get(), i), allowed)) return true;
  }
  return false;
}

}  // namespace session_exporter

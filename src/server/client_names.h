// The allow-list of a client's certificate.
#pragma once

#include <string>
#include <vector>

using X509 = struct x509_st;  // NOLINT(readability-identifier-naming): OpenSSL's name

namespace session_exporter {

// Whether one of the certificate's subject alternative names (DNS, e-mail, IP, URI) is exactly one
// of `allowed`; an IP address in any of its spellings. The common name does not count.
bool HasAllowedName(const X509* certificate, const std::vector<std::string>& allowed);

}  // namespace session_exporter

// Whether the TLS files of a target can be used, found out before its first request.
#pragma once

#include <string>

#include "config/configuration.h"

namespace session_exporter {

// What is wrong with each file, and what is accepted; empty when nothing is, or when there is none.
// Nothing of a file's text.
struct TlsFileProblems {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;  // also when it is not the key of a certificate that is right
};

// Loads the files as libcurl does on OpenSSL: what passes here, a connection can use.
TlsFileProblems CheckTlsFiles(const HttpConfig& http);

}  // namespace session_exporter

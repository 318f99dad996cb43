#include "backends/backend.h"

#include <utility>

#include "auth/tls_files.h"

namespace session_exporter {

void BackendFactory::CheckTls(Section& tls, const HttpConfig& http) const {
  TlsFileProblems problems = CheckTlsFiles(http);
  const auto report = [&tls](std::string_view key, std::string& problem) {
    if (!problem.empty()) tls.Problem(key, std::move(problem));
  };
  report("ca_file", problems.ca_file);
  report("cert_file", problems.cert_file);
  report("key_file", problems.key_file);
}

}  // namespace session_exporter

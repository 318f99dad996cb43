// http.tls_config of a target, whose files are read before the first request.
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "backends/registry.h"
#include "catch.h"
#include "config/loader.h"
#include "unit/net/certificates.h"

namespace session_exporter::testing {
namespace {

// The errors of a target with this tls_config; an unknown backend is one of them.
std::vector<std::string> ErrorsWith(const std::string& tls, std::string_view backend = "kasm") {
  const auto backends = AllBackends();
  const std::vector<const TargetFormat*> formats(backends.begin(), backends.end());
  const auto parsed = ParseConfiguration(
      fmt::format("targets:\n  - name: k\n    backend: {}\n    url: https://k\n    api_key: a\n"
                  "    api_key_secret: b\n    http:\n      tls_config:\n{}",
                  backend, tls),
      "c.yaml", formats, [](const std::string&) { return std::nullopt; });
  return parsed ? std::vector<std::string>() : parsed.error().Lines();
}

std::string Line(std::string_view key, const std::string& file) {
  return fmt::format("        {}: {}\n", key, file);
}

std::string EmptyFile(const Certificates& certificates) {
  std::string path = certificates.directory() + "/empty.pem";
  std::ofstream(path).flush();
  return path;
}

TEST_CASE("TLS files that can be used are accepted", "[tls_config]") {
  const Certificates certificates;
  const auto& pair = certificates.server();
  CHECK(ErrorsWith(Line("ca_file", certificates.ca_file()) + Line("cert_file", pair.cert_file) +
                   Line("key_file", pair.key_file))
            .empty());
}

TEST_CASE("each TLS file that holds something else is an error at its key", "[tls_config]") {
  const Certificates certificates;
  const bool empty = GENERATE(false, true);
  const std::string file = empty ? EmptyFile(certificates) : certificates.garbage_file();
  const auto lines =
      ErrorsWith(Line("ca_file", file) + Line("cert_file", file) + Line("key_file", file));
  REQUIRE(lines.size() == 3);
  constexpr std::string_view kPath = "targets[0].http.tls_config.";
  CHECK(
      lines[0].starts_with(fmt::format("c.yaml:9:18: {}ca_file: the file cannot be used", kPath)));
  CHECK(lines[1].starts_with(
      fmt::format("c.yaml:10:20: {}cert_file: the file cannot be used", kPath)));
  CHECK(lines[2].starts_with(
      fmt::format("c.yaml:11:19: {}key_file: the file cannot be used", kPath)));
  CHECK(lines[0].ends_with("expected PEM with \"-----BEGIN CERTIFICATE-----\""));
  CHECK(lines[2].ends_with("expected a private key as PEM, not encrypted"));
}

TEST_CASE("a key that is encrypted or not the certificate's is an error", "[tls_config]") {
  const Certificates certificates;
  const std::string certificate = Line("cert_file", certificates.server().cert_file);
  const auto encrypted =
      ErrorsWith(certificate + Line("key_file", certificates.encrypted_key_file()));
  REQUIRE(encrypted.size() == 1);
  CHECK(encrypted[0].ends_with("expected a private key as PEM, not encrypted"));
  const auto foreign =
      ErrorsWith(certificate + Line("key_file", certificates.other_name().key_file));
  REQUIRE(foreign.size() == 1);
  CHECK(foreign[0] ==
        "c.yaml:10:19: targets[0].http.tls_config.key_file: the key is not that of the certificate "
        "in cert_file");
}

TEST_CASE("TLS files are checked also of a target whose backend is not known", "[tls_config]") {
  const Certificates certificates;
  CHECK(ErrorsWith(Line("ca_file", certificates.garbage_file()), "nope").size() == 2);
}

}  // namespace
}  // namespace session_exporter::testing

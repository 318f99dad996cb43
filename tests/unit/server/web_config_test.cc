// The set of good and bad files that the exporter-toolkit is tested with (web/testdata there), by
// name and meaning; the contents, and what is said, are ours.
#include "server/web_config.h"

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "unit/net/certificates.h"

namespace session_exporter::test {
namespace {

using testing::Certificates;

constexpr std::string_view kHash = "$2y$04$NyUn4cHhLcFyC5nKUPJOAegFbXEx4aoA5oTvQBsnBWn/j1fIG5/gu";

std::string ReadAll(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// A block scalar of a PEM, under a key that is indented by two.
std::string Inline(const std::string& file) {
  std::string block = " |\n    ";
  for (const char c : ReadAll(file)) {
    block += c;
    if (c == '\n') block += "    ";
  }
  return block + "\n";
}

// Files relative to its folder: server.pem, server.key, ca.pem, other.pem, other.key, garbage.pem.
class Folder {
 public:
  tl::expected<WebConfig, ConfigErrors> Load(std::string_view yaml) {
    const std::string file = certificates_.directory() + "/web.yml";
    std::ofstream(file, std::ios::trunc) << yaml;
    WatchedFiles files;
    return LoadWebConfig(file, files);
  }
  // Every error, without the folder's name.
  std::string ErrorsOf(std::string_view yaml) {
    const auto loaded = Load(yaml);
    std::string text;
    if (loaded) return text;
    const std::string prefix = certificates_.directory() + "/";
    for (const std::string& line : loaded.error().Lines()) {
      text += (line.starts_with(prefix) ? line.substr(prefix.size()) : line) + "\n";
    }
    return text;
  }
  [[nodiscard]] const Certificates& certificates() const { return certificates_; }

 private:
  Certificates certificates_;
};

const std::string kTls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";

TEST_CASE("the toolkit's good files are accepted", "[web_config]") {
  struct Row {
    const char* name;
    std::string yaml;
    bool tls = true;
  };
  const std::string users = "basic_auth_users:\n  alice: " + std::string(kHash) + "\n";
  const auto row = GENERATE_COPY(values<Row>({
      {"empty", "", false},
      {"noAuth", kTls + "  client_auth_type: VerifyClientCertIfGiven\n"},
      {"noAuth.blocking", kTls + "  client_auth_type: RequireAndVerifyClientCert\n"},
      {"noAuth_allCiphers",
       kTls + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "
              "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "
              "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "
              "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256, "
              "TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256, "
              "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "
              "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "
              "TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_AES_256_CBC_SHA, "
              "TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_GCM_SHA384]\n"},
      {"noAuth_someCiphers", kTls + "  min_version: TLS12\n  max_version: TLS12\n  cipher_suites:\n"
                                    "    - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n"},
      {"noAuth_someCiphers_noOrder",
       kTls + "  prefer_server_cipher_suites: false\n  max_version: TLS12\n  cipher_suites:\n"
              "    - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n"},
      {"noAuth_allCurves",
       kTls + "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519, X25519MLKEM768]\n"},
      {"noAuth_someCurves", kTls + "  min_version: TLS13\n  curve_preferences: [CurveP521]\n"},
      {"noAuth_noHTTP2", kTls + "  max_version: TLS12\n  cipher_suites:\n"
                                "    - TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA\n"
                                "http_server_config:\n  http2: false\n"},
      {"tls_config_noAuth.requireanyclientcert",
       kTls + "  client_auth_type: RequireAnyClientCert\n  client_ca_file: ca.pem\n"},
      {"RequireClientCert, its former name", kTls + "  client_auth_type: RequireClientCert\n"},
      {"tls_config_noAuth.requireandverifyclientcert",
       kTls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"},
      {"auth_client_san", kTls + "  client_auth_type: RequireAndVerifyClientCert\n"
                                 "  client_ca_file: ca.pem\n"
                                 "  client_allowed_sans: [one, test3, 'spiffe://a/b', 10.0.0.1]\n"},
      {"headers",
       "http_server_config:\n  headers:\n    Content-Security-Policy: default-src 'self'\n"
       "    X-Frame-Options: deny\n    X-Content-Type-Options: nosniff\n"
       "    X-XSS-Protection: '1'\n    Strict-Transport-Security: max-age=31536000\n",
       false},
      {"users", kTls + users},
      {"users_noTLS", users, false},
      {"users_noTLS.authexcludedpaths", users + "auth_excluded_paths: [/-/healthy, /-/ready]\n",
       false},
      {"rate_limiter_nonblocking", "rate_limit:\n  interval: 0\n  burst: 0\n", false},
      {"rate_limiter_one_second", "rate_limit:\n  interval: 1s\n  burst: 1\n", false},
      {"blank values, as templates leave them",
       kTls + "  cert: ''\n  key: ''\n  client_ca: ''\n  client_ca_file: ''\n"
              "  client_auth_type: ''\n  cipher_suites:\n  client_allowed_sans:\n"
              "http_server_config:\n  headers:\n    X-Frame-Options: ''\n"
              "basic_auth_users:\nrate_limit:\n"},
  }));
  INFO(row.name);
  Folder folder;
  CHECK(folder.ErrorsOf(row.yaml).empty());
  const auto loaded = folder.Load(row.yaml);
  REQUIRE(loaded);
  CHECK((loaded->tls != nullptr) == row.tls);
}

TEST_CASE("certificate and key may be written inline", "[web_config]") {
  Folder folder;
  const auto& server = folder.certificates().server();
  const std::string inline_tls = "tls_server_config:\n  cert:" + Inline(server.cert_file) +
                                 "  key:" + Inline(server.key_file) +
                                 "  client_ca:" + Inline(folder.certificates().ca_file()) +
                                 "  client_auth_type: RequireAndVerifyClientCert\n";
  CHECK(folder.ErrorsOf(inline_tls).empty());
  CHECK(folder.Load(inline_tls)->tls != nullptr);
  const std::string mixed =
      "tls_server_config:\n  cert_file: server.pem\n  key:" + Inline(server.key_file);
  CHECK(folder.ErrorsOf(mixed).empty());
}

TEST_CASE("the toolkit's bad files are refused, each telling where and why", "[web_config]") {
  struct Row {
    const char* name;
    std::string yaml;
    const char* error;  // the beginning
  };
  const std::string verify = "  client_auth_type: RequireAndVerifyClientCert\n";
  const auto row = GENERATE_COPY(values<Row>({
      {"junk", "hogwash", "web.yml:1:1: expected a mapping with tls_server_config"},
      {"junk_key", kTls + "  cert_flie: x\n",
       "web.yml:4:3: tls_server_config.cert_flie: unknown key (did you mean \"cert_file\"?)"},
      {"an unknown section", "tls_config: {}\n", "web.yml:1:1: tls_config: unknown key"},
      {"noAuth_certPath_empty", "tls_server_config:\n  cert_file: ''\n  key_file: server.key\n",
       "web.yml:2:3: tls_server_config.cert: missing; expected cert or cert_file"},
      {"noAuth_cert_empty", "tls_server_config:\n  cert: ''\n  key_file: server.key\n",
       "web.yml:2:9: tls_server_config.cert: missing; expected cert or cert_file"},
      {"noAuth_keyPath_empty", "tls_server_config:\n  cert_file: server.pem\n  key_file: ''\n",
       "web.yml:2:3: tls_server_config.key: missing; expected key or key_file"},
      {"noAuth_key_empty", "tls_server_config:\n  cert_file: server.pem\n  key: ''\n",
       "web.yml:3:8: tls_server_config.key: missing; expected key or key_file"},
      {"noAuth_certPath_keyPath_empty", "tls_server_config:\n  cert_file: ''\n  key_file: ''\n",
       "web.yml:2:3: tls_server_config.cert: missing; expected cert or cert_file\n"
       "web.yml:2:3: tls_server_config.key: missing; expected key or key_file\n"},
      {"noAuth_certPath_invalid", "tls_server_config: {cert_file: gone, key_file: server.key}\n",
       "web.yml:1:32: tls_server_config.cert_file: the file \""},
      {"noAuth_keyPath_invalid", "tls_server_config: {cert_file: server.pem, key_file: gone}\n",
       "web.yml:1:54: tls_server_config.key_file: the file \""},
      {"noAuth", kTls + "  client_ca_file: ca.pem\n",
       "web.yml:4:19: tls_server_config.client_ca_file: has no effect without client_auth_type"},
      {"invented client_auth_type", kTls + "  client_auth_type: NoClientCerts\n",
       "web.yml:4:21: tls_server_config.client_auth_type: expected one of NoClientCert, "},
      {"auth_clientCAs_invalid", kTls + verify + "  client_ca_file: gone\n",
       "web.yml:5:19: tls_server_config.client_ca_file: the file \""},
      {"auth_clientCAs_nocerts", kTls + verify + "  client_ca_file: garbage.pem\n",
       "web.yml:5:19: tls_server_config.client_ca_file: expected PEM with"},
      {"auth_clientCAsText_nocerts", kTls + verify + "  client_ca: not one\n",
       "web.yml:5:14: tls_server_config.client_ca: expected PEM with"},
      {"auth_client_san_no_client_auth", kTls + "  client_allowed_sans: [one]\n",
       "web.yml:4:24: tls_server_config.client_allowed_sans: a client may come without a"},
      {"auth_client_san_optional_cert",
       kTls + "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [one]\n",
       "web.yml:5:24: tls_server_config.client_allowed_sans: a client may come without a"},
      {"an empty list of SANs", kTls + verify + "  client_allowed_sans: []\n",
       "web.yml:5:24: tls_server_config.client_allowed_sans: is empty"},
      {"noAuth_inventedCiphers", kTls + "  cipher_suites: [TLS_AES_2048]\n",
       "web.yml:4:19: tls_server_config.cipher_suites[0]: expected a list out of TLS_AES_128"},
      {"noAuth_inventedCurves", kTls + "  curve_preferences: [CurveP257]\n",
       "web.yml:4:23: tls_server_config.curve_preferences[0]: expected a list out of X25519"},
      {"noAuth_wrongTLSVersion", kTls + "  min_version: TLS111\n",
       "web.yml:4:16: tls_server_config.min_version: expected one of TLS13, TLS12, TLS11, TLS10"},
      {"min_version above max_version", kTls + "  min_version: TLS13\n  max_version: TLS12\n",
       "web.yml:4:16: tls_server_config.min_version: TLS13 is above max_version TLS12"},
      {"headers_content_type_options",
       "http_server_config: {headers: {X-Content-Type-Options: sniff}}\n",
       "web.yml:1:56: http_server_config.headers.X-Content-Type-Options: expected one of nosniff"},
      {"headers_frame_options", "http_server_config: {headers: {X-Frame-Options: allow}}\n",
       "web.yml:1:49: http_server_config.headers.X-Frame-Options: expected one of deny, "},
      {"headers_extra_header", "http_server_config: {headers: {Server: none}}\n",
       "web.yml:1:32: http_server_config.headers.Server: unknown key; accepted here: Content-"},
      {"auth_user_list_invalid", "basic_auth_users:\n  alice: CANARY-5521\n",
       "web.yml:2:10: basic_auth_users.alice: expected a bcrypt hash"},
      {"a user without a hash", "basic_auth_users:\n  alice:\n",
       "web.yml:2:3: basic_auth_users.alice: expected a bcrypt hash"},
      {"a cost of hours",
       "basic_auth_users: {alice: $2y$31$" + std::string(kHash.substr(7)) + "}\n",
       "web.yml:1:27: basic_auth_users.alice: cost 31: expected at most 16"},
      {"a user that nobody can send", "basic_auth_users:\n  'a:b': " + std::string(kHash) + "\n",
       "web.yml:2:10: basic_auth_users.\"a:b\": expected a user name"},
      {"a user given twice",
       "basic_auth_users: {a: " + std::string(kHash) + ", a: " + std::string(kHash) + "}\n",
       "web.yml:1:85: basic_auth_users.a: the key is given twice"},
      {"a limit that lets nothing through", "rate_limit: {interval: 1s}\n",
       "web.yml:1:13: rate_limit.burst: with 0 no request would ever be answered"},
      {"a relative excluded path", "auth_excluded_paths: [metrics]\n",
       "web.yml:1:22: auth_excluded_paths: expected paths such as"},
      {"the key of another certificate",
       "tls_server_config: {cert_file: server.pem, key_file: other.key}\n",
       "web.yml:1:54: tls_server_config.key_file: the key is not that of the certificate"},
      {"an encrypted key", "tls_server_config: {cert_file: server.pem, key_file: encrypted.key}\n",
       "web.yml:1:54: tls_server_config.key_file: expected a private key as PEM, not encrypted"},
      {"certificate and key mixed up",
       "tls_server_config: {cert_file: server.key, key_file: server.pem}\n",
       "web.yml:1:32: tls_server_config.cert_file: expected PEM with"},
      {"both forms", kTls + "  cert: x\n",
       "web.yml:2:14: tls_server_config.cert_file: expected either cert or cert_file, not both"},
      {"a section without certificate", "tls_server_config: {min_version: TLS13}\n",
       "web.yml:1:20: tls_server_config.cert: missing"},
      {"only a TLS 1.3 cipher below 1.3",
       kTls + "  max_version: TLS12\n  cipher_suites: [TLS_AES_128_GCM_SHA256]\n",
       "web.yml:5:18: tls_server_config.cipher_suites: has none for max_version"},
  }));
  INFO(row.name);
  Folder folder;
  const std::string errors = folder.ErrorsOf(row.yaml);
  INFO(errors);
  CHECK(errors.starts_with(row.error));
  CHECK(errors.find("CANARY") == std::string::npos);
}

TEST_CASE("all errors of a web-config file are told at once", "[web_config]") {
  Folder folder;
  const std::string errors = folder.ErrorsOf(
      "tls_server_config: {cert_file: gone, min_version: SSL3}\n"
      "basic_auth_users: {a: b}\nrate_limit: {interval: soon}\nsurprise: 1\n");
  for (const char* part : {"cert_file: the file", "tls_server_config.key: missing", "min_version: ",
                           "basic_auth_users.a: ", "rate_limit.interval: ", "surprise: unknown"}) {
    INFO(part << " in\n" << errors);
    CHECK(errors.find(part) != std::string::npos);
  }
}

TEST_CASE("a missing web-config file is an error", "[web_config]") {
  WatchedFiles files;
  const auto loaded = LoadWebConfig("/nonexistent/web.yml", files);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().Lines() ==
        std::vector<std::string>{"/nonexistent/web.yml: cannot be read: No such file or "
                                 "directory"});
}

TEST_CASE("what is accepted but unwise is a warning", "[web_config]") {
  struct Row {
    std::string yaml;
    const char* warning;
  };
  std::string costly(kHash);
  costly.replace(4, 2, "15");
  const auto row = GENERATE_COPY(values<Row>({
      {kTls + "  min_version: TLS10\n", "TLS before 1.2 is broken"},
      {kTls + "  client_auth_type: RequireAnyClientCert\n", "not verified"},
      {kTls + "  client_auth_type: RequireAndVerifyClientCert\n", "without client_ca_file"},
      {"tls_server_config: {cert_file: expired.pem, key_file: expired.key}\n", "has expired"},
      {"basic_auth_users: {a: " + costly + "}\n", "cost 15"},
  }));
  Folder folder;
  const auto loaded = folder.Load(row.yaml);
  REQUIRE(loaded);
  std::string warnings;
  for (const std::string& line : loaded->warnings) warnings += line + "\n";
  INFO(warnings);
  CHECK(warnings.find(row.warning) != std::string::npos);
}

}  // namespace
}  // namespace session_exporter::test

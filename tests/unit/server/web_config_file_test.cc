// Changes on disk, as editors, certificate tools and Kubernetes make them.
#include "server/web_config_file.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "catch.h"
#include "unit/net/certificates.h"
#include "unit/server/test_server.h"
#include "unit/server/tls_client.h"

namespace session_exporter::test {
namespace {

using testing::Certificates;
namespace fs = std::filesystem;

constexpr std::string_view kTls = "tls_server_config: {cert_file: live.pem, key_file: live.key}\n";
constexpr std::string_view kUser =
    "basic_auth_users: {alice: $2y$04$NyUn4cHhLcFyC5nKUPJOAegFbXEx4aoA5oTvQBsnBWn/j1fIG5/gu}\n";

struct Disk {
  Certificates certificates;
  LogLines lines;
  Log log{LogLevel::kDebug, LogFormat::kLogfmt, lines.sink()};
  std::unique_ptr<WebConfigFile> file;

  explicit Disk(std::string_view yaml) {
    static_cast<void>(certificates.Issue("live", "DNS:live"));
    Write(yaml);
    auto opened = WebConfigFile::Open(Path("web.yml"), log);
    if (!opened) throw std::runtime_error(opened.error().Lines().front());
    file = *std::move(opened);
  }
  [[nodiscard]] std::string Path(const std::string& name) const {
    return certificates.directory() + "/" + name;
  }
  void Write(std::string_view yaml) const {
    std::ofstream(Path("web.yml"), std::ios::trunc) << yaml;
  }
  void Copy(const std::string& from, const std::string& to) const {
    fs::copy_file(Path(from), Path(to), fs::copy_options::overwrite_existing);
  }
  // A change is taken at the second look that sees it.
  void LookTwice() const {
    file->Look();
    file->Look();
  }
  [[nodiscard]] const void* tls() const { return file->Current()->tls.get(); }
};

constexpr std::string_view kStays = "web configuration not reloaded, the former one stays";

TEST_CASE("nothing is read again while nothing changes", "[web_config]") {
  const Disk disk(kTls);
  const auto before = disk.file->Current();
  disk.LookTwice();
  CHECK(disk.file->Current() == before);
}

TEST_CASE("a new pair is taken once it rests", "[web_config]") {
  Disk disk(kTls);
  const void* before = disk.tls();
  static_cast<void>(disk.certificates.Issue("live", "DNS:live"));
  disk.file->Look();
  CHECK(disk.tls() == before);
  disk.file->Look();
  CHECK(disk.tls() != before);
  CHECK(disk.lines.Count("web configuration reloaded") == 1);
}

TEST_CASE("a pair that does not match keeps the last good one and warns once", "[web_config]") {
  Disk disk(kTls);
  const void* before = disk.tls();
  static_cast<void>(disk.certificates.Issue("next", "DNS:next"));
  disk.Copy("next.pem", "live.pem");
  for (int i = 0; i < 5; ++i) disk.LookTwice();
  CHECK(disk.tls() == before);
  CHECK(disk.lines.Count(kStays) == 1);
  CHECK(disk.lines.Count("the key is not that of the certificate") == 1);
  disk.Copy("next.key", "live.key");
  disk.LookTwice();
  CHECK(disk.tls() != before);
  CHECK(disk.lines.Count(kStays) == 1);
}

TEST_CASE("certificates behind a symbolic link that is swapped are read again", "[web_config]") {
  Disk disk("");
  for (const std::string name : {"one", "two"}) {
    fs::create_directory(disk.Path("v-" + name));
    static_cast<void>(disk.certificates.Issue(name, "DNS:x"));
    disk.Copy(name + ".pem", "v-" + name + "/c.pem");
    disk.Copy(name + ".key", "v-" + name + "/c.key");
  }
  fs::create_symlink("v-one", disk.Path("now"));
  disk.Write("tls_server_config: {cert_file: now/c.pem, key_file: now/c.key}\n");
  CHECK(disk.file->Reload().empty());
  const void* before = disk.tls();
  REQUIRE(before != nullptr);
  fs::create_symlink("v-two", disk.Path("next"));
  fs::rename(disk.Path("next"), disk.Path("now"));
  disk.LookTwice();
  CHECK(disk.tls() != before);
  CHECK(disk.lines.Count(kStays) == 0);
}

TEST_CASE("the whole web-config file is read again", "[web_config]") {
  Disk disk(kUser);
  disk.Write(std::string(kUser) + std::string(kTls) + "rate_limit: {interval: 1s, burst: 5}\n");
  disk.LookTwice();
  CHECK(disk.tls() != nullptr);
  CHECK(disk.file->Current()->rate_limit.burst == 5);
  disk.Write(std::string(kUser) + std::string(kTls) + "rate_limit: {interval: soon}\n");
  disk.LookTwice();
  CHECK(disk.file->Current()->rate_limit.burst == 5);
  CHECK(disk.lines.Count("web.yml:3:24: rate_limit.interval: ") == 1);
}

TEST_CASE("a file that is gone keeps the last good one, and is seen when it is back",
          "[web_config]") {
  Disk disk(kTls);
  const void* before = disk.tls();
  fs::rename(disk.Path("live.key"), disk.Path("away"));
  disk.LookTwice();
  CHECK(disk.tls() == before);
  CHECK(disk.lines.Count(kStays) == 1);
  fs::rename(disk.Path("away"), disk.Path("live.key"));
  disk.LookTwice();
  CHECK(disk.tls() != before);
  fs::rename(disk.Path("web.yml"), disk.Path("away"));
  disk.LookTwice();
  CHECK(disk.tls() != nullptr);
  CHECK(disk.lines.Count(kStays) == 2);
}

TEST_CASE("protection goes only when somebody asks for it", "[web_config]") {
  struct Row {
    std::string before;
    std::string after;
    const char* what;
  };
  const std::string clients = "tls_server_config:\n  cert_file: live.pem\n  key_file: live.key\n";
  const std::string verified =
      clients + "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n";
  const std::string any = clients + "  client_auth_type: RequireAnyClientCert\n";
  const std::string if_given =
      clients + "  client_ca_file: ca.pem\n  client_auth_type: VerifyClientCertIfGiven\n";
  const std::string names = "  client_allowed_sans: [prometheus]\n";
  const auto row = GENERATE_COPY(values<Row>({
      {std::string(kTls) + std::string(kUser), std::string(kUser), "has no TLS any more"},
      {std::string(kTls) + std::string(kUser), std::string(kTls), "has no basic authentication"},
      {verified, clients, "has no demand for client certificates any more"},
      {verified, if_given, "has no demand for client certificates any more"},
      {any, clients, "has no demand for client certificates any more"},
      {verified, any, "has no verification of client certificates any more"},
      {if_given, clients, "has no verification of client certificates any more"},
      {verified + names, verified, "has no client_allowed_sans any more"},
      {any + names, any, "has no client_allowed_sans any more"},
      {std::string(kTls), "", "has no TLS any more"},
  }));
  Disk disk(row.before);
  const auto before = disk.file->Current();
  disk.Write(row.after);
  disk.LookTwice();
  disk.LookTwice();
  CHECK(disk.file->Current() == before);
  CHECK(disk.lines.Count(row.what) == 1);
  CHECK(disk.file->Reload().empty());
  CHECK(disk.file->Current() != before);
}

TEST_CASE("more protection, and other names, are taken as any change", "[web_config]") {
  const std::string clients = "tls_server_config:\n  cert_file: live.pem\n  key_file: live.key\n";
  const std::string any = clients + "  client_auth_type: RequireAnyClientCert\n";
  const std::string verified =
      clients + "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n";
  Disk disk(clients);
  for (const std::string& next : {any, verified, verified + "  client_allowed_sans: [one]\n",
                                  verified + "  client_allowed_sans: [two, three]\n"}) {
    const auto before = disk.file->Current();
    disk.Write(next);
    disk.LookTwice();
    CHECK(disk.file->Current() != before);
  }
  CHECK(disk.lines.Count(kStays) == 0);
}

TEST_CASE("a reload tells its errors and keeps the last good one", "[web_config]") {
  Disk disk(kTls);
  const auto before = disk.file->Current();
  disk.Write("junk");
  const auto errors = disk.file->Reload();
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().find("web.yml:1:1: expected a mapping") != std::string::npos);
  CHECK(disk.file->Current() == before);
}

TEST_CASE("a watched file takes effect by itself while clients come", "[web_config]") {
  Disk disk(kTls);
  WebConfigWatch watch(std::move(disk.file), std::chrono::milliseconds(5));
  TestServer server(Echo, TestLimits(), [&] { return watch.Current()->tls; });
  const auto name = [&] {
    TlsClient client(server.address(), {});
    CHECK(client.Get("/").starts_with("HTTP/1.1 200"));
    return client.peer_name();
  };
  CHECK(name() == "live");
  static_cast<void>(disk.certificates.Issue("rotated", "DNS:x"));
  disk.Copy("rotated.pem", "live.pem");
  disk.Copy("rotated.key", "live.key");
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (name() != "rotated") REQUIRE(std::chrono::steady_clock::now() < end);
  disk.Write("junk");
  CHECK(watch.Reload().size() == 1);
  CHECK(name() == "rotated");
}

}  // namespace
}  // namespace session_exporter::test

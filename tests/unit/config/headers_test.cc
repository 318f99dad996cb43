// The section http of a target: TLS files, proxy, headers.
#include <string>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

std::string Http(const std::string& content) { return TargetWith("    http: " + content + "\n"); }

TEST_CASE("TLS files are found beside the configuration", "[config]") {
  const TemporaryFolder folder;
  folder.Write("ca.pem", "ca");
  folder.Write("cert.pem", "cert");
  const std::string key = folder.Write("key.pem", "key");
  const HttpConfig http = Accept(Http("{tls_config: {ca_file: ca.pem, cert_file: ./cert.pem, "
                                      "key_file: " +
                                      key + ", server_name: s}}"),
                                 {}, folder.path())
                              .targets.at(0)
                              .http;
  CHECK(http.ca_file == folder.At("ca.pem"));
  CHECK(http.cert_file == folder.At("./cert.pem"));
  CHECK(http.key_file == key);
  CHECK(http.server_name == "s");
}

TEST_CASE("TLS files that are not there are told", "[config]") {
  const TemporaryFolder folder;
  const std::string file = folder.At("c.yaml") + ":6:";
  const std::string path = "targets[0].http.tls_config.";
  CHECK(ErrorsOf(Http("{tls_config: {ca_file: none.pem}}"), {}, folder.path()) ==
        Lines{file + "34: " + path + "ca_file: the file \"" + folder.At("none.pem") +
              "\" cannot be opened: No such file or directory"});
  CHECK(ErrorsOf(Http("{tls_config: {ca_file: .}}"), {}, folder.path()) ==
        Lines{file + "34: " + path + "ca_file: the file \"" + folder.At(".") +
              "\" is a directory, not a file"});
  CHECK(ErrorsOf(Http("{tls_config: {ca_file: /dev/null}}"), {}, folder.path()) ==
        Lines{file + "34: " + path + "ca_file: the file \"/dev/null\" is not a regular file"});
  CHECK(ErrorsOf(Http("{tls_config: {ca_file: ''}}"), {}, folder.path()) ==
        Lines{file + "34: " + path + "ca_file: is empty; expected a file name"});
  CHECK(ErrorsOf(Http("{tls_config: {ca_file: \"${F}\"}}"), {{"F", "hunter2"}}, folder.path()) ==
        Lines{file + "34: " + path +
              "ca_file: the file \"${F}\" cannot be opened: No such file or directory"});
}

TEST_CASE("a certificate needs its key and the key its certificate", "[config]") {
  const TemporaryFolder folder;
  folder.Write("x.pem", "x");
  const std::string file = folder.At("c.yaml") + ":6:";
  CHECK(ErrorsOf(Http("{tls_config: {cert_file: x.pem}}"), {}, folder.path()) ==
        Lines{file + "36: targets[0].http.tls_config.cert_file: expected key_file beside it"});
  CHECK(ErrorsOf(Http("{tls_config: {key_file: x.pem}}"), {}, folder.path()) ==
        Lines{file + "35: targets[0].http.tls_config.key_file: expected cert_file beside it"});
}

TEST_CASE("headers keep their order and their values are secrets", "[config]") {
  const HttpConfig http =
      Accept(Http("{headers: {X-B: two words, x-a: 5, Authorization: 'Bearer x', Empty: ''}}"))
          .targets.at(0)
          .http;
  REQUIRE(http.headers.size() == 4);
  CHECK(http.headers[0].first == "X-B");
  CHECK(http.headers[0].second.Reveal() == "two words");
  CHECK(http.headers[1].first == "x-a");
  CHECK(http.headers[1].second.Reveal() == "5");
  CHECK(http.headers[2].second.Reveal() == "Bearer x");
  CHECK(http.headers[3].second.Reveal().empty());
}

TEST_CASE("headers that would break a request are refused", "[config]") {
  const std::string path = "targets[0].http.headers.";
  struct Row {
    std::string content;
    std::string error;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"{headers: {'a b': x}}",
       "c.yaml:6:22: " + path + "\"a b\": expected the name of an HTTP header"},
      {"{headers: {'a:': x}}",
       "c.yaml:6:22: " + path + "\"a:\": expected the name of an HTTP header"},
      {"{headers: {'': x}}", "c.yaml:6:22: " + path + "\"\": expected the name of an HTTP header"},
      {"{headers: {A: 1, a: 2}}",
       "c.yaml:6:28: " + path + "a: the header is given twice, in other letters"},
      {"{headers: {A: \"x\\r\\nB: y\"}}",
       "c.yaml:6:25: " + path + "A: expected text on one line, without control characters"},
      {"{headers: {A: [x]}}", "c.yaml:6:25: " + path + "A: expected text, not a list"},
      {"{headers: [A]}",
       "c.yaml:6:21: targets[0].http.headers: expected a mapping of headers, not a list"},
      {"{headers: hunter2}",
       "c.yaml:6:21: targets[0].http.headers: expected a mapping of headers, not text"},
      {"{proxy_url: 'ftp://u:hunter2@h'}",
       "c.yaml:6:23: targets[0].http.proxy_url: expected SCHEME://[USER:PASSWORD@]HOST[:PORT] with "
       "one of http, https, socks4, socks4a, socks5, socks5h"},
      {"{proxy_url: [a]}", "c.yaml:6:23: targets[0].http.proxy_url: expected text, not a list"},
      {"{proxy_url: ''}", "c.yaml:6:23: targets[0].http.proxy_url: is empty; expected text"},
      {"{tls_config: 5}", "c.yaml:6:24: targets[0].http.tls_config: expected a mapping, not text"},
      {"false", "c.yaml:6:11: targets[0].http: expected a mapping, not text"},
  }));
  CAPTURE(row.content);
  CHECK(ErrorsOf(Http(row.content)) == Lines{row.error});
}

TEST_CASE("a proxy may need a password", "[config]") {
  const Configuration configuration = Accept(Http("{proxy_url: 'http://u:p@proxy:3128'}"));
  CHECK(configuration.targets.at(0).http.proxy_url.Reveal() == "http://u:p@proxy:3128");
}

}  // namespace
}  // namespace session_exporter::testing

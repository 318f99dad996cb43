// Secrets of a configuration: by value or file, and never in a message.
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

std::string TargetWithSecret(const std::string& lines) {
  return "targets:\n  - name: a\n    backend: fake\n    url: https://h\n" + lines;
}

TEST_CASE("a secret is a value or the content of a file", "[config]") {
  const TemporaryFolder folder;
  folder.Write("key", "from file\n");
  const SecretSource value =
      FakeOf(Accept(TargetWithSecret("    api_key: 0123\n")).targets.at(0)).api_key;
  CHECK(value.Read()->Reveal() == "0123");
  CHECK(value.path().empty());
  const SecretSource file =
      FakeOf(Accept(TargetWithSecret("    api_key_file: key\n"), {}, folder.path()).targets.at(0))
          .api_key;
  CHECK(file.Read()->Reveal() == "from file");
  CHECK(file.path() == folder.At("key"));
}

TEST_CASE("a secret that is missing, given twice or wrong is told", "[config]") {
  const TemporaryFolder folder;
  folder.Write("key", "x");
  folder.Write("empty", "\n");
  folder.Write("binary", std::string("a\0b", 3));
  folder.Write("large", std::string(65537, 'x'));
  REQUIRE(mkfifo(folder.At("fifo").c_str(), 0600) == 0);
  const std::string file = folder.At("c.yaml");
  const std::string of_key = ": targets[0].api_key: ";
  const std::string of_file = file + ":5:19: targets[0].api_key_file: ";
  struct Row {
    std::string lines;
    std::string error;
  };
  const std::vector<Row> rows = {
      {"", file + ":2:5" + of_key + "missing; expected api_key or api_key_file"},
      {"    api_key: ~\n", file + ":5:5" + of_key + "missing; expected api_key or api_key_file"},
      {"    api_key: x\n    api_key_file: key\n",
       file + ":6:19: targets[0].api_key_file: expected either api_key or api_key_file, not both"},
      {"    api_key: ''\n", file + ":5:14" + of_key + "is empty; expected text"},
      {"    api_key: ${EMPTY}\n", file + ":5:14" + of_key + "is empty; expected text"},
      {"    api_key: {hunter2: hunter2}\n",
       file + ":5:14" + of_key + "expected text, not a mapping"},
      {"    api_key: [hunter2]\n", file + ":5:14" + of_key + "expected text, not a list"},
      {"    api_key_file: [key]\n", of_file + "expected a file name, not a list"},
      {"    api_key_file: ''\n", of_file + "is empty; expected a file name"},
      {"    api_key_file: none\n", of_file + "the file \"" + folder.At("none") +
                                       "\" cannot be opened: No such file or directory"},
      {"    api_key_file: empty\n", of_file + "the file \"" + folder.At("empty") + "\" is empty"},
      {"    api_key_file: binary\n",
       of_file + "the file \"" + folder.At("binary") + "\" holds a NUL byte, so is no text"},
      {"    api_key_file: large\n",
       of_file + "the file \"" + folder.At("large") + "\" is larger than the 65536 bytes accepted"},
      {"    api_key_file: fifo\n",
       of_file + "the file \"" + folder.At("fifo") + "\" is not a regular file"},
      {"    api_key_file: /\n", of_file + "the file \"/\" is a directory, not a file"},
      {"    api_key_file: ${CANARY}\n",
       of_file + "the file \"${CANARY}\" cannot be opened: No such file or directory"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lines);
    CHECK(ErrorsOf(TargetWithSecret(row.lines), {{"EMPTY", ""}, {"CANARY", "hunter2"}},
                   folder.path()) == Lines{row.error});
  }
}

TEST_CASE("a secret file that everybody may read gives a warning", "[config]") {
  const TemporaryFolder folder;
  const std::string secret = folder.Write("key", "x");
  REQUIRE(chmod(secret.c_str(), 0644) == 0);
  const std::string pem = folder.Write("key.pem", "x");
  REQUIRE(chmod(pem.c_str(), 0604) == 0);
  folder.Write("cert.pem", "x");
  const Configuration configuration =
      Accept(TargetWithSecret("    api_key_file: key\n    http: {tls_config: {cert_file: cert.pem, "
                              "key_file: key.pem}}\n"),
             {}, folder.path());
  const std::string file = folder.At("c.yaml");
  CHECK(configuration.warnings ==
        Lines{file + ":5:19: targets[0].api_key_file: everybody on this host may read the file \"" +
                  secret + "\"; chmod o-r",
              file +
                  ":6:56: targets[0].http.tls_config.key_file: everybody on this host may read "
                  "the file \"" +
                  pem + "\"; chmod o-r"});
  REQUIRE(chmod(secret.c_str(), 0640) == 0);
  REQUIRE(chmod(pem.c_str(), 0600) == 0);
  CHECK(Accept(TargetWithSecret("    api_key_file: key\n"), {}, folder.path()).warnings.empty());
}

TEST_CASE("whatever is wrong, a secret is not in the messages", "[config]") {
  const std::string text = GENERATE(values<std::string>({
      "    api_key: CANARY\n    api_key_file: /none\n",
      "    api_key: [CANARY]\n",
      "    api_key: {x: CANARY}\n",
      "    api_key: ${SECRET}\n    mode: ${SECRET}\n    idle_after: ${SECRET}\n",
      "    api_key: ${SECRET}${UNSET}\n",
      "    api_key: CANARY${SECRET\n",
      "    api_key: ${CANARY-x}\n",
      "    api_key: *CANARY\n",
      "    api_key: !CANARY x\n",
      "    api_key: &CANARY\n",
      "    api_key: %CANARY\n",
      "    api_key: @CANARY\n",
      "    api_key: \"CANARY\\q\"\n",
      "    api_key: \"CANARY\\x\"\n",
      "    api_key: 'CANARY\n",
      "    api_key: CANARY: x\n",
      "    api_key: CANARY\n    api_key: CANARY\n",
      "    api_key: \"CANARY\\0\"\n",
      "    api_key_file: ${SECRET}\n",
      "    api_key: x\n    http: {proxy_url: 'ftp://u:CANARY@h'}\n",
      "    api_key: x\n    http: {proxy_url: 'http://u:CANARY'}\n",
      "    api_key: x\n    http: {headers: {A: \"CANARY\\n\"}}\n",
      "    api_key: x\n    http: {headers: {A: [CANARY]}}\n",
      "    api_key: x\n    http: {headers: CANARY}\n",
      "    api_key: x\n    http: CANARY\n",
      "    api_key: x\n    filters: [CANARY]\n",
      "    api_key: x\n    unknown: CANARY\n",
      "    api_key: x\n    group_by: [\"${SECRET}\"]\n    max_sessions: ${SECRET}\n",
  }));
  CAPTURE(text);
  const Lines lines = ErrorsOf(TargetWithSecret(text), {{"SECRET", "CANARY"}});
  REQUIRE_FALSE(lines.empty());
  for (const std::string& line : lines) CHECK(line.find("CANARY") == std::string::npos);
}

TEST_CASE("a password in a URL is not in the messages", "[config]") {
  const Lines lines = ErrorsOf(
      "targets: [{name: a, backend: fake, api_key: x, url: "
      "'https://u:CANARY@h'}]\n");
  CHECK(lines == Lines{"c.yaml:1:53: targets[0].url: user info (USER@) is not accepted; expected "
                       "https://HOST[:PORT][/PATH] or http://..."});
}

}  // namespace
}  // namespace session_exporter::testing

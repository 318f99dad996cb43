// Files, and what a whole configuration comes to.
#include "config/loader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "unit/config/config_fixture.h"

namespace session_exporter::testing {
namespace {

using Lines = std::vector<std::string>;

tl::expected<Configuration, ConfigErrors> Load(const std::string& file) {
  const FakeFormat fake;
  const std::array<const TargetFormat*, 1> formats = {&fake};
  return LoadConfiguration(file, formats, [](const std::string&) { return std::nullopt; });
}

Lines LoadErrors(const std::string& file) {
  const auto loaded = Load(file);
  return loaded ? Lines{} : loaded.error().Lines();
}

TEST_CASE("a file is read, and names in it are relative to its folder", "[config]") {
  const TemporaryFolder folder;
  folder.Write("key", "secret\n");
  const std::string file =
      folder.Write("c.yaml",
                   "targets:\n- {name: a, backend: fake, url: http://localhost, "
                   "api_key_file: key}\n");
  const auto loaded = Load(file);
  REQUIRE(loaded.has_value());
  CHECK(FakeOf(loaded->targets.at(0)).api_key.Read()->Reveal() == "secret");
}

TEST_CASE("a file that cannot be read is named as it was given", "[config]") {
  const TemporaryFolder folder;
  const std::string none = folder.At("none.yaml");
  CHECK(LoadErrors(none) == Lines{none + ": cannot be read: No such file or directory"});
  CHECK(LoadErrors(folder.path()) == Lines{folder.path() + ": cannot be read: Is a directory"});
  const std::string large = folder.Write("large.yaml", std::string(3'000'000, ' '));
  CHECK(LoadErrors(large) == Lines{large + ": larger than the 1048576 bytes accepted"});
  if (geteuid() != 0) {
    const std::string hidden = folder.Write("hidden.yaml", "");
    REQUIRE(chmod(hidden.c_str(), 0) == 0);
    CHECK(LoadErrors(hidden) == Lines{hidden + ": cannot be read: Permission denied"});
  }
}

TEST_CASE("all errors of a file are told at once, in order", "[config]") {
  const Lines lines = ErrorsOf(
      "scrape:\n"
      "  timeout: 10\n"
      "  max_concurrency: 0\n"
      "labels: {user: hide, client-ip: drop}\n"
      "targets:\n"
      "  - name: a b\n"
      "    backend: fake\n"
      "    api_key: ${KEY}\n"
      "    url: https://h\n"
      "    url: https://i\n"
      "  - name: b\n"
      "    backend: kasn\n"
      "    per_session: {limit: -1}\n"
      "  - {name: c, backend: bare, idle_after: 5m}\n"
      "  - {name: c, backend: bare}\n"
      "extra: 1\n");
  const Lines expected = {
      "c.yaml:2:12: scrape.timeout: expected a duration from 1ms to 1h (such as 500ms, 30s or "
      "1h30m, with the units y, w, d, h, m, s, ms), not \"10\"",
      "c.yaml:3:20: scrape.max_concurrency: expected an integer from 1 to 1024, not \"0\"",
      "c.yaml:4:16: labels.user: expected one of keep, drop, hash, not \"hide\"",
      "c.yaml:4:22: labels.client-ip: unknown key (did you mean \"client_ip\"?); accepted here: "
      "user, image, host, deployment_zone, document, role, access_type, login_type, client_ip, "
      "shared, image_id, port, hash_key, hash_key_file",
      "c.yaml:6:11: targets[0].name: expected a name of letters, digits and _.:/- that begins with "
      "a letter or digit, at most 128 long",
      "c.yaml:8:14: targets[0].api_key: the environment variable KEY is not set",
      "c.yaml:10:5: targets[0].url: the key is given twice, first on line 9",
      "c.yaml:12:14: targets[1].backend: expected one of bare, fake, not \"kasn\"",
      "c.yaml:13:26: targets[1].per_session.limit: expected an integer from 0 to 1000000, not "
      "\"-1\"",
      "c.yaml:14:30: targets[2].idle_after: unknown key; accepted here: name, backend, timeout, "
      "stale_after, max_sessions, max_response_bytes, max_pages, group_by, group_limit, "
      "info_labels, per_session, http",
      "c.yaml:15:12: targets[3].name: \"c\" is already the name of targets[2]; expected another",
      "c.yaml:16:1: extra: unknown key; accepted here: scrape, labels, targets",
  };
  CHECK(lines == expected);
}

class ThrowingFormat final : public TargetFormat {
 public:
  [[nodiscard]] std::string_view backend() const override { return "throws"; }
  [[nodiscard]] std::span<const std::string_view> dimensions() const override { return {}; }
  [[nodiscard]] std::span<const std::string_view> default_group_by() const override { return {}; }
  [[nodiscard]] std::span<const std::string_view> info_labels() const override { return {}; }
  std::vector<TargetConfig> ReadTarget(Section&, TargetConfig) const override {
    throw std::runtime_error("no reason");
  }
};

TEST_CASE("no exception leaves the layer", "[config]") {
  const ThrowingFormat format;
  const std::array<const TargetFormat*, 1> formats = {&format};
  const auto parsed = ParseConfiguration("targets: [{name: a, backend: throws}]", "c.yaml", formats,
                                         [](const std::string&) { return std::nullopt; });
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().Lines() == Lines{"c.yaml: cannot be read: no reason"});
}

}  // namespace
}  // namespace session_exporter::testing

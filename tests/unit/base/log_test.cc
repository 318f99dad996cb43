#include "base/log.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "catch.h"

namespace session_exporter {
namespace {

// Lines as they were written, with the time taken off after it was looked at.
class Lines {
 public:
  explicit Lines(LogFormat format, LogLevel level = LogLevel::kDebug)
      : format_(format), log(level, format, [this](std::string_view line) { Take(line); }) {}

  [[nodiscard]] const std::vector<std::string>& all() const { return lines_; }
  [[nodiscard]] std::string Only() const {
    REQUIRE(lines_.size() == 1);
    return lines_[0];
  }

 private:
  void Take(std::string_view line) {
    const std::string_view before = format_ == LogFormat::kJson ? R"({"ts":")" : "ts=";
    const std::string_view after = format_ == LogFormat::kJson ? R"(",)" : " ";
    REQUIRE(line.starts_with(before));
    line.remove_prefix(before.size());
    const std::size_t end = line.find(after);
    REQUIRE(end != std::string_view::npos);
    const std::string_view time = line.substr(0, end);
    CHECK(time.size() == std::string_view("2026-01-01T00:00:00.000Z").size());
    CHECK(ParseTimestamp(time));
    lines_.emplace_back(line.substr(end + after.size()));
  }

  LogFormat format_;
  std::vector<std::string> lines_;

 public:
  Log log;
};

struct EscapeCase {
  std::string value;
  std::string logfmt;
  std::string json;
};

TEST_CASE("values are escaped as each format asks", "[log]") {
  const auto& c = GENERATE(values<EscapeCase>({
      {"plain", "plain", R"("plain")"},
      {"https://host:443/path", "https://host:443/path", R"("https://host:443/path")"},
      {"", R"("")", R"("")"},
      {"two words", R"("two words")", R"("two words")"},
      {"a=b", R"("a=b")", R"("a=b")"},
      {"say \"hi\"", R"("say \"hi\"")", R"("say \"hi\"")"},
      {R"(C:\temp)", R"("C:\\temp")", R"("C:\\temp")"},
      {"line\nlevel=error", R"("line\nlevel=error")", R"("line\nlevel=error")"},
      {"a\tb", R"("a\tb")", R"("a\tb")"},
      {"\x1B[2J", "\xEF\xBF\xBD[2J", "\"\xEF\xBF\xBD[2J\""},
      {"a\rb",
       "a\xEF\xBF\xBD"
       "b",
       "\"a\xEF\xBF\xBD"
       "b\""},
      {std::string("a\0b", 3),
       "a\xEF\xBF\xBD"
       "b",
       "\"a\xEF\xBF\xBD"
       "b\""},
      {"\xFF", "\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""},
      {"Z\xC3\xBCrich", "Z\xC3\xBCrich", "\"Z\xC3\xBCrich\""},
      {"\"}", R"("\"}")", R"("\"}")"},
  }));
  CAPTURE(c.value);
  Lines logfmt(LogFormat::kLogfmt);
  logfmt.log.Info("done", {{"target", c.value}});
  CHECK(logfmt.Only() == "level=info msg=done target=" + c.logfmt);
  Lines json(LogFormat::kJson);
  json.log.Info("done", {{"target", c.value}});
  CHECK(json.Only() == R"("level":"info","msg":"done","target":)" + c.json + "}");
}

TEST_CASE("the message is escaped like a value", "[log]") {
  Lines logfmt(LogFormat::kLogfmt);
  logfmt.log.Warn("two words\nlevel=info");
  CHECK(logfmt.Only() == R"(level=warn msg="two words\nlevel=info")");
  Lines json(LogFormat::kJson);
  json.log.Warn("quote \" and \\");
  CHECK(json.Only() == R"("level":"warn","msg":"quote \" and \\"})");
}

TEST_CASE("fields come in the order in which they are given", "[log]") {
  Lines lines(LogFormat::kLogfmt);
  lines.log.Failure("failed", {{"target", "kasm"}, {"reason", "tls"}, {"duration", "1.5s"}});
  CHECK(lines.Only() == "level=error msg=failed target=kasm reason=tls duration=1.5s");
}

TEST_CASE("no byte of a value can end a line or leave its quotes", "[log]") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string value = std::string("a") + static_cast<char>(byte) + "\"b";
    for (const LogFormat format : {LogFormat::kLogfmt, LogFormat::kJson}) {
      Lines lines(format);
      lines.log.Info("m", {{"key", value}});
      const std::string line = lines.Only();
      CAPTURE(byte, line);
      CHECK(line.find('\n') == std::string::npos);
      CHECK(line.find('\t') == std::string::npos);
      CHECK(IsCleanText(line));
      CHECK(line.find("\\\"b\"") != std::string::npos);
    }
  }
}

TEST_CASE("a very long value is cut at a character", "[log]") {
  std::string value(1023, 'x');
  value += "\xE2\x82\xAC";
  Lines lines(LogFormat::kLogfmt);
  lines.log.Info("m", {{"key", value}});
  CHECK(lines.Only() == "level=info msg=m key=" + std::string(1023, 'x'));
}

TEST_CASE("lines below the level are not written and not counted", "[log]") {
  const auto level = GENERATE(LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError);
  Lines lines(LogFormat::kLogfmt, level);
  std::vector<LogLevel> observed;
  lines.log.SetObserver([&](LogLevel seen) { observed.push_back(seen); });
  lines.log.Debug("m");
  lines.log.Info("m");
  lines.log.Warn("m");
  lines.log.Failure("m");
  const std::vector<LogLevel> all = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn,
                                     LogLevel::kError};
  const std::vector<LogLevel> expected(std::find(all.begin(), all.end(), level), all.end());
  CHECK(observed == expected);
  REQUIRE(lines.all().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(lines.all()[i] == "level=" + std::string(NameOf(expected[i])) + " msg=m");
    CHECK(lines.log.Enabled(expected[i]));
  }
  CHECK(lines.log.Enabled(LogLevel::kDebug) == (level == LogLevel::kDebug));
}

TEST_CASE("the names of levels and formats are read back", "[log]") {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    CHECK(ParseLogLevel(NameOf(level)) == level);
  }
  CHECK(ParseLogFormat("logfmt") == LogFormat::kLogfmt);
  CHECK(ParseLogFormat("json") == LogFormat::kJson);
}

TEST_CASE("an unknown level or format says what is known", "[log]") {
  for (const std::string_view name : {"", "INFO", "warning", "info "}) {
    const auto level = ParseLogLevel(name);
    REQUIRE_FALSE(level);
    CHECK(level.error().kind() == ErrorKind::kConfig);
    CHECK(level.error().message() ==
          "unknown log level \"" + std::string(name) + "\": debug, info, warn or error");
  }
  const auto format = ParseLogFormat("text");
  REQUIRE_FALSE(format);
  CHECK(format.error().kind() == ErrorKind::kConfig);
  CHECK(format.error().message() == "unknown log format \"text\": logfmt or json");
}

TEST_CASE("threads may log and be counted at the same time", "[log]") {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::atomic<int> observed{0};
  Log log(LogLevel::kInfo, LogFormat::kLogfmt, [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  });
  log.SetObserver([&](LogLevel) { ++observed; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&log] {
      for (int j = 0; j < 100; ++j) log.Info("whole", {{"key", "value"}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(lines.size() == 400);
  CHECK(observed == 400);
  CHECK(std::all_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.ends_with(" level=info msg=whole key=value");
  }));
}

}  // namespace
}  // namespace session_exporter

#include "base/log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/utf8.h"

namespace session_exporter {
namespace {

constexpr std::size_t kLongestValue = 1024;

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) return true;
  return std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\';
  });
}

// The escapes that logfmt readers and JSON share. `value` is clean text: of the controls it can
// only hold tab and newline.
void AppendQuoted(std::string& line, std::string_view value) {
  line += '"';
  for (const char c : value) {
    switch (c) {
      case '"':
        line += "\\\"";
        break;
      case '\\':
        line += "\\\\";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\t':
        line += "\\t";
        break;
      default:
        line += c;
    }
  }
  line += '"';
}

void AppendLogfmt(std::string& line, std::string_view key, std::string_view value) {
  if (!line.empty()) line += ' ';
  line += key;
  line += '=';
  if (NeedsQuotes(value)) {
    AppendQuoted(line, value);
  } else {
    line += value;
  }
}

void AppendJson(std::string& line, std::string_view key, std::string_view value) {
  line += line.empty() ? '{' : ',';
  AppendQuoted(line, key);
  line += ':';
  AppendQuoted(line, value);
}

std::string FormatNow() {
  using std::chrono::duration_cast;
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto millis = duration_cast<std::chrono::milliseconds>(now - seconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), millis.count());
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

std::string_view NameOf(LogLevel level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

Result<LogLevel> ParseLogLevel(std::string_view name) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    if (NameOf(level) == name) return level;
  }
  return Fail(ErrorKind::kConfig, "unknown log level \"{}\": debug, info, warn or error", name);
}

Result<LogFormat> ParseLogFormat(std::string_view name) {
  if (name == "logfmt") return LogFormat::kLogfmt;
  if (name == "json") return LogFormat::kJson;
  return Fail(ErrorKind::kConfig, "unknown log format \"{}\": logfmt or json", name);
}

struct Log::Impl {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
  Sink sink;
  Observer observer;
  std::shared_ptr<spdlog::logger> logger;
};

Log::Log(LogLevel level, LogFormat format, Sink sink) : impl_(std::make_unique<Impl>()) {
  impl_->level = level;
  impl_->format = format;
  impl_->sink = std::move(sink);
  impl_->logger = std::make_shared<spdlog::logger>(
      "session_exporter", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  impl_->logger->set_pattern("%v");  // the line is made here, in the chosen format
  impl_->logger->set_level(spdlog::level::debug);
  impl_->logger->flush_on(spdlog::level::debug);
}

Log::~Log() = default;

void Log::SetObserver(Observer observer) { impl_->observer = std::move(observer); }

bool Log::Enabled(LogLevel level) const { return level >= impl_->level; }

void Log::Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!Enabled(level)) return;
  const auto append = impl_->format == LogFormat::kJson ? AppendJson : AppendLogfmt;
  std::string line;
  append(line, "ts", FormatNow());
  append(line, "level", NameOf(level));
  append(line, "msg", CleanText(message, kLongestValue));
  for (const LogField& field : fields) {
    append(line, field.key, CleanText(field.value, kLongestValue));
  }
  if (impl_->format == LogFormat::kJson) line += '}';
  if (impl_->sink) {
    impl_->sink(line);
  } else {
    impl_->logger->log(ToSpdlog(level), line);
  }
  if (impl_->observer) impl_->observer(level);
}

}  // namespace session_exporter

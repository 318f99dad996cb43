// Structured log lines in logfmt or JSON, on standard error. Levels: error, someone must act; warn,
// degraded; info, a state changed; debug, each request. Nothing is logged at info per scrape.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace session_exporter {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

// "debug", "info", "warn", "error".
std::string_view NameOf(LogLevel level);
Result<LogLevel> ParseLogLevel(std::string_view name);
Result<LogFormat> ParseLogFormat(std::string_view name);

struct LogField {
  std::string_view key;  // [a-z_]+
  std::string value;
};

// Thread-safe. A line is written whole.
class Log {
 public:
  // Receives each finished line, without its newline; standard error when none is given.
  using Sink = std::function<void(std::string_view line)>;
  // Told of each line that was written, for session_exporter_log_messages_total.
  using Observer = std::function<void(LogLevel)>;

  Log(LogLevel level, LogFormat format, Sink sink = nullptr);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Set once, before other threads log.
  void SetObserver(Observer observer);

  [[nodiscard]] bool Enabled(LogLevel level) const;
  void Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);

  void Debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kDebug, message, fields);
  }
  void Info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kInfo, message, fields);
  }
  void Warn(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kWarn, message, fields);
  }
  void Failure(std::string_view message, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kError, message, fields);
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace session_exporter

#include "collector/request_recorder.h"

#include <chrono>
#include <utility>

#include "backends/status_error.h"

namespace session_exporter {
namespace {

std::optional<ErrorKind> FailureOf(const RequestRecord& record) {
  if (record.failure) return record.failure;
  // One that was given up before its answer came has neither, and did not fail.
  const bool answered = record.status != 0;
  if (answered && record.status != 200) return KindOfStatus(record.status);
  return std::nullopt;
}

}  // namespace

std::string FormatSeconds(Microseconds duration) {
  return fmt::format("{:.3f}s", std::chrono::duration<double>(duration).count());
}

void RequestRecorder::OnRequest(const RequestRecord& record) {
  ReportedRequest request;
  request.operation = record.operation;
  request.method = record.method;
  request.url = record.url;
  request.status = record.status;
  request.attempt = record.attempt;
  request.bytes = record.bytes;
  request.duration = std::chrono::duration_cast<Microseconds>(record.duration);
  request.failure = FailureOf(record);
  request.failure_message = record.failure_message;
  metrics_.CountApiRequest(
      {target_, record.operation, record.status, request.failure, record.duration, record.bytes});
  if (log_.Enabled(LogLevel::kDebug)) LogRequest(request);
  const std::lock_guard lock(mutex_);
  ++count_;
  if (record.clock_skew) clock_skew_ = record.clock_skew;
  if (kept_.size() < CollectionReport::kMostRequests) kept_.push_back(std::move(request));
}

void RequestRecorder::LogRequest(const ReportedRequest& request) {
  log_.Debug("request",
             {{"target", target_},
              {"operation", request.operation},
              {"url", request.url},
              {"status", fmt::format("{}", request.status)},
              {"bytes", fmt::format("{}", request.bytes)},
              {"duration", FormatSeconds(request.duration)},
              {"failure", std::string(request.failure ? ReasonOf(*request.failure) : "none")}});
}

void RequestRecorder::TakeInto(CollectionReport& report) {
  const std::lock_guard lock(mutex_);
  report.requests = std::move(kept_);
  report.request_count = count_;
}

std::uint64_t RequestRecorder::requests() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::optional<Microseconds> RequestRecorder::clock_skew() const {
  const std::lock_guard lock(mutex_);
  return clock_skew_;
}

}  // namespace session_exporter

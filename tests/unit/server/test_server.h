// A server on a free port with a handler of the test's, limits that tests can wait for, and its
// log.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "server/http_server.h"
#include "support/raw_client.h"

namespace session_exporter::test {

inline constexpr std::chrono::milliseconds kPatience{60'000};

class LogLines {
 public:
  Log::Sink sink() {
    return [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
      written_.notify_all();
    };
  }

  // Waits for a line with `text` in it; empty when none comes.
  std::string WaitFor(std::string_view text) {
    std::unique_lock lock(mutex_);
    std::string found;
    written_.wait_for(lock, kPatience, [&] {
      for (const auto& line : lines_) {
        if (line.find(text) != std::string::npos) found = line;
      }
      return !found.empty();
    });
    return found;
  }

  int Count(std::string_view text) {
    const std::lock_guard lock(mutex_);
    int count = 0;
    for (const auto& line : lines_) count += line.find(text) != std::string::npos ? 1 : 0;
    return count;
  }

 private:
  std::mutex mutex_;
  std::condition_variable written_;
  std::vector<std::string> lines_;
};

// Times that no healthy exchange of a test comes near, sanitizers included; tests that wait for one
// of them shorten it.
inline HttpServerLimits TestLimits() {
  HttpServerLimits limits;
  limits.header_time = std::chrono::milliseconds(5'000);
  limits.idle_time = std::chrono::milliseconds(5'000);
  limits.write_time = std::chrono::milliseconds(8'000);
  return limits;
}

// Answers with what it was asked, in one line: "METHOD path query body".
inline void Echo(IncomingRequest request, const Responder& respond) {
  OutgoingResponse response;
  response.headers.emplace_back("Content-Type", "text/plain");
  response.body = request.method + " " + request.path + " " + request.query + " " + request.body;
  respond(std::move(response));
}

class TestServer {
 public:
  explicit TestServer(RequestHandler handler = Echo, const HttpServerLimits& limits = TestLimits(),
                      TlsSource tls = nullptr)
      : log_(LogLevel::kDebug, LogFormat::kLogfmt, lines.sink()) {
    auto listening =
        HttpServer::Listen({{"127.0.0.1:0"}, {}, limits, std::move(tls)}, std::move(handler), log_);
    if (!listening) throw std::runtime_error(listening.error().message());
    server_ = *std::move(listening);
  }

  HttpServer& operator*() { return *server_; }
  HttpServer* operator->() { return server_.get(); }
  [[nodiscard]] std::string address() const { return server_->addresses().front(); }
  RawClient Connect() { return RawClient(address()); }
  void Destroy() { server_.reset(); }

  LogLines lines;

 private:
  Log log_;
  std::unique_ptr<HttpServer> server_;
};

inline std::string Get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: exporter\r\n\r\n";
}

// Hands a value from one thread to another, once.
template <typename T>
class Handover {
 public:
  void Put(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    there_ = true;
    put_.notify_all();
  }
  T Take() {
    std::unique_lock lock(mutex_);
    if (!put_.wait_for(lock, kPatience, [this] { return there_; })) {
      throw std::runtime_error("nothing was handed over within 60 s");
    }
    there_ = false;
    return std::exchange(value_, T());
  }

 private:
  std::mutex mutex_;
  std::condition_variable put_;
  T value_{};
  bool there_ = false;
};

}  // namespace session_exporter::test

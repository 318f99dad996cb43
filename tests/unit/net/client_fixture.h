// What the tests of the HTTP client share: a client, requests that are short to write, answers read
// whole.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/curl_http_client.h"
#include "net/http_client.h"

namespace session_exporter::testing {

using namespace std::chrono_literals;

// Far above what anything here takes, so that a slow machine does not fail a test.
inline constexpr std::chrono::seconds kPatience{30};
// How late a deadline may be kept, on a busy machine: far less than what ignores it would take.
inline constexpr std::chrono::milliseconds kTolerance{1'000};

// Set once, waited for with a limit.
class Event {
 public:
  void Set();
  bool Wait(std::chrono::milliseconds limit = kPatience);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;  // guarded by mutex_
};

struct Answer {
  std::optional<Error> error;
  bool has_head = false;
  HttpHead head;
  std::string body;  // what came before the error
  std::chrono::milliseconds took{};

  [[nodiscard]] std::string_view Reason() const { return error ? ReasonOf(error->kind()) : ""; }
  [[nodiscard]] std::string Message() const { return error ? error->message() : ""; }
};

// Reads all of it.
Answer Read(HttpExchange& exchange);

class ClientFixture {
 public:
  explicit ClientFixture(const CurlHttpClientOptions& options = {});

  std::unique_ptr<HttpExchange> Send(HttpRequest request,
                                     std::chrono::milliseconds timeout = kPatience);
  std::unique_ptr<HttpExchange> Send(const std::string& url,
                                     std::chrono::milliseconds timeout = kPatience);
  Answer Get(const std::string& url, std::chrono::milliseconds timeout = kPatience);
  Answer Post(const std::string& url, const std::string& body);

  SystemClock clock;
  // Of the requests that follow.
  std::shared_ptr<const HttpOptions> http_options;
  std::size_t max_body_bytes = 64U << 20U;
  RequestObserver* observer = nullptr;
  int attempt = 1;
  std::unique_ptr<CurlHttpClient> client;
};

// Keeps what it is told.
class RecordingObserver final : public RequestObserver {
 public:
  struct Record {
    std::string operation, method, url, message;
    int status;
    std::uint64_t bytes;
    std::chrono::steady_clock::duration duration;
    std::optional<Microseconds> clock_skew;
    std::optional<ErrorKind> failure;
  };
  void OnRequest(const RequestRecord& record) override;
  std::vector<Record> records;  // of one thread's exchanges
};

std::string Gzip(std::string_view bytes);

// Bytes of this process in memory, as /proc tells them; 0 with a sanitizer, which keeps what was
// freed.
std::size_t ResidentBytes();

}  // namespace session_exporter::testing

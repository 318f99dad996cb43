#include "unit/net/client_fixture.h"

#include <array>
#include <fstream>
#include <stdexcept>

#include <unistd.h>
#include <zlib.h>

namespace session_exporter::testing {

namespace {

std::chrono::milliseconds Since(std::chrono::steady_clock::time_point started) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               started);
}

}  // namespace

void Event::Set() {
  {
    const std::lock_guard lock(mutex_);
    set_ = true;
  }
  changed_.notify_all();
}

bool Event::Wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this] { return set_; });
}

Answer Read(HttpExchange& exchange) {
  const auto started = std::chrono::steady_clock::now();
  Answer answer;
  auto head = exchange.Head();
  if (head) {
    answer.has_head = true;
    answer.head = **head;
    while (true) {
      auto piece = exchange.ReadBody();
      if (!piece) answer.error = piece.error();
      if (!piece || piece->empty()) break;
      answer.body.append(piece->data(), piece->size());
    }
  } else {
    answer.error = head.error();
  }
  answer.took = Since(started);
  return answer;
}

ClientFixture::ClientFixture(const CurlHttpClientOptions& options)
    : client(std::make_unique<CurlHttpClient>(options, clock)) {}

std::unique_ptr<HttpExchange> ClientFixture::Send(HttpRequest request,
                                                  std::chrono::milliseconds timeout) {
  const RequestContext context{
      "list_things", Deadline::After(timeout), http_options, max_body_bytes, observer, attempt};
  return client->Send(std::move(request), context);
}

std::unique_ptr<HttpExchange> ClientFixture::Send(const std::string& url,
                                                  std::chrono::milliseconds timeout) {
  HttpRequest request;
  request.url = url;
  return Send(std::move(request), timeout);
}

Answer ClientFixture::Get(const std::string& url, std::chrono::milliseconds timeout) {
  const auto started = std::chrono::steady_clock::now();
  Answer answer = Read(*Send(url, timeout));
  answer.took = Since(started);
  return answer;
}

Answer ClientFixture::Post(const std::string& url, const std::string& body) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = url;
  request.body = Secret(body);
  return Read(*Send(std::move(request)));
}

void RecordingObserver::OnRequest(const RequestRecord& record) {
  records.push_back({std::string(record.operation), std::string(record.method),
                     std::string(record.url), std::string(record.failure_message), record.status,
                     record.bytes, record.duration, record.clock_skew, record.failure});
}

std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib does not start");
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  std::string input(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::size_t ResidentBytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#endif
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace session_exporter::testing

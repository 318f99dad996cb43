#include "net/curl_http_client.h"

#include <utility>

#include "net/body_buffer.h"
#include "net/easy_request.h"
#include "net/network_loop.h"
#include "net/transfer.h"
#include "net/url.h"

namespace session_exporter {
namespace {

class CurlExchange final : public HttpExchange {
 public:
  CurlExchange(std::shared_ptr<Transfer> transfer, std::shared_ptr<NetworkLoop> loop,
               HttpMethod method, std::string url, const RequestContext& context)
      : transfer_(std::move(transfer)),
        loop_(std::move(loop)),
        method_(method),
        url_(std::move(url)),
        operation_(context.operation),
        observer_(context.observer),
        attempt_(context.attempt) {}

  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;
  ~CurlExchange() override {
    if (transfer_->Abandon()) loop_->Cancel(transfer_);
    Report();
  }

  Result<const HttpHead*> Head() override {
    auto head = transfer_->WaitForHead();
    if (!head) Give(head.error());
    return head;
  }

  Result<std::span<char>> ReadBody() override {
    auto piece = transfer_->WaitForBody();
    if (!piece) {
      Give(piece.error());
    } else if (!piece->empty() && transfer_->TakeResume()) {
      loop_->Resume(transfer_);
    }
    return piece;
  }

  void Judge(ErrorKind failure) override { judged_ = failure; }

 private:
  void Give(const Error& error) {
    // A timeout may have been seen here first, and the network thread still holds the connection.
    if (!reported_ && error.kind() == ErrorKind::kTimeout) loop_->Cancel(transfer_);
    Report();
  }

  void Report() {
    if (std::exchange(reported_, true) || observer_ == nullptr) return;
    const Transfer::Outcome outcome = transfer_->Describe();
    RequestRecord record;
    record.operation = operation_;
    record.method = NameOf(method_);
    record.url = url_;
    record.attempt = attempt_;
    record.status = outcome.status;
    record.bytes = outcome.bytes;
    record.duration = outcome.duration;
    record.clock_skew = outcome.clock_skew;
    record.failure = judged_;
    if (outcome.error) {
      record.failure = outcome.error->kind();
      record.failure_message = outcome.error->message();
    }
    observer_->OnRequest(record);
  }

  const std::shared_ptr<Transfer> transfer_;
  const std::shared_ptr<NetworkLoop> loop_;
  const HttpMethod method_;
  const std::string url_;
  const std::string_view operation_;
  RequestObserver* const observer_;
  const int attempt_;
  std::optional<ErrorKind> judged_;
  bool reported_ = false;
};

}  // namespace

class CurlHttpClient::Impl {
 public:
  Impl(const CurlHttpClientOptions& client_options, const Clock& used_clock)
      : options(client_options),
        clock(used_clock),
        pool(std::make_shared<BufferPool>()),
        loop(std::make_shared<NetworkLoop>(client_options)) {}
  ~Impl() { loop->Stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const CurlHttpClientOptions options;
  const Clock& clock;
  const std::shared_ptr<BufferPool> pool;
  const std::shared_ptr<NetworkLoop> loop;
};

CurlHttpClient::CurlHttpClient(const CurlHttpClientOptions& options, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, clock)) {}

CurlHttpClient::~CurlHttpClient() = default;

void CurlHttpClient::Shutdown() { impl_->loop->Stop(); }

std::unique_ptr<HttpExchange> CurlHttpClient::Send(HttpRequest request,
                                                   const RequestContext& context) {
  auto transfer = std::make_shared<Transfer>(
      Transfer::Limits{context.deadline, context.max_body_bytes, impl_->options.buffer_bytes},
      impl_->clock, impl_->pool);
  const HttpMethod method = request.method;
  auto url = SplitUrl(request.url);
  std::string shown = url ? url->shown : std::string();
  auto prepared = std::move(url).and_then([&](UrlParts parts) {
    return EasyRequest::Make(impl_->loop->TakeHandle(), std::move(request), std::move(parts),
                             context.options, impl_->options, transfer);
  });
  if (prepared) {
    using Turn = RequestQueue::Turn;
    impl_->loop->Start(std::move(*prepared), context.attempt > 1 ? Turn::kAgain : Turn::kFirst);
  } else {
    transfer->End(std::move(prepared).error());
  }
  return std::make_unique<CurlExchange>(std::move(transfer), impl_->loop, method, std::move(shown),
                                        context);
}

}  // namespace session_exporter

#include "fakes/fake_http_client.h"

#include <algorithm>
#include <span>
#include <utility>

namespace session_exporter {
namespace {

class FakeExchange final : public HttpExchange {
 public:
  FakeExchange(FakeAnswer answer, std::vector<ErrorKind>& judged)
      : answer_(std::move(answer)), judged_(judged) {}

  Result<const HttpHead*> Head() override {
    if (answer_.head_error) return tl::unexpected(*answer_.head_error);
    return &answer_.head;
  }

  // Each piece lies in memory of its own, which goes with the next call, as the contract says.
  Result<std::span<char>> ReadBody() override {
    if (at_ == answer_.body.size()) {
      if (answer_.body_error) return tl::unexpected(*answer_.body_error);
      return std::span<char>();
    }
    const std::size_t size = std::min(answer_.piece_bytes, answer_.body.size() - at_);
    std::vector<char> piece(size + kBodyPadding, '}');
    std::copy_n(answer_.body.data() + at_, size, piece.data());
    at_ += size;
    piece_ = std::move(piece);
    return std::span<char>(piece_.data(), size);
  }

  void Judge(ErrorKind failure) override { judged_.push_back(failure); }

 private:
  FakeAnswer answer_;
  std::vector<ErrorKind>& judged_;
  std::size_t at_ = 0;
  std::vector<char> piece_;
};

}  // namespace

std::unique_ptr<HttpExchange> FakeHttpClient::Send(HttpRequest request,
                                                   const RequestContext& context) {
  const std::size_t index = sent_.size();
  sent_.push_back({std::move(request), std::string(context.operation), context.deadline,
                   context.options, context.max_body_bytes, context.observer});
  if (index < answers_.size()) return std::make_unique<FakeExchange>(answers_[index], judged_);
  FakeAnswer none;
  none.head_error = Error(ErrorKind::kConnect, "the script has no further answer");
  return std::make_unique<FakeExchange>(std::move(none), judged_);
}

}  // namespace session_exporter

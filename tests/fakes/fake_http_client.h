// An HttpClient that answers from a script, in pieces of any size. In process and without threads.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "net/http_client.h"

namespace session_exporter {

struct FakeAnswer {
  HttpHead head;
  std::string body;
  std::size_t piece_bytes = 7;
  std::optional<Error> head_error;  // instead of an answer
  std::optional<Error> body_error;  // after the whole body, instead of its end
};

// What was sent, with its secrets: for tests only.
struct SentRequest {
  HttpRequest request;
  std::string operation;
  Deadline deadline;
  std::shared_ptr<const HttpOptions> options;
  std::size_t max_body_bytes = 0;
  RequestObserver* observer = nullptr;
};

class FakeHttpClient final : public HttpClient {
 public:
  // Answers are given in the order in which they were added; without one a request fails with
  // kConnect.
  void Answer(FakeAnswer answer) { answers_.push_back(std::move(answer)); }

  std::unique_ptr<HttpExchange> Send(HttpRequest request, const RequestContext& context) override;
  // What the callers made of the answers.
  [[nodiscard]] const std::vector<ErrorKind>& judged() const { return judged_; }

  [[nodiscard]] const std::vector<SentRequest>& sent() const { return sent_; }

 private:
  std::vector<FakeAnswer> answers_;
  std::vector<SentRequest> sent_;
  std::vector<ErrorKind> judged_;
};

}  // namespace session_exporter

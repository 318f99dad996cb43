#include "net/request_queue.h"

#include <algorithm>
#include <utility>

namespace session_exporter {

void RequestQueue::Add(std::unique_ptr<EasyRequest> request, Turn turn) {
  std::size_t* const of_host = &under_way_of_host_[request->Authority()];
  waiting_.push_back({std::move(request), turn, of_host});
}

std::unique_ptr<EasyRequest> RequestQueue::Next() {
  if (under_way_ >= most_) return nullptr;
  const auto next = std::find_if(waiting_.begin(), waiting_.end(), [this](const Waiting& waiting) {
    return waiting.turn == Turn::kAgain || *waiting.of_host < most_of_host_;
  });
  if (next == waiting_.end()) return nullptr;
  ++under_way_;
  ++*next->of_host;
  std::unique_ptr<EasyRequest> request = std::move(next->request);
  waiting_.erase(next);
  return request;
}

void RequestQueue::Ended(const EasyRequest& request) {
  --under_way_;
  --under_way_of_host_[request.Authority()];
}

std::unique_ptr<EasyRequest> RequestQueue::Remove(const Transfer* transfer) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
    return waiting.request->transfer().get() == transfer;
  });
  if (found == waiting_.end()) return nullptr;
  std::unique_ptr<EasyRequest> request = std::move(found->request);
  waiting_.erase(found);
  return request;
}

std::deque<std::unique_ptr<EasyRequest>> RequestQueue::RemoveAll() {
  std::deque<std::unique_ptr<EasyRequest>> all;
  for (Waiting& waiting : waiting_) all.push_back(std::move(waiting.request));
  waiting_.clear();
  return all;
}

}  // namespace session_exporter

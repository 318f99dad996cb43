#include "backends/intersight/intersight_listing.h"

#include <algorithm>
#include <utility>

namespace session_exporter {

IntersightListing::IntersightListing(const IntersightCallContext& context,
                                     std::string_view operation, BuildPage build,
                                     const Limits& limits, IntersightRows& rows)
    : context_(context),
      operation_(operation),
      build_(std::move(build)),
      limits_(limits),
      rows_(rows) {}

std::unique_ptr<IntersightCall> IntersightListing::Call(std::size_t skip,
                                                        IntersightCall::Adapt adapt) {
  return std::make_unique<IntersightCall>(
      context_, operation_,
      [this, skip] {
        return build_({skip, limits_.page_size});
      },
      std::move(adapt));
}

Result<void> IntersightListing::Start(IntersightCall::Adapt adapt) {
  first_ = Call(0, std::move(adapt));
  pages_ = 1;
  return first_->Send();
}

Result<void> IntersightListing::Finish() {
  const auto head = first_->Await();
  if (!head) return tl::unexpected(head.error());
  head_ = **head;
  const auto page = Read(*first_);
  if (!page) return tl::unexpected(page.error());
  // A server may give smaller pages than it was asked for, so the list ends here only if it says
  // so, or if it says nothing and the page is not full.
  ended_ = page->rows < limits_.page_size;
  if (read_ > 0 && read_ < Wanted()) {
    if (auto rest = ReadRest(page->rows); !rest) return rest;
  }
  cut_ = read_ >= limits_.max_rows && (count_ ? *count_ > limits_.max_rows : !ended_);
  if (count_ && read_ < Wanted()) {
    return Fail(ErrorKind::kProtocol, "Intersight counts {} rows and gave {}", *count_, read_);
  }
  return {};
}

Result<void> IntersightListing::ReadRest(std::uint64_t first_rows) {
  stride_ = first_rows;
  next_ = first_rows;
  // Known beforehand, it need not be found out page by page.
  if (count_ && 1 + (Wanted() - read_ + stride_ - 1) / stride_ > limits_.max_pages) {
    return Fail(ErrorKind::kLimit, "the list of {} rows has more than max_pages ({}) pages",
                *count_, limits_.max_pages);
  }
  while (true) {
    if (auto sent = Refill(); !sent) return sent;
    if (under_way_.empty()) return {};
    const std::unique_ptr<IntersightCall> call = std::move(under_way_.front());
    under_way_.pop_front();
    const auto head = call->Await();
    if (!head) return tl::unexpected(head.error());
    const auto page = Read(*call);
    if (!page) return tl::unexpected(page.error());
    ended_ = page->rows < stride_;
  }
}

Result<void> IntersightListing::Refill() {
  // Where nobody tells how long the list is, each page tells whether there is another.
  const std::size_t at_once = count_ ? kAtOnce : 1;
  while (under_way_.size() < at_once && next_ < Wanted()) {
    if (pages_ == limits_.max_pages) {
      return Fail(ErrorKind::kLimit, "the list has more than max_pages ({}) pages",
                  limits_.max_pages);
    }
    ++pages_;
    under_way_.push_back(Call(std::exchange(next_, next_ + stride_)));
    if (auto sent = under_way_.back()->Send(); !sent) return sent;
  }
  return {};
}

Result<IntersightPageReader::Summary> IntersightListing::Read(IntersightCall& call) {
  IntersightPageReader reader(rows_);
  const std::uint64_t repeated_before = rows_.repeated();
  if (auto read = call.Feed(reader); !read) return tl::unexpected(read.error());
  auto page = reader.Finish();
  if (!page) return page;
  const bool full = stride_ > 0 && page->rows >= stride_;
  if (full && rows_.repeated() - repeated_before == page->rows) {
    return Fail(ErrorKind::kProtocol,
                "Intersight gave the same {} rows again instead of the next page, as if it did not "
                "know $skip",
                page->rows);
  }
  read_ += page->rows;
  if (page->count) count_ = page->count;
  return page;
}

std::uint64_t IntersightListing::Wanted() const {
  const std::uint64_t there = count_ ? *count_ : ended_ ? read_ : UINT64_MAX;
  return std::min(there, limits_.max_rows);
}

}  // namespace session_exporter

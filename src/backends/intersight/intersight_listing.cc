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
  return first_->Send();
}

Result<void> IntersightListing::Finish() {
  auto all = ReadPages();
  if (all && reading_.gap) all = ReadAnew();
  if (!all) return all;
  cut_ = reading_.read >= limits_.max_rows &&
         (reading_.count ? *reading_.count > limits_.max_rows : !reading_.ended);
  return {};
}

Result<void> IntersightListing::ReadAnew() {
  anew_ = true;
  rows_.Clear();
  reading_ = {};
  first_ = Call(0);
  if (auto sent = first_->Send(); !sent) return sent;
  if (auto all = ReadPages(); !all) return all;
  if (reading_.gap) {
    return Fail(ErrorKind::kProtocol,
                "the list changed while it was read, and changed too much when it was read anew; "
                "a larger page_size or a filter for fewer sessions may help");
  }
  return {};
}

Result<void> IntersightListing::ReadPages() {
  if (auto first = ReadFirst(); !first) return first;
  while (!reading_.gap) {
    if (auto sent = Refill(); !sent) return sent;
    if (under_way_.empty()) return {};
    const Page page = std::move(under_way_.front());
    under_way_.pop_front();
    if (const auto head = page.call->Await(); !head) return tl::unexpected(head.error());
    if (auto read = ReadPage(*page.call, page.skip); !read) return read;
  }
  under_way_.clear();
  return {};
}

Result<void> IntersightListing::ReadFirst() {
  const auto head = first_->Await();
  if (!head) return tl::unexpected(head.error());
  head_ = **head;
  if (auto read = ReadPage(*first_, 0); !read) return read;
  reading_.next = reading_.stride;
  // A fourth lets 250 rows of a page of 1000 go away, and takes but a third more requests.
  if (anew_ && reading_.stride > 0) {
    reading_.overlap = std::min((reading_.stride + 3) / 4, reading_.stride - 1);
  }
  // Known beforehand, it need not be found out page by page.
  if (reading_.count && Wanted() > limits_.max_pages * reading_.stride) {
    return Fail(ErrorKind::kLimit, "the list of {} rows has more than max_pages ({}) pages",
                *reading_.count, limits_.max_pages);
  }
  return {};
}

Result<void> IntersightListing::Refill() {
  // Where nobody tells how long the list is, each page tells whether there is another.
  const std::size_t at_once = reading_.count ? kAtOnce : 1;
  while (under_way_.size() < at_once && reading_.next < Wanted()) {
    // Pages that overlap do not count as more of them.
    if (reading_.next >= limits_.max_pages * reading_.stride) {
      return Fail(ErrorKind::kLimit, "the list has more than max_pages ({}) pages",
                  limits_.max_pages);
    }
    const std::uint64_t skip = reading_.next - reading_.overlap;
    reading_.next = skip + reading_.stride;
    under_way_.push_back({skip, Call(skip)});
    if (auto sent = under_way_.back().call->Send(); !sent) return sent;
  }
  return {};
}

Result<void> IntersightListing::ReadPage(IntersightCall& call, std::uint64_t skip) {
  const std::uint64_t repeated_before = rows_.repeated();
  IntersightPageReader reader(rows_);
  if (auto read = call.Feed(reader); !read) return tl::unexpected(read.error());
  const auto page = reader.Finish();
  if (!page) return tl::unexpected(page.error());
  const std::uint64_t repeated = rows_.repeated() - repeated_before;
  if (skip == 0) reading_.stride = page->rows;
  reading_.gap = skip > 0 && MayLeaveGap(*page, repeated);
  if (reading_.gap) return {};
  if (page->count) reading_.count = page->count;
  reading_.read = skip + page->rows;
  // A server may give smaller pages than it was asked for, so the list ends here only if it says
  // so, or if it says nothing and the page is not full.
  reading_.ended = page->rows < (skip == 0 ? limits_.page_size : reading_.stride);
  return Check(skip, page->rows, repeated);
}

bool IntersightListing::MayLeaveGap(const IntersightPageReader::Summary& page,
                                    std::uint64_t repeated) const {
  if (reading_.overlap > 0) return repeated == 0;
  // A Count that grew may hide that a row went away as well.
  return page.count && reading_.count && *page.count != *reading_.count;
}

Result<void> IntersightListing::Check(std::uint64_t skip, std::uint64_t rows,
                                      std::uint64_t repeated) const {
  const bool full = rows > 0 && rows >= reading_.stride;
  if (skip > 0 && full && repeated == rows) {
    return Fail(ErrorKind::kProtocol,
                "Intersight gave the same {} rows again instead of the next page, as if it did not "
                "know $skip",
                rows);
  }
  if (!full && reading_.count && reading_.read < Wanted()) {
    return Fail(ErrorKind::kProtocol, "Intersight counts {} rows and gave {}", *reading_.count,
                reading_.read);
  }
  return {};
}

std::uint64_t IntersightListing::Wanted() const {
  const std::uint64_t there = reading_.count   ? *reading_.count
                              : reading_.ended ? reading_.read
                                               : UINT64_MAX;
  return std::min(there, limits_.max_rows);
}

}  // namespace session_exporter

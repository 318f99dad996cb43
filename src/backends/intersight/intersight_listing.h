// Reads a whole list, page by page: the first tells how many there are, the others are then asked
// for at the same time.
//
// Pages are counted off from the list's start, so a row that goes away between two pages moves all
// behind it forward, and one of them over the border into a page that was read already: it would be
// in neither. Where a page tells another Count than the one before, the list is therefore read anew
// with pages that overlap. A page that then begins with a row of the one before leaves no gap, for
// the list is ordered by what identifies its rows; so a list that changes all the time can be read
// as well, unless more rows go away between two pages than they overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "backends/intersight/intersight_call.h"
#include "backends/intersight/intersight_rows.h"

namespace session_exporter {

class IntersightListing {
 public:
  using BuildPage = std::function<HttpRequest(IntersightPage page)>;

  struct Limits {
    std::size_t page_size = 1000;
    std::size_t max_pages = 1000;
    // Pages beyond those that hold so many rows are not asked for.
    std::uint64_t max_rows = UINT64_MAX;
  };

  // `operation` is a literal; `rows` outlives the listing.
  IntersightListing(const IntersightCallContext& context, std::string_view operation,
                    BuildPage build, const Limits& limits, IntersightRows& rows);

  // Sends the request for the first page.
  Result<void> Start(IntersightCall::Adapt adapt = {});

  // Gives all rows to `rows`, in order. All or an error: kLimit for too many pages; kProtocol when
  // the pages hold fewer rows than the list counts, repeat themselves, or leave gaps when they are
  // read anew; those of the calls.
  Result<void> Finish();

  // Of the first page's answer; valid after Finish.
  [[nodiscard]] const HttpHead& head() const { return head_; }
  // The status of the first page's answer; 0 without one.
  [[nodiscard]] int status() const { return first_->status(); }
  // Whether max_rows left a part of the list out.
  [[nodiscard]] bool cut() const { return cut_; }
  // Whether the list was read anew, so that `rows` was given rows twice.
  [[nodiscard]] bool listed_anew() const { return anew_; }

 private:
  struct Page {
    std::uint64_t skip;
    std::unique_ptr<IntersightCall> call;
  };

  // One reading of the list, from its start.
  struct Reading {
    std::optional<std::uint64_t> count;  // of the list, by the latest page
    std::uint64_t stride = 0;            // rows of a full page
    std::uint64_t overlap = 0;           // rows that a page shares with the one before
    std::uint64_t read = 0;              // row behind the latest page's last
    std::uint64_t next = 0;              // row behind those of all pages asked for
    bool ended = false;                  // without a count: a page was not full
    bool gap = false;                    // rows may be missing; the reading is given up
  };

  std::unique_ptr<IntersightCall> Call(std::size_t skip, IntersightCall::Adapt adapt = {});
  Result<void> ReadAnew();
  // Reads first_ and all pages behind it, unless there is a gap.
  Result<void> ReadPages();
  Result<void> ReadFirst();
  Result<void> ReadPage(IntersightCall& call, std::uint64_t skip);
  [[nodiscard]] bool MayLeaveGap(const IntersightPageReader::Summary& page,
                                 std::uint64_t repeated) const;
  // Errors, where a page without a gap is not what it should be.
  [[nodiscard]] Result<void> Check(std::uint64_t skip, std::uint64_t rows,
                                   std::uint64_t repeated) const;
  // Sends requests for the next pages, as many as may be under way.
  Result<void> Refill();
  // How many rows there are to be read, as far as is known.
  [[nodiscard]] std::uint64_t Wanted() const;

  // Of the host's connections, which other targets may need as well.
  static constexpr std::size_t kAtOnce = 8;

  const IntersightCallContext& context_;
  std::string_view operation_;
  BuildPage build_;
  Limits limits_;
  IntersightRows& rows_;

  std::unique_ptr<IntersightCall> first_;
  std::deque<Page> under_way_;
  HttpHead head_;
  Reading reading_;
  bool anew_ = false;
  bool cut_ = false;
};

}  // namespace session_exporter

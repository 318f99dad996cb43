// Reads a whole list, page by page: the first tells how many there are, the others are then asked
// for at the same time.
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
  // the pages hold fewer rows than the list counts, or repeat themselves; those of the calls.
  Result<void> Finish();

  // Of the first page's answer; valid after Finish.
  [[nodiscard]] const HttpHead& head() const { return head_; }
  // The status of the first page's answer; 0 without one.
  [[nodiscard]] int status() const { return first_->status(); }
  // Whether max_rows left a part of the list out.
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  std::unique_ptr<IntersightCall> Call(std::size_t skip, IntersightCall::Adapt adapt = {});
  // Fails where a full page brings nothing new: the list would never end.
  Result<IntersightPageReader::Summary> Read(IntersightCall& call);
  Result<void> ReadRest(std::uint64_t first_rows);
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
  std::deque<std::unique_ptr<IntersightCall>> under_way_;
  HttpHead head_;
  std::optional<std::uint64_t> count_;  // of the list, by the latest page
  std::uint64_t read_ = 0;              // rows
  std::uint64_t pages_ = 0;             // asked for
  std::uint64_t stride_ = 0;            // rows of a full page
  std::uint64_t next_ = 0;              // row at which the next page begins
  bool ended_ = false;                  // without a count: a page was not full
  bool cut_ = false;
};

}  // namespace session_exporter

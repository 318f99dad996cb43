#include "backends/aws_ssm/aws_ssm_listing.h"

#include <utility>

namespace session_exporter {

Result<void> AwsSsmListing::ReadOn(const CollectionContext& context) {
  while (true) {
    if (pages_ == max_pages_) {
      return Fail(ErrorKind::kLimit, "the list has more than max_pages ({}) pages", max_pages_);
    }
    question_.next_token = token_;
    auto page = caller_.Ask(question_, context, rows_);
    if (!page && page.error().token_refused && !token_.empty() &&
        !std::exchange(restarted_, true)) {
      token_.clear();
      seen_.clear();
      pages_ = 0;
      rows_.Clear();
      rows_.warnings.clear();
      continue;
    }
    if (!page) return tl::unexpected(page.error().error);
    ++pages_;
    head_ = std::move(page->head);
    token_ = std::move(page->next_token);
    if (token_.empty() || rows_.Full()) return {};
    if (!seen_.insert(token_).second) {
      return Fail(ErrorKind::kProtocol, "the same page token came twice");
    }
  }
}

}  // namespace session_exporter

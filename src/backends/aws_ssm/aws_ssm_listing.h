// Reads a whole list, page by page: each page names the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "backends/aws_ssm/aws_ssm_call.h"

namespace session_exporter {

// A list that is being read; it may be left and read on later. Used by one thread at a time.
class AwsSsmListing {
 public:
  // `caller`, what `question` points to and `rows` outlive the listing; `question` has no token.
  AwsSsmListing(AwsSsmCaller& caller, const AwsSsmCaller::Question& question, std::size_t max_pages,
                AwsSsmRows& rows)
      : caller_(caller), question_(question), max_pages_(max_pages), rows_(rows) {}

  // Reads on to the end, or until the rows are full; pages may be empty or short before it. All or
  // an error: kProtocol for a page token that repeats, kLimit for too many pages, those of the
  // caller. After kTimeout it may be called again and reads on; after any other error it is of no
  // use. A token that is refused, since it may have grown old, has the list begin anew, once.
  Result<void> ReadOn(const CollectionContext& context);

  // Of the last page that was read.
  [[nodiscard]] const HttpHead& head() const { return head_; }

 private:
  AwsSsmCaller& caller_;
  AwsSsmCaller::Question question_;
  std::size_t max_pages_;
  AwsSsmRows& rows_;
  HttpHead head_;
  std::string token_;           // of the page to ask for
  std::set<std::string> seen_;  // tokens
  std::size_t pages_ = 0;       // read
  bool restarted_ = false;
};

}  // namespace session_exporter

// Writes a page in pieces, in either format. What is not asked for is not made, so a page of any
// size takes the memory of one piece.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/catalogue.h"
#include "exposition/target_page.h"
#include "exposition/text.h"

namespace session_exporter {

// A family that is not of a target: the exporter's own.
struct OwnFamily {
  Metric metric;
  std::string lines;  // finished, sorted
};

struct Page {
  std::vector<std::shared_ptr<const TargetPage>> targets;  // ordered by name
  std::vector<OwnFamily> own;
};

class PageWriter {
 public:
  static constexpr std::size_t kPieceBytes = 16U << 10U;
  // Compressing takes a twelfth less for pieces of this size.
  static constexpr std::size_t kPieceBytesToCompress = 64U << 10U;

  // Pieces are about `piece_bytes` large.
  PageWriter(Page page, ExpositionFormat format, std::size_t piece_bytes = kPieceBytes);

  // Replaces `piece` by the next one; false, and nothing in it, when the page is complete.
  bool Next(std::string& piece);

 private:
  // Lines of the targets in the family under way, until the piece is full; true when it is
  // complete.
  bool ContinueFamily(std::string& piece);
  bool ContinueTarget(const TargetPage& target, std::string& piece);
  void AppendHeader(const MetricDescription& metric, std::string& piece) const;
  void AppendOwn(Metric metric, std::string& piece) const;
  [[nodiscard]] bool Empty(Metric metric) const;

  Page page_;
  ExpositionFormat format_;
  std::size_t piece_bytes_;
  std::size_t family_ = 0;  // in the catalogue
  bool begun_ = false;      // the family's header is written
  std::size_t target_ = 0;  // under way in the family
  std::size_t row_ = 0;     // its next session
  bool ended_ = false;
};

}  // namespace session_exporter

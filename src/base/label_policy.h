// What is done to a label that holds personal data before it is shown.
#pragma once

#include <cstdint>

namespace session_exporter {

enum class LabelPolicy : std::uint8_t {
  kKeep,
  kDrop,  // shown empty: a metric has one set of labels
  kHash,  // shown as a keyed digest: the same people stay apart, and unread
};

}  // namespace session_exporter

// Turns the right answer into what a fault makes of it: another answer, or the same one badly
// delivered. Knows no vendor.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "simulator/faults.h"
#include "simulator/http_message.h"

namespace simulator {

// The answer that takes the place of the vendor's, where the faults ask for one.
std::optional<Response> SubstituteAnswer(const Request& request, const FaultSet& faults);

// `endless_item` gives one more item for a list that never ends, and `endless_opening` what comes
// before the first. Without an item (no list was asked for) the answer goes out as it is.
struct EndlessList {
  std::string opening;
  std::function<std::string()> item;
};
Steps Deliver(Response response, const FaultSet& faults, EndlessList endless);

// RFC 1952, level 6.
std::string Gzip(std::string_view plain);

// A page as the servers in front of such an API send it.
std::string ErrorPage(int status);

}  // namespace simulator

// What the simulator asks of a vendor: one such object serves one vendor's API. A new vendor is one
// more implementation of this, listed in simulator.cc; everything about listening, faults,
// recording and control comes for free.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/clock.h"
#include "simulator/delivery.h"
#include "simulator/faults.h"
#include "simulator/http_message.h"

namespace simulator {

class Routes {
 public:
  virtual ~Routes() = default;

  // Nothing when the path is not this vendor's. Applies the document faults itself. Called from
  // many threads at once.
  virtual std::optional<Response> Handle(const Request& request, const FaultSet& faults,
                                         Time now) = 0;

  // A list of sessions without end, in this vendor's form; nothing as above.
  virtual std::optional<EndlessList> Endless(const Request& request, Time now) = 0;

  // What faults by script and the counts of requests call this one, where its path does not tell it
  // from others; empty: by its path.
  virtual std::string Name(const Request& /*request*/) const { return {}; }

  // Whether the text holds one of the vendor's secrets in the form it travels in.
  virtual bool HoldsSecret(std::string_view text) const = 0;
};

}  // namespace simulator

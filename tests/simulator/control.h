// The simulator's own HTTP interface, under /simulator/:
//   GET    /simulator/faults   the script in force
//   PUT    /simulator/faults   adds an entry and answers {"id": N} (also POST); the body is
//                              {"path": "get_kasms", "fault": "status=500", "times": 3}
//   DELETE /simulator/faults   all of them, or with ?id=N one
//   GET    /simulator/stats    requests by path, connections, what the honeypot saw, the clock
//   POST   /simulator/clock    {"advance": SECONDS}
//   any    /simulator/honeypot where redirects lead; counts what arrives
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "simulator/clock.h"
#include "simulator/faults.h"
#include "simulator/http_message.h"

namespace simulator {

struct ControlContext {
  FaultScript& script;
  Clock& clock;
  std::function<std::string()> stats;  // JSON
  std::function<void(const Request&)> honeypot_visit;
};

// Nothing when the path is not under /simulator/.
std::optional<Response> HandleControl(const Request& request, const ControlContext& context);

}  // namespace simulator

// The Cisco Intersight API, as far as it is about sessions: /api/v1/iam/..., with HTTP signatures
// or OAuth2, and /iam/token.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "simulator/intersight_keys.h"
#include "simulator/intersight_signature.h"
#include "simulator/population.h"
#include "simulator/routes.h"

namespace simulator {

struct IntersightOptions {
  std::vector<IntersightKey> keys = DefaultIntersightKeys();
  std::string client_id = "demo-client";
  std::string client_secret = "demo-client-secret";
  std::chrono::seconds token_lifetime{600};
  // How far a signature's date may be from the real time, shifted by the fault `skew`: clients sign
  // with the real time, whatever the simulator's clock says. Zero: as far as it likes.
  std::chrono::seconds clock_window{900};
  std::string account_name = "example";
  // Whether the property LoginType, which came in 2026, is known.
  bool login_type = true;
};

// `population` must outlive it; `speed` is that of the clock. Throws std::invalid_argument for a
// key that cannot be read.
std::unique_ptr<Routes> MakeIntersightRoutes(IntersightOptions options, Population& population,
                                             double speed);

}  // namespace simulator

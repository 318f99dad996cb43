// The Kasm Workspaces API: /api/public/..., the same under /api/ (as 1.20 documents it) and under
// /api/admin/ (as the web interface calls it). Keys come in the body (up to 1.19) or as HTTP Basic
// (1.20).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "simulator/kasm_document.h"
#include "simulator/population.h"
#include "simulator/routes.h"

namespace simulator {

struct KasmOptions {
  std::string api_key = "demo-key";
  std::string api_key_secret = "demo-secret";
  // Of the names in Kasm's own list: sessions_view, users_view, images_view, zones_view,
  // users_auth_session.
  std::vector<std::string> permissions = {"sessions_view", "users_view", "images_view",
                                          "zones_view", "users_auth_session"};
};

// `population` must outlive it.
std::unique_ptr<Routes> MakeKasmRoutes(KasmOptions options, Population& population);

}  // namespace simulator

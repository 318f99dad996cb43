// The keys the simulated Intersight accepts unless told otherwise; their private halves are in
// tests/fixtures/intersight.
#pragma once

#include <string_view>
#include <vector>

#include "simulator/intersight_signature.h"

namespace simulator {

inline constexpr std::string_view kIntersightAccountMoid = "5f0000000000000000000001";
inline constexpr std::string_view kIntersightV2KeyId =
    "5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000003";
inline constexpr std::string_view kIntersightV3KeyId =
    "5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000004";

std::vector<IntersightKey> DefaultIntersightKeys();

}  // namespace simulator

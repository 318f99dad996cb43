// Invariants of the fuzz targets: the text goes to standard error, and libFuzzer keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void Require(bool holds, const char* invariant) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", invariant);
  std::abort();
}

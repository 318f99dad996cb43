// The one place that includes Catch2: v3 where it is installed, else v2 as Debian 12 packages it.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include "server/rate_limiter.h"

#include <chrono>

#include "catch.h"

namespace session_exporter::test {
namespace {

using std::chrono::milliseconds;

struct Bucket {
  RateLimiter limiter;
  RateLimiter::TimePoint now{std::chrono::hours(1)};

  int Passing(const RateLimit& limit, int asked) {
    int passed = 0;
    for (int i = 0; i < asked; ++i) passed += limiter.Allow(limit, now) ? 1 : 0;
    return passed;
  }
};

TEST_CASE("a burst passes, then one request an interval", "[rate]") {
  Bucket bucket;
  const RateLimit limit{milliseconds(100), 3};
  CHECK(bucket.Passing(limit, 10) == 3);
  bucket.now += milliseconds(99);
  CHECK(bucket.Passing(limit, 10) == 0);
  bucket.now += milliseconds(1);
  CHECK(bucket.Passing(limit, 10) == 1);
  bucket.now += milliseconds(250);
  CHECK(bucket.Passing(limit, 10) == 2);
  bucket.now += std::chrono::hours(24);
  CHECK(bucket.Passing(limit, 10) == 3);
}

TEST_CASE("without an interval all pass", "[rate]") {
  Bucket bucket;
  CHECK(bucket.Passing({milliseconds(0), 0}, 100) == 100);
  CHECK(bucket.Passing({milliseconds(0), 1}, 100) == 100);
}

TEST_CASE("a changed limit begins anew, the same keeps its bucket", "[rate]") {
  Bucket bucket;
  const RateLimit limit{std::chrono::hours(1), 1};
  CHECK(bucket.Passing(limit, 5) == 1);
  CHECK(bucket.Passing(RateLimit(limit), 5) == 0);
  CHECK(bucket.Passing({}, 5) == 5);
  CHECK(bucket.Passing(limit, 5) == 1);
  CHECK(bucket.Passing({std::chrono::hours(1), 2}, 5) == 2);
}

TEST_CASE("a clock that is read out of order gives nothing away", "[rate]") {
  Bucket bucket;
  const RateLimit limit{milliseconds(100), 1};
  CHECK(bucket.Passing(limit, 2) == 1);
  bucket.now -= milliseconds(500);
  CHECK(bucket.Passing(limit, 2) == 0);
  bucket.now += milliseconds(599);
  CHECK(bucket.Passing(limit, 2) == 0);
}

}  // namespace
}  // namespace session_exporter::test

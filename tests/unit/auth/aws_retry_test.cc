#include "auth/aws_retry.h"

#include <chrono>
#include <optional>
#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

AwsRetry RetryWith(AwsRetryQuota& quota, double random, int most_attempts = 3) {
  return {quota, [random] { return random; }, most_attempts};
}

struct PauseCase {
  AwsFault fault;
  double random;
  std::optional<milliseconds> first;
  std::optional<milliseconds> second;
};

TEST_CASE("three attempts, with pauses that double and vary", "[aws_retry]") {
  using enum AwsFault;
  const auto& c = GENERATE(values<PauseCase>({
      {kTransient, 0, 0ms, 0ms},
      {kTransient, 0.5, 25ms, 50ms},
      {kTransient, 0.999, 49ms, 99ms},
      {kThrottled, 0.5, 500ms, 1000ms},
      {kThrottled, 0.999, 999ms, 1998ms},
      {kLasting, 0.5, std::nullopt, std::nullopt},
  }));
  AwsRetryQuota quota;
  AwsRetry retry = RetryWith(quota, c.random);
  CHECK(retry.AfterFailure(c.fault) == c.first);
  CHECK(retry.AfterFailure(c.fault) == c.second);
  CHECK(!retry.AfterFailure(c.fault));
  CHECK(retry.failures() == 3);
}

TEST_CASE("a pause never exceeds 20 s", "[aws_retry]") {
  AwsRetryQuota quota;
  AwsRetry retry = RetryWith(quota, 0.5, 60);
  std::optional<milliseconds> last;
  for (int i = 0; i < 50; ++i) last = retry.AfterFailure(AwsFault::kThrottled);
  CHECK(last == 10s);
}

struct AskedCase {
  std::optional<milliseconds> asked;
  milliseconds pause;
};

TEST_CASE("the service can prolong a pause, by 5 s at most", "[aws_retry]") {
  const auto& c = GENERATE(values<AskedCase>({
      {std::nullopt, 500ms},
      {0ms, 500ms},
      {400ms, 500ms},
      {700ms, 700ms},
      {5500ms, 5500ms},
      {60s, 5500ms},
  }));
  AwsRetryQuota quota;
  CHECK(RetryWith(quota, 0.5).AfterFailure(AwsFault::kThrottled, c.asked) == c.pause);
}

int RetriesUntilEmpty(AwsRetryQuota& quota, AwsFault fault) {
  for (int retries = 0;; ++retries) {
    if (!RetryWith(quota, 0).AfterFailure(fault)) return retries;
  }
}

TEST_CASE("where most requests fail retries end", "[aws_retry]") {
  AwsRetryQuota quota;
  SECTION("transient failures cost 14 of 500") {
    CHECK(RetriesUntilEmpty(quota, AwsFault::kTransient) == 35);
    SECTION("10 are left, enough for two of throttling") {
      CHECK(RetriesUntilEmpty(quota, AwsFault::kThrottled) == 2);
    }
    SECTION("each success without a retry gives 1 back") {
      for (int i = 0; i < 4; ++i) RetryWith(quota, 0).AfterSuccess();
      CHECK(RetriesUntilEmpty(quota, AwsFault::kTransient) == 1);
    }
  }
  SECTION("throttling costs 5") { CHECK(RetriesUntilEmpty(quota, AwsFault::kThrottled) == 100); }
  SECTION("a retry that helped gives back what it took") {
    for (int i = 0; i < 1000; ++i) {
      AwsRetry retry = RetryWith(quota, 0);
      REQUIRE(retry.AfterFailure(AwsFault::kTransient));
      retry.AfterSuccess();
    }
    CHECK(RetriesUntilEmpty(quota, AwsFault::kTransient) == 35);
  }
  SECTION("it is never more than full") {
    for (int i = 0; i < 1000; ++i) RetryWith(quota, 0).AfterSuccess();
    CHECK(RetriesUntilEmpty(quota, AwsFault::kThrottled) == 100);
  }
}

TEST_CASE("the service's wish is read as milliseconds", "[aws_retry]") {
  HttpHead head;
  CHECK(!AwsRetryAfter(head));
  head.headers["x-amz-retry-after"] = "1500";
  CHECK(AwsRetryAfter(head) == 1500ms);
  for (const std::string bad : {"", "-1", "1.5", "1s", "99999999999999999999", " 1"}) {
    CAPTURE(bad);
    head.headers["x-amz-retry-after"] = bad;
    CHECK(!AwsRetryAfter(head));
  }
}

}  // namespace
}  // namespace session_exporter

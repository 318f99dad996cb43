#include "base/deadline.h"

#include <chrono>

#include "base/clock.h"
#include "catch.h"

namespace session_exporter {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST_CASE("a deadline that has passed leaves nothing, never less", "[deadline]") {
  const Deadline past(steady_clock::now() - hours(1));
  CHECK(past.Passed());
  CHECK(past.Remaining() == milliseconds(0));
  CHECK(Deadline::After(milliseconds(0)).Passed());
}

TEST_CASE("what remains never exceeds what was given", "[deadline]") {
  const Deadline deadline = Deadline::After(hours(1));
  CHECK_FALSE(deadline.Passed());
  CHECK(deadline.Remaining() <= hours(1));
  CHECK(deadline.Remaining() > milliseconds(hours(1)) - std::chrono::minutes(5));
}

TEST_CASE("less than a millisecond is rounded up, so that a wait is not taken for none",
          "[deadline]") {
  // What is left is either a part of a millisecond, or the deadline has passed while we looked.
  for (int i = 0; i < 100; ++i) {
    const Deadline deadline = Deadline::After(microseconds(500));
    const milliseconds left = deadline.Remaining();
    if (deadline.Passed()) continue;
    CHECK(left == milliseconds(1));
  }
}

TEST_CASE("deadlines are ordered by their point in time", "[deadline]") {
  const auto now = steady_clock::now();
  const Deadline early(now);
  const Deadline late(now + milliseconds(1));
  CHECK(early < late);
  CHECK(std::min(late, early) == early);
  CHECK(late.at() == now + milliseconds(1));
}

TEST_CASE("a deadline moves later with all of its copies, as far as it may", "[deadline]") {
  const auto now = steady_clock::now();
  Deadline deadline = Deadline::Extendable(now, now + hours(1));
  const Deadline copy = deadline;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(copy.Passed());
  deadline.ExtendTo(now + std::chrono::minutes(1));
  CHECK_FALSE(copy.Passed());
  CHECK(copy.at() == now + std::chrono::minutes(1));
  deadline.ExtendTo(now);
  CHECK(copy.at() == now + std::chrono::minutes(1));
  deadline.ExtendTo(now + hours(2));
  CHECK(copy.at() == now + hours(1));
  CHECK(copy.latest() == now + hours(1));
  Deadline fixed(now);
  fixed.ExtendTo(now + hours(1));
  CHECK(fixed.at() == now);
  CHECK(fixed.latest() == now);
}

TEST_CASE("the system clock tells civil time and a steady one", "[clock]") {
  const SystemClock clock;
  const auto before = std::chrono::system_clock::now() - std::chrono::seconds(1);
  CHECK(clock.Now() > std::chrono::time_point_cast<Microseconds>(before));
  const auto first = clock.Steady();
  CHECK(clock.Steady() >= first);
}

}  // namespace
}  // namespace session_exporter

#include "auth/credential_cache.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.h"
#include "fakes/manual_clock.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;
using Cache = CredentialCache<std::string>;

Deadline Soon() { return Deadline::After(10s); }

// Counts how often it is asked.
struct Source {
  int fetches = 0;
  std::chrono::seconds valid_for{1000};
  std::optional<Error> error;

  Result<Cache::Fetched> operator()(const Deadline& /*deadline*/) {
    ++fetches;
    if (error) return tl::unexpected(*error);
    return Cache::Fetched{"token-" + std::to_string(fetches), valid_for};
  }
};

std::string Ask(Cache& cache, Source& source, const std::string& key = "key") {
  const auto got = cache.Get(key, Soon(), std::ref(source));
  return got ? **got : std::string(ReasonOf(got.error().kind()));
}

TEST_CASE("credentials are fetched once and renewed shortly before they expire", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  CHECK(Ask(cache, source) == "token-1");
  clock.Advance(899s);
  CHECK(Ask(cache, source) == "token-1");
  clock.Advance(2s);  // a tenth of the lifetime is left
  CHECK(Ask(cache, source) == "token-2");
  clock.Advance(10s);
  CHECK(Ask(cache, source) == "token-2");
}

TEST_CASE("credentials that live long are renewed five minutes before their end", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  source.valid_for = 24h;
  CHECK(Ask(cache, source) == "token-1");
  clock.Advance(24h - 301s);
  CHECK(Ask(cache, source) == "token-1");
  clock.Advance(2s);
  CHECK(Ask(cache, source) == "token-2");
}

TEST_CASE("a renewal that fails leaves what is valid in use, until its end", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  CHECK(Ask(cache, source) == "token-1");
  source.error = Error(ErrorKind::kConnect, "refused");
  clock.Advance(950s);
  CHECK(Ask(cache, source) == "token-1");
  CHECK(source.fetches == 2);
  clock.Advance(50s);
  CHECK(Ask(cache, source) == "connect");
}

TEST_CASE("a renewal that failed is tried again after a pause", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  source.valid_for = 1h;
  CHECK(Ask(cache, source) == "token-1");
  source.error = Error(ErrorKind::kConnect, "refused");
  const auto fetches_after = [&](std::chrono::seconds wait) {
    clock.Advance(wait);
    CHECK(Ask(cache, source) == "token-1");
    return source.fetches;
  };
  CHECK(fetches_after(55min) == 2);  // five minutes are left
  CHECK(fetches_after(0s) == 2);
  CHECK(fetches_after(9s) == 2);
  CHECK(fetches_after(1s) == 3);
  CHECK(fetches_after(270s) == 4);  // twenty seconds are left: a tenth is shorter than ten
  CHECK(fetches_after(1s) == 4);
  CHECK(fetches_after(1s) == 5);
  source.error.reset();
  clock.Advance(2s);
  CHECK(Ask(cache, source) == "token-6");
}

TEST_CASE("a renewal gets a small share of the asker's time", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  std::vector<Deadline> given;
  const auto fetch = [&](Deadline deadline) -> Result<Cache::Fetched> {
    given.push_back(deadline);
    return Cache::Fetched{"token", 1000s};
  };
  const Deadline asked = GENERATE(Deadline::After(4s), Deadline::After(1h));
  const auto share = std::min<std::chrono::milliseconds>(asked.Remaining() / 4, 2s);
  REQUIRE(cache.Get("key", asked, fetch));
  clock.Advance(950s);  // they hold for 50 s
  REQUIRE(cache.Get("key", asked, fetch));
  clock.Advance(1001s);  // they have ended
  REQUIRE(cache.Get("key", asked, fetch));
  REQUIRE(given.size() == 3);
  CHECK(given[0] == asked);
  CHECK(given[1] <= Deadline::After(share));
  CHECK(given[2] == asked);
}

TEST_CASE("credentials that end during their renewal get the rest of the time", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  CHECK(Ask(cache, source) == "token-1");
  clock.Advance(950s);
  const auto got =
      cache.Get("key", Soon(),
                [&, first = true](const Deadline& /*deadline*/) mutable -> Result<Cache::Fetched> {
                  if (!std::exchange(first, false)) return Cache::Fetched{"renewed", 1000s};
                  clock.Advance(50s);
                  return Fail(ErrorKind::kTimeout, "no time");
                });
  REQUIRE(got);
  CHECK(**got == "renewed");
}

TEST_CASE("failures are not kept", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  source.error = Error(ErrorKind::kAuth, "refused");
  CHECK(Ask(cache, source) == "auth");
  source.error.reset();
  CHECK(Ask(cache, source) == "token-2");
}

TEST_CASE("keys do not share credentials", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  CHECK(Ask(cache, source, "a") == "token-1");
  CHECK(Ask(cache, source, "b") == "token-2");
  CHECK(Ask(cache, source, "a") == "token-1");
}

TEST_CASE("credentials that have ended are dropped when others come", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  const auto kept_under = [&](const std::string& key) {
    return std::weak_ptr<const std::string>(*cache.Get(key, Soon(), std::ref(source)));
  };
  const auto rotated = kept_under("old");
  clock.Advance(500s);
  const auto valid = kept_under("valid");
  CHECK(!rotated.expired());
  clock.Advance(500s);
  const auto renewed = kept_under("new");
  CHECK(rotated.expired());
  CHECK(!valid.expired());
  CHECK(!renewed.expired());
}

TEST_CASE("what is being fetched is not dropped", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  const auto got =
      cache.Get("slow", Soon(), [&](const Deadline& /*deadline*/) -> Result<Cache::Fetched> {
        CHECK(Ask(cache, source, "other") == "token-1");
        return Cache::Fetched{"slow", 1000s};
      });
  REQUIRE(got);
  CHECK(Ask(cache, source, "slow") == "slow");
  CHECK(source.fetches == 1);
}

TEST_CASE("credentials that were refused are fetched again", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  const auto first = cache.Get("key", Soon(), std::ref(source));
  REQUIRE(first);
  cache.Forget("key", *first);
  CHECK(Ask(cache, source) == "token-2");
  cache.Forget("key", *first);  // someone else who still held the first
  CHECK(Ask(cache, source) == "token-2");
}

TEST_CASE("credentials without any life left are an error, not a loop", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  source.valid_for = 0s;
  CHECK(Ask(cache, source) == "auth");
  CHECK(source.fetches == 1);
}

TEST_CASE("an exception while fetching is an error for all who wait", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  const auto got =
      cache.Get("key", Soon(), [](const Deadline& /*deadline*/) -> Result<Cache::Fetched> {
        throw std::runtime_error("no memory");
      });
  REQUIRE(!got);
  CHECK(got.error().message().find("no memory") != std::string::npos);
  Source source;
  CHECK(Ask(cache, source) == "token-1");
}

// Holds a fetch until told.
class Gate {
 public:
  void Wait() {
    ++waiting_;
    while (!open_) std::this_thread::sleep_for(1ms);
  }
  void AwaitVisitor() const {
    while (waiting_ == 0) std::this_thread::sleep_for(1ms);
  }
  void Open() { open_ = true; }

 private:
  std::atomic<bool> open_{false};
  std::atomic<int> waiting_{0};
};

TEST_CASE("those who ask while a fetch is under way share it", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Gate gate;
  std::atomic<int> fetches{0};
  const bool fails = GENERATE(false, true);
  const auto fetch = [&](const Deadline& /*deadline*/) -> Result<Cache::Fetched> {
    ++fetches;
    gate.Wait();
    if (fails) return Fail(ErrorKind::kAuth, "refused");
    return Cache::Fetched{"token", 1000s};
  };
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  std::vector<std::jthread> threads;
  const auto ask = [&] { ++(cache.Get("key", Soon(), fetch) ? good : bad); };
  threads.emplace_back(ask);
  gate.AwaitVisitor();
  for (int i = 0; i < 20; ++i) threads.emplace_back(ask);
  std::this_thread::sleep_for(20ms);  // so that most of them wait; all of them would be no other
  gate.Open();
  threads.clear();
  CHECK((fails ? bad : good) == 21);
  // Who came after the failed fetch had ended fetched anew.
  if (!fails) CHECK(fetches == 1);
}

TEST_CASE("who waits for another's fetch waits no longer than its own deadline", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Gate gate;
  std::jthread slow([&] {
    static_cast<void>(
        cache.Get("key", Soon(), [&](const Deadline& /*deadline*/) -> Result<Cache::Fetched> {
          gate.Wait();
          return Cache::Fetched{"token", 1000s};
        }));
  });
  gate.AwaitVisitor();
  Source source;
  const auto got = cache.Get("key", Deadline::After(20ms), std::ref(source));
  gate.Open();
  REQUIRE(!got);
  CHECK(got.error().kind() == ErrorKind::kTimeout);
  CHECK(source.fetches == 0);
}

TEST_CASE("a fetch that ran out of its own time is tried again by who has more", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Gate gate;
  std::jthread hasty([&] {
    static_cast<void>(
        cache.Get("key", Soon(), [&](const Deadline& /*deadline*/) -> Result<Cache::Fetched> {
          gate.Wait();
          return Fail(ErrorKind::kTimeout, "no time");
        }));
  });
  gate.AwaitVisitor();
  std::jthread opener([&] {
    std::this_thread::sleep_for(20ms);
    gate.Open();
  });
  Source source;
  CHECK(Ask(cache, source) == "token-1");
}

TEST_CASE("a renewal under way does not hold up who can use what is still valid", "[credentials]") {
  test::ManualClock clock;
  Cache cache(clock);
  Source source;
  CHECK(Ask(cache, source) == "token-1");
  clock.Advance(950s);
  Gate gate;
  std::jthread slow([&] {
    static_cast<void>(
        cache.Get("key", Soon(), [&](const Deadline& /*deadline*/) -> Result<Cache::Fetched> {
          gate.Wait();
          return Cache::Fetched{"renewed", 1000s};
        }));
  });
  gate.AwaitVisitor();
  CHECK(Ask(cache, source) == "token-1");
  gate.Open();
  slow.join();
  CHECK(Ask(cache, source) == "renewed");
}

}  // namespace
}  // namespace session_exporter

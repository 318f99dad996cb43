// Who is let in, and what a check costs: counted, not timed.
#include "server/password_checker.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "catch.h"
#include "unit/server/test_server.h"

namespace session_exporter::test {
namespace {

using Verdict = PasswordChecker::Verdict;

// Hashes of tests are "hash of PASSWORD".
class CountingMatch {
 public:
  PasswordChecker::Match function() {
    return [this](std::string_view password, const std::string& hash) {
      std::unique_lock lock(mutex_);
      checked_.push_back(hash);
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      return hash == "hash of " + std::string(password);
    };
  }
  // While it is shut, checks do not end.
  void Shut() { Set(false); }
  void Open() { Set(true); }
  void WaitUntilBegun(std::size_t checks) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, kPatience, [&] { return checked_.size() >= checks; }));
  }
  std::vector<std::string> checked() {
    const std::lock_guard lock(mutex_);
    return checked_;
  }

 private:
  void Set(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> checked_;
  bool open_ = true;
};

struct Setup {
  PasswordChecker::Users users;
  LogLines lines;
  Log log{LogLevel::kDebug, LogFormat::kLogfmt, lines.sink()};
  CountingMatch match;
  PasswordChecker checker;

  explicit Setup(PasswordChecker::Limits limits = {}) : checker(limits, match.function(), log) {
    users.emplace("alice", Secret("hash of a"));
    users.emplace("bob", Secret("hash of b"));
  }
  ~Setup() { match.Open(); }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  std::shared_ptr<Handover<Verdict>> Begin(const std::string& user, const std::string& password,
                                           const std::string& client = "192.0.2.1") {
    auto verdict = std::make_shared<Handover<Verdict>>();
    checker.Check(users, {user, Secret(password)}, client,
                  [verdict](Verdict given) { verdict->Put(given); });
    return verdict;
  }
  Verdict Ask(const std::string& user, const std::string& password) {
    return Begin(user, password)->Take();
  }
};

TEST_CASE("only a known user with the right password is let in", "[auth]") {
  Setup setup;
  CHECK(setup.Ask("alice", "a") == Verdict::kRight);
  CHECK(setup.Ask("bob", "b") == Verdict::kRight);
  CHECK(setup.Ask("alice", "b") == Verdict::kWrong);
  CHECK(setup.Ask("alice", "") == Verdict::kWrong);
  CHECK(setup.Ask("", "a") == Verdict::kWrong);
}

TEST_CASE("what is right is checked once, what is wrong each time", "[auth]") {
  Setup setup;
  for (int i = 0; i < 5; ++i) CHECK(setup.Ask("alice", "a") == Verdict::kRight);
  CHECK(setup.match.checked().size() == 1);
  for (int i = 0; i < 3; ++i) CHECK(setup.Ask("alice", "x") == Verdict::kWrong);
  CHECK(setup.match.checked().size() == 4);
}

TEST_CASE("an unknown user costs one check of a real hash, as a known one does", "[auth]") {
  Setup setup;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "nobody" + std::to_string(i);
    // Not even with the password of the hash that is tried.
    CHECK(setup.Ask(name, "a") == Verdict::kWrong);
    CHECK(setup.Ask(name, "b") == Verdict::kWrong);
    const auto checked = setup.match.checked();
    REQUIRE(checked.size() == 2 * static_cast<std::size_t>(i) + 2);
    // The same one for the same name: else the costs of two users would tell.
    CHECK(checked[checked.size() - 1] == checked[checked.size() - 2]);
  }
  const auto checked = setup.match.checked();
  CHECK(std::count(checked.begin(), checked.end(), "hash of a") > 0);
  CHECK(std::count(checked.begin(), checked.end(), "hash of b") > 0);
}

TEST_CASE("another hash, or no user any more, ends what was remembered", "[auth]") {
  Setup setup;
  CHECK(setup.Ask("alice", "a") == Verdict::kRight);
  setup.users.at("alice") = Secret("hash of new");
  CHECK(setup.Ask("alice", "a") == Verdict::kWrong);
  CHECK(setup.Ask("alice", "new") == Verdict::kRight);
  setup.users.erase("alice");
  CHECK(setup.Ask("alice", "new") == Verdict::kWrong);
  CHECK(setup.Ask("alice", "a") == Verdict::kWrong);
}

TEST_CASE("equal questions share a check, and what is remembered does not wait", "[auth]") {
  Setup setup;
  CHECK(setup.Ask("bob", "b") == Verdict::kRight);
  setup.match.Shut();
  const auto first = setup.Begin("alice", "a");
  const auto second = setup.Begin("alice", "a", "192.0.2.2");
  setup.match.WaitUntilBegun(2);
  const auto third = setup.Begin("alice", "a", "192.0.2.3");
  CHECK(setup.Ask("bob", "b") == Verdict::kRight);
  setup.match.Open();
  CHECK(first->Take() == Verdict::kRight);
  CHECK(second->Take() == Verdict::kRight);
  CHECK(third->Take() == Verdict::kRight);
  CHECK(setup.match.checked().size() == 2);
}

TEST_CASE("few wait, fewer of one client, and the others are turned away at once", "[auth]") {
  Setup setup({.waiting = 3, .waiting_of_one_client = 2, .remembered = 10});
  setup.match.Shut();
  const auto first = setup.Begin("alice", "1");
  const auto second = setup.Begin("alice", "2");
  CHECK(setup.Begin("alice", "3")->Take() == Verdict::kBusy);
  const auto other = setup.Begin("alice", "4", "192.0.2.2");
  CHECK(setup.Begin("alice", "5", "192.0.2.3")->Take() == Verdict::kBusy);
  setup.match.Open();
  CHECK(first->Take() == Verdict::kWrong);
  CHECK(second->Take() == Verdict::kWrong);
  CHECK(other->Take() == Verdict::kWrong);
  CHECK(setup.Ask("alice", "a") == Verdict::kRight);
}

TEST_CASE("what is remembered is bounded", "[auth]") {
  Setup setup({.waiting = 16, .waiting_of_one_client = 4, .remembered = 1});
  CHECK(setup.Ask("alice", "a") == Verdict::kRight);
  CHECK(setup.Ask("bob", "b") == Verdict::kRight);
  CHECK(setup.Ask("alice", "a") == Verdict::kRight);
  CHECK(setup.match.checked().size() == 3);
}

TEST_CASE("the end answers those that wait", "[auth]") {
  LogLines lines;
  Log log(LogLevel::kDebug, LogFormat::kLogfmt, lines.sink());
  CountingMatch match;
  match.Shut();
  const PasswordChecker::Users users = {{"alice", Secret("hash of a")}};
  Handover<Verdict> running;
  Handover<Verdict> waiting;
  std::thread opener;
  {
    PasswordChecker checker({}, match.function(), log);
    checker.Check(users, {"alice", Secret("a")}, "c", [&](Verdict given) { running.Put(given); });
    match.WaitUntilBegun(1);
    checker.Check(users, {"alice", Secret("b")}, "c", [&](Verdict given) { waiting.Put(given); });
    opener = std::thread([&] { match.Open(); });
  }
  opener.join();
  CHECK(running.Take() == Verdict::kRight);
  const Verdict last = waiting.Take();
  CHECK((last == Verdict::kBusy || last == Verdict::kWrong));
}

TEST_CASE("a failing answer does not end the checks", "[auth]") {
  Setup setup;
  setup.checker.Check(setup.users, {"alice", Secret("x")}, "c",
                      [](Verdict /*given*/) { throw std::runtime_error("as if"); });
  CHECK(setup.Ask("alice", "a") == Verdict::kRight);
  CHECK(setup.lines.Count("as if") == 1);
}

}  // namespace
}  // namespace session_exporter::test

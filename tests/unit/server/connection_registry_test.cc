#include "server/connection_registry.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"

namespace session_exporter::test {
namespace {

using Admission = ConnectionRegistry::Admission;

// Records that it was evicted; leaves when it is told to.
class FakeConnection : public ConnectionControl {
 public:
  explicit FakeConnection(std::string name, std::vector<std::string>* evicted)
      : name_(std::move(name)), evicted_(*evicted) {}
  void Deliver(std::optional<OutgoingResponse> /*response*/) override {}
  void Drain() override {}
  void Abort() override {}
  void Evict() override { evicted_.push_back(name_); }

 private:
  std::string name_;
  std::vector<std::string>& evicted_;
};

struct Crowd {
  ConnectionRegistry registry;
  std::vector<std::string> evicted;
  std::vector<std::shared_ptr<FakeConnection>> all;

  Crowd(std::size_t cap, std::size_t address_cap, std::size_t slow_readers = 100)
      : registry(Limits(cap, address_cap, slow_readers)) {}

  static HttpServerLimits Limits(std::size_t cap, std::size_t address_cap,
                                 std::size_t slow_readers) {
    HttpServerLimits limits;
    limits.connections = cap;
    limits.connections_of_address = address_cap;
    limits.slow_readers = slow_readers;
    return limits;
  }

  Admission Add(const std::string& name, const std::string& network) {
    all.push_back(std::make_shared<FakeConnection>(name, &evicted));
    return registry.Add(all.back(), network);
  }
  void Mark(std::size_t index, ConnectionUse use) { registry.Mark(all[index].get(), use); }
};

TEST_CASE("at the cap the one that has kept us waiting longest leaves", "[registry]") {
  Crowd crowd(3, 3);
  for (const char* name : {"a", "b", "c"}) CHECK(crowd.Add(name, name) == Admission::kAdmitted);
  crowd.Mark(0, ConnectionUse::kAtWork);
  crowd.Mark(0, ConnectionUse::kAwaitsClient);  // has just been answered
  CHECK(crowd.registry.HasRoom());
  CHECK(crowd.Add("d", "d") == Admission::kAdmitted);
  CHECK(crowd.Add("e", "e") == Admission::kAdmitted);
  CHECK(crowd.Add("f", "f") == Admission::kAdmitted);
  CHECK(crowd.evicted == std::vector<std::string>{"b", "c", "a"});
  CHECK(crowd.registry.TakeEvictions() == 3);
  CHECK(crowd.registry.TakeEvictions() == 0);
}

TEST_CASE("a connection at work, or whose answer is being read, is never evicted", "[registry]") {
  Crowd crowd(2, 2);
  crowd.Add("a", "a");
  crowd.Add("b", "b");
  crowd.Mark(0, ConnectionUse::kAtWork);
  crowd.Mark(1, ConnectionUse::kWriting);
  CHECK_FALSE(crowd.registry.HasRoom());
  // One that was accepted just before is kept all the same.
  CHECK(crowd.Add("c", "c") == Admission::kAdmitted);
  CHECK(crowd.evicted.empty());

  SECTION("but one that does not go on reading is") {
    std::this_thread::sleep_for(ConnectionRegistry::kStallTime);
    CHECK(crowd.registry.HasRoom());
    crowd.Mark(2, ConnectionUse::kAtWork);
    crowd.Add("d", "d");
    CHECK(crowd.evicted == std::vector<std::string>{"b"});
  }
  SECTION("and those that we wait for go before it") {
    std::this_thread::sleep_for(ConnectionRegistry::kStallTime);
    crowd.Add("d", "d");
    CHECK(crowd.evicted == std::vector<std::string>{"c", "b"});
  }
}

TEST_CASE("a request that comes before the eviction does saves its connection", "[registry]") {
  Crowd crowd(1, 1);
  crowd.Add("a", "a");
  crowd.Add("b", "b");
  CHECK(crowd.registry.IsEvicted(crowd.all[0].get()));
  CHECK_FALSE(crowd.registry.IsEvicted(crowd.all[1].get()));
  crowd.Mark(0, ConnectionUse::kAtWork);
  CHECK_FALSE(crowd.registry.IsEvicted(crowd.all[0].get()));
  // They are two now, so that the next takes the place of all that may leave.
  crowd.Mark(0, ConnectionUse::kAwaitsClient);
  crowd.Add("c", "c");
  CHECK(crowd.evicted == std::vector<std::string>{"a", "b", "a"});
}

TEST_CASE("of one network there are no more than its cap", "[registry]") {
  Crowd crowd(4, 2);
  crowd.Add("neighbour", "192.0.2.1");
  crowd.Add("a", "192.0.2.2");
  crowd.Add("b", "192.0.2.2");
  CHECK(crowd.Add("c", "192.0.2.2") == Admission::kAdmitted);
  CHECK(crowd.evicted == std::vector<std::string>{"a"});
  crowd.Mark(2, ConnectionUse::kAtWork);
  crowd.Mark(3, ConnectionUse::kAtWork);
  CHECK(crowd.Add("d", "192.0.2.2") == Admission::kAddressFull);
  CHECK(crowd.Add("neighbour 2", "192.0.2.1") == Admission::kAdmitted);
  CHECK(crowd.evicted.size() == 1);
}

TEST_CASE("of slow readers there are no more than their cap", "[registry]") {
  Crowd crowd(8, 8, 2);
  for (const char* name : {"a", "b", "c", "d"}) crowd.Add(name, name);
  for (const std::size_t reader : {1U, 0U}) crowd.Mark(reader, ConnectionUse::kWriting);
  crowd.Mark(2, ConnectionUse::kWriting);
  CHECK(crowd.evicted.empty());  // their answers have only just begun
  crowd.Mark(2, ConnectionUse::kAwaitsClient);
  std::this_thread::sleep_for(ConnectionRegistry::kStallTime);
  crowd.Mark(3, ConnectionUse::kWriting);
  CHECK(crowd.evicted == std::vector<std::string>{"b"});
  crowd.Mark(2, ConnectionUse::kWriting);
  CHECK(crowd.evicted == std::vector<std::string>{"b", "a"});
  crowd.registry.Remove(crowd.all[1].get());
  crowd.Mark(3, ConnectionUse::kAwaitsClient);
  crowd.Mark(3, ConnectionUse::kWriting);
  CHECK(crowd.evicted.size() == 2);
}

TEST_CASE("clients without an address are held to the total alone", "[registry]") {
  Crowd crowd(3, 1);
  for (const char* name : {"a", "b", "c"}) CHECK(crowd.Add(name, "") == Admission::kAdmitted);
  CHECK(crowd.evicted.empty());
  crowd.Add("d", "");
  CHECK(crowd.evicted == std::vector<std::string>{"a"});
}

TEST_CASE("what was evicted leaves room when it is gone", "[registry]") {
  Crowd crowd(2, 2);
  for (const char* name : {"a", "b", "c"}) crowd.Add(name, name);
  for (const std::size_t gone : {0U, 2U, 0U}) crowd.registry.Remove(crowd.all[gone].get());
  crowd.Add("d", "d");
  CHECK(crowd.evicted == std::vector<std::string>{"a"});
  crowd.registry.BeginStop();
  CHECK(crowd.Add("e", "e") == Admission::kStopping);
}

}  // namespace
}  // namespace session_exporter::test

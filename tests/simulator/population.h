// The people, machines and sessions that every simulated vendor serves. A session's whole life
// follows from the seed, its slot and the time, so Sessions(T) depends on nothing else (but for
// what clients asked for through Request, Keepalive and Destroy), and a population of 100,000 needs
// no stepping. Knows no vendor. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/clock.h"
#include "simulator/life.h"

namespace simulator {

struct PopulationOptions {
  std::uint64_t seed = 1;
  // Slots; a few percent of them are empty at any time, between one session and the next.
  std::size_t sessions = 40;
  std::size_t people = 15;
};

struct Person {
  std::string id;  // 32 hex digits
  std::string name;
  std::string first_name;
  std::string last_name;
  bool locked = false;
  bool disabled = false;
};

struct Zone {
  std::string id;
  std::string name;
};

struct Host {
  std::string id;
  std::string name;
  std::string address;
  std::size_t zone = 0;
};

struct Image {
  std::string id;
  std::string name;  // as a registry knows it; empty for a server pool
  std::string friendly_name;
  std::string picture;
  double cores = 1;
  std::int64_t memory_bytes = 0;
  int gpus = 0;
  bool server_pool = false;
};

struct Session {
  std::string id;            // 32 hex digits
  std::uint64_t random = 0;  // for whatever else a vendor wants to vary between sessions
  std::size_t slot = 0;
  State state = State::kStarting;
  bool staged = false;
  bool shared = false;
  bool server_pool = false;
  std::optional<std::size_t> person;
  std::size_t image = 0;
  std::size_t host = 0;
  Time created;
  std::optional<Time> started;
  std::optional<Time> last_contact;
  std::optional<Time> expires;
};

class Population {
 public:
  explicit Population(PopulationOptions options);

  std::vector<Session> Sessions(Time now) const;
  std::optional<Session> Find(std::string_view id, Time now) const;

  // What clients may do to it. Request returns the new session's id; the others return whether the
  // session is there.
  std::string Request(std::size_t person, std::size_t image, Time now);
  bool Keepalive(std::string_view id, Time now);
  bool Destroy(std::string_view id, Time now);
  // Grows with every change made by a client, so that a cached answer can be told from a current
  // one.
  std::uint64_t version() const;

  const std::vector<Person>& people() const { return people_; }
  const std::vector<Zone>& zones() const { return zones_; }
  const std::vector<Host>& hosts() const { return hosts_; }
  const std::vector<Image>& images() const { return images_; }

 private:
  struct Requested {
    std::size_t person;
    std::size_t image;
    Time created;
  };

  std::optional<Session> InSlot(std::size_t slot, Time now) const;
  Session FromRequest(const std::string& id, const Requested& requested, Time now) const;
  // False when the session is gone by a client's wish. Call with mutex_ held.
  bool ApplyWishes(Session& session, Time now) const;
  void MakePeople();
  void MakePlaces();
  void MakeImages();

  const PopulationOptions options_;
  std::vector<Person> people_;
  std::vector<Zone> zones_;
  std::vector<Host> hosts_;
  std::vector<Image> images_;

  mutable std::mutex mutex_;
  std::uint64_t version_ = 0;                       // guarded by mutex_
  std::map<std::string, Requested> requested_;      // guarded by mutex_
  std::map<std::string, Time, std::less<>> kept_;   // guarded by mutex_
  std::map<std::string, Time, std::less<>> ended_;  // guarded by mutex_
};

// A well mixed number that depends on all of its arguments (splitmix64).
std::uint64_t Mix(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0);

// Written with dashes, as a UUID; `id` has 32 hex digits.
std::string WithDashes(std::string_view id);
std::string WithoutDashes(std::string_view id);

}  // namespace simulator

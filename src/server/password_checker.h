// Checks passwords against bcrypt hashes on a thread of its own, since one check takes as long as
// thousands of scrapes' own work.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/secret.h"
#include "server/basic_credentials.h"

namespace session_exporter {

// Thread-safe. What is right is remembered under a digest with a random key, so that a scraper pays
// for bcrypt once, and nothing in memory tells a password. What is wrong is not: it costs a check
// each time, of which few wait and the rest is turned away.
class PasswordChecker {
 public:
  using Users = std::map<std::string, Secret, std::less<>>;  // bcrypt hashes by name
  enum class Verdict { kRight, kWrong, kBusy };
  using Done = std::function<void(Verdict)>;
  using Match = std::function<bool(std::string_view password, const std::string& hash)>;

  struct Limits {
    std::size_t waiting = 16;
    // Of those waiting, from one client: a guesser does not keep the others out.
    std::size_t waiting_of_one_client = 4;
    std::size_t remembered = 100;
  };

  PasswordChecker(Limits limits, Match match, Log& log);
  // Ends after the check under way; those that wait are kBusy.
  ~PasswordChecker();
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  // `client` is IncomingRequest::network: of IPv6 anybody has more addresses than there are places.
  // Calls `done` once: at once for what is remembered and when too many wait, else on the checker's
  // thread. `users` is not empty. An unknown user costs the check of a known one's hash, so that
  // the time does not tell them apart. Equal questions share a check.
  void Check(const Users& users, const BasicCredentials& credentials, const std::string& client,
             Done done);

 private:
  using Digest = std::array<unsigned char, 32>;

  struct Question {
    Digest digest{};
    Secret password;
    Secret hash;
    bool known = false;
    std::string client;
    std::vector<Done> askers;
  };

  Digest DigestOf(std::string_view user, std::string_view hash, std::string_view password) const;
  // The hash of a user, or the one that stands in for it.
  const Secret& HashFor(const Users& users, const std::string& name) const;
  // False when there is no room for it.
  bool Enqueue(Question& question, Done& done);
  bool IsRemembered(const Digest& digest) const;
  void Run();
  void Answer(const std::vector<Done>& askers, Verdict verdict);

  const Limits limits_;
  const Match match_;
  Log& log_;
  std::array<unsigned char, 32> key_{};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_. The first question is the one under way.
  std::deque<Question> questions_;
  std::deque<Digest> remembered_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace session_exporter

#include "server/password_checker.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace session_exporter {

PasswordChecker::PasswordChecker(Limits limits, Match match, Log& log)
    : limits_(limits), match_(std::move(match)), log_(log) {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw std::runtime_error("no random numbers");
  }
  thread_ = std::thread([this] { Run(); });
}

PasswordChecker::~PasswordChecker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  for (const Question& question : questions_) Answer(question.askers, Verdict::kBusy);
}

void PasswordChecker::Check(const Users& users, const BasicCredentials& credentials,
                            const std::string& client, Done done) {
  Question question;
  question.known = users.find(credentials.user) != users.end();
  question.hash = HashFor(users, credentials.user);
  question.password = credentials.password;
  question.client = client;
  question.digest =
      DigestOf(credentials.user, question.hash.Reveal(), credentials.password.Reveal());
  if (IsRemembered(question.digest)) return done(Verdict::kRight);
  if (!Enqueue(question, done)) return done(Verdict::kBusy);
  changed_.notify_one();
}

PasswordChecker::Digest PasswordChecker::DigestOf(std::string_view user, std::string_view hash,
                                                  std::string_view password) const {
  // The length keeps ("ab", "c") and ("a", "bc") apart; a hash has always the same.
  std::string text;
  text.reserve(sizeof(std::size_t) + user.size() + hash.size() + password.size());
  const std::size_t size = user.size();
  text.append(static_cast<const char*>(static_cast<const void*>(&size)), sizeof size);
  text.append(user).append(hash).append(password);
  Digest digest{};
  unsigned written = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       static_cast<const unsigned char*>(static_cast<const void*>(text.data())), text.size(),
       digest.data(), &written);
  OPENSSL_cleanse(text.data(), text.size());
  return digest;
}

const Secret& PasswordChecker::HashFor(const Users& users, const std::string& name) const {
  // Costs may differ between users, so it is always the same one that stands in for a name, and
  // which one nobody outside can tell. Looked for in any case: it takes time too.
  const Digest digest = DigestOf(name, {}, {});
  std::uint64_t number = 0;
  std::memcpy(&number, digest.data(), sizeof number);
  const auto other = std::next(users.begin(), static_cast<std::ptrdiff_t>(number % users.size()));
  const auto known = users.find(name);
  return known == users.end() ? other->second : known->second;
}

bool PasswordChecker::IsRemembered(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  return std::find(remembered_.begin(), remembered_.end(), digest) != remembered_.end();
}

bool PasswordChecker::Enqueue(Question& question, Done& done) {
  const std::lock_guard lock(mutex_);
  const auto same = std::find_if(questions_.begin(), questions_.end(), [&](const Question& other) {
    return other.digest == question.digest;
  });
  if (same != questions_.end()) {
    same->askers.push_back(std::move(done));
    return true;
  }
  const auto of_client =
      std::count_if(questions_.begin(), questions_.end(),
                    [&](const Question& other) { return other.client == question.client; });
  if (stopping_ || questions_.size() >= limits_.waiting ||
      static_cast<std::size_t>(of_client) >= limits_.waiting_of_one_client) {
    return false;
  }
  question.askers.push_back(std::move(done));
  questions_.push_back(std::move(question));
  return true;
}

void PasswordChecker::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
    if (stopping_) return;
    // It stays in the queue, for those who ask the same meanwhile; a deque does not move it.
    const Question& question = questions_.front();
    const Secret password = question.password;
    const std::string hash(question.hash.Reveal());
    lock.unlock();
    const bool matches = match_(password.Reveal(), hash);
    lock.lock();
    const bool right = matches && questions_.front().known;
    if (right) remembered_.push_back(questions_.front().digest);
    if (remembered_.size() > limits_.remembered) remembered_.pop_front();
    std::vector<Done> askers = std::move(questions_.front().askers);
    questions_.pop_front();
    lock.unlock();
    Answer(askers, right ? Verdict::kRight : Verdict::kWrong);
    lock.lock();
  }
}

void PasswordChecker::Answer(const std::vector<Done>& askers, Verdict verdict) {
  for (const Done& done : askers) {
    try {
      done(verdict);
    } catch (const std::exception& error) {
      log_.Failure("request handler failed", {{"error", error.what()}});
    }
  }
}

}  // namespace session_exporter

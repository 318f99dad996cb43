// Intersight's OAuth2: client credentials in, bearer tokens out, as RFC 6749 has it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "simulator/clock.h"
#include "simulator/faults.h"
#include "simulator/http_message.h"

namespace simulator {

struct TokenOptions {
  std::string client_id;
  std::string client_secret;
  std::string account_name;
  std::chrono::seconds lifetime;  // what expires_in says
  // Simulated seconds a real one; a token lives its lifetime in real seconds, and time that a test
  // adds to the clock ages it too.
  double speed = 1;
};

// Thread-safe.
class IntersightTokens {
 public:
  explicit IntersightTokens(TokenOptions options);

  // Answers a request to the token endpoint.
  Response Issue(const Request& request, const FaultSet& faults, Time now);
  bool Accepts(std::string_view token, Time now) const;
  // Whether the client's secret, in any form it travels in, or a token is in the text.
  bool IsIn(std::string_view text) const;

 private:
  bool Knows(const std::string& id, const std::string& secret) const;
  std::string MakeToken(Time now);

  const TokenOptions options_;
  const std::chrono::microseconds lifetime_;  // simulated
  mutable std::mutex mutex_;
  std::uint64_t issued_ = 0;                         // guarded by mutex_
  std::map<std::string, Time, std::less<>> tokens_;  // until when; guarded by mutex_
};

}  // namespace simulator

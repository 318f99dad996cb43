#include "simulator/aws_keys.h"

#include <utility>

#include <fmt/format.h>

#include "simulator/base64.h"
#include "simulator/population.h"

namespace simulator {
namespace {

constexpr std::string_view kSecretStart = "CANARY-AWS-TEMPORARY-SECRET-";
constexpr std::string_view kTokenStart = "CANARY-AWS-SESSION-TOKEN-";

// As long as a real one, and with the characters of base64 that mean something elsewhere.
std::string SessionToken(std::uint64_t number) {
  std::string bytes;
  for (std::uint64_t i = 0; i < 40; ++i) {
    for (std::uint64_t word = Mix(number, 21, i); word != 0; word >>= 8) {
      bytes += static_cast<char>(word & 0xff);
    }
  }
  return std::string(kTokenStart) + "/+" + Base64(bytes);
}

}  // namespace

AwsKeyRing::AwsKeyRing(const AwsOptions& options)
    : own_{options.access_key_id,
           options.secret_access_key,
           {},
           options.account,
           fmt::format("arn:aws:iam::{}:user/exporter", options.account),
           std::nullopt} {}

std::optional<AwsKey> AwsKeyRing::Find(std::string_view id) const {
  if (id == own_.id) return own_;
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) return std::nullopt;
  return found->second;
}

AwsKey AwsKeyRing::Issue(std::string account, std::string arn, Time now, Time expires) {
  const std::lock_guard lock(mutex_);
  std::erase_if(keys_, [&](const auto& entry) {
    return *entry.second.expires < now - std::chrono::hours(1);
  });
  const std::uint64_t number = ++issued_;
  AwsKey key{fmt::format("ASIACANARY{:010X}", Mix(number, 22) >> 24),
             fmt::format("{}{:016x}", kSecretStart, Mix(number, 23)),
             SessionToken(number),
             std::move(account),
             std::move(arn),
             expires};
  keys_[key.id] = key;
  return key;
}

bool AwsKeyRing::HoldsSecret(std::string_view text) const {
  return text.find(own_.secret) != std::string_view::npos ||
         text.find(kSecretStart) != std::string_view::npos ||
         text.find(kTokenStart) != std::string_view::npos;
}

}  // namespace simulator

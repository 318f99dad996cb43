#include "simulator/aws_routes.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "simulator/aws_credentials_endpoints.h"
#include "simulator/aws_keys.h"
#include "simulator/aws_signature.h"
#include "simulator/aws_sts.h"
#include "simulator/ssm_routes.h"

namespace simulator {
namespace {

class AwsRoutes : public Routes {
 public:
  AwsRoutes(AwsOptions options, const Population& population, PopulationOptions shape)
      : options_(std::move(options)),
        keys_(options_),
        ssm_(options_, keys_, population, shape),
        sts_(options_, &keys_),
        endpoints_(options_, &keys_) {}

  std::optional<Response> Handle(const Request& request, const FaultSet& faults, Time now) override;
  std::optional<EndlessList> Endless(const Request& request, Time now) override {
    if (!SsmRoutes::Takes(request)) return std::nullopt;
    return ssm_.Endless(now);
  }
  bool HoldsSecret(std::string_view text) const override;
  std::string Name(const Request& request) const override;

 private:
  Time AwsClock(const FaultSet& faults, Time now) const;

  const AwsOptions options_;
  AwsKeyRing keys_;
  SsmRoutes ssm_;
  AwsSts sts_;
  AwsCredentialsEndpoints endpoints_;
  std::atomic<std::uint64_t> answers_{0};
};

Time AwsRoutes::AwsClock(const FaultSet& faults, Time now) const {
  if (options_.simulated_clock) return now;
  const auto skew = std::chrono::duration<double>(faults.Number("skew", 0));
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) +
         std::chrono::duration_cast<std::chrono::microseconds>(skew);
}

std::optional<Response> AwsRoutes::Handle(const Request& request, const FaultSet& faults,
                                          Time now) {
  const Time aws_now = AwsClock(faults, now);
  if (auto response = endpoints_.Handle(request, faults, aws_now)) return response;
  std::optional<Response> response;
  if (SsmRoutes::Takes(request)) {
    response = ssm_.Handle(request, faults, aws_now, now);
  } else if (AwsSts::Takes(request)) {
    response = sts_.Handle(request, faults, aws_now);
  } else {
    return std::nullopt;
  }
  const std::uint64_t number = ++answers_;
  response->SetHeader("x-amzn-RequestId",
                      fmt::format("{:08x}-0000-4000-8000-{:012x}", Mix(number) >> 32, number));
  // The clock by which signatures are judged: a client corrects its own by it.
  if (options_.check_signing_time) response->SetHeader("Date", HttpDate(aws_now));
  return response;
}

bool AwsRoutes::HoldsSecret(std::string_view text) const {
  return keys_.HoldsSecret(text) || endpoints_.HoldsSecret(text) ||
         text.find(options_.web_identity_token) != std::string_view::npos;
}

std::string AwsRoutes::Name(const Request& request) const {
  if (SsmRoutes::Takes(request)) {
    std::string ignored;
    const auto authorization =
        ParseAuthorization(FindHeader(request.headers, "Authorization"), &ignored);
    const auto key = authorization ? keys_.Find(authorization->key_id) : std::nullopt;
    return fmt::format("/{}/{}/{}", FindHeader(request.headers, "X-Amz-Target"),
                       key ? key->account : "unknown",
                       key ? authorization->scope.region : "unknown");
  }
  if (AwsSts::Takes(request)) {
    const auto form = ParseForm(request.body);
    const auto value = [&](std::string_view name) {
      const auto found = form.find(name);
      return found == form.end() ? std::string() : found->second;
    };
    std::string name = "/sts." + value("Action");
    if (const std::string account = AccountOfRole(value("RoleArn")); !account.empty()) {
      name += "/" + account;
    }
    return name;
  }
  return {};
}

}  // namespace

std::unique_ptr<Routes> MakeAwsRoutes(AwsOptions options, const Population& population,
                                      PopulationOptions shape) {
  if (options.regions.empty()) throw std::invalid_argument("AWS needs a region");
  return std::make_unique<AwsRoutes>(std::move(options), population, shape);
}

}  // namespace simulator

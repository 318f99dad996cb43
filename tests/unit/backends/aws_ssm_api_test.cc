#include "backends/aws_ssm/aws_ssm_api.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.h"
#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

std::string BodyFor(AwsSsmState state, const std::vector<AwsSsmFilter>& filters,
                    std::string_view token) {
  AwsSsmConfig config;
  config.url = "https://ssm.eu-west-1.amazonaws.com";
  const HttpRequest request = BuildDescribeSessions(config, state, filters, token);
  CHECK(request.method == HttpMethod::kPost);
  CHECK(request.url == "https://ssm.eu-west-1.amazonaws.com/");
  REQUIRE(request.headers.size() == 2);
  CHECK(request.headers[0].second.Reveal() == "application/x-amz-json-1.1");
  CHECK(request.headers[1].first == "X-Amz-Target");
  CHECK(request.headers[1].second.Reveal() == "AmazonSSM.DescribeSessions");
  return std::string(request.body.Reveal());
}

TEST_CASE("DescribeSessions is asked for in AWS's words", "[aws_ssm]") {
  CHECK(BodyFor(AwsSsmState::kActive, {}, "") == R"({"State":"Active","MaxResults":200})");
  CHECK(BodyFor(AwsSsmState::kHistory, {}, "a\"b") ==
        R"({"State":"History","MaxResults":200,"NextToken":"a\"b"})");
  CHECK(BodyFor(AwsSsmState::kActive, {{"Owner", "arn:aws:iam::1:user/x"}, {"Target", "i-\"1"}},
                "t") == R"({"State":"Active","MaxResults":200,)"
                        R"("Filters":[{"key":"Owner","value":"arn:aws:iam::1:user/x"},)"
                        R"({"key":"Target","value":"i-\"1"}],"NextToken":"t"})");
}

struct WindowCase {
  std::string_view own;  // InvokedAfter of the target, empty: none
  std::string_view sent;
};

TEST_CASE("the history's window narrows the target's own, never widens it", "[aws_ssm]") {
  const auto& c = GENERATE(values<WindowCase>({
      {"", "2026-08-20T08:00:00Z"},
      {"2026-08-19T00:00:00Z", "2026-08-20T08:00:00Z"},
      {"2026-08-20T08:30:00Z", "2026-08-20T08:30:00Z"},
  }));
  std::vector<AwsSsmFilter> filters = {{"Owner", "x"}};
  if (!c.own.empty()) filters.push_back({"InvokedAfter", std::string(c.own)});
  const auto all = WithInvokedAfter(filters, *ParseTimestamp("2026-08-20 08:00:00.7"));
  REQUIRE(all.size() == 2);
  CHECK(all[0].key == "Owner");
  CHECK(all[1].key == "InvokedAfter");
  CHECK(all[1].value == c.sent);
}

struct OwnerCase {
  std::string_view owner;
  std::string_view user;
  std::string_view role;
};

TEST_CASE("an owner's ARN gives the user and the role", "[aws_ssm]") {
  const auto& c = GENERATE(values<OwnerCase>({
      {"arn:aws:sts::123456789012:assumed-role/Administrator/Mary-Major", "Mary-Major",
       "Administrator"},
      {"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/a@example.com",
       "a@example.com", "AWSReservedSSO_Ops_0123456789abcdef"},
      {"arn:aws:iam::644160558196:user/timmy", "timmy", ""},
      {"arn:aws:iam::644160558196:user/division/team/timmy", "timmy", ""},
      {"arn:aws:iam::644160558196:root", "root", ""},
      {"arn:aws-cn:iam::644160558196:user/timmy", "timmy", ""},
      {"arn:aws:sts::123456789012:federated-user/fred", "fred", ""},
      {"arn:aws:sts::123456789012:assumed-role/Only", "Only", "Only"},
      {"arn:aws:sts::123456789012:assumed-role/Role/a:b", "a:b", "Role"},
      {"timmy", "timmy", ""},
      {"arn:aws:iam", "arn:aws:iam", ""},
      {"", "", ""},
  }));
  CAPTURE(c.owner);
  CHECK(ReadAwsSsmOwner(c.owner).user == c.user);
  CHECK(ReadAwsSsmOwner(c.owner).role == c.role);
}

struct DurationCase {
  std::string_view text;
  std::optional<Microseconds> duration;
};

TEST_CASE("a session's longest duration is minutes", "[aws_ssm]") {
  const auto& c = GENERATE(values<DurationCase>({
      {"1", 1min},
      {"60", 1h},
      {"1080", 18h},  // which AWS's own pattern refuses
      {"1440", 24h},
      {"9999", 9999min},
      {"0060", 1h},
      {"0", std::nullopt},
      {"", std::nullopt},
      {"10000", std::nullopt},
      {"-5", std::nullopt},
      {"1.5", std::nullopt},
      {"60m", std::nullopt},
      {" 60", std::nullopt},
  }));
  CAPTURE(c.text);
  CHECK(ReadAwsSsmDuration(c.text) == c.duration);
}

}  // namespace
}  // namespace session_exporter

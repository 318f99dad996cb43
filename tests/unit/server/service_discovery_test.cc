#include "server/service_discovery.h"

#include "catch.h"

namespace session_exporter {
namespace {

TEST_CASE("each target is discovered as its own probe at the host that was asked", "[sd]") {
  CHECK(DescribeTargets("exporter:10470", {{"aws/eu-west-1", "aws_ssm"}, {"b", "kasm"}}) ==
        "[\n"
        " {\"targets\": [\"exporter:10470\"], \"labels\": {\"__metrics_path__\": \"/probe\", "
        "\"__param_target\": \"aws/eu-west-1\", \"instance\": \"aws/eu-west-1\", "
        "\"__meta_session_backend\": \"aws_ssm\"}},\n"
        " {\"targets\": [\"exporter:10470\"], \"labels\": {\"__metrics_path__\": \"/probe\", "
        "\"__param_target\": \"b\", \"instance\": \"b\", \"__meta_session_backend\": \"kasm\"}}\n"
        "]\n");
}

TEST_CASE("without targets the list is empty, and still JSON", "[sd]") {
  CHECK(DescribeTargets("x", {}) == "[]\n");
}

TEST_CASE("nothing breaks out of a JSON string", "[sd]") {
  const std::string json = DescribeTargets("a\"],\\\n\t\x01\xff", {{"n", "b"}});
  CHECK(json.find("[\"a\\\"],\\\\\\n\\t\xEF\xBF\xBD\xEF\xBF\xBD\"]") != std::string::npos);
}

}  // namespace
}  // namespace session_exporter

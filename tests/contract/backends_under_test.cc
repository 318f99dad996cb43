#include "contract/backends_under_test.h"

#include <fstream>
#include <stdexcept>

namespace session_exporter::test {

namespace {

// What the simulator puts into its answers begins with CANARY, as do the secrets that may be
// chosen.
constexpr const char* kCanary = "CANARY";

std::string Fixture(const std::string& name) { return SESSION_EXPORTER_FIXTURES "/" + name; }

// The lines between the markers of a PEM file: as much of a key as must not be seen.
std::vector<std::string> LinesOfKey(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("no fixture " + file);
  std::vector<std::string> lines{kCanary};
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("-----")) lines.push_back(line);
  }
  return lines;
}

}  // namespace

const std::vector<BackendUnderTest>& BackendsUnderTest() {
  static const std::string kIntersightKey = Fixture("intersight/v2_rsa.pem");
  static const std::vector<BackendUnderTest> kBackends = {
      {"kasm",
       "kasm",
       [](const std::string& base_url) {
         return "url: '" + base_url +
                "', api_key: CANARY-KEY-71c0, api_key_secret: CANARY-SECRET-9e2f";
       },
       "get_kasms",
       {kCanary}},
      {"intersight with a key",
       "intersight",
       [](const std::string& base_url) {
         return "url: '" + base_url +
                "', api_key_id: "
                "5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000003, "
                "secret_key_file: '" +
                kIntersightKey + "'";
       },
       "iam/Sessions",
       LinesOfKey(kIntersightKey),
       {},
       // A signature of another day is refused.
       {"error_message", "skew=86400", "skew=-86400"}},
      {"intersight with a token",
       "intersight",
       [](const std::string& base_url) {
         return "url: '" + base_url +
                "', oauth2: {client_id: contract, client_secret: CANARY-CLIENT-5d1a}, page_size: 7";
       },
       "iam/Sessions",
       {kCanary},
       {},
       {"error_message"}},
      {"aws_ssm",
       "aws_ssm",
       [](const std::string& base_url) {
         return "regions: [us-east-1], page_size: 7, history: {enabled: true}, endpoint_url: '" +
                base_url + "'";
       },
       "DescribeSessions",
       {kCanary},
       {{"AWS_ACCESS_KEY_ID", "AKIDCANARYEXAMPLE0001"},
        {"AWS_SECRET_ACCESS_KEY", "CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY"},
        {"AWS_CONFIG_FILE", "/nonexistent"},
        {"AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"}},
       {"error_message"}},
  };
  return kBackends;
}

std::string TargetYaml(const BackendUnderTest& backend, const std::string& name,
                       const std::string& base_url, const std::string& further) {
  std::string yaml = "{name: " + name + ", backend: " + std::string(backend.backend) + ", " +
                     backend.options(base_url);
  if (!further.empty()) yaml += ", " + further;
  return yaml + "}";
}

}  // namespace session_exporter::test

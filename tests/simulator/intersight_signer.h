// Signs requests to the simulated Intersight with the keys in tests/fixtures/intersight.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/http_message.h"
#include "simulator/intersight_keys.h"
#include "simulator/test_client.h"

namespace simulator {

std::string IntersightFixture(std::string_view name);

struct SignOptions {
  std::string key_file = "v2_rsa.pem";
  std::string key_id = std::string(kIntersightV2KeyId);
  std::string algorithm = "rsa-sha256";
  std::vector<std::string> headers = {"(request-target)", "date", "host", "content-type", "digest"};
  std::string created;
  std::string expires;
  std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
  std::string separator = ",";  // before `signature=`
  std::string zone = "GMT";
};

// The request with Host, Date, Content-Type, Digest and Authorization.
Request SignedRequest(const std::string& method, const std::string& target,
                      const SignOptions& options = {}, const std::string& body = {});

// The bytes of a signature by that key.
std::string SignText(const std::string& key_file, std::string_view text);

// Sends a signed request without a body.
Answer AskSigned(std::uint16_t port, const std::string& method, const std::string& target,
                 const SignOptions& options = {});

}  // namespace simulator

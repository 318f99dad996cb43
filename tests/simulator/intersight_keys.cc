#include "simulator/intersight_keys.h"

#include <string>

namespace simulator {
namespace {

constexpr std::string_view kV2PublicKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAz0msdVZ0wSEbJhNfkqs7
TzAwYaB0JXpHWw5fAh/uWoG9RL+RVymAKUsaLMulmaLCqr8QeDBmedXt/xQPQBI2
cN2HTTKE3V5Ut//URuN34lFpA/jw9fhK+Mo99yN1y7A2fk6wZOIn5EbJGUlJ390/
030CFO6Ml2KdXNIxwUiFgZbqgWuH0OYhBnOQ2ZguthGyRIIE6mtedL1jVzTRNXWd
FMmgHCwTuYG4m0yV3WGmeTUHvv5mGqYQuAkO8V8vrrEFVz7Ht7NFPDZGYVn1TLlq
3HdfiOAbYIyvdhO1mS5OU9pzFVQUU0DoiUg05GeUe4u44lg3roIUjF0M0x3Ppm4Z
pwIDAQAB
-----END PUBLIC KEY-----
)";
constexpr std::string_view kV3PublicKey = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGFWl47ojic+LXDAEVG6OhQYQLKf3
Wis23BPhMKlXAFpV91QafUoKbPXHBL3gy440xvWUJbXsgVSg+HKFqkIaZg==
-----END PUBLIC KEY-----
)";

}  // namespace

std::vector<IntersightKey> DefaultIntersightKeys() {
  return {{std::string(kIntersightV2KeyId), std::string(kV2PublicKey)},
          {std::string(kIntersightV3KeyId), std::string(kV3PublicKey)}};
}

}  // namespace simulator

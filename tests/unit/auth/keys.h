// The test keys of tests/fixtures, and checking what they signed with nothing of src/.
#pragma once

#include <string>
#include <string_view>

namespace session_exporter::test {

// A file below tests/fixtures.
std::string Fixture(std::string_view path);

// Whether `signature` (base64) is that of `text` by the private half of the public key in `pem`,
// with SHA-256: PKCS#1 v1.5 for RSA, DER for EC.
bool Verifies(std::string_view pem, std::string_view text, std::string_view signature);

}  // namespace session_exporter::test

// Any bytes as a private key's file: a key that signs, or an error that repeats nothing of it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auth/private_key.h"
#include "base/utf8.h"
#include "fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto key = PrivateKey::Parse(text);
  if (key) {
    static_cast<void>(key->Sign("text"));  // numbers that fit no curve fail here, which is enough
  } else {
    Require(key.error().kind() == ErrorKind::kConfig, "errors are of the configuration");
    Require(IsCleanText(key.error().message()), "messages are clean text");
  }
  return 0;
}

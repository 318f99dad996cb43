// Any bytes as an answer of get_kasms, in pieces of any size: a snapshot that keeps its promises or
// an error that can be shown.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/kasm/kasm_api.h"
#include "base/utf8.h"
#include "fuzz/check_snapshot.h"

namespace {

using namespace session_exporter;  // NOLINT(google-build-using-namespace): a program of one file

constexpr std::string_view kKey = "key-canary";
constexpr std::string_view kKeySecret = "secret-canary";

Result<Snapshot> Read(std::string_view body, std::size_t piece_bytes) {
  KasmSessionsReader::Options options;
  options.max_sessions = 20;
  options.info_labels = true;
  KasmSessionsReader reader(options);
  while (!body.empty()) {
    const std::string_view part = body.substr(0, piece_bytes);
    const std::vector<char> piece(part.begin(), part.end());  // so that reading beyond it is found
    if (auto fed = reader.Feed(piece); !fed) return tl::unexpected(fed.error());
    body.remove_prefix(part.size());
  }
  HttpHead head;
  head.status = 200;
  head.received_at = Timestamp(Microseconds(1'790'000'000'000'000));
  return reader.Finish(head, {Secret(std::string(kKey)), Secret(std::string(kKeySecret))});
}

// The document's last bracket decides: what lacks it is cut, whatever came before.
void CheckCut(std::string_view body, std::size_t piece_bytes) {
  const std::size_t last = body.rfind('}');
  Require(!Read(body.substr(0, last), piece_bytes), "a cut answer is no success");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = 1 + data[0] % 97;
  const std::string body(data + 1, data + size);
  const auto snapshot = Read(body, piece_bytes);
  if (!snapshot) {
    const std::string& message = snapshot.error().message();
    Require(IsCleanText(message), "errors can be shown");
    for (const std::string_view secret : {kKey, kKeySecret}) {
      Require(message.find(secret) == std::string::npos, "errors repeat no secret");
    }
    return 0;
  }
  test::CheckSnapshot(*snapshot, 20);
  CheckCut(body, piece_bytes);
  return 0;
}

// The path of a scrape's sessions, alone: an answer of get_kasms read into a snapshot, and the
// series of its sessions written. For counting instructions (scripts/bench.sh), not for timing.
//
//   kasm_pipeline_bench read|prepare|write|compress|both|memory [SESSIONS [REPEATS]]
//
// prepare makes the table that the series are written from; write does not count that. compress
// writes too, and compresses what it wrote. These keep
// the answer in memory, so that two counts of repeats differ by the work alone. memory makes it
// while it is read, as it would arrive, and prints how far that raised VmHWM.
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "backends/kasm/kasm_api.h"
#include "base/timestamp.h"
#include "exposition/gzip.h"
#include "exposition/page_writer.h"
#include "exposition/session_table.h"

namespace session_exporter {
namespace {

constexpr std::size_t kReadBytes = 128U << 10U;  // as libcurl hands on

constexpr std::array kMetrics = {
    Metric::kInfo,   Metric::kKeepaliveAge,   Metric::kKeepaliveTimestamp,
    Metric::kMemory, Metric::kStartTimestamp, Metric::kStatus};

// A session with every field that a real one has, in the order in which Kasm sends them.
std::string SessionJson(std::size_t i) {
  const auto id = [i](unsigned kind) {
    return fmt::format("{:08x}-{:04x}-4000-8000-{:012x}", i * 2654435761U % 0xFFFFFFFFU, kind, i);
  };
  const auto date = [i](unsigned hour) {
    return fmt::format("2026-11-23 {:02}:{:02}:{:02}.{:06}", hour, i / 60 % 60, i % 60,
                       i * 7919 % 1'000'000);
  };
  const std::string dashless = fmt::format("{:032x}", i * 40503 + 17);
  const unsigned agent = static_cast<unsigned>(i % 40);
  const unsigned image = static_cast<unsigned>(i % 25);
  return fmt::format(
      R"({{"expiration_date": "{}", "container_ip": "172.18.{}.{}", )"
      R"("server": {{"port": 443, "hostname": "agent-{}.kasm.example.com", "zone_name": "zone-{}", )"
      R"("provider": "manual"}}, "user": {{"username": "user{}@example.com"}}, )"
      R"("start_date": "{}", "point_of_presence": null, "token": "{}", "image_id": "{:032x}", )"
      R"("view_only_token": "{}", "cores": 2.0, "hostname": "agent-{}.kasm.example.com", )"
      R"("kasm_id": "{}", "port_map": {{"vnc": {{"port": 443, "path": "desktop/{}/vnc"}}, )"
      R"("audio": {{"port": 443, "path": "desktop/{}/audio"}}, )"
      R"("uploads": {{"port": 443, "path": "desktop/{}/uploads"}}}}, )"
      R"("image": {{"image_id": "{:032x}", "name": "kasmweb/image-{}:1.18.0", )"
      R"("image_src": "img/thumbnails/image-{}.png", "friendly_name": "Image {}"}}, )"
      R"("is_persistent_profile": false, "memory": 2768000000, "operational_status": "running", )"
      R"("client_settings": {{"allow_kasm_audio": true, "idle_disconnect": 20.0, )"
      R"("lock_sharing_video_mode": false, "allow_persistent_profile": true, )"
      R"("allow_kasm_clipboard_down": true, "allow_kasm_microphone": true, )"
      R"("allow_kasm_downloads": true, "allow_kasm_clipboard_up": true}}, )"
      R"("container_id": "{}{}", "port": 443, "keepalive_date": "{}", "user_id": "{}", )"
      R"("persistent_profile_mode": null, "share_id": null, "host": "10.0.0.{}", )"
      R"("server_id": "{:032x}"}})",
      date(14), i / 250 % 250, i % 250, agent, agent % 4, i * 3 / 4, date(9), dashless, image,
      dashless, agent, id(1), id(1), id(1), id(1), image, image, image, image, dashless, dashless,
      date(12), dashless, agent, agent + 1000);
}

// The answer, a session at a time.
class Answer {
 public:
  explicit Answer(std::size_t sessions) : sessions_(sessions) {}

  // Appends the next part; false at the end.
  bool Append(std::string& out) {
    if (next_ > sessions_) return false;
    if (next_ == 0) out += R"({"current_time": "2026-11-23 13:00:00.000001", "kasms": [)";
    if (next_ < sessions_) {
      if (next_ > 0) out += ", ";
      out += SessionJson(next_);
    } else {
      out += "]}";
    }
    ++next_;
    return true;
  }

 private:
  std::size_t sessions_;
  std::size_t next_ = 0;
};

[[noreturn]] void Stop(std::string_view message) {
  std::fprintf(stderr, "kasm_pipeline_bench: %.*s\n", static_cast<int>(message.size()),
               message.data());
  std::exit(1);
}

// Feeds a reader with what `next` gives until that is empty.
std::shared_ptr<const Snapshot> Read(const std::function<std::string_view()>& next) {
  KasmSessionsReader::Options options;
  options.max_sessions = 10'000'000;
  KasmSessionsReader reader(options);
  for (std::string_view piece = next(); !piece.empty(); piece = next()) {
    if (auto fed = reader.Feed(piece); !fed) Stop(fed.error().message());
  }
  HttpHead head;
  head.status = 200;
  head.received_at = *ParseTimestamp("2026-11-23 13:00:01");
  auto snapshot = reader.Finish(head, {});
  if (!snapshot) Stop(snapshot.error().message());
  return std::make_shared<const Snapshot>(std::move(*snapshot));
}

std::shared_ptr<const Snapshot> ReadDocument(std::string_view document) {
  return Read([&] {
    const std::string_view piece = document.substr(0, kReadBytes);
    document.remove_prefix(piece.size());
    return piece;
  });
}

std::shared_ptr<const Snapshot> ReadWhileMaking(std::size_t sessions) {
  Answer answer(sessions);
  std::string made;
  return Read([&]() -> std::string_view {
    made.clear();
    while (made.size() < kReadBytes && answer.Append(made)) continue;
    return made;
  });
}

std::unique_ptr<const SessionTable> Prepare(const std::shared_ptr<const Snapshot>& snapshot) {
  SessionTableOptions options;
  options.target = "kasm-production";
  options.backend = "kasm";
  options.stale_after = std::chrono::hours(1);
  options.limit = snapshot->sessions.size();
  return std::make_unique<const SessionTable>(snapshot, options);
}

// The bytes of the text, or of what it is compressed to.
std::size_t Write(const SessionTable& table, GzipStream* gzip = nullptr) {
  std::size_t bytes = 0;
  std::string piece;
  std::string compressed;
  const std::size_t piece_bytes =
      gzip == nullptr ? PageWriter::kPieceBytes : PageWriter::kPieceBytesToCompress;
  piece.reserve(piece_bytes + 1024);
  for (const Metric metric : kMetrics) {
    for (std::size_t row = 0; row < table.rows();) {
      piece.clear();
      row = table.Append(metric, row, piece_bytes, piece);
      if (gzip == nullptr) {
        bytes += piece.size();
        continue;
      }
      compressed.clear();
      gzip->Write(piece, compressed);
      bytes += compressed.size();
    }
  }
  if (gzip == nullptr) return bytes;
  compressed.clear();
  gzip->Finish(compressed);
  return bytes + compressed.size();
}

std::size_t PeakKilobytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) {
      return static_cast<std::size_t>(std::strtoull(line.c_str() + 6, nullptr, 10));
    }
  }
  Stop("no VmHWM in /proc/self/status");
}

void MeasureMemory(std::size_t sessions) {
  // Once small, so that what does not grow with the sessions is there before.
  const auto small = ReadWhileMaking(100);
  const std::size_t before = PeakKilobytes();
  const auto snapshot = ReadWhileMaking(sessions);
  const std::size_t grown = PeakKilobytes() - before;
  std::printf("%zu sessions, peak grown by %zu KiB, %.0f bytes a session\n",
              snapshot->sessions.size(), grown,
              static_cast<double>(grown) * 1024 / static_cast<double>(sessions));
}

std::size_t NumberOr(int argc, char** argv, int index, std::size_t fallback) {
  if (index >= argc) return fallback;
  const std::string_view text = argv[index];
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) Stop("not a number");
  return number;
}

int Run(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "both";
  const std::size_t sessions = NumberOr(argc, argv, 2, 10'000);
  const std::size_t repeats = NumberOr(argc, argv, 3, 1);
  if (mode == "memory") {
    MeasureMemory(sessions);
    return 0;
  }
  const bool read = mode == "read" || mode == "both";
  const bool prepare = mode == "prepare" || mode == "both";
  const bool write = mode == "write" || mode == "both";
  const bool compress = mode == "compress";
  if (!read && !prepare && !write && !compress) {
    Stop("read, prepare, write, compress, both or memory");
  }
  std::string document;
  Answer answer(sessions);
  while (answer.Append(document)) continue;
  std::shared_ptr<const Snapshot> snapshot = ReadDocument(document);
  std::unique_ptr<const SessionTable> table = Prepare(snapshot);
  std::size_t written = 0;
  for (std::size_t i = 0; i < repeats; ++i) {
    if (read) snapshot = ReadDocument(document);
    if (prepare) table = Prepare(snapshot);
    if (write) written += Write(*table);
    if (compress) written += Write(*table, GzipStream::Create().get());
  }
  if (snapshot->sessions.size() != sessions || !snapshot->parse_warnings.empty()) {
    Stop("the answer was not read whole");
  }
  std::printf("%zu sessions of %zu bytes, %zu bytes written each time\n", sessions,
              sessions > 0 ? document.size() / sessions : 0, repeats > 0 ? written / repeats : 0);
  return 0;
}

}  // namespace
}  // namespace session_exporter

int main(int argc, char** argv) { return session_exporter::Run(argc, argv); }

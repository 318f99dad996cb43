// A client that sends exactly the bytes it is told to and sees exactly what comes back. Everything
// it waits for has a deadline of 60 s, past which it throws, as it does for a connection it cannot
// make.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace session_exporter::test {

struct Reply {
  int status = 0;
  std::string head;  // status line and headers, without the empty line
  std::string body;  // without the framing of chunks
  std::size_t chunks = 0;
  bool complete = false;  // false when the connection ended in the middle

  // By its name in any case; nothing when it is not there.
  [[nodiscard]] std::optional<std::string> Header(std::string_view name) const;
};

enum class Ending { kClosed, kReset };
enum class BodyOf { kGet, kHead };

class RawClient {
 public:
  enum class Window { kNormal, kSmall };  // of the receive buffer

  // "127.0.0.1:1234" or "[::1]:1234".
  explicit RawClient(std::string_view address, Window window = Window::kNormal);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  // A server that closes meanwhile is no failure.
  void Send(std::string_view bytes);
  void FinishSending();
  void Close();

  Reply ReadReply(BodyOf method = BodyOf::kGet);
  Reply Exchange(std::string_view request) {
    Send(request);
    return ReadReply();
  }
  // Waits until the server ends the connection; `rest` gets what came before.
  Ending ReadToEnd(std::string* rest = nullptr);
  // True when something (bytes or the end) comes within `time`.
  [[nodiscard]] bool HasInput(std::chrono::milliseconds time) const;

 private:
  // Reads more into received_; false at the end of the connection.
  bool Fill();
  bool FillTo(std::size_t size);
  std::optional<std::string> TakeLine();
  bool ReadChunks(Reply& reply);

  int socket_ = -1;
  std::string received_;
  std::optional<Ending> ending_;
};

}  // namespace session_exporter::test

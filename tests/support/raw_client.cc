#include "support/raw_client.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace session_exporter::test {
namespace {

// Far above what any answer takes, on a busy machine and under a sanitizer; only a fault runs into
// it.
constexpr std::chrono::milliseconds kDeadline{60'000};

void Check(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("raw client: ") + what);
}

}  // namespace

std::optional<std::string> Reply::Header(std::string_view name) const {
  std::size_t start = head.find("\r\n");
  while (start != std::string::npos) {
    start += 2;
    const std::size_t end = head.find("\r\n", start);
    const std::string line = head.substr(start, end == std::string::npos ? end : end - start);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        strncasecmp(line.c_str(), name.data(), name.size()) == 0) {
      return line.substr(std::min(line.find_first_not_of(' ', name.size() + 1), line.size()));
    }
    start = end;
  }
  return std::nullopt;
}

RawClient::RawClient(std::string_view address, Window window) {
  const std::size_t colon = address.rfind(':');
  std::string host(address.substr(0, colon));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port(address.substr(colon + 1));
  Check(getaddrinfo(host.c_str(), port.c_str(), &hints, &found) == 0, "address");
  socket_ = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
  if (window == Window::kSmall) {
    const int size = 4096;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  const int result = connect(socket_, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (result != 0) Close();
  Check(result == 0, "connection refused");
}

RawClient::~RawClient() { Close(); }

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      received_(std::move(other.received_)),
      ending_(other.ending_) {}

void RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::FinishSending() { shutdown(socket_, SHUT_WR); }

void RawClient::Close() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

bool RawClient::HasInput(std::chrono::milliseconds time) const {
  pollfd waited{socket_, POLLIN, 0};
  return poll(&waited, 1, static_cast<int>(time.count())) > 0;
}

bool RawClient::Fill() {
  if (ending_) return false;
  Check(HasInput(kDeadline), "nothing received within 60 s");
  std::array<char, 65536> bytes;
  const ssize_t size = recv(socket_, bytes.data(), bytes.size(), 0);
  if (size > 0) {
    received_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
  }
  ending_ = size == 0 ? Ending::kClosed : Ending::kReset;
  return false;
}

bool RawClient::FillTo(std::size_t size) {
  while (received_.size() < size) {
    if (!Fill()) return false;
  }
  return true;
}

std::optional<std::string> RawClient::TakeLine() {
  std::size_t end = std::string::npos;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

bool RawClient::ReadChunks(Reply& reply) {
  for (;;) {
    const auto line = TakeLine();
    if (!line) return false;
    const std::size_t size = std::stoul(*line, nullptr, 16);
    if (!FillTo(size + 2)) return false;
    Check(received_.compare(size, 2, "\r\n") == 0, "chunk without its end");
    if (size > 0) ++reply.chunks;
    reply.body.append(received_, 0, size);
    received_.erase(0, size + 2);
    if (size == 0) return true;
  }
}

Reply RawClient::ReadReply(BodyOf method) {
  Reply reply;
  for (;;) {
    const auto line = TakeLine();
    if (!line) return reply;
    if (line->empty()) break;
    if (!reply.head.empty()) reply.head += "\r\n";
    reply.head += *line;
  }
  Check(reply.head.starts_with("HTTP/1.1 "), "no status line");
  reply.status = std::stoi(reply.head.substr(9, 3));
  const auto length = reply.Header("Content-Length");
  if (method == BodyOf::kHead || reply.status / 100 == 1 || reply.status == 204) {
    reply.complete = true;
  } else if (reply.Header("Transfer-Encoding") == "chunked") {
    reply.complete = ReadChunks(reply);
  } else if (length) {
    reply.complete = FillTo(std::stoul(*length));
    reply.body = received_.substr(0, std::stoul(*length));
    received_.erase(0, reply.body.size());
  } else {
    reply.complete = ReadToEnd(&reply.body) == Ending::kClosed;
  }
  return reply;
}

Ending RawClient::ReadToEnd(std::string* rest) {
  while (Fill()) {
  }
  if (rest != nullptr) *rest = received_;
  received_.clear();
  return *ending_;
}

}  // namespace session_exporter::test

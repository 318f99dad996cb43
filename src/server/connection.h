// One client connection: reads requests, hands them on, writes the answers, one at a time and in
// order. Private to http_server.cc.
//
// `Stream` is a socket or a TLS stream over one; all that differs between them is in stream.h.
#pragma once

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "base/result.h"
#include "server/request_reader.h"
#include "server/response_head.h"
#include "server/server_core.h"
#include "server/stream.h"

namespace session_exporter {

// Everything runs on the stream's strand but for the calls of ConnectionControl, which hop to it.
// Kept alive by the registry until it closes, and by its operations under way. One timer holds the
// deadline of the present phase; a phase has at most one operation of the stream under way.
template <typename Stream>
class Connection final : public ConnectionControl,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(ServerCore& core, Stream stream)
      : core_(core), stream_(std::move(stream)), timer_(stream_.get_executor()) {}

  void Start();

  void Deliver(std::optional<OutgoingResponse> response) override;
  void Drain() override;
  void Abort() override;
  void Evict() override;

 private:
  enum class Phase {
    kWaiting,    // for the first byte of a request
    kHeader,     // in the middle of it
    kBody,       // its header is read
    kHandling,   // the Responder has it
    kWriting,    // the answer
    kLingering,  // for the client to close first
    kClosed,
  };

  auto Self() { return this->shared_from_this(); }
  auto& Socket() { return stream_.lowest_layer(); }

  void EnterPhase(Phase phase, std::chrono::milliseconds limit);
  void OnTimer();
  void Open();

  void BeginRequest();
  void Advance();
  void Read();
  void OnRead(const error_code& error, std::size_t size);
  void SendContinue();
  void Refuse(const Refusal& refusal);
  void Handle();

  void OnDelivered(std::optional<OutgoingResponse> response);
  void BeginAnswer(OutgoingResponse response);
  void WriteWhole();
  void WritePiece();
  bool PullPiece();
  void OnPieceWritten();
  void WriteEnd();
  template <typename Buffers>
  void Write(const Buffers& buffers, void (Connection::*next)());
  void EndAnswer();

  void Linger();
  void Discard();
  void Close();
  void Leave();
  void Reset();

  ServerCore& core_;
  Stream stream_;
  net::steady_timer timer_;
  std::string remote_address_;
  std::string network_;

  Phase phase_ = Phase::kWaiting;
  bool kept_ = false;       // has answered a request before
  bool reprieved_ = false;  // was to be evicted since the last one
  bool timed_out_ = false;  // the read under way is being cancelled for it
  bool draining_ = false;

  std::array<char, 4096> received_{};
  std::string unread_;  // not yet consumed by the reader; pipelined requests wait here
  std::optional<RequestReader> reader_;

  // Of the answer under way.
  bool head_only_ = false;
  Framing framing_;
  OutgoingResponse response_;
  std::string head_;  // and, later in a stream, what goes in front of a piece
  std::string piece_;
};

}  // namespace session_exporter

#include "server/connection_impl.h"

// The definitions of Connection. Included by connection.h only.
#pragma once

namespace session_exporter {

// How long a client has to close after an answer that ends the connection. Closing first would,
// with bytes of the client still unread, reset the connection, and the answer might be lost with
// it.
inline constexpr std::chrono::milliseconds kLingerTime{1'000};

template <typename Stream>
void Connection<Stream>::Start() {
  net::dispatch(stream_.get_executor(), [self = Self()] { self->Open(); });
}

template <typename Stream>
void Connection<Stream>::Deliver(std::optional<OutgoingResponse> response) {
  net::post(stream_.get_executor(), [self = Self(), held = std::move(response)]() mutable {
    self->OnDelivered(std::move(held));
  });
}

template <typename Stream>
void Connection<Stream>::Drain() {
  net::post(stream_.get_executor(), [self = Self()] {
    self->draining_ = true;
    const bool answering = self->phase_ == Phase::kHandling || self->phase_ == Phase::kWriting;
    if (!answering) self->Close();
  });
}

template <typename Stream>
void Connection<Stream>::Abort() {
  net::post(stream_.get_executor(), [self = Self()] {
    const bool answering = self->phase_ == Phase::kHandling || self->phase_ == Phase::kWriting;
    answering ? self->Reset() : self->Close();
  });
}

template <typename Stream>
void Connection<Stream>::Evict() {
  net::post(stream_.get_executor(), [self = Self()] {
    if (!self->core_.connections.IsEvicted(self.get())) return;
    // Its request may be here already, with a read that is done or is about to begin: a client is
    // not lost because we were slow to look. Once for each request, or whoever goes on sending
    // could not be evicted.
    const bool reading = self->phase_ == Phase::kWaiting && self->reader_;
    if (!reading || std::exchange(self->reprieved_, true)) return self->Leave();
    error_code ignored;
    self->Socket().cancel(ignored);
  });
}

template <typename Stream>
void Connection<Stream>::EnterPhase(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  core_.connections.Mark(
      this, phase == Phase::kWriting ? ConnectionUse::kWriting : ConnectionUse::kAwaitsClient);
  timer_.expires_after(limit);
  timer_.async_wait([self = Self()](const error_code& cancelled) {
    if (!cancelled) self->OnTimer();
  });
}

template <typename Stream>
void Connection<Stream>::OnTimer() {
  // Set anew while this call was queued already.
  if (std::chrono::steady_clock::now() < timer_.expiry()) return;
  error_code ignored;
  switch (phase_) {
    case Phase::kHeader:
    case Phase::kBody:
      timed_out_ = true;
      Socket().cancel(ignored);
      break;
    case Phase::kWriting:
      core_.log.Debug("answer cut, the client reads too slowly", {{"remote", remote_address_}});
      Reset();
      break;
    case Phase::kWaiting:
    case Phase::kLingering:
      Close();
      break;
    case Phase::kHandling:
    case Phase::kClosed:
      break;
  }
}

template <typename Stream>
void Connection<Stream>::Open() {
  if (phase_ == Phase::kClosed) return;
  error_code error;
  const auto remote = Socket().remote_endpoint(error);
  if (error) return Close();
  remote_address_ = FormatEndpoint(remote);
  network_ = FormatNetwork(remote);
  EnterPhase(Phase::kWaiting, core_.limits.header_time);
  AsyncOpen(stream_, [self = Self()](const error_code& failed) {
    if (self->phase_ == Phase::kClosed) return;
    if (failed) {
      self->core_.log.Debug("no connection",
                            {{"remote", self->remote_address_}, {"error", failed.message()}});
      return self->Close();
    }
    self->reader_.emplace(self->core_.limits);
    self->Read();
  });
}

// After an answer on a kept connection.
template <typename Stream>
void Connection<Stream>::BeginRequest() {
  kept_ = true;
  reprieved_ = false;
  reader_.emplace(core_.limits);
  if (unread_.empty()) {
    EnterPhase(Phase::kWaiting, core_.limits.idle_time);
    return Read();
  }
  EnterPhase(Phase::kHeader, core_.limits.header_time);
  Advance();
}

template <typename Stream>
void Connection<Stream>::Advance() {
  const RequestReader::Progress progress = reader_->Advance(unread_);
  unread_.erase(0, progress.consumed);
  if (phase_ == Phase::kHeader && reader_->header_done()) {
    EnterPhase(Phase::kBody, core_.limits.header_time);
  }
  switch (progress.step) {
    case RequestReader::Step::kMore:
      return Read();
    case RequestReader::Step::kContinue:
      return SendContinue();
    case RequestReader::Step::kRefused:
      return Refuse(reader_->refusal());
    case RequestReader::Step::kDone:
      return Handle();
  }
}

template <typename Stream>
void Connection<Stream>::Read() {
  if (timed_out_) return Refuse({408, "the request took too long"});
  stream_.async_read_some(
      net::buffer(received_),
      [self = Self()](const error_code& error, std::size_t size) { self->OnRead(error, size); });
}

template <typename Stream>
void Connection<Stream>::OnRead(const error_code& error, std::size_t size) {
  if (phase_ == Phase::kClosed) return;
  if (timed_out_) return Refuse({408, "the request took too long"});
  if (phase_ == Phase::kWaiting && core_.connections.IsEvicted(this)) {
    error_code ignored;
    if (error && Socket().available(ignored) == 0) return Leave();
    core_.connections.Mark(this, ConnectionUse::kAwaitsClient);
    if (error) return Read();
  }
  if (error) return Close();
  if (phase_ == Phase::kWaiting) {
    // The time of a fresh connection runs from the accept on.
    phase_ = Phase::kHeader;
    if (kept_) EnterPhase(Phase::kHeader, core_.limits.header_time);
  }
  unread_.append(received_.data(), size);
  Advance();
}

template <typename Stream>
void Connection<Stream>::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  Write(net::buffer(kContinue), &Connection::Read);
}

template <typename Stream>
void Connection<Stream>::Refuse(const Refusal& refusal) {
  core_.log.Debug("request refused", {{"status", std::to_string(refusal.status)},
                                      {"reason", refusal.reason},
                                      {"remote", remote_address_}});
  head_only_ = false;
  framing_ = {};
  framing_.keep_alive = false;
  BeginAnswer(PlainText(refusal.status, refusal.reason + "\n"));
}

template <typename Stream>
void Connection<Stream>::Handle() {
  timer_.cancel();
  phase_ = Phase::kHandling;
  core_.connections.Mark(this, ConnectionUse::kAtWork);
  framing_ = {};
  framing_.version = reader_->version();
  framing_.keep_alive = reader_->keep_alive();
  IncomingRequest request = reader_->TakeRequest();
  request.remote_address = remote_address_;
  request.network = network_;
  head_only_ = request.method == "HEAD";

  const auto answerer =
      std::make_shared<Answerer>(core_.shared_from_this(), this->weak_from_this());
  try {
    core_.handler(std::move(request),
                  [answerer](OutgoingResponse response) { answerer->Answer(std::move(response)); });
  } catch (const std::exception& error) {
    core_.log.Failure("request handler failed", {{"error", error.what()}});
    answerer->Answer(PlainText(500, "internal error\n"));
  }
}

template <typename Stream>
void Connection<Stream>::OnDelivered(std::optional<OutgoingResponse> response) {
  if (phase_ != Phase::kHandling) return;  // the client is gone
  if (!response) {
    core_.log.Failure("request dropped without an answer");
    response = PlainText(500, "internal error\n");
  } else if (!HeadersAreClean(*response)) {
    core_.log.Failure("answer with a line break in a header");
    response = PlainText(500, "internal error\n");
  }
  BeginAnswer(*std::move(response));
}

template <typename Stream>
void Connection<Stream>::BeginAnswer(OutgoingResponse response) {
  EnterPhase(Phase::kWriting, core_.limits.write_time);
  response_ = std::move(response);
  if (response_.stream != nullptr) {
    const bool chunked = framing_.version == HttpVersion::kHttp11;
    framing_.end = chunked ? BodyEnd::kChunks : BodyEnd::kClose;
    if (!chunked) framing_.keep_alive = false;
  } else {
    framing_.end = BodyEnd::kLength;
    framing_.length = response_.body.size();
  }
  if (draining_) framing_.keep_alive = false;
  head_ = FormatHead(response_, framing_,
                     std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  if (head_only_ || IsBodiless(response_.status)) {
    response_.stream.reset();
    response_.body.clear();
  }
  response_.stream != nullptr ? WritePiece() : WriteWhole();
}

template <typename Stream>
void Connection<Stream>::WriteWhole() {
  const std::array buffers = {net::buffer(std::as_const(head_)),
                              net::buffer(std::as_const(response_.body))};
  Write(buffers, &Connection::EndAnswer);
}

template <typename Stream>
void Connection<Stream>::WritePiece() {
  try {
    if (!PullPiece()) return WriteEnd();
  } catch (const std::exception& error) {
    core_.log.Failure("answer cut, its source failed", {{"error", error.what()}});
    return Reset();
  }
  const bool chunked = framing_.end == BodyEnd::kChunks;
  if (chunked) {
    head_ += fmt::format("{:x}\r\n", piece_.size());
    piece_ += "\r\n";
  }
  const std::array buffers = {net::buffer(std::as_const(head_)),
                              net::buffer(std::as_const(piece_))};
  Write(buffers, &Connection::OnPieceWritten);
}

// Replaces piece_; false at the end. Skips empty pieces: an empty chunk would end the body.
template <typename Stream>
bool Connection<Stream>::PullPiece() {
  do {
    piece_.clear();
    if (!response_.stream->Next(piece_)) return false;
  } while (piece_.empty());
  return true;
}

template <typename Stream>
void Connection<Stream>::OnPieceWritten() {
  core_.connections.Mark(this, ConnectionUse::kWriting);
  head_.clear();
  WritePiece();
}

template <typename Stream>
void Connection<Stream>::WriteEnd() {
  if (framing_.end == BodyEnd::kChunks) head_ += "0\r\n\r\n";
  if (head_.empty()) return EndAnswer();
  Write(net::buffer(std::as_const(head_)), &Connection::EndAnswer);
}

template <typename Stream>
template <typename Buffers>
void Connection<Stream>::Write(const Buffers& buffers, void (Connection::*next)()) {
  net::async_write(stream_, buffers,
                   [self = Self(), next](const error_code& error, std::size_t /*size*/) {
                     if (self->phase_ == Phase::kClosed) return;
                     if (error) return self->Close();
                     (self.get()->*next)();
                   });
}

template <typename Stream>
void Connection<Stream>::EndAnswer() {
  response_ = {};
  piece_ = {};
  if (draining_ || !framing_.keep_alive) return Linger();
  BeginRequest();
}

template <typename Stream>
void Connection<Stream>::Linger() {
  EnterPhase(Phase::kLingering, kLingerTime);
  AsyncClose(stream_, [self = Self()] {
    error_code ignored;
    const bool unread = self->Socket().available(ignored) > 0;
    // A server that stops does not wait for clients which only keep their connection.
    self->draining_ && !unread ? self->Close() : self->Discard();
  });
}

template <typename Stream>
void Connection<Stream>::Discard() {
  stream_.async_read_some(net::buffer(received_),
                          [self = Self()](const error_code& error, std::size_t /*size*/) {
                            if (self->phase_ == Phase::kClosed) return;
                            error ? self->Close() : self->Discard();
                          });
}

template <typename Stream>
void Connection<Stream>::Close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  timer_.cancel();
  error_code ignored;
  Socket().close(ignored);
  core_.connections.Remove(this);
}

// Evicted. Not just closed: what it has not read yet would stay with the kernel for minutes.
template <typename Stream>
void Connection<Stream>::Leave() {
  core_.log.Debug("connection evicted", {{"remote", remote_address_}});
  Reset();
}

// Where the end of the body is the end of the connection, only a reset tells the client that it was
// cut.
template <typename Stream>
void Connection<Stream>::Reset() {
  error_code ignored;
  Socket().set_option(net::socket_base::linger(true, 0), ignored);
  Close();
}

}  // namespace session_exporter

#include "config/secret_source.h"

#include <mutex>
#include <utility>

#include "config/secret_file.h"

namespace session_exporter {

struct SecretSource::State {
  explicit State(std::string file) : path(std::move(file)) {}

  const std::string path;  // empty for a value
  std::mutex mutex;
  SecretFile last;  // guarded by mutex; not settled when there is nothing to keep
};

SecretSource SecretSource::FromValue(Secret value) {
  SecretSource source;
  source.state_ = std::make_shared<State>(std::string());
  source.state_->last.secret = std::move(value);
  return source;
}

SecretSource SecretSource::FromFile(std::string path) {
  SecretSource source;
  source.state_ = std::make_shared<State>(std::move(path));
  return source;
}

const std::string& SecretSource::path() const {
  static const std::string kNone;
  return state_ == nullptr ? kNone : state_->path;
}

Result<Secret> SecretSource::Read() const {
  if (empty()) return Fail(ErrorKind::kConfig, "no secret is configured");
  State& state = *state_;
  if (state.path.empty()) return state.last.secret;  // never written again, so without the lock

  const Result<FileIdentity> identity = IdentifyFile(state.path);
  if (!identity) return Annotate(identity.error(), "secret file {}", state.path);
  {
    const std::lock_guard lock(state.mutex);
    if (state.last.settled && state.last.identity == *identity) return state.last.secret;
  }
  // Two threads may both read the new file; whichever stores last, the identity stored with it
  // tells the next call whether it is the latest.
  Result<SecretFile> file = ReadSecretFile(state.path);
  if (!file) return Annotate(std::move(file).error(), "secret file {}", state.path);
  Secret secret = file->secret;
  const std::lock_guard lock(state.mutex);
  state.last = *std::move(file);
  return secret;
}

bool operator==(const SecretSource& a, const SecretSource& b) {
  if (a.state_ == b.state_) return true;
  if (a.empty() || b.empty() || a.path() != b.path()) return false;
  // Of a value, `last` is never written again.
  return !a.path().empty() || a.state_->last.secret.Reveal() == b.state_->last.secret.Reveal();
}

}  // namespace session_exporter

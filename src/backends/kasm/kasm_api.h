// Kasm's developer API as pure functions: what to send, and what an answer means. No socket and no
// clock. README.md in this folder tells where the facts of the wire come from.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "backends/kasm/kasm_config.h"
#include "base/result.h"
#include "base/secret.h"
#include "json/list_reader.h"
#include "model/session_list.h"
#include "model/snapshot.h"
#include "net/http_client.h"

namespace session_exporter {

struct KasmCredentials {
  Secret api_key;
  Secret api_key_secret;
};

// POST {url}{api_path}/get_kasms: the sessions of all users.
HttpRequest BuildGetKasms(const KasmConfig& config, const KasmCredentials& credentials);

// What a status other than 200 means.
Error ErrorOfKasmStatus(const HttpHead& head);

// Every operational_status that Kasm is known or thought to use.
std::span<const StatusPair> KasmStatuses();

// Reads the answer of get_kasms while it arrives.
class KasmSessionsReader {
 public:
  struct Options {
    std::size_t max_sessions = 50'000;
    std::chrono::milliseconds idle_after{300'000};
    bool info_labels = false;  // read the fields that only info_labels show
  };

  explicit KasmSessionsReader(const Options& options);

  // Errors: kProtocol, kLimit.
  Result<void> Feed(std::span<const char> piece);

  // At the answer's end; `head` tells when it came and, where current_time is missing, the
  // backend's clock. Errors: kBackend for an error_message (which is quoted, unless it repeats one
  // of the credentials or a value of `headers`, which the request had besides), kProtocol.
  Result<Snapshot> Finish(const HttpHead& head, const KasmCredentials& credentials,
                          std::span<const std::pair<std::string, Secret>> headers = {});

 private:
  void ReadSession(Fields& fields);
  void ReadLabels(Fields& fields, Session& session);
  void ReadInfo(Fields& fields, Session& session);
  void ReadStatus(Fields& fields, Session& session);
  void ReadBackendTime(const HttpHead& head);
  // What depends on the backend's clock, which may come after the list.
  void SettleSession(Session& session);
  Symbol Text(Fields& fields, std::initializer_list<std::size_t> alternatives);
  Symbol Id(Fields& fields, std::size_t field);

  Options options_;
  Snapshot snapshot_;
  SessionList list_;
  ListReader reader_;
  Symbol shared_;
  Symbol not_shared_;
  std::string scratch_;
};

}  // namespace session_exporter

#include "unit/backends/read_kasms.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "backends/kasm/kasm_config.h"
#include "base/timestamp.h"
#include "catch.h"

namespace session_exporter {

std::string GetKasmsFixture() {
  std::ifstream file(SESSION_EXPORTER_FIXTURES "/kasm/get_kasms.json", std::ios::binary);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

KasmCredentials TestCredentials() {
  return {Secret("key-of-the-test"), Secret("secret-of-the-test")};
}

HttpHead TestHead() {
  HttpHead head;
  head.status = 200;
  head.received_at = *ParseTimestamp("2026-11-23 00:40:00");
  return head;
}

Result<Snapshot> ReadKasms(std::string_view body, const KasmSessionsReader::Options& options,
                           const HttpHead& head, std::size_t piece) {
  KasmSessionsReader reader(options);
  for (std::size_t at = 0; at < body.size(); at += piece) {
    if (auto fed = reader.Feed(body.substr(at, piece)); !fed) return tl::unexpected(fed.error());
  }
  return reader.Finish(head, TestCredentials());
}

std::string AnswerWith(std::string_view members) {
  return fmt::format(R"({{"current_time": "2026-11-23 00:38:00", "kasms": [{{{}}}]}})", members);
}

OneSession::OneSession(std::string_view members, const KasmSessionsReader::Options& options) {
  auto snapshot = ReadKasms(AnswerWith(members), options);
  INFO((snapshot ? "" : snapshot.error().message()));
  REQUIRE(snapshot);
  REQUIRE(snapshot->sessions.size() == 1);
  snapshot_ = std::move(*snapshot);
}

std::map<std::string, std::string> AsTexts(const OneSession& one) {
  const Session& session = one.session();
  const auto time = [](OptionalTime value) {
    return value ? fmt::format("{}", (*value).time_since_epoch().count()) : "-";
  };
  const auto number = [](double value) {
    return std::isnan(value) ? "-" : fmt::format("{}", value);
  };
  std::map<std::string, std::string> fields = {
      {"id", one.Id()},
      {"status", one.Status()},
      {"state", std::string(NameOf(session.state))},
      {"start", time(session.start)},
      {"keepalive", time(session.keepalive)},
      {"expiration", time(session.expiration)},
      {"sign_of_life", time(session.sign_of_life)},
      {"cores", number(session.cpu_cores)},
      {"memory", number(session.memory_bytes)},
  };
  for (std::size_t i = 0; i < kSessionLabelCount; ++i) {
    fields[std::string(kSessionLabelNames[i])] = one.Text(session.labels[i]);
  }
  for (std::size_t i = 0; i < KasmInfoLabels().size(); ++i) {
    fields[std::string(KasmInfoLabels()[i])] = one.Text(session.info[i]);
  }
  return fields;
}

}  // namespace session_exporter

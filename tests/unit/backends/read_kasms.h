// Answers of get_kasms for tests, and what the reader makes of them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/kasm/kasm_api.h"

namespace session_exporter {

// tests/fixtures/kasm/get_kasms.json
std::string GetKasmsFixture();

KasmCredentials TestCredentials();

// Status 200, received at 2026-11-23 00:40:00, without a Date.
HttpHead TestHead();

Result<Snapshot> ReadKasms(std::string_view body, const KasmSessionsReader::Options& options = {},
                           const HttpHead& head = TestHead(), std::size_t piece = 1U << 20U);

// An answer whose only session has these members; current_time is 2026-11-23 00:38:00.
std::string AnswerWith(std::string_view members);

// The snapshot of AnswerWith(members), which must have one session.
class OneSession {
 public:
  explicit OneSession(std::string_view members, const KasmSessionsReader::Options& options = {});

  [[nodiscard]] const Session& session() const { return snapshot_.sessions.at(0); }
  [[nodiscard]] std::string Text(Symbol symbol) const {
    return std::string(snapshot_.symbols.Text(symbol));
  }
  [[nodiscard]] std::string Label(SessionLabel label) const { return Text(session().Label(label)); }
  [[nodiscard]] std::string Id() const { return Text(session().id); }
  [[nodiscard]] std::string Status() const { return Text(session().status); }
  // By field.
  [[nodiscard]] std::map<std::string, std::uint64_t> Warnings() const {
    return {snapshot_.parse_warnings.begin(), snapshot_.parse_warnings.end()};
  }

 private:
  Snapshot snapshot_;
};

// Every field of a session as text, absent ones as "-": to see that only one of them changed.
std::map<std::string, std::string> AsTexts(const OneSession& one);

}  // namespace session_exporter

// Cisco Intersight's REST API as pure functions: what to ask, and what a refusal means. No socket
// and no clock. README.md in this folder tells where the facts of the wire come from.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "backends/intersight/intersight_config.h"
#include "base/result.h"
#include "base/secret.h"
#include "json/list_reader.h"
#include "model/session_state.h"
#include "net/http_client.h"

namespace session_exporter {

// A part of a list: `top` rows after the first `skip`.
struct IntersightPage {
  std::size_t skip = 0;
  std::size_t top = 0;
};

// Appliances whose firmware is older than February 2026 do not know LoginType, and refuse a request
// that selects it.
enum class LoginTypeField { kSelected, kLeftOut };

// GET {url}/api/v1/iam/Sessions. Only the fields that are read are selected, so that SessionId, a
// session's live token, never travels. Ordered by Moid, which no two sessions share: without an
// order pages may overlap.
HttpRequest BuildListSessions(const IntersightConfig& config, IntersightPage page,
                              LoginTypeField login_type);

// GET {url}/api/v1/iam/SessionLimits: one row for the account, and one for each role that has
// limits of its own.
HttpRequest BuildListSessionLimits(const IntersightConfig& config, IntersightPage page);

// Where an OAuth 2 application gets its tokens.
std::string IntersightTokenUrl(const IntersightConfig& config);

// Every pair of state and Status that is known.
std::span<const StatusPair> IntersightStatuses();

// Intersight writes the zero time of Go for a date that is not set.
bool IsUnsetIntersightTime(std::string_view text);

// What a request that was refused held.
struct IntersightSent {
  std::string_view url;
  std::string_view authorization;
};

// Reads the body of a refusal: {"code": ..., "message": ..., "messageId": ..., "traceId": ...}.
// Bodies that are something else (a gateway's HTML) are no error.
class IntersightRefusal {
 public:
  IntersightRefusal();

  // Bytes that are no JSON, and all after them, are passed over.
  Result<void> Feed(std::span<const char> piece);

  // What it means and what to do; names the trace id, by which Cisco's support finds the request.
  // Quotes no word that the request's credentials contain.
  [[nodiscard]] Error Explain(const HttpHead& head, const IntersightSent& sent) const;

  // Whether it may be that the request selects a field that this Intersight does not know.
  [[nodiscard]] bool MayBeUnknownField(int status) const;
  // Whether its message speaks of that field.
  [[nodiscard]] bool Names(std::string_view field) const;

 private:
  [[nodiscard]] std::string Word(std::size_t member, std::string_view authorization) const;

  FieldSchema nothing_;
  ListReader reader_;
  bool readable_ = true;
};

}  // namespace session_exporter

#include "simulator/intersight_routes.h"

#include <array>
#include <atomic>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "simulator/intersight_document.h"
#include "simulator/intersight_error.h"
#include "simulator/intersight_query.h"
#include "simulator/intersight_tokens.h"

namespace simulator {
namespace {

constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kToken = "/iam/token";

// A base URL with a slash at its end gives two of them, and a client that does so is known.
std::string_view Path(const Request& request) {
  std::string_view path = request.path;
  while (path.starts_with("//")) path.remove_prefix(1);
  return path;
}

std::chrono::microseconds Skew(const FaultSet& faults) {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::duration<double>(faults.Number("skew", 0)));
}

class IntersightRoutes : public Routes {
 public:
  IntersightRoutes(IntersightOptions options, Population& population, double speed)
      : options_(std::move(options)),
        population_(population),
        signatures_(options_.keys),
        tokens_({options_.client_id, options_.client_secret, options_.account_name,
                 options_.token_lifetime, speed}),
        document_(population, options_.account_name) {}

  std::optional<Response> Handle(const Request& request, const FaultSet& faults, Time now) override;
  std::optional<EndlessList> Endless(const Request& request, Time now) override;
  bool HoldsSecret(std::string_view text) const override;

 private:
  struct Call {
    const Request& request;
    std::string moid;  // empty: the whole collection
    const FaultSet& faults;
    Time now;
  };
  struct Refusal {
    IntersightError error;
    std::string reason;
  };
  using Answer = std::variant<std::string, IntersightError>;
  struct Collection {
    std::string_view path;
    Answer (IntersightRoutes::*get)(const Call& call);
  };

  static const std::array<Collection, 3> kCollections;

  std::optional<Refusal> Refuse(const Request& request, const FaultSet& faults, Time now) const;
  Response HandleApi(const Request& request, std::string_view path, const FaultSet& faults,
                     Time now);
  Answer Route(const Request& request, std::string_view path, const FaultSet& faults, Time now);
  Answer GetSessions(const Call& call);
  Answer GetLimits(const Call& call);
  Answer GetAccounts(const Call& call);
  Answer DeleteSession(const Call& call);
  bool KnowsLoginType(const FaultSet& faults) const {
    return options_.login_type && !faults.Has("no_login_type");
  }
  std::string NextTraceId();

  const IntersightOptions options_;
  Population& population_;
  const SignatureCheck signatures_;
  IntersightTokens tokens_;
  IntersightDocument document_;
  std::atomic<std::uint64_t> traces_{0};
};

const std::array<IntersightRoutes::Collection, 3> IntersightRoutes::kCollections{{
    {"iam/Sessions", &IntersightRoutes::GetSessions},
    {"iam/SessionLimits", &IntersightRoutes::GetLimits},
    {"iam/Accounts", &IntersightRoutes::GetAccounts},
}};

std::string IntersightRoutes::NextTraceId() {
  const std::uint64_t number = ++traces_;
  return fmt::format("SIM{:016x}{:016x}", Mix(number, 31), Mix(number, 32));
}

bool IntersightRoutes::HoldsSecret(std::string_view text) const {
  // A signature is good for some minutes wherever it is sent to, so it counts as well.
  return tokens_.IsIn(text) || text.find("Signature keyId=") != std::string_view::npos;
}

std::optional<IntersightRoutes::Refusal> IntersightRoutes::Refuse(const Request& request,
                                                                  const FaultSet& faults,
                                                                  Time now) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (faults.Has("auth_error")) return Refusal{InvalidApiKey(), "fault auth_error"};
  const std::string_view authorization = FindHeader(request.headers, "Authorization");
  // A browser's cookie goes before a key, and here is no browser's session.
  const bool cookie =
      !FindHeader(request.headers, "X-Starship-Token").empty() ||
      FindHeader(request.headers, "Cookie").find("X-Starship-Token=") != std::string_view::npos;
  if (cookie || authorization.empty()) return Refusal{InvalidCookie(), "no such cookie"};
  if (authorization.starts_with(kBearer)) {
    if (faults.Has("token_revoked")) return Refusal{InvalidApiKey(), "fault token_revoked"};
    // Its age is no matter of the skew, which may be a fault of a single path.
    if (tokens_.Accepts(authorization.substr(kBearer.size()), now - Skew(faults))) {
      return std::nullopt;
    }
    return Refusal{InvalidApiKey(), "the token is unknown or has expired"};
  }
  const auto real = std::chrono::system_clock::now() + Skew(faults);
  if (auto reason = signatures_.Refuse(request, real, options_.clock_window)) {
    return Refusal{InvalidApiKey(), std::move(*reason)};
  }
  return std::nullopt;
}

std::optional<Response> IntersightRoutes::Handle(const Request& request, const FaultSet& faults,
                                                 Time now) {
  const std::string_view path = Path(request);
  if (path == kToken) {
    if (request.method == "POST") return tokens_.Issue(request, faults, now - Skew(faults));
    Response response = MakeResponse(405, "text/html", ErrorPage(405));
    response.SetHeader("Allow", "POST");
    return response;
  }
  if (!path.starts_with(kApi)) return std::nullopt;
  return HandleApi(request, path.substr(kApi.size()), faults, now);
}

Response IntersightRoutes::HandleApi(const Request& request, std::string_view path,
                                     const FaultSet& faults, Time now) {
  const std::string trace_id = NextTraceId();
  Response response;
  if (const auto refusal = Refuse(request, faults, now)) {
    response = ErrorResponse(refusal->error, trace_id);
    // Intersight never says why; whoever works on a client wants to know.
    response.SetHeader("X-Simulator-Reason", refusal->reason);
  } else {
    const Answer answer = Route(request, path, faults, now);
    const auto* error = std::get_if<IntersightError>(&answer);
    response = error != nullptr ? ErrorResponse(*error, trace_id)
                                : Json(200, std::get<std::string>(answer));
  }
  response.SetHeader("x-starship-traceid", trace_id);
  return response;
}

IntersightRoutes::Answer IntersightRoutes::Route(const Request& request, std::string_view path,
                                                 const FaultSet& faults, Time now) {
  if (faults.Has("permission")) return Unauthorised();
  for (const Collection& collection : kCollections) {
    if (!path.starts_with(collection.path)) continue;
    const std::string_view rest = path.substr(collection.path.size());
    if (!rest.empty() && rest.front() != '/') continue;
    const Call call{request, std::string(rest.substr(rest.empty() ? 0 : 1)), faults, now};
    if (request.method == "GET") return (this->*collection.get)(call);
    const bool session = collection.get == &IntersightRoutes::GetSessions && !call.moid.empty();
    if (request.method == "DELETE" && session) return DeleteSession(call);
    return InvalidMethod(request.method);
  }
  return NoSuchPath(request.path);
}

IntersightRoutes::Answer IntersightRoutes::GetSessions(const Call& call) {
  const auto read = ParseIntersightQuery(call.request.query, call.now, KnowsLoginType(call.faults));
  if (const auto* error = std::get_if<IntersightError>(&read)) return *error;
  const auto& query = std::get<IntersightQuery>(read);
  if (call.moid.empty()) return document_.Sessions(query, call.now, call.faults);
  auto session = document_.Session(call.moid, query.projection, call.now, call.faults);
  if (!session) return NoSuchObject(call.moid);
  return std::move(*session);
}

IntersightRoutes::Answer IntersightRoutes::DeleteSession(const Call& call) {
  const auto id = document_.FindId(call.moid, call.now);
  if (!id || !population_.Destroy(*id, call.now)) return NoSuchObject(call.moid);
  return std::string();
}

IntersightRoutes::Answer IntersightRoutes::GetLimits(const Call& call) {
  if (!call.moid.empty()) return NoSuchObject(call.moid);
  if (call.faults.Has("limits_permission")) return Unauthorised();
  if (call.faults.Has("limits_status")) {
    return IntersightError{static_cast<int>(call.faults.Number("limits_status", 500)),
                           "InternalServerError",
                           "The session limits cannot be read.",
                           "barcelona_service_error",
                           {}};
  }
  const std::string* fault = call.faults.Find("limits_fault");
  std::string error;
  const auto spoilt = FaultSet::Parse(fault != nullptr ? *fault : "", &error);
  if (!spoilt) return InvalidRequest("limits_fault: " + error);
  return document_.Limits(ParseParameters(call.request.query), *spoilt);
}

IntersightRoutes::Answer IntersightRoutes::GetAccounts(const Call& call) {
  if (call.moid == kIntersightAccountMoid) return document_.Account();
  if (!call.moid.empty()) return NoSuchObject(call.moid);
  if (call.faults.Has("accounts_permission")) return Unauthorised();
  return document_.Accounts(ParseParameters(call.request.query));
}

std::optional<EndlessList> IntersightRoutes::Endless(const Request& request, Time now) {
  const std::string_view path = Path(request);
  if (!path.starts_with(kApi) || path.substr(kApi.size()) != kCollections[0].path) {
    return std::nullopt;
  }
  Projection projection;
  const auto read = ParseIntersightQuery(request.query, now, options_.login_type);
  if (const auto* query = std::get_if<IntersightQuery>(&read)) projection = query->projection;
  EndlessList endless;
  endless.opening = R"({"ObjectType": "iam.Session.List", "Count": 1000000000, "Results": [{})";
  endless.item = [this, projection, sessions = population_.Sessions(now),
                  number = std::size_t{0}]() mutable {
    if (sessions.empty()) return std::string(", {}");
    Session session = sessions[number % sessions.size()];
    // Ids stay unique, or a client that drops duplicates would hold no more than one population.
    session.id = fmt::format("{:016x}{:016x}", Mix(number, 1), Mix(number, 2));
    const FaultSet none;
    std::string item = ", ";
    WriteIntersight(DescribeIntersight(population_, session), projection,
                    FieldFaults(kIntersightFields, none), number++, &item);
    return item;
  };
  return endless;
}

}  // namespace

std::unique_ptr<Routes> MakeIntersightRoutes(IntersightOptions options, Population& population,
                                             double speed) {
  return std::make_unique<IntersightRoutes>(std::move(options), population, speed);
}

}  // namespace simulator

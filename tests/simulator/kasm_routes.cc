#include "simulator/kasm_routes.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "simulator/base64.h"
#include "simulator/json_member.h"
#include "simulator/json_text.h"
#include "simulator/kasm_session.h"

namespace simulator {
namespace {

Response Page(int status) {
  return MakeResponse(status, "text/html; charset=utf-8", ErrorPage(status));
}

Response Refusal(int status, std::string_view message) {
  ObjectText object;
  object.Text("error_message", message);
  return Json(status, object.Done());
}

// What is below /api/v1/ is Intersight's.
bool IsOurs(const Request& request) {
  return request.path.starts_with("/api/") && !request.path.starts_with("/api/v1/");
}

class KasmRoutes : public Routes {
 public:
  KasmRoutes(KasmOptions options, Population& population)
      : options_(std::move(options)),
        basic_("Basic " + Base64(options_.api_key + ":" + options_.api_key_secret)),
        population_(population),
        document_(population) {}

  std::optional<Response> Handle(const Request& request, const FaultSet& faults, Time now) override;
  std::optional<EndlessList> Endless(const Request& request, Time now) override;
  bool HoldsSecret(std::string_view text) const override {
    return text.find(options_.api_key_secret) != std::string_view::npos ||
           text.find(basic_) != std::string_view::npos;
  }

 private:
  struct Call {
    const rapidjson::Document& arguments;
    const FaultSet& faults;
    Time now;
  };
  struct Endpoint {
    std::string_view name;
    std::string_view permission;
    Response (KasmRoutes::*answer)(const Call& call);
  };

  static const std::array<Endpoint, 9> kEndpoints;
  static const Endpoint* FindEndpoint(std::string_view path);

  bool IsAuthorised(const Request& request, const rapidjson::Document& body) const;
  bool MayCall(const Endpoint& endpoint) const;

  Response GetKasms(const Call& call);
  Response GetUsers(const Call& call);
  Response GetUser(const Call& call);
  Response GetImages(const Call& call);
  Response GetZones(const Call& call);
  Response RequestKasm(const Call& call);
  Response GetKasmStatus(const Call& call);
  Response Keepalive(const Call& call);
  Response DestroyKasm(const Call& call);

  std::optional<std::size_t> PersonCalled(const rapidjson::Value& who) const;
  std::string ConnectUrl(const Session& session);

  const KasmOptions options_;
  const std::string basic_;
  Population& population_;
  KasmDocument document_;
  std::atomic<std::uint64_t> session_tokens_{0};
};

const std::array<KasmRoutes::Endpoint, 9> KasmRoutes::kEndpoints{{
    {"get_kasms", "sessions_view", &KasmRoutes::GetKasms},
    {"get_users", "users_view", &KasmRoutes::GetUsers},
    {"get_user", "users_view", &KasmRoutes::GetUser},
    {"get_images", "images_view", &KasmRoutes::GetImages},
    {"get_zones", "zones_view", &KasmRoutes::GetZones},
    {"request_kasm", "users_auth_session", &KasmRoutes::RequestKasm},
    {"get_kasm_status", "users_auth_session", &KasmRoutes::GetKasmStatus},
    {"keepalive", "users_auth_session", &KasmRoutes::Keepalive},
    {"destroy_kasm", "users_auth_session", &KasmRoutes::DestroyKasm},
}};

const KasmRoutes::Endpoint* KasmRoutes::FindEndpoint(std::string_view path) {
  for (const std::string_view prefix : {"/api/public/", "/api/admin/", "/api/"}) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view name = path.substr(prefix.size());
    for (const Endpoint& endpoint : kEndpoints) {
      if (endpoint.name == name) return &endpoint;
    }
  }
  return nullptr;
}

bool KasmRoutes::IsAuthorised(const Request& request, const rapidjson::Document& body) const {
  if (FindHeader(request.headers, "Authorization") == basic_) return true;
  return TextMember(body, "api_key") == options_.api_key &&
         TextMember(body, "api_key_secret") == options_.api_key_secret;
}

bool KasmRoutes::MayCall(const Endpoint& endpoint) const {
  return std::find(options_.permissions.begin(), options_.permissions.end(), endpoint.permission) !=
         options_.permissions.end();
}

std::optional<Response> KasmRoutes::Handle(const Request& request, const FaultSet& faults,
                                           Time now) {
  if (!IsOurs(request)) return std::nullopt;
  if (request.path == "/api/__healthcheck") {
    return request.method == "GET" ? Json(200, "{\"ok\": true}") : Page(405);
  }
  const Endpoint* endpoint = FindEndpoint(request.path);
  if (endpoint == nullptr) return Page(404);
  if (request.method != "POST") {
    Response response = Page(405);
    response.SetHeader("Allow", "POST");
    return response;
  }
  rapidjson::Document body;
  body.Parse<rapidjson::kParseIterativeFlag>(request.body.data(), request.body.size());
  // A server that cannot read the body fails inside, and says so as a page.
  if (!request.body.empty() && (body.HasParseError() || !body.IsObject())) return Page(500);
  if (request.body.empty()) body.SetObject();

  if (faults.Has("auth_error") || !IsAuthorised(request, body)) return Refusal(401, "Unauthorized");
  if (faults.Has("permission") || !MayCall(*endpoint)) return Refusal(403, "Unauthorized");
  if (const std::string* message = faults.Find("error_message")) {
    return Refusal(200, message->empty() ? "No resources are available" : *message);
  }
  return (this->*endpoint->answer)({body, faults, now});
}

std::optional<EndlessList> KasmRoutes::Endless(const Request& request, Time now) {
  if (!IsOurs(request)) return std::nullopt;
  EndlessList endless;
  endless.opening = fmt::format("{{\"current_time\": \"{}\", \"kasms\": [{{}}", PythonDate(now));
  endless.item = [this, sessions = population_.Sessions(now), number = std::size_t{0}]() mutable {
    if (sessions.empty()) return std::string(", {}");
    Session session = sessions[number % sessions.size()];
    // Ids stay unique, or a client that drops duplicates would hold no more than one population.
    session.id = fmt::format("{:016x}{:016x}", Mix(number, 1), Mix(number, 2));
    return ", " + document_.Session(session, number++, FaultSet());
  };
  return endless;
}

Response KasmRoutes::GetKasms(const Call& call) {
  Response response = Json(200, "");
  response.body = document_.Sessions(call.now, call.faults);
  return response;
}

Response KasmRoutes::GetUsers(const Call& call) { return Json(200, document_.Users(call.now)); }

std::optional<std::size_t> KasmRoutes::PersonCalled(const rapidjson::Value& who) const {
  const std::string id = WithoutDashes(TextMember(who, "user_id"));
  const std::string name = TextMember(who, "username");
  const auto& people = population_.people();
  for (std::size_t i = 0; i < people.size(); ++i) {
    if ((!id.empty() && people[i].id == id) || (!name.empty() && people[i].name == name)) return i;
  }
  return std::nullopt;
}

Response KasmRoutes::GetUser(const Call& call) {
  const auto target = call.arguments.FindMember("target_user");
  if (target == call.arguments.MemberEnd()) return Refusal(200, "Missing target_user");
  const auto person = PersonCalled(target->value);
  if (!person) return Refusal(200, "Unable to locate target_user.");
  return Json(200, document_.User(*person, call.now));
}

Response KasmRoutes::GetImages(const Call&) { return Json(200, document_.Images()); }

Response KasmRoutes::GetZones(const Call& call) {
  const auto brief = call.arguments.FindMember("brief");
  return Json(200, document_.Zones(brief != call.arguments.MemberEnd() && brief->value.IsTrue()));
}

// Each call makes a new token, as the real one does: a client that uses this for polling logs
// people out.
std::string KasmRoutes::ConnectUrl(const Session& session) {
  const std::string user = session.person ? population_.people()[*session.person].id : "";
  return fmt::format("/#/connect/kasm/{}/{}/CANARY-KASM-SESSION-TOKEN-{}", session.id, user,
                     ++session_tokens_);
}

Response KasmRoutes::RequestKasm(const Call& call) {
  const auto person = PersonCalled(call.arguments);
  if (!person) return Refusal(200, "Invalid user_id");
  const std::string wanted = WithoutDashes(TextMember(call.arguments, "image_id"));
  const auto& images = population_.images();
  const auto image = std::find_if(images.begin(), images.end(),
                                  [&](const Image& candidate) { return candidate.id == wanted; });
  if (image == images.end()) return Refusal(200, "Invalid image_id");
  const std::string id =
      population_.Request(*person, static_cast<std::size_t>(image - images.begin()), call.now);
  const auto session = population_.Find(id, call.now);
  ObjectText object;
  object.Text("kasm_id", id)
      .Text("status", "starting")
      .Text("user_id", population_.people()[*person].id)
      .Text("username", population_.people()[*person].name)
      .Text("session_token", fmt::format("CANARY-KASM-SESSION-TOKEN-{}", ++session_tokens_))
      .Text("kasm_url", ConnectUrl(*session))
      .Null("share_id");
  return Json(200, object.Done());
}

Response KasmRoutes::GetKasmStatus(const Call& call) {
  const auto session = population_.Find(TextMember(call.arguments, "kasm_id"), call.now);
  if (!session) return Refusal(200, "Unable to locate kasm_id.");
  ObjectText object;
  object.Text("current_time", PythonDate(call.now));
  if (session->state == State::kRunning) {
    object.Text("kasm_url", ConnectUrl(*session))
        .Raw("kasm", document_.Session(*session, 0, FaultSet()));
  } else {
    object.Text("kasm_id", session->id)
        .Text("status", KasmStatus(*session))
        .Text("operational_status", KasmStatus(*session))
        .Text("operational_message", "Provisioning")
        .Number("operational_progress", 40);
  }
  return Json(200, object.Done());
}

Response KasmRoutes::Keepalive(const Call& call) {
  if (!population_.Keepalive(TextMember(call.arguments, "kasm_id"), call.now)) {
    return Refusal(200, "Unable to locate kasm_id.");
  }
  return Json(200, "{\"usage_reached\": false}");
}

Response KasmRoutes::DestroyKasm(const Call& call) {
  if (!population_.Destroy(TextMember(call.arguments, "kasm_id"), call.now)) {
    return Refusal(200, "Unable to locate kasm_id.");
  }
  return Json(200, "{}");
}

}  // namespace

std::unique_ptr<Routes> MakeKasmRoutes(KasmOptions options, Population& population) {
  return std::make_unique<KasmRoutes>(std::move(options), population);
}

}  // namespace simulator

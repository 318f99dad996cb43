#include "simulator/kasm_document.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "simulator/json_text.h"
#include "simulator/kasm_session.h"

namespace simulator {
std::shared_ptr<const std::string> KasmDocument::Sessions(Time now, const FaultSet& faults) {
  if (faults.HasScope(FaultScope::kDocument)) {
    return std::make_shared<const std::string>(BuildSessions(now, faults));
  }
  const std::uint64_t version = population_.version();
  // Held while building, so that requests arriving together build once.
  const std::lock_guard lock(mutex_);
  if (!cached_ || cached_at_ != now || cached_version_ != version) {
    cached_ = std::make_shared<const std::string>(BuildSessions(now, faults));
    cached_at_ = now;
    cached_version_ = version;
  }
  return cached_;
}

std::string KasmDocument::BuildSessions(Time now, const FaultSet& faults) const {
  std::string document = "{";
  if (!faults.Has("no_current_time")) {
    document += fmt::format("\"current_time\": \"{}\"", PythonDate(now));
  }
  const std::string kasms = ListMember("kasms", faults, [&] { return List(now, faults); });
  if (document.size() > 1 && !kasms.empty()) document += ", ";
  document += kasms;
  return document + "}";
}

std::string KasmDocument::List(Time now, const FaultSet& faults) const {
  if (faults.Has("no_sessions")) return "[]";
  const std::vector<simulator::Session> sessions = population_.Sessions(now);
  std::string list = "[";
  list.reserve(sessions.size() * 1800);
  const bool twice = faults.Has("duplicates");
  const KasmSessionWriter writer(population_, faults);
  std::size_t number = 0;
  const auto separate = [&] {
    if (list.size() > 1) list += ", ";
  };
  for (const simulator::Session& session : sessions) {
    if (session.staged && faults.Has("assigned_only")) continue;
    separate();
    if (faults.Has("items") && number % 2 == 1) {
      list += SomethingElse(*faults.Find("items"));
      ++number;
      continue;
    }
    const std::size_t start = list.size();
    writer.Write(session, number++, &list);
    if (!twice) continue;
    const std::string copy = list.substr(start);
    separate();
    list += copy;
  }
  return list + "]";
}

std::string KasmDocument::Session(const simulator::Session& session, std::size_t number,
                                  const FaultSet& faults) const {
  std::string text;
  KasmSessionWriter(population_, faults).Write(session, number, &text);
  return text;
}

std::string KasmDocument::UserObject(std::size_t index,
                                     const std::vector<simulator::Session>& sessions) const {
  const Person& person = population_.people()[index];
  std::string kasms;
  for (const simulator::Session& session : sessions) {
    if (session.person != index) continue;
    const Host& host = population_.hosts()[session.host];
    ObjectText server;
    server.Text("server_id", host.id).Text("hostname", host.name).Number("port", 443);
    ObjectText kasm;
    kasm.Text("kasm_id", session.id)
        .Text("start_date", KasmDate(session.started))
        .Text("keepalive_date", KasmDate(session.last_contact))
        .Text("expiration_date", KasmDate(session.expires))
        .Raw("server", server.Done());
    kasms += (kasms.empty() ? "" : ", ") + kasm.Done();
  }
  // Both ways of saying "never" occur.
  const std::string never = index % 2 == 0 ? "null" : "\"None\"";
  ObjectText user;
  user.Text("user_id", person.id)
      .Text("username", person.name)
      .Text("first_name", person.first_name)
      .Text("last_name", person.last_name)
      .Null("phone")
      .Null("organization")
      .Null("notes")
      .Text("realm", "local")
      .Bool("locked", person.locked)
      .Bool("disabled", person.disabled)
      .Bool("two_factor", false)
      .Text("created", "2026-01-05 09:30:00.118230")
      .Text("password_set_date", "2026-01-05 09:30:00")
      .Raw("last_session", never)
      .Raw("groups",
           "[{\"name\": \"All Users\", \"group_id\": \"68d557ac4cac42cca9f31c7c853de0f3\"}]")
      .Raw("kasms", "[" + kasms + "]")
      .Raw("assigned_servers", "[]");
  return user.Done();
}

std::string KasmDocument::Users(Time now) const {
  const auto sessions = population_.Sessions(now);
  std::string users;
  for (std::size_t i = 0; i < population_.people().size(); ++i) {
    users += (users.empty() ? "" : ", ") + UserObject(i, sessions);
  }
  return "{\"users\": [" + users + "]}";
}

std::string KasmDocument::User(std::size_t person, Time now) const {
  return "{\"user\": " + UserObject(person, population_.Sessions(now)) + "}";
}

std::string KasmDocument::Images() const {
  std::string images;
  for (const Image& image : population_.images()) {
    ObjectText object;
    object.Text("image_id", image.id)
        .Text("name", image.name)
        .Text("friendly_name", image.friendly_name)
        .Text("description", image.friendly_name + " workspace")
        .Text("image_src", "img/thumbnails/" + image.picture)
        .Text("image_type", image.server_pool ? "Server Pool" : "Container")
        .Raw("cores", PythonFloat(image.cores))
        .Number("memory", image.memory_bytes)
        .Number("gpu_count", image.gpus)
        .Bool("enabled", true)
        .Bool("available", true)
        .Bool("hidden", false)
        .Null("zone_id")
        .Null("zone_name")
        .Null("session_time_limit")
        .Text("docker_registry", "https://index.docker.io/v1/")
        .Text("docker_user", "CANARY-KASM-DOCKER-USER")
        .Text("docker_token", "CANARY-KASM-DOCKER-TOKEN")
        .Raw("run_config", "{}")
        .Raw("exec_config", "{}")
        .Raw("categories", "[\"Desktop\"]")
        .Raw("imageAttributes", "[]");
    images += (images.empty() ? "" : ", ") + object.Done();
  }
  return "{\"images\": [" + images + "]}";
}

std::string KasmDocument::Zones(bool brief) const {
  std::string zones;
  for (const Zone& zone : population_.zones()) {
    ObjectText object;
    object.Text("zone_id", zone.id).Text("zone_name", zone.name);
    if (!brief) {
      object.Text("allow_origin_domain", "$request_host$")
          .Text("upstream_auth_address", "$request_host$")
          .Text("load_balancing_strategy", "least_load")
          .Bool("search_alternate_zones", true)
          .Bool("proxy_connections", true)
          .Text("proxy_hostname", "$request_host$")
          .Text("proxy_path", "desktop")
          .Number("proxy_port", 443)
          .Text("aws_access_key_id", "CANARY-KASM-AWS-KEY-ID")
          .Text("aws_secret_access_key", "CANARY-KASM-AWS-SECRET");
    }
    zones += (zones.empty() ? "" : ", ") + object.Done();
  }
  return "{\"zones\": [" + zones + "]}";
}

}  // namespace simulator

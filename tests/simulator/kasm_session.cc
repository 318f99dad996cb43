#include "simulator/kasm_session.h"

#include <array>
#include <string>

#include <fmt/format.h>

#include "simulator/json_text.h"

namespace simulator {
namespace {

// What the document faults need to know of a session's fields.
constexpr std::array<std::string_view, 4> kDates{"start_date", "keepalive_date", "expiration_date",
                                                 "created_date"};
constexpr std::array<std::string_view, 5> kNumbers{"cores", "memory", "gpus", "port",
                                                   "operational_progress"};
constexpr std::array<std::string_view, 2> kNames{"hostname", "username"};
constexpr std::array<std::string_view, 12> kAbsurdDates{"\"0001-01-01 00:00:00\"",
                                                        "\"1970-01-01 00:00:00\"",
                                                        "\"9999-12-31 23:59:59.999999\"",
                                                        "\"garbage\"",
                                                        "\"\"",
                                                        "\"2026-02-30 00:00:00\"",
                                                        "\"2026-13-01 25:61:61\"",
                                                        "\"2026-01-01\"",
                                                        "\"2026-01-01 00:00:00.\"",
                                                        "\"-2026-01-01 00:00:00\"",
                                                        "\"2026-01-01 00:00:00.1234567890123\"",
                                                        "\"292277026597-01-01 00:00:00\""};

constexpr FieldTable kTable{"kasm_id", "operational_status", kDates, kNumbers,
                            kNames,    kAbsurdDates};

// What varies between sessions beside their life, drawn from the session's own random number.
bool IsNewer(const Session& session) { return session.slot % 2 == 0; }
bool HasDashes(const Session& session) { return (session.random & 4) != 0; }
bool IsPersistent(const Session& session) { return session.random % 5 == 0; }

std::string Id(const Session& session, std::string_view id) {
  return HasDashes(session) ? WithDashes(id) : std::string(id);
}

std::string PortMap(const Session& session) {
  if (session.server_pool || session.state == State::kStarting) return "{}";
  const std::string id = WithDashes(session.id);
  std::string map = "{";
  for (const std::string_view name : {"vnc", "audio", "audio_input", "uploads"}) {
    // Which ports there are depends on the image's settings.
    if (name.size() > 5 && session.random % 4 != 0) continue;
    if (map.size() > 1) map += ", ";
    fmt::format_to(std::back_inserter(map),
                   "\"{0}\": {{\"port\": 443, \"path\": \"desktop/{1}/{0}\"}}", name, id);
  }
  return map + "}";
}

// The keys are those that clients know; their order is the server's dictionary's.
std::string ClientSettings(const Session& session) {
  const char* sharing = session.shared ? "true" : "false";
  const char* persistent = IsPersistent(session) ? "true" : "false";
  return fmt::format(
      "{{\"allow_kasm_audio\": true, \"allow_kasm_uploads\": true, \"allow_kasm_downloads\": "
      "true, \"allow_kasm_clipboard_up\": true, \"allow_kasm_clipboard_down\": true, "
      "\"allow_kasm_microphone\": false, \"allow_kasm_sharing\": {}, "
      "\"allow_persistent_profile\": {}, \"idle_disconnect\": {}}}",
      sharing, persistent, session.random % 3 == 0 ? "7.5" : "20.0");
}

std::string Progress(const Session& session, std::string_view otherwise) {
  if (session.state == State::kStarting) return "\"Pulling image layers\"";
  if (session.state == State::kError) {
    return "\"No resources are available to create the requested Kasm. Please try again later\"";
  }
  return std::string(otherwise);
}

}  // namespace

std::string KasmDate(const std::optional<Time>& time) { return time ? PythonDate(*time) : "None"; }

std::string_view KasmStatus(const Session& session) {
  switch (session.state) {
    case State::kStarting:
      return "starting";
    case State::kRunning:
      return "running";
    case State::kPaused:
      return "paused";
    case State::kStopped:
      return "stopped";
    case State::kDeleting:
      return "deleting";
    case State::kDeletePending:
      return session.random % 2 == 0 ? "user_delete_pending" : "admin_delete_pending";
    case State::kError:
      return "error";
  }
  return "";
}

KasmSessionWriter::KasmSessionWriter(const Population& population, const FaultSet& faults)
    : population_(population), faults_(kTable, faults) {}

void KasmSessionWriter::Write(const Session& session, std::size_t number, std::string* out) const {
  FieldWriter fields(faults_, number, out);
  WriteClassic(session, &fields);
  WriteClassicRest(session, &fields);
  if (IsNewer(session)) WriteNewer(session, &fields);
  fields.Close();
}

void KasmSessionWriter::WriteOwner(const Session& session, FieldWriter* fields) const {
  if (!session.person) {
    fields->Null("user");
  } else if (!IsNewer(session)) {
    const std::string name = fields->Name(population_.people()[*session.person].name);
    fields->Raw("user", "{\"username\": " + name + "}");
  }
}

void KasmSessionWriter::WritePlace(const Session& session, FieldWriter* fields) const {
  const Host& host = population_.hosts()[session.host];
  if (IsNewer(session)) return;
  fields->Raw("server",
              fmt::format("{{\"port\": 443, \"hostname\": {}, \"zone_name\": {}, "
                          "\"provider\": \"manual\"}}",
                          fields->Name(host.name), Quoted(population_.zones()[host.zone].name)));
}

// In the order of the published example.
void KasmSessionWriter::WriteClassic(const Session& session, FieldWriter* fields) const {
  const Host& host = population_.hosts()[session.host];
  const Image& image = population_.images()[session.image];
  const bool container = session.state != State::kStarting && !session.server_pool;

  fields->Text("expiration_date", KasmDate(session.expires));
  fields->Raw("container_ip",
              container ? fmt::format("\"172.18.0.{}\"", session.random % 250 + 2) : "null");
  WritePlace(session, fields);
  WriteOwner(session, fields);
  fields->Text("start_date", KasmDate(session.started));
  fields->Null("point_of_presence");
  fields->Text("token", "CANARY-KASM-TOKEN-" + session.id);
  fields->Text("image_id", Id(session, image.id));
  fields->Text("view_only_token",
               session.shared ? "CANARY-KASM-VIEW-ONLY-TOKEN-" + session.id : std::string());
  fields->Raw("cores", PythonFloat(image.cores));
  fields->Text("hostname", host.name);
  fields->Text("kasm_id", Id(session, session.id));
  fields->Raw("port_map", PortMap(session));
  fields->Raw("image", fmt::format("{{\"image_id\": \"{}\", \"name\": {}, \"image_src\": "
                                   "\"img/thumbnails/{}\", \"friendly_name\": {}}}",
                                   Id(session, image.id),
                                   image.server_pool ? "null" : fields->Name(image.name),
                                   image.picture, fields->Name(image.friendly_name)));
}

void KasmSessionWriter::WriteClassicRest(const Session& session, FieldWriter* fields) const {
  const Host& host = population_.hosts()[session.host];
  const Image& image = population_.images()[session.image];
  const bool placed = session.state != State::kStarting;
  const bool container = placed && !session.server_pool;

  fields->Bool("is_persistent_profile", IsPersistent(session));
  fields->Number("memory", image.memory_bytes);
  fields->Text("operational_status", KasmStatus(session));
  fields->Raw("client_settings", ClientSettings(session));
  fields->Raw("container_id", container ? fmt::format("\"{0}{0}\"", session.id) : "null");
  fields->Number("port", 443);
  fields->Text("keepalive_date", KasmDate(session.last_contact));
  fields->Raw("user_id", session.person
                             ? Quoted(Id(session, population_.people()[*session.person].id))
                             : "null");
  fields->Raw("persistent_profile_mode", IsPersistent(session) ? "\"Enabled\"" : "null");
  fields->Raw("share_id", session.shared ? Quoted(session.id.substr(0, 8)) : "null");
  fields->Text("host", host.address);
  fields->Raw("server_id", placed ? Quoted(Id(session, host.id)) : "null");
}

// What releases since about 1.15 add or say at the top level.
void KasmSessionWriter::WriteNewer(const Session& session, FieldWriter* fields) const {
  const Image& image = population_.images()[session.image];
  if (session.person) {
    fields->Text("username", population_.people()[*session.person].name);
  }
  fields->Text("created_date", KasmDate(session.created));
  fields->Text("zone_name", population_.zones()[population_.hosts()[session.host].zone].name);
  fields->Number("gpus", image.gpus);
  fields->Raw("docker_network", session.server_pool ? "null" : "\"kasm_default_network\"");
  if (session.server_pool) {
    fields->Raw("connection_info",
                "{\"guac\": {\"settings\": {\"resize-method\": \"display-update\"}}}");
    fields->Text("rdp_client_type", "GUAC");
    fields->Text("connection_proxy_id", session.id);
    fields->Text("connection_credential", "CANARY-KASM-CREDENTIAL-" + session.id);
  }
  fields->Bool("is_standby", false);
  fields->Bool("agent_installed", session.server_pool);
  fields->Raw("operational_message", Progress(session, "null"));
  fields->Number("operational_progress", session.state == State::kStarting ? 40 : 100);
  fields->Null("autoscale_config_id");
  fields->Raw("staging_config_id", session.staged ? Quoted(population_.zones()[0].id) : "null");
  fields->Null("cast_config_id");
  fields->Raw("queued_tasks", "[]");
  fields->Null("egress_gateway_id");
}

}  // namespace simulator

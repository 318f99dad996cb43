#include "simulator/control.h"

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "simulator/json_text.h"

namespace simulator {
namespace {

// With a line break, for whoever reads it in a terminal.
Response JsonLine(int status, std::string body) { return Json(status, std::move(body) + "\n"); }

Response Wrong(int status, std::string_view why) {
  return JsonLine(status, ObjectText().Text("error", why).Done());
}

std::string Describe(const ScriptEntry& entry) {
  ObjectText object;
  object.Number("id", static_cast<std::int64_t>(entry.id))
      .Text("path", entry.path)
      .Text("fault", entry.fault)
      .Raw("times", entry.times ? std::to_string(*entry.times) : "null");
  return object.Done();
}

Response ListFaults(const FaultScript& script) {
  std::string entries;
  for (const ScriptEntry& entry : script.Entries()) {
    entries += (entries.empty() ? "" : ", ") + Describe(entry);
  }
  return JsonLine(200, "{\"faults\": [" + entries + "]}");
}

Response AddFault(const Request& request, FaultScript& script) {
  rapidjson::Document body;
  body.Parse(request.body.data(), request.body.size());
  if (body.HasParseError() || !body.IsObject() || !body.HasMember("fault") ||
      !body["fault"].IsString()) {
    return Wrong(400, "expected {\"path\": TEXT, \"fault\": NAME[=ARG][,...], \"times\": N}");
  }
  std::string path;
  if (body.HasMember("path") && body["path"].IsString()) path = body["path"].GetString();
  std::optional<std::uint64_t> times;
  if (body.HasMember("times") && body["times"].IsUint64()) times = body["times"].GetUint64();
  try {
    const std::uint64_t id = script.Add(std::move(path), body["fault"].GetString(), times);
    return JsonLine(200, fmt::format("{{\"id\": {}}}", id));
  } catch (const std::invalid_argument& error) {
    return Wrong(400, error.what());
  }
}

Response RemoveFaults(const Request& request, FaultScript& script) {
  if (!request.query.starts_with("id=")) {
    script.Clear();
    return JsonLine(200, "{}");
  }
  const bool found = script.Remove(std::strtoull(request.query.c_str() + 3, nullptr, 10));
  return found ? JsonLine(200, "{}") : Wrong(404, "no such fault");
}

Response HandleFaults(const Request& request, FaultScript& script) {
  if (request.method == "GET") return ListFaults(script);
  if (request.method == "PUT" || request.method == "POST") return AddFault(request, script);
  if (request.method == "DELETE") return RemoveFaults(request, script);
  return Wrong(405, "GET, PUT, POST or DELETE");
}

Response HandleClock(const Request& request, Clock& clock) {
  if (request.method == "POST") {
    rapidjson::Document body;
    body.Parse(request.body.data(), request.body.size());
    if (body.HasParseError() || !body.IsObject() || !body.HasMember("advance") ||
        !body["advance"].IsNumber()) {
      return Wrong(400, "expected {\"advance\": SECONDS}");
    }
    clock.Advance(
        std::chrono::microseconds(static_cast<std::int64_t>(body["advance"].GetDouble() * 1e6)));
  }
  return JsonLine(200, ObjectText().Text("now", PythonDate(clock.Now())).Done());
}

}  // namespace

std::optional<Response> HandleControl(const Request& request, const ControlContext& context) {
  if (!request.path.starts_with("/simulator/")) return std::nullopt;
  if (request.path == "/simulator/faults") return HandleFaults(request, context.script);
  if (request.path == "/simulator/clock") return HandleClock(request, context.clock);
  if (request.path == "/simulator/stats") return JsonLine(200, context.stats());
  if (request.path == "/simulator/honeypot") {
    context.honeypot_visit(request);
    return JsonLine(200, "{\"kasms\": []}");
  }
  return Wrong(404, "faults, stats, clock or honeypot");
}

}  // namespace simulator

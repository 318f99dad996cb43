#include "server/service_discovery.h"

#include "base/error.h"
#include "base/utf8.h"

namespace session_exporter {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : CleanText(text, text.size() * 3)) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n' || c == '\t') {  // the only control characters that clean text has
      quoted += c == '\n' ? "\\n" : "\\t";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

std::string DescribeTargets(std::string_view host, const std::vector<DiscoveredTarget>& targets) {
  std::string json = "[";
  for (const DiscoveredTarget& target : targets) {
    const std::string name = Quoted(target.name);
    json += json.size() == 1 ? "\n" : ",\n";
    json += fmt::format(R"( {{"targets": [{}], "labels": {{"__metrics_path__": "/probe", )"
                        R"("__param_target": {}, "instance": {}, "__meta_session_backend": {}}}}})",
                        Quoted(host), name, name, Quoted(target.backend));
  }
  return json + (targets.empty() ? "]\n" : "\n]\n");
}

}  // namespace session_exporter

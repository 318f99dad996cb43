#include "integration/running_exporter.h"

#include <poll.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>
#include <stdexcept>

namespace session_exporter::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "session_exporter.XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(const std::string& name, std::string_view text) const {
  const std::string path = Path(name);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file || chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) throw std::runtime_error(path);
  return path;
}

RunningExporter::RunningExporter(std::string_view yaml, AppOptions options, Variables variables)
    : variables_(std::move(variables)),
      log_(LogLevel::kDebug, LogFormat::kLogfmt, [this](std::string_view line) {
        const std::lock_guard lock(log_mutex_);
        log_text_ += line;
        log_text_ += '\n';
      }) {
  options.config_file = folder_.Write("session_exporter.yaml", yaml);
  options.listen_addresses = {"127.0.0.1:0"};
  options.environment = Variable();
  const auto configuration = LoadConfigurationFile(options.config_file, Variable());
  if (!configuration) {
    std::string errors;
    for (const std::string& line : configuration.error().Lines()) errors += line + "\n";
    throw std::runtime_error(errors);
  }
  app_ = std::make_unique<App>(options, *configuration, clock_, log_);
  if (auto served = app_->Serve(); !served) throw std::runtime_error(served.error().message());
}

RunningExporter::~RunningExporter() = default;

Environment RunningExporter::Variable() const {
  return [this](const std::string& name) -> std::optional<std::string> {
    const auto found = variables_.find(name);
    if (found == variables_.end()) return std::nullopt;
    return found->second;
  };
}

void RunningExporter::Write(std::string_view yaml) const {
  static_cast<void>(folder_.Write("session_exporter.yaml", yaml));
}

void RunningExporter::Reload(std::string_view yaml) {
  Write(yaml);
  app_->Reload();
}

Reply RunningExporter::Ask(std::string_view method, std::string_view path, const Headers& headers) {
  RawClient client(address());
  client.Send(RequestText(method, path, headers));
  return client.ReadReply(method == "HEAD" ? BodyOf::kHead : BodyOf::kGet);
}

Exposition RunningExporter::Scrape(const Headers& headers) {
  return ParsePage(Get("/metrics", headers));
}

std::string RunningExporter::LogText() const {
  const std::lock_guard lock(log_mutex_);
  return log_text_;
}

std::string RequestText(std::string_view method, std::string_view path, const Headers& headers) {
  std::string text(method);
  text += ' ';
  text += path;
  text += " HTTP/1.1\r\nHost: exporter\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

Exposition ParsePage(const Reply& reply) {
  if (reply.status != 200 || !reply.complete) {
    throw std::runtime_error("no page: " + reply.head + "\n" + reply.body);
  }
  const std::string type = reply.Header("Content-Type").value_or("");
  const Dialect dialect =
      type.starts_with("application/openmetrics-text") ? Dialect::kOpenMetrics : Dialect::kText;
  auto page = ParseExposition(reply.body, dialect);
  if (!page) {
    throw std::runtime_error("line " + std::to_string(page.error().line) + ": " +
                             page.error().message);
  }
  return std::move(*page);
}

std::string KasmTarget(std::string_view name, std::string_view url, std::string_view further) {
  std::string yaml = "{name: ";
  yaml += name;
  yaml += ", backend: kasm, url: '";
  yaml += url;
  yaml += "', api_key: demo-key";
  if (further.find("api_key_secret") == std::string_view::npos) {
    yaml += ", api_key_secret: demo-secret";
  }
  if (!further.empty()) yaml += ", ";
  yaml += further;
  return yaml + "}";
}

std::string Yaml(const std::vector<std::string>& targets, std::string_view before) {
  std::string yaml(before);
  if (!yaml.empty()) yaml += "\n";
  yaml += "targets:\n";
  for (const std::string& target : targets) yaml += "  - " + target + "\n";
  return yaml;
}

bool Eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    poll(nullptr, 0, 5);
  }
  return true;
}

}  // namespace session_exporter::test

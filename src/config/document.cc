#include "config/document.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "config/section_node.h"
#include "config/yaml_tree.h"

namespace session_exporter {
namespace {

constexpr std::size_t kMostBytes = 1UL << 20U;

std::shared_ptr<const YamlNode> EmptyMapping() {
  auto mapping = std::make_shared<YamlNode>();
  mapping->kind = YamlNode::Kind::kMapping;
  return mapping;
}

void Read(const std::string& text, const DocumentForm& form, const Environment& environment,
          Reading& reading, const std::shared_ptr<InForce>& in_force,
          const std::function<void(Section&)>& read) {
  if (text.size() > kMostBytes) {
    reading.errors.Add({}, "", fmt::format("larger than the {} bytes accepted", kMostBytes));
    return;
  }
  std::shared_ptr<const YamlNode> tree = ParseYaml(text, environment, reading.errors);
  if (tree == nullptr || tree->kind == YamlNode::Kind::kNull) {
    if (!reading.errors.empty()) return;
    if (form.empty == DocumentForm::Empty::kRefused) {
      reading.errors.Add({}, "", fmt::format("is empty; {}", form.expected));
      return;
    }
    tree = EmptyMapping();
  }
  if (tree->kind != YamlNode::Kind::kMapping) {
    reading.errors.Add(tree->place, "", fmt::format("{}, not {}", form.expected, KindOf(*tree)));
    return;
  }
  Section root(std::make_shared<Section::Node>(reading, tree, tree->place, "", in_force));
  read(root);
  root.Finish();
}

}  // namespace

Result<std::string> ReadTextFile(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text(fd < 0 ? 0 : kMostBytes + 1, '\0');
  std::size_t total = 0;
  ssize_t got = fd < 0 ? -1 : 1;
  while (got > 0 && total < text.size()) {
    do {
      got = read(fd, text.data() + total, text.size() - total);
    } while (got < 0 && errno == EINTR);
    if (got > 0) total += static_cast<std::size_t>(got);
  }
  const int failure = errno;
  if (fd >= 0) close(fd);
  if (got < 0) {
    return Fail(ErrorKind::kConfig, "cannot be read: {}", std::system_category().message(failure));
  }
  text.resize(total);
  return text;
}

tl::expected<Document, ConfigErrors> ReadDocument(const std::string& text, const DocumentForm& form,
                                                  const Environment& environment,
                                                  const std::function<void(Section&)>& read) {
  Reading reading{ConfigErrors(form.file), ConfigErrors(form.file),
                  std::filesystem::path(form.file).parent_path().string(), environment};
  const auto in_force = std::make_shared<InForce>();
  try {
    Read(text, form, environment, reading, in_force, read);
  } catch (const std::exception& error) {
    // Nothing here throws but for want of memory; what `read` calls might.
    reading.errors.Add({}, "", fmt::format("cannot be read: {}", error.what()));
  }
  if (!reading.errors.empty()) return tl::unexpected<ConfigErrors>(std::move(reading.errors));
  return Document{reading.warnings.Lines(), in_force->Yaml()};
}

}  // namespace session_exporter

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "config/section.h"
#include "config/section_node.h"
#include "config/wording.h"

namespace session_exporter {
namespace {

constexpr std::string_view kListOfText = "a list of texts, such as [a, b]";
constexpr std::string_view kListOfMappings = "a list of mappings";

}  // namespace

std::vector<std::string> Section::TextList(std::string_view key, const ItemCheck& problem_of) {
  std::vector<std::string> texts;
  std::vector<std::string> shown;
  const auto list = node_->AskFor(key, YamlNode::Kind::kList, kListOfText);
  node_->in_force().SetList(key, {});
  if (list == nullptr) return texts;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& item = *list->items[i];
    const std::string path = ItemPath(KeyPath(node_->path(), key), i);
    if (item.broken) continue;
    if (item.kind != YamlNode::Kind::kText || item.text.empty()) {
      node_->reading().errors.Add(item.place, path, "expected text, not " + Shown(item));
      continue;
    }
    if (!node_->CheckText(item, path)) continue;
    std::string problem = problem_of ? problem_of(item.text) : std::string();
    if (!problem.empty()) {
      node_->reading().errors.Add(item.place, path, std::move(problem));
      continue;
    }
    texts.push_back(item.text);
    shown.push_back(ShownText(item));
  }
  node_->in_force().SetList(key, shown);
  return texts;
}

std::vector<std::string> Section::SomeOf(std::string_view key,
                                         std::span<const std::string_view> words,
                                         std::vector<std::string> fallback) {
  const std::string expected = words.empty() ? "an empty list; nothing can be chosen here"
                                             : fmt::format("a list out of {}", Listed(words));
  const auto list = node_->AskFor(key, YamlNode::Kind::kList, expected);
  node_->in_force().SetList(key, fallback);
  if (list == nullptr) return fallback;
  std::vector<std::string> chosen;
  bool right = true;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode& item = *list->items[i];
    std::string problem;
    if (item.kind != YamlNode::Kind::kText || std::ranges::find(words, item.text) == words.end()) {
      problem = fmt::format("expected {}, not {}{}", expected, Shown(item),
                            Suggestion(item.as_written, words));
    } else if (std::ranges::find(chosen, item.text) != chosen.end()) {
      problem = fmt::format("{} is listed twice", Shown(item));
    }
    right = right && problem.empty() && !item.broken;
    if (problem.empty()) {
      chosen.push_back(item.text);
    } else if (!item.broken) {
      node_->reading().errors.Add(item.place, ItemPath(KeyPath(node_->path(), key), i),
                                  std::move(problem));
    }
  }
  if (!right) return fallback;
  node_->in_force().SetList(key, chosen);
  return chosen;
}

Section Section::Child(std::string_view key) {
  const std::string path = KeyPath(node_->path(), key);
  const auto mapping = node_->AskFor(key, YamlNode::Kind::kMapping, "a mapping");
  const ConfigPlace place = mapping == nullptr ? node_->place() : mapping->place;
  const std::shared_ptr<Node> child =
      node_->AddChild(mapping, place, path, node_->in_force().AddSection(key));
  if (mapping == nullptr && (Has(key) || node_->muted())) child->Mute();
  return Section(child);
}

std::vector<Section> Section::Children(std::string_view key) {
  std::vector<Section> children;
  const auto list = node_->AskFor(key, YamlNode::Kind::kList, kListOfMappings);
  if (list == nullptr) return children;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const std::shared_ptr<const YamlNode>& item = list->items[i];
    const std::string path = ItemPath(KeyPath(node_->path(), key), i);
    if (item->broken) continue;
    if (item->kind == YamlNode::Kind::kMapping) {
      children.emplace_back(
          node_->AddChild(item, item->place, path, node_->in_force().AddItem(key)));
    } else {
      node_->reading().errors.Add(item->place, path,
                                  fmt::format("expected a mapping, not {}", KindOf(*item)));
    }
  }
  return children;
}

}  // namespace session_exporter

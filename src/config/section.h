// Strict reading of one YAML mapping. Every key is asked for by name and type; what nobody asked
// for is an unknown key. Every problem is added to the ConfigErrors that all sections of a file
// share, and reading goes on with the default, so that one run shows all of them.
//
// ${NAME} is already expanded in what these functions return, `$$` is a dollar sign, and `$` before
// anything else stays as it is. What a variable holds is text of the value and is not read again as
// YAML, but may be a number or a boolean: `limit: ${LIMIT}`, also with quotes. Other values in
// quotes are text: `limit: "5"` is a wrong type.
//
// Messages show values as the file has them, never a variable's value (but in names of targets,
// which are public) and nothing of a secret.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "config/environment.h"
#include "config/errors.h"
#include "config/secret_source.h"

namespace session_exporter {

class Section {
 public:
  class Node;  // a place in the YAML tree; hides yaml-cpp
  explicit Section(std::shared_ptr<Node> node);
  ~Section();
  Section(Section&&) noexcept;
  Section& operator=(Section&&) noexcept;
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  // Where the section stands: `targets[0].http`; empty for the whole file.
  [[nodiscard]] const std::string& path() const;

  // That of the program, for backends whose vendor has variables of its own.
  [[nodiscard]] const Environment& environment() const;

  // Whether the key is there with a value that is not null, be it right or wrong. Asking does not
  // make the key an accepted one.
  [[nodiscard]] bool Has(std::string_view key) const;
  [[nodiscard]] bool HasEmptyList(std::string_view key) const;
  // The keys that are there, in file order: of a mapping whose keys are names and no options. Each
  // still has to be asked for.
  [[nodiscard]] std::vector<std::string> Keys() const;

  // Each returns the default when the key is missing (or null) and after an error. Text is valid
  // UTF-8 without control characters.
  std::string Text(std::string_view key, std::string_view fallback = {});
  // Missing or empty is an error.
  std::string RequiredText(std::string_view key);
  bool Flag(std::string_view key, bool fallback);
  std::int64_t Integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most);
  // Durations as in Prometheus: 500ms, 5s, 1h30m, 30d, 2w, 1y, 0.
  std::chrono::milliseconds Duration(std::string_view key, std::chrono::milliseconds fallback,
                                     std::chrono::milliseconds least,
                                     std::chrono::milliseconds most);
  // One of `words`; the error lists them.
  std::string OneOf(std::string_view key, std::span<const std::string_view> words,
                    std::string_view fallback);
  // A list of distinct words, each one of `words`.
  std::vector<std::string> SomeOf(std::string_view key, std::span<const std::string_view> words,
                                  std::vector<std::string> fallback);
  // What `problem_of` says of an item, unless it is empty, is an error there; the item is left out.
  using ItemCheck = std::function<std::string(const std::string& item)>;
  std::vector<std::string> TextList(std::string_view key, const ItemCheck& problem_of = {});
  // http or https, a host, optionally a port and a path; no user info, query or fragment. A
  // trailing slash is taken off, scheme and host come in lower case. Warns when credentials would
  // travel unencrypted: http to a host that is not loopback.
  std::string RequiredUrl(std::string_view key);
  std::string Url(std::string_view key, std::string_view fallback = {});
  // A file that exists and can be read; relative to the configuration file's folder.
  std::string File(std::string_view key);
  // As File, for one that only its owner should read (a private key): warns when everybody may.
  std::string PrivateFile(std::string_view key);
  // A secret given as KEY or in the file that KEY_file names; both at once is an error, so is
  // neither when `required`. The file is read once to see that it can be; a warning tells when
  // everybody may read it.
  enum class Presence { kRequired, kOptional };
  SecretSource SecretOf(std::string_view key, Presence presence);
  // As SecretOf, for a value that has no _file form. Empty when missing.
  Secret SecretText(std::string_view key);
  // A mapping of HTTP header names to secrets (http.headers), in file order; each name once, each
  // value on one line.
  std::vector<std::pair<std::string, Secret>> SecretMap(std::string_view key);

  // The mapping or the list of mappings under a key; an empty section (or list) when missing. After
  // an error the section does not complain of missing keys. Items that are no mappings are errors
  // and left out.
  Section Child(std::string_view key);
  std::vector<Section> Children(std::string_view key);

  // Adds an error at the value of `key`, or at the section itself when there is none.
  void Problem(std::string_view key, std::string message);
  // As Problem, but only told in the log at start.
  void Warning(std::string_view key, std::string message);

  // Where another number or duration than that of the file is in force: what /config shows of
  // `key`.
  void ShowInstead(std::string_view key, std::string text);

  // Reports every key that nobody asked for, with the keys that are accepted here, and does the
  // same for the children. Call it last; calls after the first do nothing.
  void Finish();
  // Where it is not known which of several readers the section is for: accepts, unread, the keys
  // that `read` asks for. What `read` complains of is dropped.
  void AcceptKeysOf(const std::function<void(Section&)>& read);

 private:
  std::shared_ptr<Node> node_;
};

}  // namespace session_exporter

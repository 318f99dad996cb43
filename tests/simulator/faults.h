// What can go wrong on request. A fault has a name from one table and an optional argument; several
// make a set. It is asked for by a path prefix (/fault/NAME[=ARG],.../api/...), so that a target's
// URL picks it, or by a script entry, which applies to paths and may run out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulator {

enum class FaultScope {
  kDelivery,  // how the bytes go out
  kAnswer,    // another answer altogether
  kDocument,  // the right answer with something wrong in it; the vendor's routes apply it
  kDetail,    // refines another fault
};

struct FaultKind {
  std::string_view name;
  FaultScope scope;
  std::string_view argument;  // how the argument reads in the list; empty when it takes none
  std::string_view description;
};

const std::vector<FaultKind>& FaultKinds();

class FaultSet {
 public:
  // Reads `NAME[=ARG][,NAME[=ARG]...]`, arguments percent-encoded. Nothing, with a message, for an
  // unknown name.
  static std::optional<FaultSet> Parse(std::string_view text, std::string* error);

  bool empty() const { return faults_.empty(); }
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // Null when the fault was not asked for; empty when it has no argument.
  const std::string* Find(std::string_view name) const;
  double Number(std::string_view name, double otherwise) const;
  bool HasScope(FaultScope scope) const;
  void Merge(FaultSet other);
  // As Parse reads it.
  const std::string& text() const { return text_; }

 private:
  std::vector<std::pair<std::string, std::string>> faults_;
  std::string text_;
};

struct ScriptEntry {
  std::uint64_t id = 0;
  std::string path;  // a part of the request's path; empty or "*" for every path
  std::string fault;
  std::optional<std::uint64_t> times;  // how often it still applies; nothing: until removed
};

// The faults in force by script. Thread-safe.
class FaultScript {
 public:
  // Throws std::invalid_argument for a fault that is not in the table.
  std::uint64_t Add(std::string path, std::string_view fault, std::optional<std::uint64_t> times);
  void Clear();
  bool Remove(std::uint64_t id);
  std::vector<ScriptEntry> Entries() const;

  // All faults that apply to this path, each counted as used.
  FaultSet Take(std::string_view path);
  // Whether the connection just accepted is to be reset (fault `reset=accept`).
  bool TakeAtDoor();

 private:
  struct Armed {
    ScriptEntry entry;
    FaultSet faults;
    bool at_door;
  };
  // Counts one use; true when that was the last and the entry is gone. Call with mutex_ held.
  bool Use(std::size_t index);

  mutable std::mutex mutex_;
  std::uint64_t last_id_ = 0;   // guarded by mutex_
  std::vector<Armed> entries_;  // guarded by mutex_
};

std::string PercentDecode(std::string_view text);

}  // namespace simulator

// All problems of a configuration, each at its place, collected so that one run shows every one.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace session_exporter {

// Lines and columns count from 1, columns in bytes as compilers do; 0 when the problem is of the
// file as a whole.
struct ConfigPlace {
  int line = 0;
  int column = 0;

  friend bool operator==(const ConfigPlace&, const ConfigPlace&) = default;
  friend bool operator<(const ConfigPlace& a, const ConfigPlace& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  }
};

struct ConfigError {
  ConfigPlace place;
  std::string path;     // "targets[0].url"; empty for the file as a whole
  std::string message;  // what is wrong and what is accepted; never a secret's value
};

class ConfigErrors {
 public:
  // A file that is not a configuration at all must not fill the memory with complaints: beyond
  // this many, errors are only counted.
  static constexpr std::size_t kMostKept = 1000;

  explicit ConfigErrors(std::string file) : file_(std::move(file)) {}

  void Add(ConfigPlace place, std::string path, std::string message);
  [[nodiscard]] bool empty() const { return errors_.empty(); }
  [[nodiscard]] const std::vector<ConfigError>& all() const { return errors_; }
  // `FILE:LINE:COLUMN: PATH: MESSAGE`, one a line, ordered by place. Without a place or a path,
  // that part is left out.
  [[nodiscard]] std::vector<std::string> Lines() const;

 private:
  std::string file_;
  std::vector<ConfigError> errors_;
  std::size_t only_counted_ = 0;
};

}  // namespace session_exporter

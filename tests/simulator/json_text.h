// Writing JSON as text. By hand and not through a library's writer, because much of it has to be
// wrong on purpose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simulator {

// Quoted and escaped as Python's json.dumps does for ASCII; other bytes, valid UTF-8 or not, pass
// through.
std::string Quoted(std::string_view text);

// A double as Python writes it: always with a fraction.
std::string PythonFloat(double value);

// Collects `"name": value` pairs of one object.
class ObjectText {
 public:
  ObjectText& Raw(std::string_view name, std::string_view json);
  ObjectText& Text(std::string_view name, std::string_view text) { return Raw(name, Quoted(text)); }
  ObjectText& Number(std::string_view name, std::int64_t value) {
    return Raw(name, std::to_string(value));
  }
  ObjectText& Bool(std::string_view name, bool value) {
    return Raw(name, value ? "true" : "false");
  }
  ObjectText& Null(std::string_view name) { return Raw(name, "null"); }
  std::string Done() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

}  // namespace simulator

#include "simulator/http_signature.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "simulator/base64.h"

namespace simulator {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes one `name=value` or `name="value"` and the comma after it off the text. Clients differ in
// the spaces around them, and write created and expires without quotes.
bool TakeParameter(std::string_view* text, std::string* name, std::string* value) {
  const std::size_t equals = text->find('=');
  if (equals == std::string_view::npos) return false;
  *name = Lower(Trimmed(text->substr(0, equals)));
  std::string_view rest = Trimmed(text->substr(equals + 1));
  std::size_t end = rest.find(',');
  if (rest.starts_with('"')) {
    const std::size_t quote = rest.find('"', 1);
    if (quote == std::string_view::npos) return false;
    *value = rest.substr(1, quote - 1);
    end = rest.find(',', quote);
    if (!Trimmed(rest.substr(quote + 1, end == std::string_view::npos ? end : end - quote - 1))
             .empty()) {
      return false;
    }
  } else {
    *value = Trimmed(rest.substr(0, end));
  }
  *text = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return true;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = Trimmed(text)).empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(Lower(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return words;
}

// A header that occurs more than once is signed as one line.
std::optional<std::string> JoinedHeader(const Headers& headers, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [key, value] : headers) {
    if (Lower(key) != name) continue;
    joined = joined ? *joined + ", " : std::string();
    *joined += Trimmed(value);
  }
  return joined;
}

}  // namespace

std::optional<SignatureParameters> ParseSignature(std::string_view authorization,
                                                  std::string* why) {
  constexpr std::string_view kScheme = "signature ";
  if (Lower(authorization.substr(0, kScheme.size())) != kScheme) {
    *why = "no signature";
    return std::nullopt;
  }
  authorization.remove_prefix(kScheme.size());
  std::map<std::string, std::string> values;
  std::string name, value;
  while (!authorization.empty()) {
    if (!TakeParameter(&authorization, &name, &value) || !values.emplace(name, value).second) {
      *why = "the signature's parameters cannot be read";
      return std::nullopt;
    }
  }
  SignatureParameters parameters;
  parameters.key_id = values["keyid"];
  parameters.algorithm = values["algorithm"];
  parameters.headers = Words(values["headers"]);
  if (values.count("created") != 0) parameters.created = values["created"];
  if (values.count("expires") != 0) parameters.expires = values["expires"];
  const auto decoded = Base64Decode(values["signature"]);
  if (!decoded) {
    *why = "the signature is not base64";
    return std::nullopt;
  }
  parameters.signature = *decoded;
  return parameters;
}

std::optional<std::string> SigningString(const Request& request,
                                         const SignatureParameters& parameters) {
  std::string text;
  for (const std::string& name : parameters.headers) {
    std::optional<std::string> value;
    if (name == "(request-target)") {
      value = Lower(request.method) + " " + request.target;
    } else if (name == "(created)") {
      value = parameters.created;
    } else if (name == "(expires)") {
      value = parameters.expires;
    } else {
      value = JoinedHeader(request.headers, name);
    }
    if (!value) return std::nullopt;
    fmt::format_to(std::back_inserter(text), "{}{}: {}", text.empty() ? "" : "\n", name, *value);
  }
  return text;
}

}  // namespace simulator

#include "simulator/ssm_query.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <rapidjson/document.h>

namespace simulator {
namespace {

constexpr std::array<std::string_view, 7> kKeys{
    "InvokedAfter", "InvokedBefore", "Target", "Owner", "Status", "SessionId", "AccessType"};
constexpr std::array<std::string_view, 6> kStatuses{"Connected",  "Connecting",  "Disconnected",
                                                    "Terminated", "Terminating", "Failed"};
constexpr rapidjson::SizeType kMostFilters = 6;
constexpr rapidjson::SizeType kLongestValue = 400;

AwsError NotOfType(std::string_view member) {
  return {400, "SerializationException",
          fmt::format("Unexpected value type in payload at '{}'", member)};
}

std::string Quote(std::string_view text) { return fmt::format("'{}'", text); }

template <std::size_t Count>
bool IsOneOf(const std::array<std::string_view, Count>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Null is as good as absent.
const rapidjson::Value* Find(const rapidjson::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  return member == object.MemberEnd() || member->value.IsNull() ? nullptr : &member->value;
}

std::string Text(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

}  // namespace

// Each step is false, with the error, when the body is to be refused.
class SsmQueryReader {
 public:
  SsmQueryReader(const rapidjson::Value& body, SsmQuery* query, AwsError* error)
      : body_(body), query_(*query), error_(*error) {}

  bool Read() { return ReadState() && ReadPageSize() && ReadToken() && ReadFilters(); }

 private:
  bool Refuse(AwsError error) {
    error_ = std::move(error);
    return false;
  }

  bool ReadState() {
    const rapidjson::Value* state = Find(body_, "State");
    if (state == nullptr) return Refuse(ConstraintError("null", "state", "not be null"));
    if (!state->IsString()) return Refuse(NotOfType("State"));
    return query_.ReadState(Text(*state), &error_);
  }

  bool ReadPageSize() {
    const rapidjson::Value* size = Find(body_, "MaxResults");
    if (size == nullptr) return true;
    if (!size->IsInt64()) return Refuse(NotOfType("MaxResults"));
    const std::int64_t wanted = size->GetInt64();
    if (wanted < 1 || wanted > 200) {
      return Refuse(ConstraintError(Quote(std::to_string(wanted)), "maxResults",
                                    wanted < 1 ? "have value greater than or equal to 1"
                                               : "have value less than or equal to 200"));
    }
    query_.page_size_ = static_cast<std::size_t>(wanted);
    return true;
  }

  bool ReadToken() {
    const rapidjson::Value* token = Find(body_, "NextToken");
    if (token == nullptr) return true;
    if (!token->IsString()) return Refuse(NotOfType("NextToken"));
    query_.token_ = Text(*token);
    if (!query_.token_.empty()) return true;
    return Refuse({400, "InvalidNextToken", "The specified token is not valid."});
  }

  bool ReadFilters() {
    const rapidjson::Value* filters = Find(body_, "Filters");
    if (filters == nullptr) return true;
    if (!filters->IsArray()) return Refuse(NotOfType("Filters"));
    if (filters->Empty()) {
      return Refuse(ConstraintError("'[]'", "filters", "have length greater than or equal to 1"));
    }
    if (filters->Size() > kMostFilters) {
      return Refuse(ConstraintError(
          "'[...]'", "filters", fmt::format("have length less than or equal to {}", kMostFilters)));
    }
    return std::all_of(filters->Begin(), filters->End(),
                       [this](const rapidjson::Value& filter) { return ReadFilter(filter); });
  }

  // Lower-case `key` and `value`, unlike the filters of Systems Manager's other calls.
  bool ReadFilter(const rapidjson::Value& filter) {
    if (!filter.IsObject()) return Refuse(NotOfType("Filters"));
    std::array<std::string, 2> parts;
    const std::array<const char*, 2> names{"key", "value"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      const rapidjson::Value* part = Find(filter, names[i]);
      const std::string member = fmt::format("filters.1.member.{}", names[i]);
      if (part == nullptr) return Refuse(ConstraintError("null", member, "not be null"));
      if (!part->IsString()) return Refuse(NotOfType(member));
      if (part->GetStringLength() == 0 || part->GetStringLength() > kLongestValue) {
        return Refuse(ConstraintError(Quote(Text(*part)), member,
                                      part->GetStringLength() == 0
                                          ? "have length greater than or equal to 1"
                                          : "have length less than or equal to 400"));
      }
      parts[i] = Text(*part);
    }
    return query_.AddFilter(parts[0], parts[1], &error_);
  }

  const rapidjson::Value& body_;
  SsmQuery& query_;
  AwsError& error_;
};

std::optional<SsmQuery> SsmQuery::Parse(std::string_view body, AwsError* error) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject()) {
    *error = {400, "SerializationException", "Start of structure or map found where not expected."};
    return std::nullopt;
  }
  SsmQuery query;
  if (!SsmQueryReader(document, &query, error).Read()) return std::nullopt;
  query.identity_ = query.history_ ? "History" : "Active";
  for (const Filter& filter : query.filters_) {
    query.identity_ += "\n" + filter.key + "\n" + filter.value;
  }
  return query;
}

bool SsmQuery::ReadState(std::string_view state, AwsError* error) {
  history_ = state == "History";
  if (history_ || state == "Active") return true;
  *error = ConstraintError(Quote(state), "state", "satisfy enum value set: [Active, History]");
  return false;
}

bool SsmQuery::AddFilter(std::string key, std::string value, AwsError* error) {
  if (!IsOneOf(kKeys, key)) {
    // The one error of this call that the model gives no members.
    *error = {400, "InvalidFilterKey", ""};
    return false;
  }
  Filter filter{std::move(key), std::move(value), {}};
  bool valid = true;
  if (filter.key.starts_with("Invoked")) {
    const auto time = filter.value.ends_with('Z') ? ParseTime(filter.value) : std::nullopt;
    valid = time.has_value();
    filter.time = time.value_or(Time());
  } else if (filter.key == "Status") {
    valid = IsOneOf(kStatuses, filter.value);
  } else if (filter.key == "AccessType") {
    valid = filter.value == "Standard" || filter.value == "JustInTime";
  }
  if (!valid) {
    *error = {400, "ValidationException",
              fmt::format("Invalid value '{}' for filter {}", filter.value, filter.key)};
    return false;
  }
  filters_.push_back(std::move(filter));
  return true;
}

bool SsmQuery::Passes(const Filter& filter, const SsmSession& session) {
  if (filter.key == "InvokedAfter") return session.start >= filter.time;
  if (filter.key == "InvokedBefore") return session.start < filter.time;
  if (filter.key == "Target") return session.target == filter.value;
  if (filter.key == "Owner") return session.owner == filter.value;
  if (filter.key == "Status") return session.status == filter.value;
  if (filter.key == "SessionId") return session.id == filter.value;
  return (session.access_type.empty() ? "Standard" : session.access_type) == filter.value;
}

bool SsmQuery::Matches(const SsmSession& session) const {
  return std::all_of(filters_.begin(), filters_.end(),
                     [&](const Filter& filter) { return Passes(filter, session); });
}

}  // namespace simulator

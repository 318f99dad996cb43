// Reading what clients send as JSON.
#pragma once

#include <string>

#include <rapidjson/document.h>

namespace simulator {

// The member's text; empty when it is missing or no string.
std::string TextMember(const rapidjson::Value& object, const char* name);

}  // namespace simulator

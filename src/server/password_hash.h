// bcrypt, as the passwords of a web-config file are hashed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace session_exporter {

// The cost (4 to 31; each step doubles the time) of a bcrypt hash "$2y$10$...", of the kinds 2a, 2b
// and 2y; nothing for any other text. libcrypt has no such check: a text that is no hash of a kind
// it knows it takes for the salt of an old one.
std::optional<int> BcryptCost(std::string_view hash);

// Whether `password` is that of `hash`, which has a BcryptCost. Takes 50 ms and more of CPU time.
// bcrypt reads no more than 72 bytes and none from a NUL on; a password with more is none, and
// takes as long to be found so.
bool MatchesBcrypt(std::string_view password, const std::string& hash);

}  // namespace session_exporter

// Percent-encoding of text in a URL or a form (RFC 3986, section 2.1).
#pragma once

#include <string>
#include <string_view>

namespace session_exporter {

// Leaves letters, digits and `-._~` as they are; every other byte becomes %XX in upper case. That
// is also what AWS asks for in a canonical request.
std::string PercentEncode(std::string_view text);

}  // namespace session_exporter

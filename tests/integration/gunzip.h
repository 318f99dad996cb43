// Undoes Content-Encoding: gzip by zlib, which the exporter itself uses only where nothing faster
// is there.
#pragma once

#include <string>
#include <string_view>

namespace session_exporter::test {

// Throws std::runtime_error unless `compressed` is exactly one whole gzip member.
std::string Gunzip(std::string_view compressed);

}  // namespace session_exporter::test

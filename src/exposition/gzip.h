// Compresses a page to gzip (RFC 1952) with the library that the build chose: ISA-L, libdeflate or
// zlib, see SESSION_EXPORTER_GZIP. Compression is the largest cost of a scrape, so the level is the
// lowest that pays: at 10,000 sessions ISA-L 1 took 1.05 µs a session, zlib 6 13.7 µs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace session_exporter {

// One body. Used by one thread at a time. Throws std::bad_alloc when there is no memory, nothing
// else.
class GzipStream {
 public:
  static std::unique_ptr<GzipStream> Create();

  virtual ~GzipStream() = default;

  // Takes the next piece, of any size, and appends what is ready to `out`: often nothing.
  virtual void Write(std::string_view text, std::string& out) = 0;
  // Appends the rest. Called once, last. Together the output is a single gzip member: libcurl 7.88
  // fails on a body of several, and browsers show only the first.
  virtual void Finish(std::string& out) = 0;
};

}  // namespace session_exporter

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <libdeflate.h>

#include "exposition/gzip.h"

namespace session_exporter {
namespace {

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};

// libdeflate compresses whole buffers only, so the page is held until its end. A member of its own
// for each piece would hold less, but the clients that people look at a page with do not read that.
class LibdeflateStream final : public GzipStream {
 public:
  LibdeflateStream() : compressor_(libdeflate_alloc_compressor(1)) {
    if (compressor_ == nullptr) throw std::bad_alloc();
  }

  void Write(std::string_view text, std::string& /*out*/) override { page_ += text; }

  void Finish(std::string& out) override {
    const std::size_t before = out.size();
    const std::size_t room = libdeflate_gzip_compress_bound(compressor_.get(), page_.size());
    out.resize(before + room);
    // Never 0, which would mean too little room.
    const std::size_t written = libdeflate_gzip_compress(compressor_.get(), page_.data(),
                                                         page_.size(), out.data() + before, room);
    out.resize(before + written);
  }

 private:
  std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor_;
  std::string page_;
};

}  // namespace

std::unique_ptr<GzipStream> GzipStream::Create() { return std::make_unique<LibdeflateStream>(); }

}  // namespace session_exporter

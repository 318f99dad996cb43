#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#define ZLIB_CONST  // an input that is const
#include <zlib.h>

#include "exposition/gzip.h"

namespace session_exporter {
namespace {

class ZlibStream final : public GzipStream {
 public:
  ZlibStream() {
    constexpr int kGzip = 16;  // added to the window's bits: gzip, not zlib's own format
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&stream_, 1, Z_DEFLATED, MAX_WBITS + kGzip, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~ZlibStream() override { deflateEnd(&stream_); }
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  void Write(std::string_view text, std::string& out) override {
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, kMostAtOnce);
      text.remove_prefix(piece.size());
      stream_.next_in = reinterpret_cast<const Bytef*>(piece.data());
      stream_.avail_in = static_cast<uInt>(piece.size());
      do {
        Deflate(Z_NO_FLUSH, out);
      } while (stream_.avail_out == 0);
    }
  }

  void Finish(std::string& out) override {
    stream_.avail_in = 0;
    while (Deflate(Z_FINISH, out) != Z_STREAM_END) continue;
  }

 private:
  static constexpr std::size_t kMostAtOnce = 1U << 30U;  // it counts in 32 bits
  static constexpr std::size_t kRoom = 16U << 10U;       // a piece of 64 KiB takes about as much

  int Deflate(int flush, std::string& out) {
    const std::size_t before = out.size();
    out.resize(before + kRoom);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = kRoom;
    const int result = deflate(&stream_, flush);
    out.resize(out.size() - stream_.avail_out);
    return result;
  }

  z_stream stream_{};
};

}  // namespace

std::unique_ptr<GzipStream> GzipStream::Create() { return std::make_unique<ZlibStream>(); }

}  // namespace session_exporter

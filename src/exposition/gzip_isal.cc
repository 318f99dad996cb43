#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <isa-l.h>

#include "exposition/gzip.h"

namespace session_exporter {
namespace {

class IsalStream final : public GzipStream {
 public:
  IsalStream() : level_buffer_(ISAL_DEF_LVL1_DEFAULT) {
    isal_deflate_init(&stream_);
    stream_.level = 1;
    stream_.level_buf = level_buffer_.data();
    stream_.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream_.gzip_flag = IGZIP_GZIP;
  }

  void Write(std::string_view text, std::string& out) override {
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, kMostAtOnce);
      text.remove_prefix(piece.size());
      // ISA-L does not write to its input; its interface only lacks the const.
      stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(piece.data()));
      stream_.avail_in = static_cast<std::uint32_t>(piece.size());
      do {
        Deflate(out);
      } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    }
  }

  void Finish(std::string& out) override {
    stream_.avail_in = 0;
    stream_.end_of_stream = 1;
    do {
      Deflate(out);
    } while (stream_.internal_state.state != ZSTATE_END);
  }

 private:
  static constexpr std::size_t kMostAtOnce = 1U << 30U;  // it counts in 32 bits
  static constexpr std::uint32_t kRoom = 4U << 10U;      // cleared each time, so not for the worst

  void Deflate(std::string& out) {
    const std::size_t before = out.size();
    out.resize(before + kRoom);
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data() + before);
    stream_.avail_out = kRoom;
    isal_deflate(&stream_);  // fails on bad parameters only, which are the constructor's
    out.resize(out.size() - stream_.avail_out);
  }

  std::vector<std::uint8_t> level_buffer_;
  isal_zstream stream_{};  // above 80 KiB: too large for a thread's stack
};

}  // namespace

std::unique_ptr<GzipStream> GzipStream::Create() { return std::make_unique<IsalStream>(); }

}  // namespace session_exporter

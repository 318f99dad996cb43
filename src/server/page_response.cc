#include "server/page_response.h"

#include <memory>
#include <utility>

#include "exposition/gzip.h"
#include "server/accept_negotiation.h"

namespace session_exporter {
namespace {

// A page as it is sent, compressed piece by piece when the client takes gzip.
class PageBody final : public BodySource {
 public:
  // `lead` goes in front of the page.
  PageBody(std::string lead, Page page, ExpositionFormat format, std::unique_ptr<GzipStream> gzip)
      : lead_(std::move(lead)),
        writer_(std::move(page), format,
                gzip == nullptr ? PageWriter::kPieceBytes : PageWriter::kPieceBytesToCompress),
        gzip_(std::move(gzip)) {}

  bool Next(std::string& chunk) override {
    if (gzip_ == nullptr) return NextText(chunk);
    chunk.clear();
    // A piece of text may leave nothing behind yet, and an empty chunk would end the body.
    while (chunk.empty() && !ended_) {
      if (NextText(text_)) {
        gzip_->Write(text_, chunk);
      } else {
        gzip_->Finish(chunk);
        ended_ = true;
      }
    }
    return !chunk.empty();
  }

 private:
  bool NextText(std::string& piece) {
    if (lead_.empty()) return writer_.Next(piece);
    piece = std::exchange(lead_, {});
    return true;
  }

  std::string lead_;
  PageWriter writer_;
  std::unique_ptr<GzipStream> gzip_;
  std::string text_;
  bool ended_ = false;
};

}  // namespace

PageForm::PageForm(const IncomingRequest& request)
    : format_(NegotiateFormat(request.ListHeader("accept"))),
      gzip_(AcceptsGzip(request.ListHeader("accept-encoding"))) {}

OutgoingResponse PageForm::With(Page page, int status) const {
  OutgoingResponse response;
  response.status = status;
  response.headers.emplace_back("Content-Type", ContentTypeOf(format_));
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  if (gzip_) response.headers.emplace_back("Content-Encoding", "gzip");
  response.stream = std::make_unique<PageBody>(std::string(), std::move(page), format_,
                                               gzip_ ? GzipStream::Create() : nullptr);
  return response;
}

OutgoingResponse PageForm::After(std::string text, Page page) const {
  OutgoingResponse response;
  response.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (gzip_) response.headers.emplace_back("Content-Encoding", "gzip");
  response.stream =
      std::make_unique<PageBody>(std::move(text), std::move(page), ExpositionFormat::kText,
                                 gzip_ ? GzipStream::Create() : nullptr);
  return response;
}

}  // namespace session_exporter

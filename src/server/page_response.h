// A page of metrics as an answer: in the format and the encoding that the client asks for.
#pragma once

#include <string>

#include "exposition/page_writer.h"
#include "exposition/text.h"
#include "server/http_server.h"

namespace session_exporter {

// How the client wants a page. Copied out of the request, which may be gone when the page is there.
class PageForm {
 public:
  explicit PageForm(const IncomingRequest& request);

  [[nodiscard]] OutgoingResponse With(Page page, int status = 200) const;
  // The page in the text format behind `text`, as plain text for people.
  [[nodiscard]] OutgoingResponse After(std::string text, Page page) const;

 private:
  ExpositionFormat format_;
  bool gzip_;
};

}  // namespace session_exporter

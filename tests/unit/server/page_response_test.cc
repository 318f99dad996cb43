#include "server/page_response.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"

namespace session_exporter {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The headers of the answer to a scrape.
std::map<std::string, std::string> AnswerTo(const Headers& headers) {
  IncomingRequest request;
  request.headers = headers;
  const OutgoingResponse response = PageForm(request).With({});
  return {response.headers.begin(), response.headers.end()};
}

TEST_CASE("repeated headers are read as one list", "[page]") {
  auto answer = AnswerTo({{"accept", "text/plain;version=0.0.4;q=0.5"},
                          {"accept-encoding", "deflate"},
                          {"accept", "application/openmetrics-text;version=1.0.0"},
                          {"accept-encoding", "gzip"}});
  CHECK(answer["Content-Type"] == ContentTypeOf(ExpositionFormat::kOpenMetrics));
  CHECK(answer["Content-Encoding"] == "gzip");
}

TEST_CASE("a later header takes back what an earlier one accepts", "[page]") {
  auto answer = AnswerTo({{"accept-encoding", "*"}, {"accept-encoding", "gzip;q=0"}});
  CHECK(answer.count("Content-Encoding") == 0);
}

TEST_CASE("empty headers stand for nothing", "[page]") {
  auto answer = AnswerTo({{"accept", ""}, {"accept-encoding", ""}, {"accept-encoding", "gzip"}});
  CHECK(answer["Content-Type"] == ContentTypeOf(ExpositionFormat::kText));
  CHECK(answer["Content-Encoding"] == "gzip");
}

}  // namespace
}  // namespace session_exporter

#include "server/cross_site.h"

#include "catch.h"

namespace session_exporter {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("what a browser sends for another site's page is told apart", "[cross_site]") {
  struct Row {
    Headers headers;  // beside Host: exporter:10470
    bool cross_site;
  };
  const Row row = GENERATE(values<Row>({
      {{}, false},  // curl
      {{{"origin", "http://exporter:10470"}}, false},
      {{{"origin", "https://Exporter:10470"}}, false},  // a proxy speaks TLS for it
      {{{"sec-fetch-site", "same-origin"}, {"origin", "http://exporter:10470"}}, false},
      {{{"sec-fetch-site", "none"}}, false},  // typed by the user
      {{{"origin", "http://evil.example"}}, true},
      {{{"origin", "http://exporter"}}, true},
      {{{"origin", "http://exporter:10470.evil.example"}}, true},
      {{{"origin", "http://evil.example/exporter:10470"}}, true},
      {{{"origin", "null"}}, true},
      {{{"origin", ""}}, true},
      {{{"sec-fetch-site", "cross-site"}}, true},
      {{{"sec-fetch-site", "same-site"}}, true},  // another port or host of the same domain
      {{{"sec-fetch-site", "anything"}}, true},
      {{{"sec-fetch-site", "same-origin"}, {"sec-fetch-site", "cross-site"}}, true},
      {{{"origin", "http://exporter:10470"}, {"origin", "http://evil.example"}}, true},
      {{{"sec-fetch-site", "same-origin"}, {"origin", "http://evil.example"}}, true},
  }));
  IncomingRequest request;
  request.headers = row.headers;
  request.headers.emplace_back("host", "exporter:10470");
  for (const auto& [name, value] : row.headers) UNSCOPED_INFO(name << ": " << value);
  CHECK(IsCrossSite(request) == row.cross_site);
}

TEST_CASE("without a Host no Origin is our own", "[cross_site]") {
  IncomingRequest request;
  CHECK(!IsCrossSite(request));
  request.headers.emplace_back("origin", "http://");
  CHECK(IsCrossSite(request));
}

}  // namespace
}  // namespace session_exporter

// /sd, /config and the status page, as they are served.
#include <string>
#include <string_view>

#include "catch.h"
#include "integration/running_exporter.h"
#include "integration/still_simulator.h"

namespace session_exporter::test {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string Discovered(const std::string& host, const std::string& name) {
  return " {\"targets\": [\"" + host +
         "\"], \"labels\": {\"__metrics_path__\": \"/probe\", \"__param_target\": \"" + name +
         "\", \"instance\": \"" + name + "\", \"__meta_session_backend\": \"kasm\"}}";
}

TEST_CASE("service discovery names the targets at the host that was asked", "[sd]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("b", simulator.url()), KasmTarget("a/x", simulator.url())}));
  for (const std::string host : {"exporter:10470", "[2001:db8::1]", "10.0.0.1:80"}) {
    RawClient client(exporter.address());
    client.Send("GET /sd HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    const Reply reply = client.ReadReply();
    CHECK(reply.status == 200);
    CHECK(reply.Header("Content-Type") == "application/json");
    CHECK(reply.body == "[\n" + Discovered(host, "a/x") + ",\n" + Discovered(host, "b") + "\n]\n");
  }
  RawClient nameless(exporter.address());
  nameless.Send("GET /sd HTTP/1.0\r\n\r\n");
  CHECK(nameless.ReadReply().status == 400);
  CHECK(simulator.stats().requests_total == 0);
}

TEST_CASE("the configuration in force is shown without its secrets", "[config][secrets]") {
  StillSimulator simulator;
  const TemporaryFolder folder;
  const std::string key = folder.Write("hash.key", "CANARY-HASH\n");
  RunningExporter exporter(
      Yaml({"{name: a, backend: kasm, url: '" + simulator.url() +
                "', api_key: CANARY-KEY, api_key_secret: '${SECRET}', http: {headers: {X-A: "
                "CANARY-HEADER}, proxy_url: 'http://user:CANARY-PROXY@127.0.0.1:1'}}",
            "{name: i, backend: intersight, url: 'http://127.0.0.1:1', oauth2: {client_id: "
            "client-17, client_secret: CANARY-CLIENT}}"},
           "labels: {user: hash, hash_key_file: '" + key + "'}"),
      {}, {{"SECRET", "CANARY-VARIABLE"}});
  const Reply reply = exporter.Get("/config");
  CHECK(reply.status == 200);
  CHECK(reply.Header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(!Contains(reply.body, "CANARY"));
  for (const std::string& part :
       {std::string("scrape:\n  timeout: 10s\n"), "  hash_key_file: " + key + "\n",
        std::string("    api_key: <secret>\n    api_key_secret: <secret>\n"),
        std::string("      proxy_url: <secret>\n      headers: {X-A: <secret>}\n"),
        "    url: " + simulator.url() + "\n    api_path: /api/public\n",
        std::string("    oauth2:\n      client_id: client-17\n      client_secret: <secret>\n"),
        std::string("    page_size: 1000\n")}) {
    INFO(part << " in\n" << reply.body);
    CHECK(Contains(reply.body, part));
  }
  CHECK(exporter.Ask("HEAD", "/config").status == 200);
  CHECK(exporter.Ask("POST", "/config", {{"Content-Length", "0"}}).status == 405);
}

TEST_CASE("the status page follows the targets", "[status_page]") {
  StillSimulator simulator;
  RunningExporter exporter(
      Yaml({KasmTarget("good", simulator.url()),
            KasmTarget("bad", simulator.url("error_message=%3Cscript%3Ealert%281%29"))}));
  CHECK(Contains(exporter.Get("/").body, "0 of 2 up, 2 not asked yet"));
  exporter.Scrape();
  const Reply page = exporter.Get("/");
  CHECK(page.Header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.Header("Content-Security-Policy").value_or("").starts_with("default-src 'none'"));
  for (const std::string& part :
       {std::string("1 of 2 up<"), std::string("down: backend"),
        "<div>" + std::to_string(simulator.sessions().size()) + "</div>",
        std::string("&lt;script&gt;alert(1)"), std::string("href=\"/probe?target=bad\"")}) {
    INFO(part << " in\n" << page.body);
    CHECK(Contains(page.body, part));
  }
  CHECK(!Contains(page.body, "<script"));
  const Reply style = exporter.Get("/status.css");
  CHECK(style.Header("Content-Type") == "text/css; charset=utf-8");
  CHECK(style.status == 200);
  CHECK(simulator.stats().requests_total == 2);
}

}  // namespace
}  // namespace session_exporter::test

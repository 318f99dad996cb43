#include "simulator/simulator.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "simulator/faults.h"
#include "simulator/test_certificate.h"
#include "simulator/test_client.h"

namespace simulator {
namespace {

using End = TestClient::End;

const std::string kPath = "/api/public/get_kasms";

SimulatorOptions Frozen() {
  SimulatorOptions options;
  options.start_time = ParseTime("2026-03-01T12:00:00");
  options.speed = 0;
  return options;
}

}  // namespace

TEST_CASE("a hanging request is in flight until the client gives up", "[simulator]") {
  const Simulator simulator(Frozen());
  {
    TestClient client(simulator.port());
    client.Send(RequestText("POST", "/fault/hang" + kPath, kKeyBody));
    CHECK(Eventually([&] { return simulator.stats().requests_in_flight == 1; }));
  }
  CHECK(Eventually([&] { return simulator.stats().connections_open == 0; }));
  CHECK(simulator.stats().requests_in_flight == 0);
  CHECK(simulator.stats().requests_in_flight_peak == 1);
}

TEST_CASE("it stops at once with connections hanging, idle and streaming", "[simulator]") {
  std::unique_ptr<TestClient> hanging, idle, streaming;
  {
    const Simulator simulator(Frozen());
    hanging = std::make_unique<TestClient>(simulator.port());
    hanging->Send(RequestText("POST", "/fault/hang_body" + kPath, kKeyBody));
    idle = std::make_unique<TestClient>(simulator.port());
    streaming = std::make_unique<TestClient>(simulator.port());
    streaming->Send(RequestText("POST", "/fault/endless" + kPath, kKeyBody));
    REQUIRE(Eventually([&] { return simulator.stats().connections_open == 3; }));
    CHECK(hanging->Read(100).size() == 100);
    CHECK(streaming->Read(100).size() == 100);
  }
  CHECK(idle->Read(1).empty());
}

TEST_CASE("answer faults replace the answer", "[simulator]") {
  const Simulator simulator(Frozen());
  const Answer busy = Post(simulator.port(), "/fault/status=429,retry_after=7" + kPath);
  CHECK(busy.status == 429);
  CHECK(busy.head.find("Retry-After: 7") != std::string::npos);
  CHECK(busy.body.find("<h1>429 Too Many Requests</h1>") != std::string::npos);
  CHECK(Post(simulator.port(), "/fault/echo" + kPath).body.find("demo-secret") !=
        std::string::npos);
  CHECK(Post(simulator.port(), "/fault/deep=3" + kPath).body == "{\"kasms\": [[[]]]}");
  CHECK(Post(simulator.port(), "/fault/html" + kPath).body.starts_with("<!DOCTYPE html>"));
  CHECK(Post(simulator.port(), "/fault/big_headers=64" + kPath).head.size() > 65'536);
  CHECK(Post(simulator.port(), "/fault/no_date" + kPath).head.find("Date:") == std::string::npos);
  CHECK(Post(simulator.port(), "/fault/skew=86400" + kPath).head.find("02 Mar 2026 12:00:00") !=
        std::string::npos);
  const Answer unknown = Post(simulator.port(), "/fault/nonsense" + kPath);
  CHECK(unknown.status == 400);
  CHECK(unknown.body == "unknown fault 'nonsense'\n");
}

TEST_CASE("the honeypot tells whether a secret came along", "[simulator]") {
  const Simulator simulator(Frozen());
  const Answer redirect = Post(simulator.port(), "/fault/redirect=307" + kPath);
  CHECK(redirect.status == 307);
  CHECK(redirect.head.find("Location: /simulator/honeypot") != std::string::npos);
  CHECK(simulator.stats().honeypot_requests == 0);
  Ask(simulator.port(), "GET", "/simulator/honeypot");
  CHECK(simulator.stats().honeypot_secrets == 0);
  Post(simulator.port(), "/simulator/honeypot");
  CHECK(simulator.stats().honeypot_secrets == 1);
  CHECK(simulator.stats().honeypot_requests == 2);
  CHECK(simulator.stats().honeypot_body_bytes == kKeyBody.size());
}

TEST_CASE("no fault stops the simulator", "[simulator]") {
  const Simulator simulator(Frozen());
  for (const FaultKind& kind : FaultKinds()) {
    INFO(kind.name);
    TestClient client(simulator.port());
    client.Send(RequestText("POST", "/fault/" + std::string(kind.name) + kPath, kKeyBody,
                            "Connection: close\r\n"));
    const bool silent =
        kind.name == "hang" || kind.name == "reset" || kind.name == "close" || kind.name == "delay";
    if (!silent) CHECK_FALSE(client.Read(10).empty());
  }
  CHECK(Post(simulator.port(), kPath).status == 200);
}

TEST_CASE("faults, the clock and the counters are at hand over HTTP", "[simulator]") {
  const Simulator simulator(Frozen());
  const auto ask = [&](const char* method, const char* path, const char* body = "") {
    return Ask(simulator.port(), method, path, body);
  };
  const char* fault = R"({"path": "get_kasms", "fault": "status=503", "times": 1})";
  CHECK(ask("PUT", "/simulator/faults", fault).body == "{\"id\": 1}\n");
  CHECK(ask("GET", "/simulator/faults").body ==
        "{\"faults\": [{\"id\": 1, \"path\": \"get_kasms\", \"fault\": \"status=503\", \"times\": "
        "1}]}\n");
  CHECK(Post(simulator.port(), kPath).status == 503);
  CHECK(Post(simulator.port(), kPath).status == 200);
  CHECK(ask("PUT", "/simulator/faults", R"({"fault": "nonsense"})").status == 400);
  CHECK(ask("PUT", "/simulator/faults", "oops").status == 400);
  CHECK(ask("PUT", "/simulator/faults", R"({"fault": "html"})").status == 200);
  CHECK(ask("DELETE", "/simulator/faults?id=9").status == 404);
  CHECK(ask("DELETE", "/simulator/faults").status == 200);
  CHECK(Post(simulator.port(), kPath).body.starts_with("{\"current_time\""));
  CHECK(ask("POST", "/simulator/clock", R"({"advance": 1.5})").body ==
        "{\"now\": \"2026-03-01 12:00:01.500000\"}\n");
  CHECK(ask("GET", "/simulator/stats").body.find("{\"/api/public/get_kasms\": 3}") !=
        std::string::npos);
  CHECK(ask("GET", "/simulator/else").status == 404);
}

TEST_CASE("faults set in process run out, and requests are recorded", "[simulator]") {
  Simulator simulator(Frozen());
  simulator.SetFault("get_kasms", "status=500", 1);
  CHECK(Post(simulator.port(), kPath).status == 500);
  CHECK(Post(simulator.port(), kPath).status == 200);
  const std::uint64_t id = simulator.SetFault("", "status=502");
  CHECK(Post(simulator.port(), kPath).status == 502);
  simulator.RemoveFault(id);
  CHECK(Post(simulator.port(), kPath).status == 200);
  CHECK_THROWS_AS(simulator.SetFault("", "nonsense"), std::invalid_argument);
  CHECK(simulator.CountRequests("get_kasms") == 4);
  REQUIRE(simulator.requests().size() == 4);
  CHECK(simulator.requests()[0].body == kKeyBody);
  CHECK(FindHeader(simulator.requests()[0].headers, "content-type") == "application/json");
  simulator.ForgetRequests();
  CHECK(simulator.CountRequests() == 0);
}

TEST_CASE("a connection serves request after request", "[simulator]") {
  const Simulator simulator(Frozen());
  TestClient client(simulator.port());
  for (int i = 0; i < 3; ++i) {
    client.Send(RequestText("POST", kPath, kKeyBody));
    CHECK(client.ReadAnswer().starts_with("HTTP/1.1 200 OK"));
  }
  client.Send(RequestText("GET", "/api/__healthcheck", "") + RequestText("GET", "/", ""));
  CHECK(client.ReadAnswer().ends_with("{\"ok\": true}"));
  CHECK(client.ReadAnswer().starts_with("HTTP/1.1 404"));
  CHECK(simulator.stats().connections_accepted == 1);
  CHECK(simulator.stats().requests_total == 5);
}

TEST_CASE("many clients, faults and a moving clock get along", "[simulator]") {
  Simulator simulator(Frozen());
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 10; ++j) answered += Post(simulator.port(), kPath).status >= 200 ? 1 : 0;
    });
  }
  for (int i = 0; i < 50; ++i) {
    simulator.SetFault("get_kasms", i % 2 == 0 ? "nulls" : "status=500", 1);
    simulator.AdvanceClock(std::chrono::seconds(1));
    simulator.stats();
  }
  for (std::thread& client : clients) client.join();
  CHECK(answered == 80);
  CHECK(simulator.CountRequests("get_kasms") == 80);
}

TEST_CASE("a client that expects 100-continue gets it", "[simulator]") {
  const Simulator simulator(Frozen());
  TestClient client(simulator.port());
  const std::string text = RequestText("POST", kPath, kKeyBody, "Expect: 100-continue\r\n");
  client.Send(text.substr(0, text.size() - kKeyBody.size()));
  CHECK(client.Read(25) == "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send(kKeyBody);
  CHECK(client.ReadAnswer().starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE("what is not HTTP is refused, and connections can be reset at the door", "[simulator]") {
  Simulator simulator(Frozen());
  TestClient client(simulator.port());
  client.Send("nonsense\r\n\r\n");
  CHECK(client.Read(12) == "HTTP/1.1 400");
  simulator.SetFault("", "reset=accept", 1);
  TestClient unlucky(simulator.port());
  CHECK(unlucky.Read(1).empty());
  CHECK(unlucky.end() == End::kReset);
  CHECK(Post(simulator.port(), kPath).status == 200);
}

TEST_CASE("HTTPS answers as HTTP does", "[simulator]") {
  const TestCertificate certificate;
  SimulatorOptions options = Frozen();
  options.listen.tls_cert_file = certificate.cert_file();
  options.listen.tls_key_file = certificate.key_file();
  const Simulator simulator(options);
  CHECK(simulator.url("hang").starts_with("https://127.0.0.1:"));
  TestClient client(simulator.port(), true);
  client.Send(RequestText("POST", kPath, kKeyBody));
  CHECK(client.ReadAnswer().starts_with("HTTP/1.1 200 OK"));
  client.Send(RequestText("POST", "/fault/cut" + kPath, kKeyBody));
  client.Read(std::string::npos);
  CHECK(client.end() == End::kClosed);
  // Plain HTTP to the port of HTTPS gets no HTTP answer.
  CHECK(Post(simulator.port(), kPath).status == 0);
}

TEST_CASE("a certificate that is not there is an error at once", "[simulator]") {
  SimulatorOptions options = Frozen();
  options.listen.tls_cert_file = options.listen.tls_key_file = "/nonexistent";
  CHECK_THROWS_WITH(Simulator(options), Catch::Matchers::Contains("/nonexistent"));
}

}  // namespace simulator

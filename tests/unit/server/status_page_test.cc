#include "server/status_page.h"

#include <string>

#include "catch.h"

namespace session_exporter {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow{1'700'000'000s};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

StatusPageTarget TargetWith(std::optional<Error> failure) {
  StatusPageTarget target{"a", "kasm", "https://kasm.example", {}};
  CollectionReport report;
  report.ended_at = kNow - 15s;
  report.duration = 250ms;
  report.timeout = 9500ms;
  report.failure = failure;
  if (!failure) {
    report.sessions = 45;
    report.stale_sessions = 3;
  } else {
    target.status.last_failure = {*failure, kNow - 3min};
  }
  target.status.last = report;
  return target;
}

std::string PageOf(std::vector<StatusPageTarget> targets) {
  return StatusPage({"1.2.3", "/metrics", kNow, 5h, std::move(targets)}).body;
}

TEST_CASE("a target that is up shows its sessions and its time", "[status_page]") {
  const std::string page = PageOf({TargetWith({})});
  for (const std::string part :
       {">a<", "https://kasm.example", ">kasm<", ">up<", "<div>45</div>", "<div>3</div>",
        "0.250 s of 9.500 s", "15 s ago", "1 of 1 up", "Version 1.2.3 · up for 5 h",
        "href=\"/probe?target=a\"", "href=\"/probe?target=a&amp;debug=true\""}) {
    INFO(part);
    CHECK(Contains(page, part));
  }
}

TEST_CASE("a target that is down shows why, since when, and no numbers", "[status_page]") {
  const std::string page = PageOf({TargetWith(Error(ErrorKind::kAuth, "the key was refused"))});
  for (const std::string part :
       {"down: auth", "auth: the key was refused", "3 min ago", "0 of 1 up",
        "data-label=\"Sessions\"><div>–</div>", "data-label=\"Stale\"><div>–</div>"}) {
    INFO(part);
    CHECK(Contains(page, part));
  }
}

TEST_CASE("a target that nobody asked for yet says so", "[status_page]") {
  const std::string page = PageOf({{"b", "kasm", "https://x", {}}});
  CHECK(Contains(page, "not asked yet"));
  CHECK(Contains(page, "0 of 1 up, 1 not asked yet"));
  CHECK(!Contains(page, "meter"));
}

TEST_CASE("a collection that could not begin had no time to show", "[status_page]") {
  StatusPageTarget target = TargetWith(Error(ErrorKind::kLimit, "no thread can be started"));
  target.status.last->timeout = 0s;
  const std::string page = PageOf({target});
  CHECK(!Contains(page, "<meter"));
  CHECK(Contains(page, "15 s ago"));
}

TEST_CASE("a list that was cut says that it holds more", "[status_page]") {
  StatusPageTarget target = TargetWith({});
  target.status.last->truncated = true;
  CHECK(Contains(PageOf({target}), "<div>45+</div>"));
}

TEST_CASE("nothing of a target becomes markup", "[status_page]") {
  StatusPageTarget target =
      TargetWith(Error(ErrorKind::kBackend, "<script>alert('x')</script> & \"y\" \x1b[31m \xff"));
  target.name = "n/<b>\"'&";
  target.backend = "<i>";
  target.endpoint = "https://<u>\"";
  const std::string page = StatusPage({"<v>", "/\"><script>", kNow, 1s, {target}}).body;
  for (const std::string part : {"<script", "<b>", "<i>", "<u>", "<v>", "\x1b", "\xff"}) {
    INFO(part);
    CHECK(!Contains(page, part));
  }
  CHECK(Contains(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"));
  CHECK(Contains(page, "href=\"/probe?target=n%2F%3Cb%3E%22%27%26\""));
}

TEST_CASE("the page forbids all but its own style, and uses nothing else", "[status_page]") {
  const OutgoingResponse response = StatusPage({"v", "/metrics", kNow, 1s, {TargetWith({})}});
  std::string policy;
  for (const auto& [name, value] : response.headers) {
    if (name == "Content-Security-Policy") policy = value;
  }
  CHECK(policy.starts_with("default-src 'none'; style-src 'self';"));
  CHECK(!Contains(policy, "unsafe"));
  CHECK(Contains(response.body, "<link rel=\"stylesheet\" href=\"/status.css\">"));
  for (const std::string part : {"<style", " style=", "<script", " onclick", "http-equiv"}) {
    INFO(part);
    CHECK(!Contains(response.body, part));
  }
  const std::string style = StatusStyle().body;
  CHECK(Contains(style, "prefers-color-scheme: dark"));
  CHECK(!Contains(style, "url("));
  CHECK(!Contains(style, "@import"));
}

TEST_CASE("durations are as rough as people say them", "[status_page]") {
  struct Row {
    Microseconds duration;
    std::string text;
  };
  const Row row = GENERATE(values<Row>({{-5s, "0 s"},
                                        {0s, "0 s"},
                                        {999ms, "0 s"},
                                        {59s, "59 s"},
                                        {60s, "1 min"},
                                        {3599s, "59 min"},
                                        {1h, "1 h"},
                                        {47h, "47 h"},
                                        {48h, "2 d"},
                                        {24000h, "1000 d"}}));
  CHECK(RoughDuration(row.duration) == row.text);
}

}  // namespace
}  // namespace session_exporter

#include "server/status_page.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "server/status_style.h"

namespace session_exporter {
namespace {

constexpr std::string_view kNothing = "–";

double Seconds(Microseconds duration) { return std::chrono::duration<double>(duration).count(); }

// Of a query's value.
std::string EscapeQuery(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~');
    if (plain) {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", byte);
    }
  }
  return escaped;
}

std::string AgeOf(Timestamp at, Timestamp now) {
  return RoughDuration(std::max(now - at, Microseconds(0))) + " ago";
}

std::string State(const StatusPageTarget& target) {
  if (!target.status.last) return R"(<span class="state idle">not asked yet</span>)";
  const auto& failure = target.status.last->failure;
  if (!failure) return R"(<span class="state up">up</span>)";
  return fmt::format(R"(<span class="state down">down: {}</span>)",
                     EscapeHtml(ReasonOf(failure->kind())));
}

// The number of a collection that succeeded.
std::string Count(const StatusPageTarget& target, std::uint64_t CollectionReport::*count) {
  const auto& last = target.status.last;
  if (!last || last->failure) return std::string(kNothing);
  return fmt::format("{}{}", (*last).*count, last->truncated ? "+" : "");
}

std::string Duration(const StatusPageTarget& target, Timestamp now) {
  const auto& last = target.status.last;
  if (!last) return std::string(kNothing);
  const double took = Seconds(last->duration);
  const double had = Seconds(last->timeout);
  if (had <= 0) return fmt::format(R"(<span class="age">{}</span>)", AgeOf(last->ended_at, now));
  return fmt::format(
      R"(<meter min="0" max="{1:.3f}" high="{2:.3f}" optimum="0" value="{0:.3f}">{0:.3f} s</meter>)"
      R"(<span class="took">{0:.3f} s of {1:.3f} s</span> <span class="age">{3}</span>)",
      took, had, had * 0.8, AgeOf(last->ended_at, now));
}

std::string LastError(const StatusPageTarget& target, Timestamp now) {
  constexpr std::size_t kMostBytes = 512;
  const auto& failure = target.status.last_failure;
  if (!failure) return std::string(kNothing);
  return fmt::format(
      R"({}: {} <span class="age">{}</span>)", EscapeHtml(ReasonOf(failure->error.kind())),
      EscapeHtml(CleanText(failure->error.message(), kMostBytes)), AgeOf(failure->at, now));
}

// The labels are what the column's head is where there is no room for columns.
void AppendCell(std::string& out, std::string_view label, std::string_view html) {
  fmt::format_to(std::back_inserter(out), "<td data-label=\"{}\"><div>{}</div></td>\n", label,
                 html);
}

void AppendTarget(const StatusPageTarget& target, Timestamp now, std::string& out) {
  const std::string probe = "/probe?target=" + EscapeQuery(target.name);
  fmt::format_to(std::back_inserter(out),
                 "<tr>\n<th scope=\"row\">{}<span class=\"endpoint\">{}</span></th>\n",
                 EscapeHtml(target.name), EscapeHtml(target.endpoint));
  AppendCell(out, "Backend", EscapeHtml(target.backend));
  AppendCell(out, "State", State(target));
  AppendCell(out, "Sessions", Count(target, &CollectionReport::sessions));
  AppendCell(out, "Stale", Count(target, &CollectionReport::stale_sessions));
  AppendCell(out, "Last collection", Duration(target, now));
  AppendCell(out, "Last error", LastError(target, now));
  AppendCell(out, "More",
             fmt::format("<a href=\"{0}\">probe</a> <a href=\"{1}\">debug</a>", EscapeHtml(probe),
                         EscapeHtml(probe + "&debug=true")));
  out += "</tr>\n";
}

// "3 of 4 up, 1 not asked yet"
std::string CountTargets(const StatusPageContent& content) {
  const auto count = [&content](auto is) {
    return std::count_if(content.targets.begin(), content.targets.end(),
                         [&is](const auto& target) { return is(target.status.last); });
  };
  const auto up = count([](const auto& last) { return last && !last->failure; });
  const auto waiting = count([](const auto& last) { return !last; });
  std::string text = fmt::format("{} of {} up", up, content.targets.size());
  if (waiting > 0) text += fmt::format(", {} not asked yet", waiting);
  return text;
}

std::string Html(const StatusPageContent& content) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>session_exporter</title>\n<link rel=\"icon\" href=\"data:,\">\n";
  auto end = std::back_inserter(out);
  fmt::format_to(end, "<link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body>\n<header>\n",
                 kStatusStylePath);
  fmt::format_to(end, "<h1>session_exporter</h1>\n<p>Version {} · up for {}</p>\n<nav>\n",
                 EscapeHtml(content.version), RoughDuration(content.uptime));
  for (const std::string_view path :
       {std::string_view(content.telemetry_path), std::string_view("/sd"),
        std::string_view("/config"), std::string_view("/-/healthy"),
        std::string_view("/-/ready")}) {
    fmt::format_to(end, "<a href=\"{0}\">{0}</a>\n", EscapeHtml(path));
  }
  fmt::format_to(end, "</nav>\n</header>\n<main>\n<h2>Targets <span>{}</span></h2>\n",
                 CountTargets(content));
  out += "<table>\n<thead><tr>";
  for (const std::string_view head : {"Target", "Backend", "State", "Sessions", "Stale",
                                      "Last collection", "Last error", "More"}) {
    fmt::format_to(end, "<th scope=\"col\">{}</th>", head);
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const StatusPageTarget& target : content.targets) AppendTarget(target, content.now, out);
  fmt::format_to(end, "</tbody>\n</table>\n</main>\n<footer>As of {}.</footer>\n</body>\n</html>\n",
                 FormatHttpDate(content.now));
  return out;
}

}  // namespace

OutgoingResponse StatusPage(const StatusPageContent& content) {
  OutgoingResponse response;
  response.headers = {
      {"Content-Type", "text/html; charset=utf-8"},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
       "frame-ancestors 'none'"},
      {"Referrer-Policy", "no-referrer"},
      {"Cache-Control", "no-store"},
  };
  response.body = Html(content);
  return response;
}

OutgoingResponse StatusStyle() {
  OutgoingResponse response;
  response.headers = {{"Content-Type", "text/css; charset=utf-8"},
                      {"Cache-Control", "max-age=300"}};
  response.body = kStatusStyle;
  return response;
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string RoughDuration(Microseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < kMinute) return fmt::format("{} s", std::max<std::int64_t>(seconds, 0));
  if (seconds < kHour) return fmt::format("{} min", seconds / kMinute);
  if (seconds < 2 * kDay) return fmt::format("{} h", seconds / kHour);
  return fmt::format("{} d", seconds / kDay);
}

}  // namespace session_exporter

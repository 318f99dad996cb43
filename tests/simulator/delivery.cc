#include "simulator/delivery.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <zlib.h>

namespace simulator {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMebibyte = 1 << 20;

// A gzip stream that can be fed piece by piece, for bombs that are never held in memory.
class GzipStream {
 public:
  GzipStream() {
    constexpr int kGzipFormat = 15 + 16;
    if (deflateInit2(&stream_, 6, Z_DEFLATED, kGzipFormat, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("deflateInit2 failed");
    }
  }
  ~GzipStream() { deflateEnd(&stream_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  void Add(std::string_view plain, bool last, std::string* out) {
    // zlib's interface predates const.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());
    char buffer[16384];
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer);
      stream_.avail_out = sizeof(buffer);
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      out->append(buffer, sizeof(buffer) - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

Step Drip(std::shared_ptr<const std::string> bytes, milliseconds interval) {
  Step step = Stream([bytes = std::move(bytes), at = std::size_t{0}](std::string* chunk) mutable {
    if (at < bytes->size()) chunk->push_back((*bytes)[at++]);
    return at < bytes->size();
  });
  step.pause = interval;
  return step;
}

std::string Chunk(std::string_view data) {
  return fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}

// Without a length and with chunks announced.
std::string ChunkedHead(Response response) {
  response.RemoveHeader("Content-Length");
  response.SetHeader("Transfer-Encoding", "chunked");
  return Head(response);
}

Steps StreamForever(Response response, std::string opening, std::function<std::string()> item) {
  Steps steps{Send(ChunkedHead(std::move(response))), Send(Chunk(opening))};
  steps.push_back(Stream([item = std::move(item)](std::string* chunk) {
    std::string data;
    while (data.size() < 65536) data += item();
    *chunk = Chunk(data);
    return true;
  }));
  return steps;
}

Steps GzipBomb(Response response, double mebibytes) {
  response.SetHeader("Content-Encoding", "gzip");
  Steps steps{Send(ChunkedHead(std::move(response)))};
  auto stream = std::make_shared<GzipStream>();
  auto left = std::make_shared<std::size_t>(static_cast<std::size_t>(std::max(mebibytes, 1.0)));
  steps.push_back(Stream([stream, left](std::string* chunk) {
    static const std::string zeros(kMebibyte, '\0');
    std::string packed;
    stream->Add(zeros, --*left == 0, &packed);
    // An empty chunk would end the body.
    if (!packed.empty()) *chunk = Chunk(packed);
    return *left > 0;
  }));
  steps.push_back(Send("0\r\n\r\n"));
  return steps;
}

Steps EndlessHeaders(const Response& response) {
  std::string head = Head(response);
  head.resize(head.size() - 2);
  return {Send(std::move(head)), Stream([number = 0](std::string* chunk) mutable {
            for (int i = 0; i < 100; ++i) {
              fmt::format_to(std::back_inserter(*chunk), "X-More-{}: {}\r\n", ++number,
                             std::string(100, 'x'));
            }
            return true;
          })};
}

std::optional<Steps> DeliverEndless(const Response& response, const FaultSet& faults,
                                    EndlessList endless) {
  if (faults.Has("endless") && endless.item) {
    return StreamForever(response, std::move(endless.opening), std::move(endless.item));
  }
  if (faults.Has("endless_spaces")) {
    return StreamForever(response, "{", [] { return std::string(65536, ' '); });
  }
  if (faults.Has("endless_string")) {
    return StreamForever(response, "{\"error_message\": \"",
                         [] { return std::string(65536, 'x'); });
  }
  if (faults.Has("endless_headers")) return EndlessHeaders(response);
  if (faults.Has("gzip_bomb")) return GzipBomb(response, faults.Number("gzip_bomb", 256));
  return std::nullopt;
}

std::optional<Steps> DeliverInChunks(const Response& response, const FaultSet& faults) {
  const std::string& body = *response.body;
  const std::size_t half = body.size() / 2;
  const std::string first =
      ChunkedHead(response) + Chunk(body.substr(0, std::max<std::size_t>(half, 1)));
  if (faults.Has("cut_chunked")) return Steps{Send(first), Do(Step::Kind::kClose)};
  if (faults.Has("bad_chunk")) {
    return Steps{Send(first), Send("zz\r\nnot a chunk\r\n"), Do(Step::Kind::kClose)};
  }
  if (faults.Has("chunked") && !body.empty()) {
    const std::string rest = body.substr(std::max<std::size_t>(half, 1));
    return Steps{Send(first), Send(rest.empty() ? "" : Chunk(rest)), Send("0\r\n\r\n")};
  }
  return std::nullopt;
}

Steps DeliverDripping(Response response, const FaultSet& faults) {
  response.SetHeader("Content-Length", std::to_string(response.body->size()));
  const auto interval = [&](std::string_view fault) {
    return milliseconds(static_cast<int>(faults.Number(fault, 100)));
  };
  Steps steps{Send(Head(response)), SendBody(response.body)};
  if (faults.Has("slow_headers")) {
    steps[0] = Drip(std::make_shared<const std::string>(Head(response)), interval("slow_headers"));
  }
  if (faults.Has("drip")) steps[1] = Drip(response.body, interval("drip"));
  return steps;
}

// Half of the body under the whole one's Content-Length, and then the end.
Steps DeliverHalf(Response response, Step::Kind ending) {
  response.SetHeader("Content-Length", std::to_string(response.body->size()));
  return {Send(Head(response)), SendBody(response.body, 0, response.body->size() / 2), Do(ending)};
}

Steps DeliverUntilClose(Response response) {
  response.RemoveHeader("Content-Length");
  response.SetHeader("Connection", "close");
  return {Send(Head(response)), SendBody(response.body), Do(Step::Kind::kClose)};
}

Steps DeliverTwoLengths(Response response) {
  response.SetHeader("Content-Length", std::to_string(response.body->size()));
  response.headers.emplace_back("Content-Length", std::to_string(response.body->size() / 2));
  return {Send(Head(response)), SendBody(response.body), Do(Step::Kind::kClose)};
}

void AdjustHeaders(Response* response, const FaultSet& faults) {
  if (faults.Has("no_date")) response->RemoveHeader("Date");
  if (faults.Has("big_headers")) {
    const int kibibytes = static_cast<int>(faults.Number("big_headers", 300));
    for (int i = 0; i < kibibytes; ++i) {
      response->headers.emplace_back(fmt::format("X-Big-{}", i), std::string(1012, 'x'));
    }
  }
  if (faults.Has("gzip") || faults.Has("bad_gzip")) response->SetHeader("Content-Encoding", "gzip");
}

void GarbleBody(Response* response, const FaultSet& faults) {
  if (faults.Has("bom")) response->SetBody("\xef\xbb\xbf" + *response->body);
  if (faults.Has("garbage")) response->SetBody(*response->body + "<!-- generated in 0.2 s -->");
  if (faults.Has("trailing")) response->SetBody(*response->body + " {\"kasms\": []}");
  if (faults.Has("gzip")) response->SetBody(Gzip(*response->body));
}

Steps DeliverBody(Response response, const FaultSet& faults, EndlessList endless) {
  using Kind = Step::Kind;
  const std::string* reset = faults.Find("reset");
  if (reset != nullptr && *reset != "half") return {Do(Kind::kReset)};
  if (reset != nullptr) return DeliverHalf(std::move(response), Kind::kReset);
  if (faults.Has("close")) return {Do(Kind::kClose)};
  if (faults.Has("hang")) return {Do(Kind::kWaitUntilClosed)};
  if (faults.Has("hang_body")) return DeliverHalf(std::move(response), Kind::kWaitUntilClosed);
  if (faults.Has("cut")) return DeliverHalf(std::move(response), Kind::kClose);
  if (faults.Has("until_close")) return DeliverUntilClose(std::move(response));
  if (faults.Has("two_lengths")) return DeliverTwoLengths(std::move(response));
  if (faults.Has("bad_status_line")) return {Send("NOT/HTTP at all\r\n\r\n"), Do(Kind::kClose)};
  if (auto steps = DeliverEndless(response, faults, std::move(endless))) return std::move(*steps);
  if (auto steps = DeliverInChunks(response, faults)) return std::move(*steps);
  if (faults.Has("drip") || faults.Has("slow_headers")) {
    return DeliverDripping(std::move(response), faults);
  }
  return Plain(std::move(response));
}

Response BareStatus(const FaultSet& faults) {
  const int status = static_cast<int>(faults.Number("status", 500));
  // A 204 has no body: a client would take it for the beginning of the next answer.
  Response response = MakeResponse(status, "text/html; charset=utf-8",
                                   status == 204 ? std::string() : ErrorPage(status));
  if (const std::string* after = faults.Find("retry_after")) {
    response.SetHeader("Retry-After", *after);
  }
  return response;
}

Response Redirect(const FaultSet& faults) {
  const int status = static_cast<int>(faults.Number("redirect", 302));
  Response response = MakeResponse(status, "text/html", ErrorPage(status));
  const std::string* location = faults.Find("location");
  response.SetHeader("Location", location != nullptr ? *location : "/simulator/honeypot");
  return response;
}

Response Echo(const Request& request, const FaultSet& faults) {
  std::string text = "you sent:\n";
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\n", name, value);
  return MakeResponse(static_cast<int>(faults.Number("echo", 500)), "text/plain",
                      text + request.body);
}

}  // namespace

std::string Gzip(std::string_view plain) {
  std::string packed;
  GzipStream().Add(plain, true, &packed);
  return packed;
}

std::string ErrorPage(int status) {
  const std::string title = fmt::format("{} {}", status, ReasonPhrase(status));
  if (status == 500) {
    return fmt::format(
        "<!DOCTYPE html PUBLIC\n\"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n"
        "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n<html>\n<head>\n"
        "    <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></meta>\n"
        "    <title>{0}</title>\n</head>\n    <body>\n        <h2>{0}</h2>\n        <p>The server "
        "encountered an unexpected condition which prevented it from fulfilling the request.</p>\n"
        "        <pre id=\"traceback\"></pre>\n    <div id=\"powered_by\">\n      <span>\n        "
        "Powered by <a href=\"http://www.cherrypy.dev\">CherryPy 18.8.0</a>\n      </span>\n"
        "    </div>\n    </body>\n</html>\n",
        title);
  }
  return fmt::format(
      "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
      "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
      title);
}

std::optional<Response> SubstituteAnswer(const Request& request, const FaultSet& faults) {
  if (faults.Has("status")) return BareStatus(faults);
  if (faults.Has("redirect")) return Redirect(faults);
  if (faults.Has("html")) {
    return MakeResponse(200, "text/html", "<!DOCTYPE html><html><body>Sign in</body></html>\n");
  }
  if (faults.Has("empty")) return MakeResponse(200, "application/json", "");
  if (faults.Has("not_json")) return MakeResponse(200, "application/json", "{'kasms': [}");
  if (faults.Has("deep")) {
    const auto depth = static_cast<std::size_t>(faults.Number("deep", 100'000));
    return MakeResponse(200, "application/json",
                        "{\"kasms\": " + std::string(depth, '[') + std::string(depth, ']') + "}");
  }
  if (faults.Has("echo")) return Echo(request, faults);
  return std::nullopt;
}

Steps Deliver(Response response, const FaultSet& faults, EndlessList endless) {
  GarbleBody(&response, faults);
  AdjustHeaders(&response, faults);
  Steps steps;
  if (faults.Has("delay")) {
    steps.push_back(Pause(milliseconds(static_cast<int>(faults.Number("delay", 1) * 1000))));
  }
  for (Step& step : DeliverBody(std::move(response), faults, std::move(endless))) {
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace simulator

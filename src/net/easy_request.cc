#include "net/easy_request.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <string_view>
#include <utility>

#include <curl/curl.h>
#include <fcntl.h>

#include "net/curl_error.h"

namespace session_exporter {
namespace {

// Routers forget silent connections, most of them after 300 s or more; then the next scrape would
// hang on a kept one until its deadline.
constexpr long kKeepAliveIdleSeconds = 60;
constexpr long kKeepAliveIntervalSeconds = 15;

// How long the parsed authorities are used before their file is read again.
constexpr long kAuthoritiesSeconds = 3600;
constexpr long kOwnAuthoritiesSeconds = 60;

// No exception may pass through libcurl.
template <typename Function>
auto Guarded(Transfer& transfer, decltype(std::declval<Function>()()) failed, Function function) {
  try {
    return function();
  } catch (...) {
    transfer.End(Error(ErrorKind::kProtocol, "no memory for the answer"));
    return failed;
  }
}

std::size_t OnHeader(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  return Guarded(transfer, std::size_t{0}, [&] {
    return transfer.AcceptHeaderLine({bytes, count}) ? count : std::size_t{0};
  });
}

std::size_t OnBody(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  return Guarded(transfer, std::size_t{0}, [&] {
    switch (transfer.AcceptBody({bytes, count})) {
      case Transfer::Verdict::kTaken:
        return count;
      case Transfer::Verdict::kPause:
        return std::size_t{CURL_WRITEFUNC_PAUSE};
      case Transfer::Verdict::kStop:
        break;
    }
    return std::size_t{0};
  });
}

int OnResolve(void*, void*, void* context) {
  static_cast<Transfer*>(context)->EnterPhase(TransferPhase::kResolving);
  return 0;
}

int OnSocket(void* context, curl_socket_t socket, curlsocktype) {
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  static_cast<Transfer*>(context)->EnterPhase(TransferPhase::kConnecting);
  return CURL_SOCKOPT_OK;
}

CURLcode OnTls(CURL*, void*, void* context) {
  static_cast<Transfer*>(context)->EnterPhase(TransferPhase::kTls);
  return CURLE_OK;
}

int OnConnected(void* context, char*, char*, int, int) {
  static_cast<Transfer*>(context)->EnterPhase(TransferPhase::kAnswer);
  return CURL_PREREQFUNC_OK;
}

}  // namespace

void EasyHandleDeleter::operator()(void* easy) const { curl_easy_cleanup(easy); }

template <typename Option, typename Value>
void EasyRequest::Set(Option option, Value value) {
  const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
  if (code == CURLE_OK || !refused_.empty()) return;
  refused_ = fmt::format("libcurl refuses its option {}: {}", static_cast<int>(option),
                         curl_easy_strerror(code));
}

Result<std::unique_ptr<EasyRequest>> EasyRequest::Make(EasyHandle easy, HttpRequest request,
                                                       UrlParts url,
                                                       std::shared_ptr<const HttpOptions> options,
                                                       const CurlHttpClientOptions& client,
                                                       std::shared_ptr<Transfer> transfer) {
  if (!easy) return Fail(ErrorKind::kConfig, "libcurl gives no handle");
  std::unique_ptr<EasyRequest> made(new EasyRequest);
  made->easy_ = std::move(easy);
  made->request_ = std::move(request);
  made->url_ = std::move(url);
  made->options_ = options ? std::move(options) : std::make_shared<const HttpOptions>();
  made->transfer_ = std::move(transfer);
  auto headers = made->BuildHeaders();
  if (!headers) return tl::unexpected(std::move(headers).error());
  made->headers_ = std::move(*headers);
  made->SetTarget();
  made->SetMessage();
  made->SetTls();
  made->SetProxy();
  made->SetTimes(client);
  made->SetCallbacks();
  if (!made->refused_.empty()) return Fail(ErrorKind::kConfig, "{}", made->refused_);
  return made;
}

Error EasyRequest::Explain(int code) const {
  CurlFailure failure;
  failure.code = code;
  failure.text = error_text_.data();
  failure.phase = transfer_->phase();
  failure.authority = url_.Authority();
  failure.through_proxy = !options_->proxy_url.empty();
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &failure.os_error);
  curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
  if (code == CURLE_OPERATION_TIMEDOUT) return transfer_->TimeoutError();
  return ExplainCurlFailure(failure);
}

EasyHandle EasyRequest::TakeEasy() && {
  curl_easy_reset(easy_.get());
  return std::move(easy_);
}

Result<HeaderList> EasyRequest::BuildHeaders() const {
  HeaderList list;
  for (const Headers* headers : {&options_->headers, &request_.headers}) {
    for (const auto& [name, value] : *headers) {
      auto appended = AppendHeader(list, name, value);
      if (!appended) return tl::unexpected(std::move(appended).error());
    }
  }
  const auto given = [&](std::string_view name) {
    return HasHeader(options_->headers, name) || HasHeader(request_.headers, name);
  };
  if (request_.method != HttpMethod::kGet) {
    // Waiting for "100 Continue" costs a round trip, or a second where the server ignores it.
    AppendLine(list, "Expect:");
    if (!given("content-type")) AppendLine(list, "Content-Type:");
  }
  // The URL that libcurl gets names the certificate; the server still hears the configured host.
  if (!options_->server_name.empty() && !given("host")) {
    AppendLine(list, "Host: " + url_.host_header);
  }
  return list;
}

void EasyRequest::SetTarget() {
  const std::string& name = options_->server_name;
  if (name.empty() || url_.scheme != "https") {
    Set(CURLOPT_URL, request_.url.c_str());
  } else {
    const bool is_ipv6 = name.find(':') != std::string::npos && name.front() != '[';
    const std::string host = is_ipv6 ? "[" + name + "]" : name;
    AppendLine(connect_to_, host + ":" + url_.port + ":" + url_.host + ":" + url_.port);
    Set(CURLOPT_CONNECT_TO, connect_to_.get());
    Set(CURLOPT_URL,
        (url_.scheme + "://" + url_.user_info + host + ":" + url_.port + url_.rest).c_str());
  }
  Set(CURLOPT_PATH_AS_IS, 1L);  // a signature covers the path as it was written
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  Set(CURLOPT_HTTP09_ALLOWED, 0L);
  Set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
}

void EasyRequest::SetMessage() {
  if (request_.method != HttpMethod::kGet) {
    Set(CURLOPT_POST, 1L);
    // libcurl's own PUT reads its body from a callback; a POST by another name has it in memory.
    if (request_.method == HttpMethod::kPut) Set(CURLOPT_CUSTOMREQUEST, "PUT");
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.Reveal().size()));
    Set(CURLOPT_POSTFIELDS, request_.body.Reveal().data());
  } else {
    Set(CURLOPT_HTTPGET, 1L);
  }
  Set(CURLOPT_HTTPHEADER, headers_.get());
  Set(CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});  // the proxy does not see them
  Set(CURLOPT_ACCEPT_ENCODING, "gzip");
}

void EasyRequest::SetTls() {
  Set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  const long verify = options_->insecure_skip_verify ? 0L : 1L;
  Set(CURLOPT_SSL_VERIFYPEER, verify);
  Set(CURLOPT_SSL_VERIFYHOST, 2 * verify);
  const bool own_authorities = !options_->ca_file.empty();
  if (own_authorities) Set(CURLOPT_CAINFO, options_->ca_file.c_str());
  if (own_authorities || curl_version_info(CURLVERSION_NOW)->cainfo != nullptr) {
    // A directory beside the file would be trusted as well, and keeps libcurl from reusing the
    // parsed file: Debian's takes 55 ms of the network thread for each new connection.
    Set(CURLOPT_CAPATH, nullptr);
  }
  Set(CURLOPT_CA_CACHE_TIMEOUT, own_authorities ? kOwnAuthoritiesSeconds : kAuthoritiesSeconds);
  if (!options_->cert_file.empty()) Set(CURLOPT_SSLCERT, options_->cert_file.c_str());
  if (!options_->key_file.empty()) Set(CURLOPT_SSLKEY, options_->key_file.c_str());
  Set(CURLOPT_KEYPASSWD, "");  // else OpenSSL asks for it at the terminal
}

void EasyRequest::SetProxy() {
  // An empty string also turns off the proxies of the environment.
  Set(CURLOPT_PROXY, options_->proxy_url.Reveal().data());
  Set(CURLOPT_NOPROXY, "");
  if (options_->proxy_url.empty()) return;
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_PROXY_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!options_->ca_file.empty()) {
    Set(CURLOPT_PROXY_CAINFO, options_->ca_file.c_str());
    Set(CURLOPT_PROXY_CAPATH, nullptr);
  }
}

void EasyRequest::SetTimes(const CurlHttpClientOptions& client) {
  // The reader keeps its deadline by itself; this frees the connection when nobody reads.
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24);
  const auto left = std::clamp(Deadline(transfer_->deadline().latest()).Remaining(),
                               std::chrono::milliseconds(1), kLongest);
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(left.count()));
  Set(CURLOPT_MAXAGE_CONN, static_cast<long>(client.keep_idle.count()));
  Set(CURLOPT_TCP_NODELAY, 1L);
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  Set(CURLOPT_TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  Set(CURLOPT_TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  // CURLOPT_BUFFERSIZE stays at its 16 KiB. While a transfer is paused libcurl keeps decoding what
  // it has read, so a gzip bomb may grow one read a thousandfold; and libcurl refuses the option on
  // a handle whose last transfer ended while a name was resolved.
  Set(CURLOPT_USERAGENT, client.user_agent.c_str());
  Set(CURLOPT_NOSIGNAL, 1L);
  // Without it libcurl joins its resolver thread when a transfer ends while a name is resolved, and
  // every transfer of the loop waits with it.
  Set(CURLOPT_QUICK_EXIT, 1L);
}

void EasyRequest::SetCallbacks() {
  Set(CURLOPT_PRIVATE, this);
  Set(CURLOPT_ERRORBUFFER, error_text_.data());
  Transfer* transfer = transfer_.get();
  Set(CURLOPT_HEADERFUNCTION, OnHeader);
  Set(CURLOPT_HEADERDATA, transfer);
  Set(CURLOPT_WRITEFUNCTION, OnBody);
  Set(CURLOPT_WRITEDATA, transfer);
  Set(CURLOPT_RESOLVER_START_FUNCTION, OnResolve);
  Set(CURLOPT_RESOLVER_START_DATA, transfer);
  Set(CURLOPT_SOCKOPTFUNCTION, OnSocket);
  Set(CURLOPT_SOCKOPTDATA, transfer);
  Set(CURLOPT_SSL_CTX_FUNCTION, OnTls);
  Set(CURLOPT_SSL_CTX_DATA, transfer);
  Set(CURLOPT_PREREQFUNCTION, OnConnected);
  Set(CURLOPT_PREREQDATA, transfer);
}

}  // namespace session_exporter

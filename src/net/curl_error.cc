#include "net/curl_error.h"

#include <cstring>
#include <system_error>

#include <curl/curl.h>

#include "base/utf8.h"

namespace session_exporter {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// OpenSSL's numbers (x509_vfy.h), which do not change: the words that say what to do about it.
std::string_view CertificateHint(long verify_result) {
  switch (verify_result) {
    case 9:
      return "the certificate is not valid yet";
    case 10:
      return "the certificate has expired";
    case 18:  // self-signed
    case 19:  // self-signed in the chain
    case 20:  // issuer not found
    case 21:
      return "the certificate is from an unknown authority";
    default:
      return "";
  }
}

Error ExplainTls(const CurlFailure& failure) {
  std::string message = fmt::format("TLS with {} failed", failure.authority);
  const std::string_view hint = CertificateHint(failure.verify_result);
  if (!hint.empty()) message.append(": ").append(hint);
  // A certificate's names are the server's to choose, and are quoted here.
  if (!failure.text.empty()) message.append(": ").append(CleanText(failure.text, 200));
  return Error(ErrorKind::kTls, std::move(message));
}

Error ExplainConnect(const CurlFailure& failure) {
  std::string message =
      "cannot connect to " + (failure.through_proxy ? "the proxy" : failure.authority);
  if (failure.os_error != 0) {
    message.append(": ").append(
        std::generic_category().message(static_cast<int>(failure.os_error)));
  }
  return Error(ErrorKind::kConnect, std::move(message));
}

// The connection ended in the middle: these codes also stand for a chunk or a head that libcurl
// could not read.
Error ExplainBroken(const CurlFailure& failure) {
  // With TLS 1.3 the server refuses a client's certificate only after the handshake.
  if (Contains(failure.text, "alert")) return ExplainTls(failure);
  if (Contains(failure.text, "CONNECT tunnel") || Contains(failure.text, "from proxy")) {
    return Error(ErrorKind::kConnect, "the proxy refused the connection to " + failure.authority);
  }
  if (failure.phase == TransferPhase::kBody) {
    return Error(
        ErrorKind::kProtocol,
        fmt::format("the answer of {} was cut or its framing is broken", failure.authority));
  }
  if (Contains(failure.text, "response headers")) {
    return Error(ErrorKind::kProtocol,
                 fmt::format("the head of the answer of {} is too large", failure.authority));
  }
  return Error(ErrorKind::kConnect,
               fmt::format("{} closed the connection without an answer", failure.authority));
}

Error ExplainProtocol(const CurlFailure& failure) {
  return Error(ErrorKind::kProtocol,
               fmt::format("the answer of {} is not valid HTTP", failure.authority));
}

// What is left: codes of a URL, of an answer, of libcurl itself.
Error ExplainOther(const CurlFailure& failure) {
  const bool connected = failure.phase >= TransferPhase::kAnswer;
  switch (static_cast<CURLcode>(failure.code)) {
    case CURLE_UNSUPPORTED_PROTOCOL:  // also HTTP/0.9, once connected
    case CURLE_URL_MALFORMAT:
      if (connected) return ExplainProtocol(failure);
      return Error(ErrorKind::kConfig, "the URL or the proxy's is not one that can be used");
    case CURLE_BAD_CONTENT_ENCODING:
      return Error(ErrorKind::kProtocol,
                   fmt::format("the body from {} does not decode as gzip", failure.authority));
    case CURLE_OUT_OF_MEMORY:  // how libcurl calls a header line above 100 KB
      if (failure.phase == TransferPhase::kAnswer) return ExplainProtocol(failure);
      return Error(ErrorKind::kLimit, "the answer needs more memory than libcurl takes");
    default:
      return connected ? ExplainProtocol(failure) : ExplainConnect(failure);
  }
}

}  // namespace

Error ExplainCurlFailure(const CurlFailure& failure) {
  switch (static_cast<CURLcode>(failure.code)) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error(ErrorKind::kDns, "no address for the host of " + failure.authority);
    case CURLE_COULDNT_RESOLVE_PROXY:
      // libcurl's text repeats the proxy's URL, which may hold a password.
      return Error(ErrorKind::kDns, "no address for the proxy");
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return ExplainConnect(failure);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CLIENTCERT:
      return ExplainTls(failure);
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CRL_BADFILE:
      return Error(ErrorKind::kConfig,
                   "a TLS file cannot be used: " + CleanText(failure.text, 300));
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return ExplainBroken(failure);
    default:
      return ExplainOther(failure);
  }
}

}  // namespace session_exporter

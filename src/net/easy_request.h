// One request as libcurl takes it: a configured easy handle, and all that libcurl only borrows.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/curl_http_client.h"
#include "net/header_list.h"
#include "net/http_client.h"
#include "net/transfer.h"
#include "net/url.h"

namespace session_exporter {

// Owns a CURL*, which is a void*: no header shows libcurl.
struct EasyHandleDeleter {
  void operator()(void* easy) const;
};
using EasyHandle = std::unique_ptr<void, EasyHandleDeleter>;

// Made by the thread that sends, then the network thread's alone.
class EasyRequest {
 public:
  // `easy` is new or has been reset. kConfig when the request cannot be sent as it is: a header
  // that would break the message, a proxy or a TLS option that libcurl does not take.
  static Result<std::unique_ptr<EasyRequest>> Make(EasyHandle easy, HttpRequest request,
                                                   UrlParts url,
                                                   std::shared_ptr<const HttpOptions> options,
                                                   const CurlHttpClientOptions& client,
                                                   std::shared_ptr<Transfer> transfer);

  [[nodiscard]] void* easy() const { return easy_.get(); }
  [[nodiscard]] const std::shared_ptr<Transfer>& transfer() const { return transfer_; }
  // "host:port" of the URL.
  [[nodiscard]] std::string Authority() const { return url_.Authority(); }
  // The error that the CURLcode `code`, which is not CURLE_OK, stands for.
  [[nodiscard]] Error Explain(int code) const;
  // Gives the handle back, reset. It must have left the multi handle.
  EasyHandle TakeEasy() &&;

 private:
  EasyRequest() = default;
  Result<HeaderList> BuildHeaders() const;
  void SetTarget();
  void SetMessage();
  void SetTls();
  void SetProxy();
  void SetTimes(const CurlHttpClientOptions& client);
  void SetCallbacks();
  template <typename Option, typename Value>
  void Set(Option option, Value value);

  HttpRequest request_;
  UrlParts url_;
  std::shared_ptr<const HttpOptions> options_;
  std::shared_ptr<Transfer> transfer_;
  HeaderList headers_;
  HeaderList connect_to_;
  std::array<char, 256> error_text_{};  // CURL_ERROR_SIZE
  std::string refused_;                 // libcurl did not take an option
  EasyHandle easy_;                     // last, so that it goes before what it borrows
};

}  // namespace session_exporter

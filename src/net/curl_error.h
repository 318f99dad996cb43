// What libcurl's codes mean to an operator: the kind that becomes the `reason`, and a message that
// names the host but never the path, the query, user info or a piece of the answer.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/transfer.h"

namespace session_exporter {

struct CurlFailure {
  int code = 0;           // a CURLcode
  std::string_view text;  // libcurl's own words, may be empty
  TransferPhase phase = TransferPhase::kQueued;
  std::string authority;  // host:port of the URL
  bool through_proxy = false;
  long os_error = 0;       // errno of a failed connect
  long verify_result = 0;  // OpenSSL's X509_V_ERR_*
};

// A connection that ends without an answer is kConnect; once the head has come it is kProtocol,
// however it ended, for what is left is a document that was cut. CURLE_OPERATION_TIMEDOUT is the
// transfer's to explain.
Error ExplainCurlFailure(const CurlFailure& failure);

}  // namespace session_exporter

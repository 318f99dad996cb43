// AWS Signature Version 4 in its header form (docs.aws.amazon.com, IAM user guide, "Create a signed
// AWS API request"), for every service but S3, whose paths are written by rules of their own.
#pragma once

#include <string>
#include <string_view>

#include "auth/aws_credentials.h"
#include "base/clock.h"
#include "base/result.h"
#include "net/http_client.h"

namespace session_exporter {

// Whom a signature is for.
struct AwsScope {
  std::string region;
  std::string service;  // the signing name: "ssm", "sts"
};

// Adds X-Amz-Date, X-Amz-Security-Token (when there is one), Host and Authorization to a request
// that has everything else; whatever is changed later breaks the signature. What an earlier call
// added is replaced, so that a request can be sent again later. All headers are signed but those
// that proxies change or libcurl writes by itself, such as User-Agent.
// Errors: kConfig (a URL that cannot be sent).
Result<void> SignAwsRequest(HttpRequest& request, const AwsCredentials& credentials,
                            const AwsScope& scope, Timestamp now);

// The text that the signature stands for, of a request that has its Host and X-Amz-Date: what the
// receiver puts together again. For tests; it holds the session token.
Result<std::string> AwsCanonicalRequest(const HttpRequest& request);

}  // namespace session_exporter

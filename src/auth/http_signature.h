// HTTP signatures (draft-cavage-http-signatures-12), as Cisco Intersight takes them: over
// `(request-target) date host content-type digest`, in this order, which is the one that its
// published clients are known to succeed with; `rsa-sha256` for RSA keys, `hs2019` for EC keys.
#pragma once

#include <string>
#include <string_view>

#include "auth/private_key.h"
#include "base/clock.h"
#include "base/result.h"
#include "net/http_client.h"

namespace session_exporter {

// Adds Date, Host, Digest (of the body, also of none) and Authorization to a request that has its
// method, URL, body and a Content-Type; whatever is changed later breaks the signature. `key_id` is
// printable ASCII without quotes. Costs an RSA operation: about a millisecond.
// Errors: kConfig (a URL that cannot be signed, a key that cannot sign).
Result<void> SignHttpRequest(HttpRequest& request, std::string_view key_id, const PrivateKey& key,
                             Timestamp now);

// The signed text: what the receiver puts together again. For tests.
Result<std::string> HttpSignatureText(const HttpRequest& request, std::string_view date);

}  // namespace session_exporter

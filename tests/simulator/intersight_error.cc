#include "simulator/intersight_error.h"

#include <fmt/format.h>

#include "simulator/json_text.h"

namespace simulator {

IntersightError InvalidRequest(std::string message) {
  return {400, "InvalidRequest", std::move(message), "barcelona_request_invalid", {}};
}

IntersightError InvalidApiKey() {
  return {401,
          "AuthenticationFailure",
          "Cannot perform the operation. Invalid API key. Verify the API keyID, status, account "
          "and retry.",
          "iam_api_key_is_invalid",
          {}};
}

IntersightError InvalidCookie() {
  return {401,
          "AuthenticationFailure",
          "Cannot process the request. The cookie 'X-Starship-Token' is invalid.",
          "iam_cookie_invalid",
          {}};
}

IntersightError InvalidUrl(std::string message) {
  return {403, "InvalidUrl", std::move(message), "iam_invalid_method_operation", {}};
}

IntersightError InvalidMethod(const std::string& method) {
  return {403,
          "InvalidMethod",
          fmt::format("Cannot perform the operation. The method '{}' is not supported.", method),
          "iam_invalid_method_operation",
          {method}};
}

IntersightError Unauthorised() {
  return {403,
          "UnauthorizedOperation",
          "Cannot perform the operation. The user does not have the privilege for it.",
          "iam_user_unauthorized_operation",
          {}};
}

IntersightError NoSuchObject(const std::string& moid) {
  return {404,
          "NotFound",
          fmt::format("Object '{}' does not exist", moid),
          "barcelona_request_object_does_not_exist",
          {moid}};
}

IntersightError NoSuchPath(const std::string& path) {
  return {404,
          "NotFound",
          fmt::format("Path '{}' does not exist", path),
          "barcelona_request_path_does_not_exist",
          {path}};
}

Response ErrorResponse(const IntersightError& error, const std::string& trace_id) {
  ObjectText params;
  for (std::size_t i = 0; i < error.params.size(); ++i) {
    params.Text(std::to_string(i + 1), error.params[i]);
  }
  ObjectText body;
  body.Text("code", error.code).Text("message", error.message).Text("messageId", error.message_id);
  if (!error.params.empty()) body.Raw("messageParams", params.Done());
  body.Text("traceId", trace_id);
  return Json(error.status, body.Done());
}

}  // namespace simulator

#include "server/router.h"

#include <algorithm>
#include <utility>

#include "server/response_head.h"

namespace session_exporter {

void Router::Add(std::string path, std::vector<std::string> methods, Handler handler) {
  routes_[std::move(path)] = {std::move(methods), std::move(handler)};
}

void Router::Handle(const IncomingRequest& request, Responder respond) const {
  const auto route = routes_.find(request.path);
  if (route == routes_.end()) {
    respond(PlainText(404, "not found\n"));
    return;
  }
  const std::vector<std::string>& methods = route->second.methods;
  if (std::find(methods.begin(), methods.end(), request.method) != methods.end()) {
    route->second.handler(request, std::move(respond));
    return;
  }
  std::string allowed;
  for (const std::string& method : methods) allowed += (allowed.empty() ? "" : ", ") + method;
  OutgoingResponse response = PlainText(405, "method not allowed\n");
  response.headers.emplace_back("Allow", allowed);
  respond(std::move(response));
}

}  // namespace session_exporter

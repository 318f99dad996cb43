// Which handler answers which path. Paths are exact: /metrics/ and /metricsx are other paths.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/http_server.h"

namespace session_exporter {

class Router {
 public:
  using Handler = std::function<void(const IncomingRequest&, Responder)>;

  // `methods` in the order in which Allow shows them.
  void Add(std::string path, std::vector<std::string> methods, Handler handler);

  // Answers 404 for an unknown path and 405, with Allow, for a method that the path does not take.
  void Handle(const IncomingRequest& request, Responder respond) const;

 private:
  struct Route {
    std::vector<std::string> methods;
    Handler handler;
  };
  std::map<std::string, Route, std::less<>> routes_;
};

}  // namespace session_exporter

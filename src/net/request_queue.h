// Requests that wait for a connection, in the order in which they were sent.
//
// libcurl has such a queue, but a request for which there is no room after all goes to its end.
// Whoever reads several pages in order, and keeps the later ones paused meanwhile, then waits for
// one that is behind all the others, and with enough of them all wait for each other. So they would
// if one that has to be sent again went behind those that came after it: it does not wait for its
// host. Each reader waits for one request at a time, so they exceed that limit by a few.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "net/easy_request.h"

namespace session_exporter {

// Used by one thread.
class RequestQueue {
 public:
  // At most so many under way in all and to one host.
  RequestQueue(std::size_t most, std::size_t most_of_host)
      : most_(most), most_of_host_(most_of_host) {}

  enum class Turn { kFirst, kAgain };  // whether it was sent before

  void Add(std::unique_ptr<EasyRequest> request, Turn turn);
  // The next that may start, which is under way from now on; null when all have to wait. Of one
  // host they come in the order of Add, but those that were sent before first.
  std::unique_ptr<EasyRequest> Next();
  // One that Next gave has ended.
  void Ended(const EasyRequest& request);
  // Takes out one that has not started; null when it is not there.
  std::unique_ptr<EasyRequest> Remove(const Transfer* transfer);
  // Takes out all that have not started.
  std::deque<std::unique_ptr<EasyRequest>> RemoveAll();

 private:
  struct Waiting {
    std::unique_ptr<EasyRequest> request;
    Turn turn;
    std::size_t* of_host;
  };

  std::size_t most_;
  std::size_t most_of_host_;
  std::size_t under_way_ = 0;
  // By "host:port"; as many as the configuration names.
  std::unordered_map<std::string, std::size_t> under_way_of_host_;
  std::deque<Waiting> waiting_;
};

}  // namespace session_exporter

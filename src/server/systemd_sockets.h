// The sockets that systemd hands to a service that it starts for them (sd_listen_fds(3)).
#pragma once

#include <vector>

#include "base/result.h"
#include "config/environment.h"

namespace session_exporter {

// The descriptors from `first` on that the variables LISTEN_PID and LISTEN_FDS tell of, made
// close-on-exec. Errors: kConfig when there are none for this process, or when one is no listening
// stream socket.
Result<std::vector<int>> TakeSystemdSockets(const Environment& environment, int first = 3);

}  // namespace session_exporter

// A resolver that never answers, without touching the network: this program's getaddrinfo(), which
// libcurl's resolver threads call, blocks for names that end in ".hang.test" while a
// HangingResolver lives. Other names go to the C library.
#pragma once

namespace session_exporter::testing {

class HangingResolver {
 public:
  HangingResolver();
  // Lets the blocked calls fail, and waits until they have.
  ~HangingResolver();
  HangingResolver(const HangingResolver&) = delete;
  HangingResolver& operator=(const HangingResolver&) = delete;

  // How many calls are blocked now.
  static int Blocked();
  // Waits until `count` are.
  static bool WaitForBlocked(int count);
};

}  // namespace session_exporter::testing

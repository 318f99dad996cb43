// A self-signed certificate for localhost and 127.0.0.1 in a temporary folder, removed with the
// object.
#pragma once

#include <string>

namespace simulator {

class TestCertificate {
 public:
  // Throws std::runtime_error when it cannot be made.
  TestCertificate();
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  std::string cert_file() const { return folder_ + "/cert.pem"; }
  std::string key_file() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

}  // namespace simulator

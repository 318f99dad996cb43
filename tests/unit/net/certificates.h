// Certificates and keys made at the start of a test, in a directory that goes with it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace session_exporter::testing {

class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  struct Pair {
    std::string cert_file;
    std::string key_file;
  };

  struct Identity;  // a certificate and its key

  [[nodiscard]] std::string directory() const { return directory_.string(); }
  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  // A further one signed by ca_file(), with these subject alternative names ("DNS:a,URI:b:c"); over
  // the one of that name that is there.
  [[nodiscard]] Pair Issue(const std::string& name, const std::string& names) const;
  // Signed by ca_file(), for 127.0.0.1 and localhost.
  [[nodiscard]] const Pair& server() const { return server_; }
  // Signed by ca_file(), for backend.example only.
  [[nodiscard]] const Pair& other_name() const { return other_name_; }
  // As server(), but its time is over.
  [[nodiscard]] const Pair& expired() const { return expired_; }
  // As server(), signed by itself.
  [[nodiscard]] const Pair& self_signed() const { return self_signed_; }
  // The key of server(), encrypted.
  [[nodiscard]] const std::string& encrypted_key_file() const { return encrypted_key_file_; }
  // A file in the directory that is no PEM.
  [[nodiscard]] const std::string& garbage_file() const { return garbage_file_; }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Identity> authority_;
  std::string ca_file_, encrypted_key_file_, garbage_file_;
  Pair server_, other_name_, expired_, self_signed_;
};

}  // namespace session_exporter::testing

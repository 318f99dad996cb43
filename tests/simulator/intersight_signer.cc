#include "simulator/intersight_signer.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "simulator/base64.h"
#include "simulator/clock.h"
#include "simulator/http_signature.h"

namespace simulator {

std::string IntersightFixture(std::string_view name) {
  const std::string path = fmt::format("{}/{}", INTERSIGHT_FIXTURES, name);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error("cannot read " + path);
  return text.str();
}

std::string SignText(const std::string& key_file, std::string_view text) {
  const std::string pem = IntersightFixture(key_file);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::string signature(512, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1) {
    throw std::runtime_error("cannot sign with " + key_file);
  }
  signature.resize(size);
  return signature;
}

Request SignedRequest(const std::string& method, const std::string& target,
                      const SignOptions& options, const std::string& body) {
  std::string hash(32, '\0');
  EVP_Digest(body.data(), body.size(), reinterpret_cast<unsigned char*>(hash.data()), nullptr,
             EVP_sha256(), nullptr);
  std::string date = HttpDate(std::chrono::floor<std::chrono::microseconds>(options.time));
  date.replace(date.size() - 3, 3, options.zone);
  Request request;
  request.method = method;
  request.target = target;
  request.headers = {{"Host", "test"},
                     {"Date", date},
                     {"Content-Type", "application/json"},
                     {"Digest", "SHA-256=" + Base64(hash)}};
  request.body = body;
  SignatureParameters parameters;
  parameters.headers = options.headers;
  parameters.created = options.created;
  parameters.expires = options.expires;
  std::string names, extra;
  for (const std::string& name : options.headers) names += (names.empty() ? "" : " ") + name;
  if (!options.created.empty()) extra += "created=" + options.created + ",";
  if (!options.expires.empty()) extra += "expires=" + options.expires + ",";
  const auto text = SigningString(request, parameters);
  request.headers.emplace_back(
      "Authorization",
      fmt::format(R"(Signature keyId="{}",algorithm="{}",{}headers="{}"{}signature="{}")",
                  options.key_id, options.algorithm, extra, names, options.separator,
                  Base64(SignText(options.key_file, text.value_or("")))));
  return request;
}

Answer AskSigned(std::uint16_t port, const std::string& method, const std::string& target,
                 const SignOptions& options) {
  std::string lines;
  for (const auto& [name, value] : SignedRequest(method, target, options).headers) {
    if (name != "Host") lines += fmt::format("{}: {}\r\n", name, value);
  }
  return Ask(port, method, target, "", lines);
}

}  // namespace simulator

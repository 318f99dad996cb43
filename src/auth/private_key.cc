#include "auth/private_key.h"

#include <array>
#include <cctype>
#include <memory>
#include <optional>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "auth/digest.h"

namespace session_exporter {
namespace {

constexpr std::string_view kAccepted =
    "an unencrypted RSA or EC P-256 private key in PEM form is accepted";

// One `-----BEGIN LABEL-----` block.
struct Block {
  std::string_view label;
  std::string_view body;
};

// Takes the next block off `text`.
std::optional<Block> TakeBlock(std::string_view& text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kDashes = "-----";
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + kBegin.size());
  const std::size_t label_end = text.find(kDashes);
  if (label_end == std::string_view::npos) return std::nullopt;
  Block block{text.substr(0, label_end), {}};
  text.remove_prefix(label_end + kDashes.size());
  const std::size_t body_end = text.find("-----END ");
  if (body_end == std::string_view::npos) return std::nullopt;
  block.body = text.substr(0, body_end);
  text.remove_prefix(body_end);
  return block;
}

// Key material in memory that is wiped.
struct WipedBytes {
  explicit WipedBytes(std::size_t size) : bytes(size) {}
  ~WipedBytes() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;

  std::vector<unsigned char> bytes;
};

// What a PEM that came through an environment variable or a JSON document has for a line end.
constexpr std::string_view kEscapedLineEnd = "\\n";

// The base64 of a block, white space taken out, decoded into `out`. The decoded size, or nothing.
std::optional<std::size_t> Decode(std::string_view body, WipedBytes& out) {
  WipedBytes packed(body.size());
  std::size_t size = 0;
  std::size_t padding = 0;
  while (!body.empty()) {
    if (body.starts_with(kEscapedLineEnd)) {
      body.remove_prefix(kEscapedLineEnd.size());
      continue;
    }
    const auto c = static_cast<unsigned char>(body.front());
    body.remove_prefix(1);
    if (std::isspace(c) != 0) continue;
    if (c == '=') ++padding;
    packed.bytes[size++] = c;
  }
  if (size == 0 || size % 4 != 0 || padding > 2) return std::nullopt;
  const int length = EVP_DecodeBlock(out.bytes.data(), packed.bytes.data(), static_cast<int>(size));
  if (length <= static_cast<int>(padding)) return std::nullopt;
  return static_cast<std::size_t>(length) - padding;
}

struct EvpDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::shared_ptr<EVP_PKEY> ReadKey(std::string_view body) {
  WipedBytes der(body.size() + 4);
  const auto size = Decode(body, der);
  if (!size) return nullptr;
  const unsigned char* at = der.bytes.data();
  // Tries each form of a private key, so the label need not be believed.
  EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(*size));
  ERR_clear_error();  // of the forms that it is not
  if (key == nullptr) return nullptr;
  return {key, EvpDeleter()};
}

std::optional<PrivateKey::Kind> KindOf(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return PrivateKey::Kind::kRsa;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return std::nullopt;
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return std::nullopt;
  if (std::string_view(group.data()) != "prime256v1") return std::nullopt;
  return PrivateKey::Kind::kEcP256;
}

// What a label that is no key's stands for; empty when it may be a key.
std::string_view WhatElse(const Block& block) {
  if (block.label == "ENCRYPTED PRIVATE KEY" ||
      block.body.find("ENCRYPTED") != std::string_view::npos) {
    return "the key is protected by a passphrase; write it without one (openssl pkey)";
  }
  if (block.label == "OPENSSH PRIVATE KEY") return "the key is in OpenSSH's own form";
  return {};
}

}  // namespace

Result<PrivateKey> PrivateKey::Parse(std::string_view pem) {
  std::string_view rest = pem;
  while (const auto block = TakeBlock(rest)) {
    if (!block->label.ends_with("PRIVATE KEY")) continue;
    if (const auto problem = WhatElse(*block); !problem.empty()) {
      return Fail(ErrorKind::kConfig, "{}; {}", problem, kAccepted);
    }
    auto key = ReadKey(block->body);
    if (key == nullptr) {
      return Fail(ErrorKind::kConfig, "the private key is damaged or cut; {}", kAccepted);
    }
    const auto kind = KindOf(key.get());
    if (!kind) return Fail(ErrorKind::kConfig, "the key is of another kind; {}", kAccepted);
    return PrivateKey(std::move(key), *kind);
  }
  return Fail(ErrorKind::kConfig, "there is no private key in it; {}", kAccepted);
}

Result<std::string> PrivateKey::Sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, EvpDeleter> context(EVP_MD_CTX_new());
  const auto data = BytesOf(text);
  std::size_t size = 0;
  std::vector<unsigned char> signature;
  bool done = context != nullptr &&
              EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1;
  done = done && EVP_DigestSign(context.get(), nullptr, &size, data.data(), data.size()) == 1;
  if (done) signature.resize(size);
  done =
      done && EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) == 1;
  ERR_clear_error();
  if (!done) return Fail(ErrorKind::kConfig, "the private key cannot sign");
  return Base64(std::span(signature).first(size));
}

}  // namespace session_exporter

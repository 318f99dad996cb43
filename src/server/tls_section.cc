#include "server/tls_section.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "config/document.h"
#include "server/tls_names.h"

namespace session_exporter {
namespace {

// A PEM given as `key` or in the file that `key`_file names; `used` is the one of them that it is.
struct Pem {
  std::string used;
  std::string text;
};

// A blank value is none, as for the toolkit: templates leave such behind.
bool IsBlank(Section& section, std::string_view key) { return section.Text(key).empty(); }

Pem ReadPem(Section& section, std::string_view key, WatchedFiles& files,
            std::string (Section::*file)(std::string_view)) {
  const std::string file_key = fmt::format("{}_file", key);
  std::string text = section.Text(key);
  if (IsBlank(section, file_key)) return {std::string(key), std::move(text)};
  if (!text.empty()) {
    section.Problem(file_key, fmt::format("expected either {} or {}, not both", key, file_key));
    return {};
  }
  const std::string path = (section.*file)(file_key);
  if (path.empty()) return {};
  files.Note(path);
  Result<std::string> content = ReadTextFile(path);
  if (!content || content->empty()) {
    section.Problem(file_key, content ? "the file is empty" : content.error().message());
    return {};
  }
  return {file_key, *std::move(content)};
}

ClientAuth ReadClientAuth(Section& section) {
  using enum ClientAuth;
  // The last is what the toolkit once called the third.
  static constexpr std::array<std::string_view, 6> kNames = {"NoClientCert",
                                                             "RequestClientCert",
                                                             "RequireAnyClientCert",
                                                             "VerifyClientCertIfGiven",
                                                             "RequireAndVerifyClientCert",
                                                             "RequireClientCert"};
  static constexpr std::array kValues = {kNone,          kRequest,          kRequireAny,
                                         kVerifyIfGiven, kRequireAndVerify, kRequireAny};
  if (IsBlank(section, "client_auth_type")) return kNone;
  const std::string name = section.OneOf("client_auth_type", kNames, kNames.front());
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i) == name) return kValues.at(i);
  }
  return kNone;  // not reached: OneOf returns one of them
}

// The name as tls_names.h has it, which outlives the section.
std::string_view ReadVersion(Section& section, std::string_view key, std::string_view fallback) {
  if (IsBlank(section, key)) return fallback;
  const std::string chosen = section.OneOf(key, TlsVersionNames(), fallback);
  for (const std::string_view name : TlsVersionNames()) {
    if (name == chosen) return name;
  }
  return fallback;
}

bool IsRequired(ClientAuth auth) {
  return auth == ClientAuth::kRequireAny || auth == ClientAuth::kRequireAndVerify;
}

void CheckClientRules(Section& section, const TlsSettings& settings, const Pem& ca) {
  const ClientAuth auth = settings.client_auth;
  if (!ca.text.empty() && auth == ClientAuth::kNone) {
    section.Problem(ca.used,
                    "has no effect without client_auth_type; expected "
                    "client_auth_type: RequireAndVerifyClientCert beside it");
  }
  if (section.Has("client_allowed_sans") && !IsRequired(auth)) {
    section.Problem("client_allowed_sans",
                    "a client may come without a certificate; expected client_auth_type "
                    "RequireAndVerifyClientCert (or RequireAnyClientCert) beside it");
  }
  if (section.HasEmptyList("client_allowed_sans")) {
    section.Problem("client_allowed_sans", "is empty, so that no client could connect");
  }
  if (auth == ClientAuth::kRequest || auth == ClientAuth::kRequireAny) {
    section.Warning("client_auth_type",
                    "certificates of clients are not verified: anybody can make one; use "
                    "RequireAndVerifyClientCert");
  }
  const bool verified = auth == ClientAuth::kVerifyIfGiven || auth == ClientAuth::kRequireAndVerify;
  if (verified && ca.text.empty() && !section.Has("client_ca_file")) {
    section.Warning("client_auth_type",
                    "without client_ca_file every authority that this system trusts is believed");
  }
}

void CheckStrength(Section& section, const TlsSettings& settings) {
  const int least = TlsVersionOf(settings.min_version);
  if (least > TlsVersionOf(settings.max_version)) {
    section.Problem("min_version", fmt::format("{} is above max_version {}", settings.min_version,
                                               settings.max_version));
  }
  if (least < TlsVersionOf("TLS12")) {
    section.Warning("min_version", "TLS before 1.2 is broken; use TLS12");
  }
  for (const std::string& name : settings.curves) {
    if (!HasTlsCurve(name)) {
      section.Warning("curve_preferences",
                      fmt::format("{} is left out: this OpenSSL does not have it", name));
    }
  }
}

std::string KeyOf(TlsProblem::Setting setting, const Pem& certificate, const Pem& key,
                  const Pem& ca) {
  switch (setting) {
    case TlsProblem::Setting::kCertificate:
      return certificate.used;
    case TlsProblem::Setting::kKey:
      return key.used;
    case TlsProblem::Setting::kClientCa:
      return ca.used;
    case TlsProblem::Setting::kCipherSuites:
      return "cipher_suites";
    case TlsProblem::Setting::kCurves:
      return "curve_preferences";
    case TlsProblem::Setting::kLibrary:
      break;
  }
  return {};
}

}  // namespace

std::shared_ptr<const TlsContext> ReadTls(Section section, WatchedFiles& files) {
  const bool wanted = !section.Keys().empty();
  TlsSettings settings;
  const Pem certificate = ReadPem(section, "cert", files, &Section::File);
  const Pem key = ReadPem(section, "key", files, &Section::PrivateFile);
  const Pem ca = ReadPem(section, "client_ca", files, &Section::File);
  settings.client_auth = ReadClientAuth(section);
  settings.client_allowed_sans = section.TextList("client_allowed_sans");
  settings.cipher_suites = section.SomeOf("cipher_suites", TlsCipherNames(), {});
  settings.prefer_server_ciphers = section.Flag("prefer_server_cipher_suites", true);
  settings.curves = section.SomeOf("curve_preferences", TlsCurveNames(), {});
  settings.min_version = ReadVersion(section, "min_version", "TLS12");
  settings.max_version = ReadVersion(section, "max_version", "TLS13");
  section.Finish();
  if (!wanted) return nullptr;

  CheckClientRules(section, settings, ca);
  CheckStrength(section, settings);
  const auto require = [&](const Pem& pem, std::string_view name) {
    if (!pem.used.empty() && pem.text.empty()) {
      section.Problem(name, fmt::format("missing; expected {0} or {0}_file", name));
    }
    return !pem.text.empty();
  };
  const bool has_certificate = require(certificate, "cert");
  const bool has_key = require(key, "key");  // asked for in any case: both are reported
  if (!has_certificate || !has_key ||
      TlsVersionOf(settings.min_version) > TlsVersionOf(settings.max_version)) {
    return nullptr;
  }
  settings.certificate = certificate.text;
  settings.key = Secret(key.text);
  settings.client_ca = ca.text;
  auto context = TlsContext::Make(settings);
  if (!context) {
    section.Problem(KeyOf(context.error().setting, certificate, key, ca), context.error().message);
    return nullptr;
  }
  if ((*context)->expired()) section.Warning(certificate.used, "the certificate has expired");
  return *std::move(context);
}

}  // namespace session_exporter

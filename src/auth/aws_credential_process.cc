#include "auth/aws_credential_process.h"

#include <utility>

#include "auth/aws_credential_document.h"
#include "auth/child_process.h"
#include "auth/command_line.h"
#include "auth/digest.h"

namespace session_exporter {
namespace {

constexpr std::size_t kMostBytes = 64U << 10U;
constexpr std::chrono::hours kUnstatedLifetime{1};

}  // namespace

Result<AwsSourcePointer> CredentialProcess::Make(std::string place, std::string_view command) {
  auto words = SplitCommandLine(command);
  if (!words) return Annotate(words.error(), "{}: credential_process", place);
  if (words->empty()) return Fail(ErrorKind::kConfig, "{}: credential_process is empty", place);
  return AwsSourcePointer(new CredentialProcess(std::move(place), *std::move(words)));
}

std::string CredentialProcess::Key() const {
  // A command line may hold a password.
  std::string whole;
  for (const std::string& word : command_) (whole += word) += '\0';
  return fmt::format("{}: credential_process {}", place_, Hex(Sha256(Secret(whole).Reveal())));
}

Result<FetchedAwsCredentials> CredentialProcess::Fetch(AwsCredentialStore& store,
                                                       const AwsCall& call) const {
  const auto printed = RunForOutput(command_, call.deadline, kMostBytes, store.stop());
  if (!printed) return Annotate(printed.error(), "credential_process of {}", place_);
  auto document = ReadAwsCredentialDocument(printed->Reveal(), TokenName::kSessionToken);
  if (!document) return Annotate(document.error(), "credential_process of {}", place_);
  return LivingUntil(*std::move(document), store.clock().Now(), kUnstatedLifetime);
}

}  // namespace session_exporter

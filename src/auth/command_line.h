// A command as one text, taken apart without a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace session_exporter {

// Into words at blanks and line breaks, quotes and backslashes as in a POSIX shell; nothing is
// expanded. That is how the SDKs without a shell read credential_process (botocore,
// compat_shell_split). Errors: kConfig (a quote that is not closed); they repeat nothing of it.
Result<std::vector<std::string>> SplitCommandLine(std::string_view command);

}  // namespace session_exporter

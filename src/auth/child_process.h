// Runs a program for what it prints.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "base/secret.h"

namespace session_exporter {

// Runs `command` (its first word is looked for in PATH) without a shell, with our environment,
// nothing to read and its error output dropped, which may repeat secrets. Returns what was printed
// when it ended with 0. It leads a process group, all of which is killed when the deadline passes,
// when `stop` is requested, when it prints more than `most_bytes`, and when it ends and leaves
// others behind, even if they hold its output open.
// Errors: kConfig (there is no such program), kTimeout, kConnect (the stop, as the network's own
// requests end with), kLimit, kAuth (it failed).
Result<Secret> RunForOutput(const std::vector<std::string>& command, Deadline deadline,
                            std::size_t most_bytes, const std::stop_token& stop = {});

}  // namespace session_exporter

// The section tls_server_config of a web-config file.
#pragma once

#include <memory>

#include "config/section.h"
#include "server/tls_context.h"
#include "server/watched_files.h"

namespace session_exporter {

// Null when the section is empty and after an error, which is reported to the section.
std::shared_ptr<const TlsContext> ReadTls(Section section, WatchedFiles& files);

}  // namespace session_exporter

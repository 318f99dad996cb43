// The backends that are built in. The list is generated from SESSION_EXPORTER_BACKENDS in the
// top-level CMakeLists.txt; the folder aws_ssm defines `const BackendFactory&
// AwsSsmBackendFactory()`.
#pragma once

#include <span>
#include <string_view>

#include "backends/backend.h"

namespace session_exporter {

// In the order of their names.
std::span<const BackendFactory* const> AllBackends();

// Null when there is none of that name.
const BackendFactory* FindBackend(std::string_view name);

}  // namespace session_exporter

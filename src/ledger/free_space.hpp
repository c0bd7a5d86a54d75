// free_bytes: room left on the disk that holds a path, for the writer's reserve.
//
// Thread rule: a free function, any thread; costs one system call of about a microsecond.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace holdfast::ledger {

// What an unprivileged process may still write. Errors: not_found, permission_denied, unavailable.
[[nodiscard]] base::Result<std::uint64_t> free_bytes(const std::string& path);

}  // namespace holdfast::ledger

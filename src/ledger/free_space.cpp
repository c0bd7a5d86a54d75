#include "ledger/free_space.hpp"

#include <sys/statvfs.h>

#include <cerrno>
#include <system_error>

namespace holdfast::ledger {

base::Result<std::uint64_t> free_bytes(const std::string& path) {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) == 0) {
        return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
    }
    const int number = errno;
    const auto code = number == ENOENT   ? base::ErrorCode::not_found
                      : number == EACCES ? base::ErrorCode::permission_denied
                                         : base::ErrorCode::unavailable;
    return base::failure(code, "cannot ask for the free space of " + path + ": " +
                                   std::generic_category().message(number));
}

}  // namespace holdfast::ledger

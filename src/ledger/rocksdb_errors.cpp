#include "ledger/rocksdb_errors.hpp"

#include <rocksdb/status.h>

#include <string_view>

namespace holdfast::ledger {

using base::ErrorCode;

ErrorCode rocksdb_code(const rocksdb::Status& status) {
    if (status.IsNoSpace()) {
        return ErrorCode::storage_full;
    }
    const std::string words = status.ToString();
    const auto says = [&](std::string_view text) { return words.find(text) != std::string::npos; };
    if (says("Permission denied")) {
        return ErrorCode::permission_denied;
    }
    if (says("While lock file") || says("lock hold by current process")) {
        return ErrorCode::already_locked;
    }
    // A file that the database counts on is not there.
    return status.IsIOError() && !says("No such file") ? ErrorCode::unavailable
                                                       : ErrorCode::corrupted;
}

std::unexpected<base::Error> rocksdb_failure(const rocksdb::Status& status, const std::string& what,
                                             const std::string& directory) {
    const ErrorCode code = rocksdb_code(status);
    const std::string_view verb =
        code == ErrorCode::already_locked ? " is already in use: " : " cannot be used: ";
    return base::failure(code, what + " in " + directory + std::string(verb) + status.ToString());
}

}  // namespace holdfast::ledger

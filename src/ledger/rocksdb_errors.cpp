#include "ledger/rocksdb_errors.hpp"

#include <rocksdb/status.h>

#include <new>
#include <string_view>
#include <system_error>

namespace holdfast::ledger {

using base::ErrorCode;

namespace {

// Nothing is wrong with what is stored: something else failed, or is not over.
bool is_passing(const rocksdb::Status& status) {
    return status.IsIOError() || status.IsIncomplete() || status.IsBusy() || status.IsAborted() ||
           status.IsTimedOut() || status.IsTryAgain() || status.IsShutdownInProgress();
}

}  // namespace

ErrorCode rocksdb_code(const rocksdb::Status& status) {
    const std::string words = status.ToString();
    const auto says = [&](std::string_view text) { return words.find(text) != std::string::npos; };
    // A write that waits for a compaction is told of the compaction's failure in words only.
    if (status.IsNoSpace() || (is_passing(status) && says("No space left"))) {
        return ErrorCode::storage_full;
    }
    if (says("Permission denied")) {
        return ErrorCode::permission_denied;
    }
    if (says("While lock file") || says("lock hold by current process")) {
        return ErrorCode::already_locked;
    }
    // A file that the database counts on is not there.
    return is_passing(status) && !says("No such file") ? ErrorCode::unavailable
                                                       : ErrorCode::corrupted;
}

std::unexpected<base::Error> rocksdb_failure(const rocksdb::Status& status, const std::string& what,
                                             const std::string& directory) {
    const ErrorCode code = rocksdb_code(status);
    const std::string_view verb =
        code == ErrorCode::already_locked ? " is already in use: " : " cannot be used: ";
    return base::failure(code, what + " in " + directory + std::string(verb) + status.ToString());
}

std::unexpected<base::Error> thrown_failure(const std::exception& thrown, const std::string& what,
                                            const std::string& directory) {
    const std::string words = what + " in " + directory + ": " + thrown.what();
    if (dynamic_cast<const std::system_error*>(&thrown) != nullptr) {
        return base::failure(ErrorCode::unavailable,
                             words + "; the process is at a limit of threads or files");
    }
    const bool is_absurd = dynamic_cast<const std::bad_array_new_length*>(&thrown) != nullptr;
    if (!is_absurd && dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) {
        return base::failure(ErrorCode::unavailable,
                             words +
                                 "; memory ran out: the process has too little, or a damaged "
                                 "file asks for too much");
    }
    return base::failure(ErrorCode::corrupted, words + "; it is damaged");
}

}  // namespace holdfast::ledger

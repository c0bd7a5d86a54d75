#include "ledger/rocksdb_errors.hpp"

#include <gtest/gtest.h>
#include <rocksdb/status.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using rocksdb::Status;

struct Said {
    const char* name;
    Status status;
    ErrorCode code;
};

class RocksdbCode : public ::testing::TestWithParam<Said> {};

TEST_P(RocksdbCode, IsWhatToDoAboutIt) {
    EXPECT_EQ(rocksdb_code(GetParam().status), GetParam().code) << GetParam().status.ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Of, RocksdbCode,
    ::testing::Values(
        Said{"a_full_disk", Status::NoSpace(), ErrorCode::storage_full},
        Said{"a_write_behind_a_compaction_on_a_full_disk",
             Status::Incomplete("IO error: No space left on device: While appending to file"),
             ErrorCode::storage_full},
        Said{"a_write_behind_another_failure", Status::Incomplete("IO error: While fsync"),
             ErrorCode::unavailable},
        Said{"a_device", Status::IOError("While fsync: x: Input/output error"),
             ErrorCode::unavailable},
        Said{"something_that_is_not_over", Status::Busy(), ErrorCode::unavailable},
        Said{"something_called_off", Status::Aborted(), ErrorCode::unavailable},
        Said{"something_late", Status::TimedOut(), ErrorCode::unavailable},
        Said{"something_to_repeat", Status::TryAgain(), ErrorCode::unavailable},
        Said{"the_end", Status::ShutdownInProgress(), ErrorCode::unavailable},
        Said{"a_directory_of_somebody_else", Status::IOError("While opening: x: Permission denied"),
             ErrorCode::permission_denied},
        Said{"a_second_process", Status::IOError("While lock file: x: Resource unavailable"),
             ErrorCode::already_locked},
        Said{"this_process_itself", Status::IOError("lock hold by current process, acquire time 1"),
             ErrorCode::already_locked},
        Said{"a_missing_file", Status::IOError("While open: x: No such file or directory"),
             ErrorCode::corrupted},
        Said{"damage", Status::Corruption("block checksum mismatch"), ErrorCode::corrupted},
        // Words of a damaged file are no reason to try again.
        Said{"damage_that_names_a_device", Status::Corruption("x: No space left on device"),
             ErrorCode::corrupted}),
    [](const auto& tested) { return std::string(tested.param.name); });

ErrorCode code_of(const std::exception& thrown) {
    return thrown_failure(thrown, "the archive", "/ledger/archive").error().code;
}

// What is called corrupted is thrown away if it is a view.
TEST(RocksdbThrew, ForWantOfMemoryOrThreadsIsNoDamage) {
    EXPECT_EQ(code_of(std::bad_alloc()), ErrorCode::unavailable);
    EXPECT_EQ(code_of(std::system_error(EAGAIN, std::generic_category())), ErrorCode::unavailable);
    const auto words = thrown_failure(std::bad_alloc(), "the archive", "/d").error().message;
    EXPECT_NE(words.find("memory ran out"), std::string::npos) << words;
}

TEST(RocksdbThrew, ForASizeThatNothingHasIsDamage) {
    EXPECT_EQ(code_of(std::length_error("basic_string")), ErrorCode::corrupted);
    EXPECT_EQ(code_of(std::bad_array_new_length()), ErrorCode::corrupted);
    EXPECT_EQ(code_of(std::runtime_error("?")), ErrorCode::corrupted);
}

}  // namespace
}  // namespace holdfast::ledger

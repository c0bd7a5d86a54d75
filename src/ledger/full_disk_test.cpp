// A disk that may not have room for an append: asked before anything is written.
//
// statvfs of this program is taken over, so that a test says how much is free.
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <optional>

#include "ledger/rocksdb_ledger.hpp"
#include "ledger/testing.hpp"

namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 40;
std::atomic<std::uint64_t> free_now = kPlenty;

}  // namespace

extern "C" int statvfs(const char* /*path*/, struct statvfs* out) noexcept {
    *out = {};
    out->f_frsize = 1;
    out->f_bavail = free_now;
    return 0;
}

namespace holdfast::ledger {
namespace {

using testing::append_one;
using testing::failed_with;
using testing::payloads;
using testing::succeeded;

TEST(FullDisk, AnAppendIsRefusedBeforeAnythingIsWrittenAndTakenOnceThereIsRoom) {
    const testing::TemporaryDirectory directory;
    const auto ledger = open_rocksdb_ledger({.path = directory.path(),
                                             .partition = testing::kPartition,
                                             .create_if_missing = true,
                                             .read_only = false,
                                             .warn = [](const std::string&) {}});
    ASSERT_TRUE(succeeded(ledger));
    ASSERT_TRUE(succeeded(append_one(**ledger, 1, "first")));
    free_now = 1'000'000;
    EXPECT_TRUE(failed_with(append_one(**ledger, 1, "second"), base::ErrorCode::storage_full));
    free_now = kPlenty;
    ASSERT_TRUE(succeeded(append_one(**ledger, 1, "third")));
    EXPECT_EQ(payloads(**ledger), (std::vector<std::string>{"first", "third"}));
}

}  // namespace
}  // namespace holdfast::ledger

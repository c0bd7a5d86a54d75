// A disk that may not have room for an append: asked before anything is written.
//
// statvfs of this program is taken over, so that a test says how much is free.
#include <dlfcn.h>
#include <sys/statvfs.h>

#include <atomic>

#include "ledger/rocksdb_ledger.hpp"
#include "ledger/testing.hpp"

namespace {

constexpr std::uint64_t kAsItIs = UINT64_MAX;
std::atomic<std::uint64_t> free_now = kAsItIs;

}  // namespace

extern "C" int statvfs(const char* path, struct statvfs* out) noexcept {
    using Original = int (*)(const char*, struct statvfs*);
    static const auto original = reinterpret_cast<Original>(::dlsym(RTLD_NEXT, "statvfs"));
    const int result = original(path, out);
    if (free_now != kAsItIs) {
        out->f_frsize = 1;
        out->f_bavail = free_now;
    }
    return result;
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
    free_now = kAsItIs;
    ASSERT_TRUE(succeeded(append_one(**ledger, 1, "third")));
    EXPECT_EQ(payloads(**ledger), (std::vector<std::string>{"first", "third"}));
}

}  // namespace
}  // namespace holdfast::ledger

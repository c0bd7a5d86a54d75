// What is on the disk before an answer: files, and the directories that name them.
//
// fsync and fdatasync of this program are taken over, also where libraries call them, so that a
// test sees what was synced and in which order. Nothing else shows a sync that is missing: a kill
// keeps the page cache. So are writes, which a test may have take nothing.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/manifest_guard.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/rocksdb_ledger.hpp"
#include "ledger/testing.hpp"

namespace {

std::mutex noting;
std::vector<std::string> synced;  // paths, in order

int note_and_sync(long call, int descriptor) {
    {
        const std::scoped_lock lock(noting);
        std::error_code error;
        const auto path =
            std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
        synced.push_back(path.string());
    }
    return static_cast<int>(::syscall(call, descriptor));
}

std::vector<std::string> take_synced() {
    const std::scoped_lock lock(noting);
    return std::exchange(synced, {});
}

}  // namespace

extern "C" int fsync(int descriptor) { return note_and_sync(SYS_fsync, descriptor); }
extern "C" int fdatasync(int descriptor) { return note_and_sync(SYS_fdatasync, descriptor); }

namespace {

std::atomic<bool> takes_nothing{false};

}  // namespace

extern "C" ssize_t write(int descriptor, const void* bytes, std::size_t size) {
    return takes_nothing ? 0 : ::syscall(SYS_write, descriptor, bytes, size);
}
extern "C" ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t offset) {
    return takes_nothing ? 0 : ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

namespace holdfast::ledger {
namespace {

using testing::append_one;
using testing::succeeded;
using testing::TemporaryDirectory;

bool contains(const std::vector<std::string>& paths, const std::string& path) {
    return std::ranges::find(paths, path) != paths.end();
}

TEST(Sync, AReplacedFileIsSyncedBeforeItIsRenamedAndItsDirectoryAfterwards) {
    const TemporaryDirectory directory;
    take_synced();
    ASSERT_TRUE(succeeded(replace_file(directory / "name", base::as_bytes("text"))));
    EXPECT_EQ(take_synced(), (std::vector<std::string>{directory / "name.tmp", directory.path()}));
}

TEST(Sync, ADirectoryThatWasMadeIsNamedOnTheDisk) {
    const TemporaryDirectory directory;
    take_synced();
    ASSERT_TRUE(succeeded(make_directory(directory / "child")));
    EXPECT_EQ(take_synced(), std::vector<std::string>{directory.path()});
}

// A crash between making one and syncing its name leaves it to the next start.
TEST(Sync, ADirectoryThatIsThereIsNamedOnTheDiskToo) {
    const TemporaryDirectory directory;
    ASSERT_TRUE(succeeded(make_directory(directory / "child")));
    take_synced();
    ASSERT_TRUE(succeeded(make_directory(directory / "child")));
    EXPECT_EQ(take_synced(), std::vector<std::string>{directory.path()});
}

TEST(Sync, EachDirectoryThatIsMadeOnTheWayIsNamedOnTheDisk) {
    const TemporaryDirectory directory;
    take_synced();
    ASSERT_TRUE(succeeded(make_directories(directory / "a/b/c")));
    auto made = take_synced();
    ASSERT_FALSE(made.empty());
    made.erase(made.begin());  // of the directory that was there
    EXPECT_EQ(made,
              (std::vector<std::string>{directory.path(), directory / "a", directory / "a/b"}));
}

// As above: the deepest that is there is the one that may not be on the disk.
TEST(Sync, TheDeepestDirectoryThatIsThereIsNamedOnTheDiskToo) {
    const TemporaryDirectory directory;
    ASSERT_TRUE(succeeded(make_directories(directory / "a/b")));
    take_synced();
    ASSERT_TRUE(succeeded(make_directories(directory / "a/b")));
    EXPECT_EQ(take_synced(), std::vector<std::string>{directory / "a"});
    ASSERT_TRUE(succeeded(make_directories(directory / "a/b/c")));
    EXPECT_EQ(take_synced(), (std::vector<std::string>{directory / "a", directory / "a/b"}));
}

TEST(Sync, AWriteThatTakesNothingIsNoSuccess) {
    const TemporaryDirectory directory;
    auto file = PosixFile::open(directory / "file", PosixFile::Mode::create);
    ASSERT_TRUE(succeeded(file));
    takes_nothing = true;
    const auto appended = file->append(base::as_bytes("bytes"));
    const auto written = file->write_at(0, base::as_bytes("bytes"));
    takes_nothing = false;
    EXPECT_FALSE(appended.has_value());
    EXPECT_FALSE(written.has_value());
}

TEST(Sync, EveryAppendToRocksdbSyncsItsLog) {
    const TemporaryDirectory directory;
    auto ledger = open_rocksdb_ledger({.path = directory.path(),
                                       .partition = testing::kPartition,
                                       .create_if_missing = true,
                                       .read_only = false,
                                       .warn = [](const std::string&) {}});
    ASSERT_TRUE(succeeded(ledger));
    for (int i = 0; i < 3; ++i) {
        take_synced();
        ASSERT_TRUE(succeeded(append_one(**ledger, 1, "batch")));
        EXPECT_TRUE(std::ranges::any_of(
            take_synced(), [](const std::string& path) { return path.ends_with(".log"); }));
    }
}

// RocksDB writes to its MANIFEST in the background. A mark that named bytes which a power cut then
// takes would have a sound ledger refused.
TEST(Sync, ThePositionOfAManifestIsThatOfSyncedBytes) {
    const TemporaryDirectory directory;
    const std::string path = directory / "MANIFEST-000005";
    ASSERT_TRUE(
        succeeded(replace_file(directory / "CURRENT", base::as_bytes("MANIFEST-000005\n"))));
    auto file = PosixFile::open(path, PosixFile::Mode::create);
    ASSERT_TRUE(succeeded(file));
    auto watch = ManifestWatch::open(directory.path());
    ASSERT_TRUE(succeeded(watch));
    for (const std::uint64_t size : {4u, 8u}) {
        ASSERT_TRUE(succeeded(file->append(base::as_bytes("more"))));
        take_synced();
        EXPECT_EQ(watch->position(), (ManifestPosition{5, size}));
        EXPECT_EQ(take_synced(), std::vector<std::string>{path});
        EXPECT_EQ(watch->position(), (ManifestPosition{5, size}));
        EXPECT_EQ(take_synced(), std::vector<std::string>{}) << "once for what has grown";
    }
}

// Who opens it may have read from the page cache what never reached the disk.
TEST(Sync, AnOpenedLedgerSyncsItsTailMark) {
    const TemporaryDirectory directory;
    const RocksdbOptions options{.path = directory.path(),
                                 .partition = testing::kPartition,
                                 .create_if_missing = true,
                                 .read_only = false,
                                 .warn = [](const std::string&) {}};
    ASSERT_TRUE(succeeded(open_rocksdb_ledger(options)));
    take_synced();
    const auto again = open_rocksdb_ledger(options);
    ASSERT_TRUE(succeeded(again));
    EXPECT_TRUE(contains(take_synced(), directory / "tail"));
}

}  // namespace
}  // namespace holdfast::ledger

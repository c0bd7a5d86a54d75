// What the simulated disk keeps, seen through the file code that the ledger uses.
#include "sim/simulated_disk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/check.hpp"
#include "ledger/free_space.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/testing.hpp"
#include "sim/disk_calls.hpp"

namespace holdfast::sim {
namespace {

using base::Buffer;
using ledger::PosixFile;
using Mode = PosixFile::Mode;

const std::string kPath = std::string(kMountPoint) + "/file";

class SimulatedDiskTest : public ::testing::Test {
  protected:
    void end_by_kill() {
        disk_.kill();
        disk_.begin_process();
    }
    void end_by_power() {
        disk_.cut();
        disk_.begin_process();
    }
    PosixFile opened(Mode mode) {
        auto file = PosixFile::open(kPath, mode);
        CHECK(file.has_value(), "the file does not open");
        return std::move(*file);
    }
    // A file with a name, and some content on the disk.
    void make_durable(std::size_t size) {
        PosixFile file = opened(Mode::create);
        EXPECT_TRUE(file.append(Buffer(size, std::byte{1})));
        EXPECT_TRUE(file.sync());
        EXPECT_TRUE(ledger::sync_directory(std::string(kMountPoint)));
    }
    Buffer content() {
        const auto bytes = ledger::read_file(kPath);
        EXPECT_TRUE(bytes) << "the file is not there";
        return bytes.value_or(Buffer());
    }

    base::Prng dice_{7};
    Faults faults_;
    SimulatedDisk disk_{dice_};
    Mounted mounted_{disk_};
};

TEST_F(SimulatedDiskTest, WhatIsSyncedWithItsNameSurvivesAPowerCut) {
    make_durable(5'000);
    end_by_power();
    EXPECT_EQ(content(), Buffer(5'000, std::byte{1}));
}

TEST_F(SimulatedDiskTest, AKilledProcessLeavesWhatItWrote) {
    ASSERT_TRUE(opened(Mode::create).append(Buffer(700, std::byte{2})));
    end_by_kill();
    EXPECT_EQ(content(), Buffer(700, std::byte{2}));
}

TEST_F(SimulatedDiskTest, WhatIsNotSyncedIsKeptWhollyInPartOrNot) {
    make_durable(4'096);
    std::size_t none = 0;
    std::size_t all = 0;
    std::size_t torn = 0;
    std::size_t holes = 0;
    for (int i = 0; i < 200; ++i) {
        {
            PosixFile file = opened(Mode::overwrite);
            ASSERT_TRUE(file.write_at(0, Buffer(4'096, std::byte{1})));
            ASSERT_TRUE(file.sync());
            ASSERT_TRUE(file.write_at(0, Buffer(4'096, std::byte{2})));
        }
        end_by_power();
        const Buffer left = content();
        ASSERT_EQ(left.size(), 4'096u);
        const auto fresh = std::ranges::count(left, std::byte{2});
        const bool is_prefix = std::ranges::is_sorted(left, std::greater<>());
        none += fresh == 0 ? 1 : 0;
        all += fresh == 4'096 ? 1 : 0;
        torn += fresh != 0 && fresh != 4'096 && is_prefix ? 1 : 0;
        holes += !is_prefix ? 1 : 0;
    }
    EXPECT_GT(none, 10u);
    EXPECT_GT(all, 10u);
    EXPECT_GT(torn, 10u);
    EXPECT_GT(holes, 10u);
}

TEST_F(SimulatedDiskTest, ANameThatWasNotSyncedMayBeLost) {
    int lost = 0;
    for (int i = 0; i < 40; ++i) {
        static_cast<void>(ledger::remove_file(kPath));
        ASSERT_TRUE(ledger::sync_directory(std::string(kMountPoint)));
        {
            PosixFile file = opened(Mode::create);
            ASSERT_TRUE(file.append(Buffer(10)));
            ASSERT_TRUE(file.sync());
        }
        end_by_power();
        lost += ledger::exists(kPath) ? 0 : 1;
    }
    EXPECT_GT(lost, 5);
    EXPECT_LT(lost, 35);
}

TEST_F(SimulatedDiskTest, AReplacedFileIsTheOldOneOrTheNewOne) {
    make_durable(100);
    ASSERT_TRUE(ledger::replace_file(kPath, Buffer(50, std::byte{3})));
    end_by_power();
    EXPECT_EQ(content(), Buffer(50, std::byte{3}));
    EXPECT_EQ(*ledger::list_directory(std::string(kMountPoint)), std::vector<std::string>{"file"});
}

TEST_F(SimulatedDiskTest, WhatAFailedSyncWasForReadsBackAndIsLostAllTheSame) {
    make_durable(4'096);
    Faults drawn;
    base::Prng seeds(1);
    while (!drawn.on(FaultKind::bad_disk)) {
        drawn = Faults::drawn(seeds);
    }
    int lost = 0;
    for (int i = 0; i < 100'000 && lost == 0; ++i) {
        PosixFile file = opened(Mode::overwrite);
        ASSERT_TRUE(file.write_at(0, Buffer(4'096, std::byte{1})));
        ASSERT_TRUE(file.sync());
        ASSERT_TRUE(file.write_at(0, Buffer(4'096, std::byte{2})));
        disk_.expose_to(drawn);
        const auto synced = file.sync();
        disk_.expose_to(faults_);
        ASSERT_EQ(content(), Buffer(4'096, std::byte{2})) << "what the process sees";
        ASSERT_TRUE(file.sync()) << "a second sync says all is well";
        end_by_power();
        lost += !synced && content() == Buffer(4'096, std::byte{1}) ? 1 : 0;
        ASSERT_TRUE(!synced || content() == Buffer(4'096, std::byte{2}));
    }
    EXPECT_EQ(lost, 1);
}

TEST_F(SimulatedDiskTest, AFlippedBitComesBackUnlessItWasOverwritten) {
    make_durable(1'000);
    const Buffer before = content();
    disk_.flip_a_bit();
    EXPECT_NE(content(), before);
    EXPECT_TRUE(disk_.unflip());
    EXPECT_EQ(content(), before);
    disk_.flip_a_bit();
    ASSERT_TRUE(opened(Mode::overwrite).write_at(0, before));
    EXPECT_FALSE(disk_.unflip());
    EXPECT_EQ(content(), before);
}

TEST_F(SimulatedDiskTest, ALockEndsWithItsProcessAndTheDeadChangeNothing) {
    const std::string root(kMountPoint);
    auto lock = ledger::DirectoryLock::take(root);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(ledger::DirectoryLock::take(root));
    make_durable(10);
    disk_.kill();
    EXPECT_FALSE(ledger::remove_file(kPath));
    EXPECT_FALSE(PosixFile::open(kPath + "2", Mode::create));
    disk_.begin_process();
    EXPECT_TRUE(ledger::exists(kPath));
    EXPECT_TRUE(ledger::DirectoryLock::take(root));
}

TEST_F(SimulatedDiskTest, OtherFilesAreTheRealOnes) {
    const ledger::testing::TemporaryDirectory directory;
    const std::string path = directory.path() + "/real";
    ASSERT_TRUE(ledger::replace_file(path, Buffer(10, std::byte{4})));
    EXPECT_EQ(*ledger::read_file(path), Buffer(10, std::byte{4}));
    EXPECT_EQ(*ledger::list_directory(directory.path()), std::vector<std::string>{"real"});
    EXPECT_GT(*ledger::free_bytes(directory.path()), 0u);
}

}  // namespace
}  // namespace holdfast::sim

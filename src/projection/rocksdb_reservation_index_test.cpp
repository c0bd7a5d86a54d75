// What only shows in the database itself: formats, foreign and damaged contents.
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "ledger/testing.hpp"
#include "projection/testing.hpp"

namespace holdfast::projection {
namespace {

using base::ErrorCode;
using namespace testing;

constexpr const char* kCrashDirectory = "HOLDFAST_TEST_CRASH_DIRECTORY";
constexpr std::uint64_t kCrashCommits = 6'000;
constexpr std::uint64_t kRowsPerCommit = 40;

// Writes more than fits into memory, then ends like a killed process.
[[noreturn]] void fill_and_crash(const std::string& directory) {
    const auto index = open_reservation_index(directory);
    const std::string reference(250, 'x');
    for (std::uint64_t id = 1; index && id <= kCrashCommits * kRowsPerCommit; ++id) {
        bool is_done = (*index)->put(held(id, 5'000, "anna", reference)).has_value();
        if (id % kRowsPerCommit == 0) {
            is_done = is_done && (*index)->commit(model::Sequence(id), at(0)).has_value();
        }
        if (!is_done) {
            ::_exit(1);
        }
    }
    ::_exit(index ? 0 : 1);
}

class RocksdbReservationIndexTest : public ::testing::Test {
  protected:
    std::unique_ptr<rocksdb::DB> open_database() {
        rocksdb::Options options;
        options.create_if_missing = true;
        rocksdb::DB* database = nullptr;
        const auto status = rocksdb::DB::Open(options, directory_.path(), &database);
        EXPECT_TRUE(status.ok()) << status.ToString();
        return std::unique_ptr<rocksdb::DB>(database);
    }
    void fill_index() {
        auto index = open_reservation_index(directory_.path());
        ASSERT_TRUE(index.has_value());
        ASSERT_TRUE((*index)->put(held(1, 5'000)).has_value());
        ASSERT_TRUE((*index)->commit(model::Sequence(7), at(0)).has_value());
    }
    std::string value_of(const std::string& key) {
        std::string value;
        const auto status = open_database()->Get({}, key, &value);
        EXPECT_TRUE(status.ok()) << key << ": " << status.ToString();
        return value;
    }

    ledger::testing::TemporaryDirectory directory_;
};

TEST_F(RocksdbReservationIndexTest, AnotherFormatIsRebuiltFromTheBeginning) {
    fill_index();
    EXPECT_EQ(value_of("Format"), "holdfast reservation index 1");
    ASSERT_TRUE(open_database()->Put({}, "Format", "holdfast reservation index 0").ok());
    {
        const auto index = open_reservation_index(directory_.path());
        ASSERT_TRUE(index.has_value()) << index.error().message;
        EXPECT_EQ((*index)->position(), model::Sequence(0));
        EXPECT_EQ(list_all(**index, {.tenant = kShop}), std::vector<Seen>{});
        ASSERT_TRUE((*index)->commit(model::Sequence(3), at(0)).has_value());
    }
    EXPECT_EQ(value_of("Format"), "holdfast reservation index 1");
}

// The write-ahead log is off: what was only in memory is gone, but always whole commits of it. The
// crash happens in a second process, which is this test again, with a directory of its own that it
// does not need, and learns the real one from its environment.
TEST_F(RocksdbReservationIndexTest, ACrashLosesWholeCommitsOnly) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    ::setenv(kCrashDirectory, directory_.path().c_str(), /*replace=*/0);
    EXPECT_EXIT(
        {
            std::filesystem::remove_all(directory_.path());
            fill_and_crash(::getenv(kCrashDirectory));
        },
        ::testing::ExitedWithCode(0), "");
    ::unsetenv(kCrashDirectory);

    const auto index = open_reservation_index(directory_.path());
    ASSERT_TRUE(index.has_value()) << index.error().message;
    const std::uint64_t position = (*index)->position().value();
    EXPECT_GT(position, 0u) << "nothing reached the disk: the test writes too little";
    EXPECT_LT(position, kCrashCommits * kRowsPerCommit) << "nothing was lost: this was no crash";
    EXPECT_EQ(position % kRowsPerCommit, 0u);
    std::vector<Seen> expected;
    for (std::uint64_t id = position; id > 0; --id) {
        expected.emplace_back(id, 1);
    }
    EXPECT_EQ(list_all(**index, {.tenant = kShop}, 1'000), expected);
    EXPECT_EQ(list_all(**index, {.tenant = kShop, .owner = owner_digest("anna")}, 1'000), expected);
}

TEST_F(RocksdbReservationIndexTest, SomebodyElsesDatabaseIsLeftAlone) {
    ASSERT_TRUE(open_database()->Put({}, "somebody", "else").ok());
    const auto index = open_reservation_index(directory_.path());
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::invalid_input);
    EXPECT_NE(index.error().message.find(directory_.path()), std::string::npos);
    EXPECT_EQ(value_of("somebody"), "else");
}

TEST_F(RocksdbReservationIndexTest, ADamagedRowIsAnErrorNotAnAnswer) {
    fill_index();
    std::string row_key;
    {
        const auto database = open_database();
        const std::unique_ptr<rocksdb::Iterator> at(database->NewIterator({}));
        at->Seek("r");
        ASSERT_TRUE(at->Valid());
        row_key = at->key().ToString();
        ASSERT_EQ(row_key.front(), 'r');
        ASSERT_TRUE(database->Put({}, row_key, "x").ok());
    }
    const auto index = open_reservation_index(directory_.path());
    ASSERT_TRUE(index.has_value());
    const auto listed = (*index)->list({.tenant = kShop}, "", 10);
    ASSERT_FALSE(listed.has_value());
    EXPECT_EQ(listed.error().code, ErrorCode::corrupted);
    EXPECT_NE(listed.error().message.find(directory_.path()), std::string::npos);
    ASSERT_TRUE((*index)->put(held(1, 6'000)).has_value());
    EXPECT_EQ((*index)->commit(model::Sequence(8), at(0)).error().code, ErrorCode::corrupted);
    EXPECT_EQ((*index)->position(), model::Sequence(7));
}

TEST_F(RocksdbReservationIndexTest, AKeyWithoutItsRowIsAnError) {
    fill_index();
    {
        const auto database = open_database();
        const std::unique_ptr<rocksdb::Iterator> at(database->NewIterator({}));
        at->Seek("r");
        ASSERT_TRUE(at->Valid());
        ASSERT_TRUE(database->Delete({}, at->key()).ok());
    }
    const auto index = open_reservation_index(directory_.path());
    ASSERT_TRUE(index.has_value());
    const auto listed =
        (*index)->list({.tenant = kShop, .state = model::ReservationState::held}, "", 10);
    ASSERT_FALSE(listed.has_value());
    EXPECT_EQ(listed.error().code, ErrorCode::corrupted);
}

TEST_F(RocksdbReservationIndexTest, ADamagedPositionIsRefused) {
    fill_index();
    ASSERT_TRUE(open_database()->Put({}, "Position", "7").ok());
    const auto index = open_reservation_index(directory_.path());
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::corrupted);
}

TEST_F(RocksdbReservationIndexTest, ADirectoryThatCannotBeMadeIsAnError) {
    ASSERT_TRUE(open_database() != nullptr);
    const auto index = open_reservation_index(directory_.path() + "/CURRENT/index");
    ASSERT_FALSE(index.has_value());
    EXPECT_NE(index.error().message.find(directory_.path()), std::string::npos);
}

}  // namespace
}  // namespace holdfast::projection

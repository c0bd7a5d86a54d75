// Every archive keeps the same promises.
#include "partition/archive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "partition/rocksdb_archive.hpp"

namespace holdfast::partition {
namespace {

using base::Digest128;
using core::Resting;
using model::ReservationId;
using model::Sequence;

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string path = std::filesystem::temp_directory_path() / "archive.XXXXXX";
        path_ = ::mkdtemp(path.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

enum class Kind { memory, rocksdb };

class ArchiveContract : public ::testing::TestWithParam<Kind> {
  protected:
    void SetUp() override { open(); }
    void open() {
        if (GetParam() == Kind::memory) {
            archive_ = make_memory_archive();
            return;
        }
        archive_.reset();
        auto opened = open_rocksdb_archive(directory_.path());
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        archive_ = std::move(*opened);
    }
    void add(const ArchiveRows& rows, std::uint64_t position) {
        ASSERT_TRUE(archive_->add(rows, Sequence(position)).has_value());
    }
    std::optional<Resting> rest_of(std::uint64_t id, std::uint64_t before = UINT64_MAX) {
        return archive_->find_rest(ReservationId(id), Sequence(before)).value();
    }
    TemporaryDirectory directory_;
    std::unique_ptr<Archive> archive_;
};

constexpr Digest128 kKey{.high = 0x0102030405060708, .low = 9};

TEST_P(ArchiveContract, StartsWithNothing) {
    EXPECT_EQ(archive_->position(), Sequence(0));
    EXPECT_EQ(archive_->find_key(kKey).value(), std::nullopt);
    EXPECT_EQ(rest_of(7), std::nullopt);
}

TEST_P(ArchiveContract, FindsTheRecordOfAKey) {
    add({.rests = {}, .keys = {{.key = kKey, .record = {.event = Sequence(5), .fingerprint = 77}}}},
        10);
    EXPECT_EQ(archive_->position(), Sequence(10));
    const auto found = archive_->find_key(kKey).value();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->event, Sequence(5));
    EXPECT_EQ(found->fingerprint, 77u);
    EXPECT_FALSE(found->refusal);
    EXPECT_EQ(archive_->find_key({.high = kKey.high, .low = 8}).value(), std::nullopt);
}

TEST_P(ArchiveContract, FindsTheNewestRestBeforeAPosition) {
    const Resting sold{.id = ReservationId(7), .version = 3, .since = Sequence(20)};
    const Resting returned{.id = ReservationId(7), .version = 4, .since = Sequence(30)};
    add({.rests = {sold, {.id = ReservationId(8), .version = 1, .since = Sequence(21)}},
         .keys = {}},
        25);
    add({.rests = {returned}, .keys = {}}, 40);
    EXPECT_EQ(rest_of(7), returned);
    EXPECT_EQ(rest_of(7, 30), sold) << "the event itself is not before it";
    EXPECT_EQ(rest_of(7, 31), returned);
    EXPECT_EQ(rest_of(7, 20), std::nullopt);
    EXPECT_EQ(rest_of(6), std::nullopt);
    EXPECT_EQ(rest_of(9), std::nullopt);
}

TEST_P(ArchiveContract, ListsTheKeysThatBeginWithAByte) {
    ArchiveRows rows;
    for (std::uint64_t i = 0; i < 4; ++i) {
        rows.keys.push_back({.key = {.high = (i << 62) | i, .low = i + 1}, .record = {}});
    }
    rows.keys.push_back({.key = {.high = (std::uint64_t{3} << 62) | 9, .low = 1}, .record = {}});
    add(rows, 5);
    std::vector<Digest128> found;
    ASSERT_TRUE(archive_->list_keys(0xc0, [&](Digest128 key) { found.push_back(key); }));
    std::ranges::sort(found);
    EXPECT_EQ(found, (std::vector<Digest128>{rows.keys[3].key, rows.keys[4].key}));
    found.clear();
    ASSERT_TRUE(archive_->list_keys(0xff, [&](Digest128 key) { found.push_back(key); }));
    EXPECT_TRUE(found.empty());
}

TEST_P(ArchiveContract, AddingWhatIsThereAgainChangesNothing) {
    const ArchiveRows rows{.rests = {{.id = ReservationId(1), .version = 2, .since = Sequence(3)}},
                           .keys = {{.key = kKey, .record = {.event = Sequence(3)}}}};
    add(rows, 3);
    add(rows, 3);
    EXPECT_EQ(rest_of(1), rows.rests.front());
    EXPECT_EQ(archive_->find_key(kKey).value()->event, Sequence(3));
}

INSTANTIATE_TEST_SUITE_P(Every, ArchiveContract, ::testing::Values(Kind::memory, Kind::rocksdb),
                         [](const auto& kind) {
                             return kind.param == Kind::memory ? "memory" : "rocksdb";
                         });

TEST(RocksdbArchive, KeepsRowsAndPosition) {
    const TemporaryDirectory directory;
    {
        auto archive = open_rocksdb_archive(directory.path());
        ASSERT_TRUE(archive.has_value());
        ASSERT_TRUE(
            (*archive)->add({.rests = {}, .keys = {{.key = kKey, .record = {}}}}, Sequence(12)));
    }
    auto again = open_rocksdb_archive(directory.path());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ((*again)->position(), Sequence(12));
    EXPECT_TRUE((*again)->find_key(kKey).value().has_value());
}

TEST(RocksdbArchive, OpenTwiceIsAlreadyLocked) {
    const TemporaryDirectory directory;
    const auto archive = open_rocksdb_archive(directory.path());
    const auto second = open_rocksdb_archive(directory.path());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, base::ErrorCode::already_locked);
}

TEST(RocksdbArchive, DamagedFilesAreCorrupted) {
    const TemporaryDirectory directory;
    ASSERT_TRUE(open_rocksdb_archive(directory.path()).has_value());
    std::ofstream(directory.path() + "/CURRENT") << "nonsense\n";
    const auto damaged = open_rocksdb_archive(directory.path());
    ASSERT_FALSE(damaged.has_value());
    EXPECT_EQ(damaged.error().code, base::ErrorCode::corrupted);
}

}  // namespace
}  // namespace holdfast::partition

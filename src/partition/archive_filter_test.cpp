#include "partition/archive_filter.hpp"

#include <gtest/gtest.h>

#include "base/prng.hpp"

namespace holdfast::partition {
namespace {

using base::Digest128;

std::vector<ArchivedKey> random_keys(std::uint64_t seed, std::size_t count) {
    base::Prng dice(seed);
    std::vector<ArchivedKey> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back({.key = {.high = dice.next(), .low = dice.next()}, .record = {}});
    }
    return out;
}

class Filter : public ::testing::Test {
  protected:
    void make() {
        while (!builder_.complete()) {
            ASSERT_TRUE(builder_.make_next().has_value());
        }
        use_changes();
    }
    void archive(const std::vector<ArchivedKey>& keys) {
        position_ = model::Sequence(position_.value() + keys.size());
        ASSERT_TRUE(archive_->add({.rests = {}, .keys = keys}, position_).has_value());
        ASSERT_TRUE(builder_.add(keys).has_value());
        use_changes();
    }
    void use_changes() {
        for (const auto& change : builder_.take_changes()) {
            filter_.use(change);
        }
    }
    void expect_all(const std::vector<ArchivedKey>& keys) {
        for (const auto& row : keys) {
            ASSERT_TRUE(filter_.maybe(row.key));
        }
    }
    std::unique_ptr<Archive> archive_ = make_memory_archive();
    FilterBuilder builder_{*archive_};
    ArchiveFilter filter_;
    model::Sequence position_;
};

TEST_F(Filter, SaysMaybeUntilItIsMade) {
    EXPECT_TRUE(filter_.maybe({.high = 1, .low = 2}));
    make();
    EXPECT_FALSE(filter_.maybe({.high = 1, .low = 2}));
}

TEST_F(Filter, NeverMissesAKeyWhileItGrowsAndIsSeldomWrong) {
    make();
    const auto first = random_keys(1, 300'000);
    const auto more = random_keys(2, 700'000);
    archive(first);
    expect_all(first);
    archive(more);
    expect_all(first);
    expect_all(more);
    std::size_t wrong = 0;
    const auto others = random_keys(3, 100'000);
    for (const auto& row : others) {
        wrong += filter_.maybe(row.key) ? 1 : 0;
    }
    EXPECT_LT(wrong, 2'000u) << "of 100,000";
    const double bits = 8.0 * static_cast<double>(filter_.bytes()) / 1'000'000;
    EXPECT_GE(bits, 10.0);
    EXPECT_LE(bits, 12.8);
}

TEST_F(Filter, AfterAStartItIsMadeFromWhatTheArchiveLists) {
    const auto keys = random_keys(4, 50'000);
    ASSERT_TRUE(archive_->add({.rests = {}, .keys = keys}, model::Sequence(1)).has_value());
    make();
    expect_all(keys);
    EXPECT_FALSE(filter_.maybe({.high = 1, .low = 2}));
}

TEST_F(Filter, KeysThatComeWhileItIsMadeAreInIt) {
    const auto early = random_keys(5, 10'000);
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(builder_.make_next().has_value());
    }
    archive(early);  // some belong to parts that are there, some to parts that are made later
    make();
    expect_all(early);
}

}  // namespace
}  // namespace holdfast::partition

#include "app/index_observer.hpp"

#include <gtest/gtest.h>

namespace holdfast::app {
namespace {

using base::ErrorCode;
using base::Result;
using model::Sequence;

// Keeps what it was told, and may fail to commit.
class Index final : public projection::ReservationIndex {
  public:
    Result<void> put(const model::ReservationImage& image) override {
        pending.push_back(image.id.value());
        return {};
    }
    Result<void> commit(Sequence position, base::Time) override {
        ++tries;
        if (failure) {
            return base::failure(*failure, "it failed");
        }
        committed.insert(committed.end(), pending.begin(), pending.end());
        pending.clear();
        position_ = position;
        return {};
    }
    [[nodiscard]] Sequence position() const override { return position_; }
    Result<projection::ReservationPage> list(const projection::ReservationFilter&, std::string_view,
                                             std::size_t) override {
        return {};
    }

    std::vector<std::uint64_t> pending;
    std::vector<std::uint64_t> committed;
    std::optional<ErrorCode> failure;
    int tries = 0;

  private:
    Sequence position_;
};

class IndexObserverTest : public ::testing::Test {
  protected:
    Result<void> tell(IndexObserver& observer, std::uint64_t id) {
        published_.publish_position(Sequence(id), {});
        const auto told = observer.reservation_changed({.id = model::ReservationId(id)});
        return told ? observer.reached(Sequence(id), {}) : told;
    }

    Index index_;
    partition::Published published_;
};

TEST_F(IndexObserverTest, WhatTheDiskDidNotTakeIsTriedAgainWithWhatCameSince) {
    IndexObserver observer(index_, published_, std::chrono::milliseconds(0));
    index_.failure = ErrorCode::storage_full;
    EXPECT_TRUE(tell(observer, 1).has_value());
    EXPECT_TRUE(tell(observer, 2).has_value());
    EXPECT_EQ(observer.position(), Sequence(0));
    index_.failure.reset();
    EXPECT_TRUE(tell(observer, 3).has_value());
    EXPECT_EQ(observer.position(), Sequence(3));
    EXPECT_EQ(index_.committed, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(IndexObserverTest, WithoutFurtherEventsToo) {
    IndexObserver observer(index_, published_, std::chrono::milliseconds(0));
    EXPECT_TRUE(observer.try_again().has_value());
    EXPECT_EQ(index_.tries, 0) << "nothing failed";
    index_.failure = ErrorCode::storage_full;
    EXPECT_TRUE(tell(observer, 1).has_value());
    index_.failure.reset();
    EXPECT_TRUE(observer.try_again().has_value());
    EXPECT_EQ(observer.position(), Sequence(1));
}

TEST_F(IndexObserverTest, NotAtEveryTurn) {
    IndexObserver observer(index_, published_, std::chrono::hours(1));
    index_.failure = ErrorCode::unavailable;
    EXPECT_TRUE(tell(observer, 1).has_value());
    EXPECT_TRUE(tell(observer, 2).has_value());
    EXPECT_EQ(index_.tries, 1);
}

TEST_F(IndexObserverTest, DamageIsAFailure) {
    IndexObserver observer(index_, published_);
    index_.failure = ErrorCode::corrupted;
    EXPECT_FALSE(tell(observer, 1).has_value());
    EXPECT_TRUE(observer.found_damage());
}

TEST_F(IndexObserverTest, ATooLongStandstillIsGivenUp) {
    IndexObserver observer(index_, published_, std::chrono::hours(1));
    index_.failure = ErrorCode::storage_full;
    EXPECT_TRUE(tell(observer, 1).has_value());
    for (std::uint64_t i = 0; i <= IndexObserver::kKeptMax; ++i) {
        EXPECT_TRUE(observer.reservation_changed({.id = model::ReservationId(2)}).has_value());
    }
    EXPECT_EQ(index_.pending.size(), 1 + IndexObserver::kKeptMax);
    index_.failure.reset();
    published_.publish_position(Sequence(2), {});
    EXPECT_TRUE(observer.reached(Sequence(2), {}).has_value());
    EXPECT_EQ(index_.tries, 1) << "what it was not told is not there";
}

TEST_F(IndexObserverTest, ALargeReservationIsKeptAsOftenAsItHasLines) {
    IndexObserver observer(index_, published_, std::chrono::hours(1));
    model::ReservationImage large{.id = model::ReservationId(1)};
    large.lines.resize(2'000);
    EXPECT_TRUE(observer.reservation_changed(large).has_value()) << "no standstill yet";
    index_.failure = ErrorCode::storage_full;
    EXPECT_TRUE(tell(observer, 1).has_value());
    const std::size_t before = index_.pending.size();
    for (std::uint64_t i = 0; i <= IndexObserver::kKeptMax / 2'000; ++i) {
        EXPECT_TRUE(observer.reservation_changed(large).has_value());
    }
    EXPECT_EQ(index_.pending.size(), before + IndexObserver::kKeptMax / 2'000);
}

}  // namespace
}  // namespace holdfast::app

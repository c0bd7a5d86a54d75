// How the limits fit each other, the format and the class that every tenant starts with.
#include "model/limits.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "model/event_body.hpp"
#include "model/sku_class.hpp"

namespace holdfast::model {
namespace {

constexpr auto kInt64Max = std::numeric_limits<std::int64_t>::max();

TEST(Limits, NoSumOfWhatOneRequestAsksForOverflows) {
    EXPECT_LE(kLineQuantityMax, kInt64Max / static_cast<std::int64_t>(kLinesMax));
    EXPECT_LT(kLineQuantityMax, kReservationQuantityMax);
    EXPECT_LT(kReservationQuantityMax, kCellQuantityMax);
}

TEST(Limits, ACellAtItsLimitTakesOneMoreReservationWithoutOverflow) {
    EXPECT_LE(kCellQuantityMax, kInt64Max - kReservationQuantityMax);
}

TEST(Limits, TheFormatHasRoomForWhatTheProductAllows) {
    EXPECT_LT(kLineQuantityMax, kLineUnitsBound);
    EXPECT_LT(kReservationQuantityMax, kReservationUnitsBound);
}

TEST(Limits, OneCommandFitsInABatchAndABatchInTheInbox) {
    EXPECT_LE(kCommandEventsMax, kBatchEventsMax);
    EXPECT_LE(kBatchEventsMax, kInboxCommandsMax);
    EXPECT_LE(kBatchItemsMax, kInboxCommandsMax);
    EXPECT_LE(kExpiriesPerBatchMax, kBatchEventsMax);
}

TEST(Limits, NoPoolOrClassEverRunsOutOfIds) {
    EXPECT_LT(kPoolsMax, kAnyPool.value());
    EXPECT_LT(kClassesMax, std::numeric_limits<ClassId::rep>::max());
}

TEST(Limits, PagesHaveADefaultWithinTheirMaximum) {
    EXPECT_GT(kPageSizeDefault, 0u);
    EXPECT_LE(kPageSizeDefault, kPageSizeMax);
}

TEST(DefaultClass, IsWhatTheDesignPromises) {
    using namespace std::chrono_literals;
    const auto value = default_class();
    EXPECT_EQ(value.id, kDefaultClass);
    EXPECT_EQ(value.version, 1u);
    EXPECT_EQ(value.name, "default");
    EXPECT_EQ(value.hold_ttl, 15min);
    EXPECT_EQ(value.hold_ttl_max, 24h);
    EXPECT_EQ(value.payment_ttl, 45min);
    EXPECT_EQ(value.payment_ttl_max, 7 * 24h);
    EXPECT_EQ(value.lifetime_max, 8 * 24h);
    EXPECT_EQ(value.extensions_max, 10u);
    EXPECT_EQ(value.on_payment_timeout, PaymentTimeout::release);
    EXPECT_EQ(value.late_commit, LateCommit::retake);
    EXPECT_EQ(value.tracking, Tracking::counted);
    EXPECT_EQ(value.held_downtime_grace, 0min);
    EXPECT_EQ(value.payment_downtime_grace, 30min);
    EXPECT_EQ(value.count_units_max, 2);
    EXPECT_EQ(value.count_permille_max, 20u);
    EXPECT_TRUE(value.split);
}

// Whoever has said nothing gets a shop without surprises.
TEST(DefaultClass, OffersExactlyWhatIsThere) {
    const auto value = default_class();
    EXPECT_EQ(value.safety_units, 0);
    EXPECT_EQ(value.safety_permille, 0u);
    EXPECT_EQ(value.backorder_max, 0);
    EXPECT_EQ(value.hold_permille, kPermille) << "holds are firm";
    EXPECT_EQ(value.stop_selling_at, 0);
    EXPECT_EQ(value.allocation, Allocation::priority);
    EXPECT_EQ(value.wait_max, base::Duration{}) << "nobody waits";
    EXPECT_EQ(value.line_units_max, 0);
    EXPECT_FALSE(any_caps(value.caps));
    EXPECT_EQ(value.consistency, Consistency::strict);
    EXPECT_FALSE(value.banded);
}

TEST(DefaultClass, KeepsWithinItsOwnBoundsAndThoseOfTheProduct) {
    const auto value = default_class();
    EXPECT_LE(value.hold_ttl, value.hold_ttl_max);
    EXPECT_LE(value.payment_ttl, value.payment_ttl_max);
    EXPECT_LE(value.hold_ttl_max, value.lifetime_max);
    EXPECT_LE(value.payment_ttl_max, value.lifetime_max);
    EXPECT_LE(value.lifetime_max, std::chrono::seconds(kTtlSecondsMax));
}

TEST(Limits, WhatCanBeSoldStaysWithinThatOfACell) {
    const CellImage ordinary{
        .on_hand = 9, .unavailable = 1, .held = 2, .committed = 3, .safety_stock = 1};
    EXPECT_EQ(ordinary.sellable(), 2);
    EXPECT_EQ(CellImage{.on_hand = INT64_MAX}.sellable(), kCellQuantityMax);
    const CellImage far_below{.on_hand = INT64_MIN, .committed = INT64_MAX};
    EXPECT_EQ(far_below.sellable(), -kCellQuantityMax);
}

}  // namespace
}  // namespace holdfast::model

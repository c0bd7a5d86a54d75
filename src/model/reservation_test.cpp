#include "model/reservation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace holdfast::model {
namespace {

using enum ReservationState;

struct Row {
    bool held;
    bool committed;
    bool shipped;
    bool closed_short;
    ReservationState state;
};

// With `payment_pending` as the waiting state and `superseded` as the way the last unit left.
constexpr std::array kTruth = {
    Row{true, true, true, true, payment_pending},   Row{true, true, true, false, payment_pending},
    Row{true, true, false, true, payment_pending},  Row{true, true, false, false, payment_pending},
    Row{true, false, true, true, payment_pending},  Row{true, false, true, false, payment_pending},
    Row{true, false, false, true, payment_pending}, Row{true, false, false, false, payment_pending},
    Row{false, true, true, true, committed},        Row{false, true, true, false, committed},
    Row{false, true, false, true, committed},       Row{false, true, false, false, committed},
    Row{false, false, true, true, fulfilled},       Row{false, false, true, false, fulfilled},
    Row{false, false, false, true, reconciled},     Row{false, false, false, false, superseded},
};

LineQuantities units_of(const Row& row) {
    return {.held = row.held ? 3 : 0,
            .committed = row.committed ? 1 : 0,
            .shipped = row.shipped ? 2 : 0,
            .closed_short = row.closed_short ? 4 : 0};
}

TEST(FoldState, IsThisTruthTable) {
    for (const auto& row : kTruth) {
        EXPECT_EQ(fold_state(payment_pending, superseded, units_of(row)), row.state)
            << row.held << row.committed << row.shipped << row.closed_short;
    }
}

TEST(FoldState, HeldUnitsAreInWhateverStateTheyWaitIn) {
    for (const auto waiting : {held, payment_pending, review}) {
        EXPECT_EQ(fold_state(waiting, released, {.held = 1}), waiting);
    }
}

TEST(FoldState, NothingLeftMeansHowTheLastUnitLeft) {
    for (const auto ended_as : {released, expired, superseded}) {
        EXPECT_EQ(fold_state(held, ended_as, {.released = 2, .expired = 1}), ended_as);
    }
}

// Nothing is promised to a waiter, so that its lines alone would say it had ended.
TEST(FoldState, TheQueueComesBeforeAll) {
    EXPECT_EQ(fold_state(queued, released, {}), queued);
    EXPECT_EQ(fold_state(queued, expired, {}), queued);
    EXPECT_EQ(fold_state(held, expired, {}), expired) << "a waiter that left the queue";
    EXPECT_EQ(fold_state(held, released, {.held = 1}), held) << "a waiter that was served";
}

TEST(FoldState, ReturnedUnitsChangeNothing) {
    EXPECT_EQ(fold_state(held, released, {.shipped = 2, .returned = 2}), fulfilled);
}

TEST(StateOf, FoldsTheSumOfAllLines) {
    ReservationImage image;
    image.waiting = review;
    image.ended_as = expired;
    EXPECT_EQ(state_of(image), expired);
    image.lines = {{.units = {.accepted = 1, .shipped = 1}},
                   {.units = {.accepted = 2, .committed = 2}}};
    EXPECT_EQ(state_of(image), committed);
    image.lines.push_back({.units = {.accepted = 1, .held = 1}});
    EXPECT_EQ(state_of(image), review);
}

TEST(IsFirm, AsLongAsNoHeldUnitIsSoft) {
    ReservationImage image;
    EXPECT_TRUE(is_firm(image));
    image.lines = {{.units = {.accepted = 1, .held = 1}}};
    EXPECT_TRUE(is_firm(image));
    image.lines.push_back({.soft = true, .units = {.accepted = 1, .committed = 1}});
    EXPECT_TRUE(is_firm(image)) << "what is sold is firm, however it was held";
    image.lines.push_back({.soft = true, .units = {.accepted = 1, .held = 1}});
    EXPECT_FALSE(is_firm(image));
}

TEST(SumLines, AddsEveryQuantity) {
    const LineQuantities units{.accepted = 21,
                               .held = 1,
                               .committed = 2,
                               .shipped = 3,
                               .released = 4,
                               .expired = 5,
                               .closed_short = 6,
                               .returned = 2};
    const std::array lines = {LineImage{.units = units}, LineImage{.units = units}};
    const LineQuantities twice{.accepted = 42,
                               .held = 2,
                               .committed = 4,
                               .shipped = 6,
                               .released = 8,
                               .expired = 10,
                               .closed_short = 12,
                               .returned = 4};
    EXPECT_EQ(sum_lines(lines), twice);
    EXPECT_EQ(sum_lines({}), LineQuantities{});
}

TEST(LineQuantities, BalanceWhenEveryAcceptedUnitIsSomewhere) {
    EXPECT_TRUE((LineQuantities{}).balanced());
    EXPECT_TRUE((LineQuantities{.accepted = 6,
                                .held = 1,
                                .committed = 1,
                                .shipped = 1,
                                .released = 1,
                                .expired = 1,
                                .closed_short = 1,
                                .returned = 1})
                    .balanced());
    EXPECT_FALSE((LineQuantities{.accepted = 2, .held = 1}).balanced());
    EXPECT_FALSE((LineQuantities{.accepted = 1, .shipped = 1, .returned = 2}).balanced());
}

TEST(ReservationState, OnlyHeldUnitsWait) {
    for (const auto state : {held, payment_pending, review}) {
        EXPECT_TRUE(is_waiting(state)) << to_string(state);
    }
    for (const auto state :
         {committed, fulfilled, reconciled, released, expired, superseded, queued}) {
        EXPECT_FALSE(is_waiting(state)) << to_string(state);
    }
}

TEST(ReservationState, NamesAreUnique) {
    std::set<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(kLastReservationState); ++value) {
        names.insert(to_string(static_cast<ReservationState>(value)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(kLastReservationState) + 1);
}

TEST(Verb, NamesAreUnique) {
    std::set<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(kLastVerb); ++value) {
        names.insert(to_string(static_cast<Verb>(value)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(kLastVerb) + 1);
}

}  // namespace
}  // namespace holdfast::model

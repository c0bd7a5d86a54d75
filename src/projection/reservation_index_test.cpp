#include "projection/reservation_index.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "ledger/testing.hpp"
#include "model/limits.hpp"
#include "projection/testing.hpp"

namespace holdfast::projection {
namespace {

using base::ErrorCode;
using ledger::testing::TemporaryDirectory;
using model::ReservationState;
using model::Sequence;
using namespace testing;
using Ids = std::vector<std::uint64_t>;

class ReservationIndexTest : public ::testing::Test {
  protected:
    void SetUp() override { open(); }

    void open() {
        index_.reset();
        auto opened = open_reservation_index(directory_.path());
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        index_ = *std::move(opened);
    }
    void put(const model::ReservationImage& image) { ASSERT_TRUE(index_->put(image).has_value()); }
    void commit(std::uint64_t position) {
        ASSERT_TRUE(index_->commit(Sequence(position), at(1'000)).has_value());
    }
    Ids found(const ReservationFilter& filter) { return ids(list_all(*index_, filter)); }

    TemporaryDirectory directory_;
    std::unique_ptr<ReservationIndex> index_;
    const ReservationFilter all_{.tenant = kShop};
};

TEST_F(ReservationIndexTest, IsEmptyAtFirst) {
    EXPECT_EQ(index_->position(), Sequence(0));
    EXPECT_EQ(found(all_), Ids{});
    const auto page = index_->list(all_, "", 10);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->position, Sequence(0));
    EXPECT_EQ(page->resume_after, "");
}

TEST_F(ReservationIndexTest, AReservationThatWaitsForUnitsIsListedAsQueued) {
    model::ReservationImage waits = held(10, 5'000);
    waits.waiting = ReservationState::queued;
    waits.lines.front().units = {};
    put(waits);
    put(held(20, 5'000));
    commit(20);
    EXPECT_EQ(found(all_), (Ids{20, 10}));
    EXPECT_EQ(found({.tenant = kShop, .state = ReservationState::queued}), Ids{10});
}

TEST_F(ReservationIndexTest, ListsNewestFirstAndSaysHowFarItKnows) {
    put(held(10, 5'000));
    put(held(300, 5'000));
    put(held(20, 5'000));
    ASSERT_TRUE(index_->commit(Sequence(300), at(77)).has_value());
    EXPECT_EQ(found(all_), (Ids{300, 20, 10}));
    EXPECT_EQ(index_->position(), Sequence(300));
    const auto page = index_->list(all_, "", 2);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->position, Sequence(300));
    EXPECT_EQ(page->as_of, at(77));
}

TEST_F(ReservationIndexTest, ListsSoonestDeadlineFirstWhereADeadlineIsAsked) {
    put(held(1, 9'000));
    put(held(2, 3'000));
    put(held(4, 4'000));
    put(held(3, 4'000));
    put(held(5, -1));
    commit(5);
    EXPECT_EQ(found({.tenant = kShop, .expires_before = at(9'000)}), (Ids{5, 2, 3, 4}));
}

TEST_F(ReservationIndexTest, RowsAreTheWholeReservation) {
    auto image = held(1, 5'000, "agent", "order-1");
    image.customer = {1, 2};
    put(image);
    commit(1);
    base::Buffer expected;
    model::encode(model::ReservationChanged{.image = image}, expected);
    const auto page = index_->list(all_, "", 10);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->rows.size(), 1u);
    EXPECT_EQ(page->rows.front(), expected);
}

TEST_F(ReservationIndexTest, AnOwnerIsTheAgentTheOperatorOrTheCustomer) {
    auto by_operator = held(2, 5'000);
    by_operator.texts.operator_id = "anna";
    auto by_customer = held(3, 5'000);
    by_customer.customer = {8, 9};
    auto by_both = held(4, 5'000, "anna");
    by_both.texts.operator_id = "anna";
    put(held(1, 5'000, "anna"));
    put(by_operator);
    put(by_customer);
    put(by_both);
    commit(4);
    EXPECT_EQ(found({.tenant = kShop, .owner = owner_digest("anna")}), (Ids{4, 2, 1}));
    EXPECT_EQ(found({.tenant = kShop, .owner = base::Digest128{8, 9}}), (Ids{3}));
    EXPECT_EQ(found({.tenant = kShop, .owner = owner_digest("")}), Ids{});
}

TEST_F(ReservationIndexTest, AReservationIsNoLongerFoundByWhatItWas) {
    put(held(1, 5'000, "anna", "old"));
    commit(1);
    auto changed = committed(held(1, 5'000, "bert", "new"));
    put(changed);
    commit(2);
    EXPECT_EQ(found({.tenant = kShop, .state = ReservationState::held}), Ids{});
    EXPECT_EQ(found({.tenant = kShop, .reference = reference_digest("old")}), Ids{});
    EXPECT_EQ(found({.tenant = kShop, .owner = owner_digest("anna")}), Ids{});
    EXPECT_EQ(found({.tenant = kShop, .expires_before = base::kNever}), Ids{});
    EXPECT_EQ(found({.tenant = kShop, .state = ReservationState::committed}), Ids{1});
    EXPECT_EQ(found({.tenant = kShop, .reference = reference_digest("new")}), Ids{1});
    EXPECT_EQ(found({.tenant = kShop, .owner = owner_digest("bert")}), Ids{1});
    EXPECT_EQ(list_all(*index_, all_), (std::vector<Seen>{{1, 2}}));
}

TEST_F(ReservationIndexTest, TheLastOfSeveralImagesInOneCommitCounts) {
    put(held(1, 5'000, "anna"));
    put(held(1, 6'000, "bert"));
    put(committed(held(1, 6'000, "bert")));
    commit(3);
    EXPECT_EQ(found({.tenant = kShop, .state = ReservationState::held}), Ids{});
    EXPECT_EQ(found({.tenant = kShop, .owner = owner_digest("anna")}), Ids{});
    EXPECT_EQ(found({.tenant = kShop, .expires_before = base::kNever}), Ids{});
    EXPECT_EQ(found({.tenant = kShop, .owner = owner_digest("bert")}), Ids{1});
}

TEST_F(ReservationIndexTest, WhatReturnsToAnEarlierStateIsFoundOnce) {
    for (std::uint64_t round = 1; round <= 20; ++round) {
        put(held(1, 5'000));
        commit(2 * round);
        EXPECT_EQ(found({.tenant = kShop, .expires_before = at(6'000)}), Ids{1});
        put(committed(held(1, 5'000)));
        commit(2 * round + 1);
        EXPECT_EQ(found({.tenant = kShop, .expires_before = at(6'000)}), Ids{});
        if (round % 5 == 0) {
            open();  // what was in memory goes to disk
        }
    }
}

TEST_F(ReservationIndexTest, HoldsWithoutADeadlineExpireBeforeNothing) {
    auto endless = held(1, 0);
    endless.expires_at = base::kNever;
    put(endless);
    commit(1);
    EXPECT_EQ(found({.tenant = kShop, .expires_before = base::kNever}), Ids{});
}

TEST_F(ReservationIndexTest, TenantsSeeNothingOfEachOther) {
    for (const std::uint32_t tenant : {2u, 3u, 4u, 255u, 256u, 0xffff'ffffu}) {
        auto image = held(tenant, 5'000, "anna", "order");
        image.tenant = model::TenantId(tenant);
        put(image);
    }
    commit(1);
    for (const std::uint32_t tenant : {2u, 3u, 4u, 255u, 256u, 0xffff'ffffu}) {
        const model::TenantId id(tenant);
        const Ids own{tenant};
        EXPECT_EQ(found({.tenant = id}), own);
        EXPECT_EQ(found({.tenant = id, .state = ReservationState::held}), own);
        EXPECT_EQ(found({.tenant = id, .reference = reference_digest("order")}), own);
        EXPECT_EQ(found({.tenant = id, .owner = owner_digest("anna")}), own);
        EXPECT_EQ(found({.tenant = id, .expires_before = at(9'000)}), own);
    }
}

TEST_F(ReservationIndexTest, WhatIsNotCommittedIsInvisibleAndLost) {
    put(held(1, 5'000));
    commit(1);
    put(committed(held(1, 5'000)));
    put(held(2, 5'000));
    EXPECT_EQ(list_all(*index_, all_), (std::vector<Seen>{{1, 1}}));
    open();
    commit(1);
    EXPECT_EQ(list_all(*index_, all_), (std::vector<Seen>{{1, 1}}));
    EXPECT_EQ(index_->position(), Sequence(1));
}

TEST_F(ReservationIndexTest, ReopeningKeepsRowsAndPosition) {
    put(held(1, 5'000, "anna"));
    put(held(2, 5'000, "anna"));
    ASSERT_TRUE(index_->commit(Sequence(12), at(34)).has_value());
    open();
    EXPECT_EQ(index_->position(), Sequence(12));
    const auto page = index_->list({.tenant = kShop, .owner = owner_digest("anna")}, "", 10);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(ids(seen(*page)), (Ids{2, 1}));
    EXPECT_EQ(page->position, Sequence(12));
    EXPECT_EQ(page->as_of, at(34));
}

TEST_F(ReservationIndexTest, APositionCanMoveWithoutRows) {
    commit(5);
    commit(9);
    EXPECT_EQ(index_->position(), Sequence(9));
    open();
    EXPECT_EQ(index_->position(), Sequence(9));
}

TEST_F(ReservationIndexTest, ChangesBetweenPagesNeitherRepeatNorHideARow) {
    for (std::uint64_t id = 1; id <= 6; ++id) {
        put(held(id, 5'000));
    }
    commit(6);
    const auto first = index_->list(all_, "", 3);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(ids(seen(*first)), (Ids{6, 5, 4}));
    put(committed(held(5, 5'000)));
    put(committed(held(4, 5'000)));  // the very place where the next page begins
    put(committed(held(2, 5'000)));
    put(held(7, 5'000));
    commit(10);
    const auto second = index_->list(all_, first->resume_after, 3);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(seen(*second), (std::vector<Seen>{{3, 1}, {2, 2}, {1, 1}}));
    EXPECT_EQ(second->resume_after, "");
}

TEST_F(ReservationIndexTest, APlaceSurvivesThatItsRowLeavesTheList) {
    const ReservationFilter filters[] = {{.tenant = kShop, .state = ReservationState::held},
                                         {.tenant = kShop, .expires_before = at(9'000)}};
    for (std::uint64_t id = 1; id <= 4; ++id) {
        put(held(id, 5'000));
    }
    commit(4);
    const auto newest = index_->list(filters[0], "", 2);
    const auto soonest = index_->list(filters[1], "", 2);
    ASSERT_TRUE(newest.has_value() && soonest.has_value());
    EXPECT_EQ(ids(seen(*newest)), (Ids{4, 3}));
    EXPECT_EQ(ids(seen(*soonest)), (Ids{1, 2}));
    put(committed(held(3, 5'000)));
    put(committed(held(2, 5'000)));
    commit(6);
    EXPECT_EQ(ids(seen(*index_->list(filters[0], newest->resume_after, 2))), (Ids{1}));
    EXPECT_EQ(ids(seen(*index_->list(filters[1], soonest->resume_after, 2))), (Ids{4}));
}

TEST_F(ReservationIndexTest, AForeignPlaceIsRefused) {
    for (std::uint64_t id = 1; id <= 3; ++id) {
        put(held(id, 5'000));
    }
    commit(3);
    const ReservationFilter soonest{.tenant = kShop, .expires_before = at(9'000)};
    const std::string by_id = index_->list(all_, "", 1)->resume_after;
    const std::string by_deadline = index_->list(soonest, "", 1)->resume_after;
    const auto refused = [&](const ReservationFilter& filter, std::string_view place) {
        const auto page = index_->list(filter, place, 10);
        return !page && page.error().code == ErrorCode::invalid_input;
    };
    EXPECT_TRUE(refused(all_, by_deadline));
    EXPECT_TRUE(refused(soonest, by_id));
    EXPECT_TRUE(refused(all_, by_id + "x"));
    EXPECT_TRUE(refused(all_, by_id.substr(0, by_id.size() - 1)));
    EXPECT_TRUE(refused(all_, "i"));
    EXPECT_TRUE(refused(soonest, "d"));
    EXPECT_TRUE(refused(all_, std::string(1'000, '\xff')));
}

TEST_F(ReservationIndexTest, AForgedPlaceOfTheRightShapeIsHarmless) {
    put(held(1, 5'000));
    commit(1);
    for (const char byte : {'\0', '\x7f', '\xff'}) {
        EXPECT_TRUE(index_->list(all_, "i" + std::string(6, byte), 10).has_value());
        EXPECT_TRUE(index_
                        ->list({.tenant = kShop, .expires_before = at(9'000)},
                               "d" + std::string(14, byte), 10)
                        .has_value());
    }
}

TEST_F(ReservationIndexTest, PageSizesOutOfRangeAreTheNearestInRange) {
    for (std::uint64_t id = 1; id <= model::kPageSizeMax + 1; ++id) {
        put(held(id, 5'000));
    }
    commit(2'000);
    EXPECT_EQ(index_->list(all_, "", 0)->rows.size(), 1u);
    EXPECT_EQ(index_->list(all_, "", SIZE_MAX)->rows.size(), model::kPageSizeMax);
}

TEST_F(ReservationIndexTest, TheLastFullPageSaysThatItIsTheLast) {
    put(held(1, 5'000, "anna"));
    put(held(2, 5'000, "anna"));
    commit(2);
    EXPECT_EQ(index_->list(all_, "", 2)->resume_after, "");
    EXPECT_EQ(index_->list({.tenant = kShop, .expires_before = at(9'000)}, "", 2)->resume_after,
              "");
    const ReservationFilter both{
        .tenant = kShop, .owner = owner_digest("anna"), .expires_before = at(9'000)};
    EXPECT_EQ(index_->list(both, "", 2)->resume_after, "");
}

// One hold among 10,000 reservations of one agent, found last.
TEST_F(ReservationIndexTest, ALongSearchAnswersWithShortPages) {
    put(held(1, 5'000, "anna"));
    for (std::uint64_t id = 2; id <= 10'000; ++id) {
        put(committed(held(id, 5'000, "anna")));
    }
    commit(10'000);
    const ReservationFilter filter{
        .tenant = kShop, .state = ReservationState::held, .owner = owner_digest("anna")};
    const auto first = index_->list(filter, "", 10);
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(first->rows.empty());
    EXPECT_NE(first->resume_after, "");
    EXPECT_EQ(found(filter), Ids{1});
}

// Too many of one agent to sort: read by deadline, with the same order and the same places.
TEST_F(ReservationIndexTest, DeadlinesOfABusyOwnerComeInTheSameOrder) {
    for (std::uint64_t id = 1; id <= 3'999; ++id) {
        put(held(id, 5'000 + static_cast<std::int64_t>(id % 7), id % 2 == 0 ? "anna" : "bert"));
    }
    commit(3'999);
    const ReservationFilter filter{
        .tenant = kShop, .owner = owner_digest("anna"), .expires_before = at(9'000)};
    const Ids before = found(filter);
    EXPECT_EQ(before.size(), 1'999u);
    const auto first = index_->list(filter, "", 500);
    ASSERT_TRUE(first.has_value());
    for (std::uint64_t id = 10'001; id <= 13'000; ++id) {
        put(committed(held(id, 5'000, "anna")));
    }
    commit(13'000);
    EXPECT_EQ(found(filter), before);
    Ids continued = ids(seen(*first));
    std::string resume_after = first->resume_after;
    while (!resume_after.empty()) {
        const auto page = index_->list(filter, resume_after, 500);
        ASSERT_TRUE(page.has_value());
        const Ids more = ids(seen(*page));
        continued.insert(continued.end(), more.begin(), more.end());
        resume_after = page->resume_after;
    }
    EXPECT_EQ(continued, before);
}

TEST_F(ReservationIndexTest, LargeReservationsMakeShortPages) {
    for (std::uint64_t id = 1; id <= 40; ++id) {
        auto image = held(id, 5'000);
        image.lines.resize(model::kLinesMax, image.lines.front());
        for (auto& line : image.lines) {
            line.line_id = "0123456789012345678901234567890123456789012345678901234567890123";
            line.group = line.line_id;
        }
        put(image);
    }
    commit(40);
    const auto page = index_->list(all_, "", 40);
    ASSERT_TRUE(page.has_value());
    EXPECT_LT(page->rows.size(), 40u);
    EXPECT_NE(page->resume_after, "");
    EXPECT_EQ(found(all_).size(), 40u);
}

TEST_F(ReservationIndexTest, APageAgreesWithItsPositionWhileCommitsGoOn) {
    std::atomic<bool> is_done{false};
    std::jthread reader([&] {
        do {
            const auto page = index_->list(all_, "", 1);
            ASSERT_TRUE(page.has_value());
            const Ids newest = ids(seen(*page));
            EXPECT_EQ(newest.empty() ? 0 : newest.front(), page->position.value());
        } while (!is_done);
    });
    for (std::uint64_t id = 1; id <= 2'000; ++id) {
        put(held(id, 5'000));
        commit(id);
    }
    is_done = true;
}

TEST_F(ReservationIndexTest, ASecondOpenIsRefusedAndNamesTheDirectory) {
    const auto second = open_reservation_index(directory_.path());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::already_locked);
    EXPECT_NE(second.error().message.find(directory_.path()), std::string::npos)
        << second.error().message;
    put(held(1, 5'000));
    commit(1);
    EXPECT_EQ(found(all_), Ids{1});
}

}  // namespace
}  // namespace holdfast::projection

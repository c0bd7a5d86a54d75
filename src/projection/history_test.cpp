// What the history answers, case by case. Against random events: history_model_test.cpp.
#include "projection/history.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "projection/history_testing.hpp"

namespace holdfast::projection {
namespace {

using base::ErrorCode;
using model::Reason;
using model::Sequence;
using model::SkuId;
using model::Verb;
using namespace testing;
using Numbers = std::vector<std::uint64_t>;

TEST_F(HistoryTest, KnowsNothingAtFirst) {
    EXPECT_EQ(history_->position(), Sequence(0));
    EXPECT_EQ(events(SkuSubject{.sku = SkuId(1)}), Numbers{});
    EXPECT_TRUE(history_->stock_at(kOurs, SkuId(1), {})->cells.empty());
    EXPECT_TRUE(history_->explain(kOurs, SkuId(1), std::nullopt, {}, 10)->cells.empty());
    EXPECT_EQ(on_hand_at(shop_.now()), 0);
    EXPECT_EQ(history_->totals(kOurs)->holds, 0u);
    EXPECT_FALSE(history_->event_at(kOurs, Sequence(1))->has_value());
}

// -- events ---------------------------------------------------------------------------------------

TEST_F(HistoryTest, FindsEventsByWhatTheyAreAbout) {
    shop_.receipt(1, 10, kEast, "PO-1");                          // 1
    shop_.receipt(1, 5, kWest);                                   // 2
    const auto id = shop_.hold(1, 2, 60'000, "anna", "order-7");  // 3
    shop_.receipt(2, 9);                                          // 4
    shop_.verb(id, Verb::commit, 2);                              // 5
    shop_.verb(id, Verb::ship, 2, {.document = "parcel-1"});      // 6
    feed_all();
    EXPECT_EQ(events(SkuSubject{.sku = SkuId(1)}), (Numbers{6, 5, 3, 2, 1}));
    EXPECT_EQ(events(SkuSubject{.sku = SkuId(1), .pool = kWest}), Numbers{2});
    EXPECT_EQ(events(SkuSubject{.sku = SkuId(1), .pool = kEast}), (Numbers{6, 5, 3, 1}));
    EXPECT_EQ(events(PoolSubject{.pool = kEast}), (Numbers{6, 5, 4, 3, 1}));
    EXPECT_EQ(events(ReservationSubject{.reservation = id}), (Numbers{6, 5, 3}));
    EXPECT_EQ(events(ReferenceSubject{.reference = reference_digest("PO-1")}), Numbers{1});
    EXPECT_EQ(events(ReferenceSubject{.reference = reference_digest("order-7")}),
              (Numbers{6, 5, 3}));
    EXPECT_EQ(events(ReferenceSubject{.reference = reference_digest("parcel-1")}), Numbers{6});
    EXPECT_EQ(events(PrincipalSubject{.kind = model::PrincipalKind::agent,
                                      .principal = owner_digest("anna")}),
              (Numbers{6, 5, 3}));
    EXPECT_EQ(events(PrincipalSubject{.kind = model::PrincipalKind::operator_,
                                      .principal = owner_digest("anna")}),
              Numbers{});
}

TEST_F(HistoryTest, ARowIsTheEventAndItsTime) {
    shop_.receipt(1, 10);
    shop_.pass(500);
    shop_.receipt(1, 4);
    feed_all();
    const auto page = history_->events(kOurs, SkuSubject{.sku = SkuId(1)}, "", 10);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->rows.size(), 2u);
    EXPECT_EQ(page->rows[0].event, shop_.log()[1].bytes);
    EXPECT_EQ(page->rows[0].time, shop_.now());
    EXPECT_EQ(page->rows[1].time, base::time_from_ms(kFirstMs));
    EXPECT_EQ(page->position, Sequence(2));
    EXPECT_EQ(page->as_of, shop_.now());
    EXPECT_EQ(page->resume_after, "");
}

TEST_F(HistoryTest, APageGoesOnWhereItEndedAlthoughThereAreNewEvents) {
    for (int i = 0; i < 10; ++i) {
        shop_.receipt(1, 1);
    }
    feed_all();
    const SkuSubject subject{.sku = SkuId(1)};
    const auto first = history_->events(kOurs, subject, "", 4);
    ASSERT_EQ(first->rows.back().sequence, Sequence(7));
    for (int i = 0; i < 300; ++i) {
        shop_.receipt(1, 1);
    }
    feed_all();
    const auto second = history_->events(kOurs, subject, first->resume_after, 4);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->rows.front().sequence, Sequence(6));
    EXPECT_EQ(second->rows.back().sequence, Sequence(3));
    const auto third = history_->events(kOurs, subject, second->resume_after, 4);
    EXPECT_EQ(third->rows.back().sequence, Sequence(1));
    EXPECT_EQ(third->resume_after, "");
}

TEST_F(HistoryTest, ACursorOfAnotherListIsRefused) {
    for (const std::string& cursor : {std::string("x"), std::string("x12345678"),
                                      std::string("h1234567"), std::string("h123456789")}) {
        const auto page = history_->events(kOurs, SkuSubject{}, cursor, 4);
        ASSERT_FALSE(page.has_value());
        EXPECT_EQ(page.error().code, ErrorCode::invalid_input);
    }
}

TEST_F(HistoryTest, AnotherTenantFindsNothing) {
    const auto id = shop_.hold(1, 2, 60'000, "anna", "order-7");
    feed_all();
    EXPECT_EQ(all_events(*history_, kTheirs, SkuSubject{.sku = SkuId(1)}), Numbers{});
    EXPECT_EQ(all_events(*history_, kTheirs, ReservationSubject{.reservation = id}), Numbers{});
    EXPECT_EQ(
        all_events(*history_, kTheirs, ReferenceSubject{.reference = reference_digest("order-7")}),
        Numbers{});
    EXPECT_TRUE(history_->stock_at(kTheirs, SkuId(1), {})->cells.empty());
    EXPECT_FALSE(history_->event_at(kTheirs, Sequence(1))->has_value());
    EXPECT_TRUE(history_->event_at(kOurs, Sequence(1))->has_value());
    EXPECT_FALSE(history_->event_at(kOurs, Sequence(2))->has_value());
}

// -- moments --------------------------------------------------------------------------------------

TEST_F(HistoryTest, StockAsOfAPositionAndOfATime) {
    shop_.receipt(1, 10);  // at +0
    shop_.pass(1'000);
    shop_.hold(1, 3);           // at +1 s
    shop_.safety(1, kEast, 2);  // at +1 s
    shop_.pass(1'000);
    shop_.receipt(1, 5);  // at +2 s
    feed_all();
    const auto cell_at = [&](const Moment& moment) {
        return history_->stock_at(kOurs, SkuId(1), moment)->cells.at(0);
    };
    const auto after = [&](std::int64_t ms) {
        return Moment{.time = base::time_from_ms(kFirstMs + ms)};
    };
    EXPECT_TRUE(history_->stock_at(kOurs, SkuId(1), after(-1))->cells.empty());
    EXPECT_EQ(cell_at(after(0)).cell, (model::CellImage{.on_hand = 10}));
    EXPECT_EQ(cell_at(after(999)).cell, (model::CellImage{.on_hand = 10}));
    EXPECT_EQ(cell_at(after(1'000)).cell,
              (model::CellImage{.on_hand = 10, .held = 3, .safety_stock = 2}));
    EXPECT_EQ(cell_at({.position = Sequence(2)}).cell,
              (model::CellImage{.on_hand = 10, .held = 3}));
    EXPECT_EQ(cell_at({.position = Sequence(2)}).changed_by, Sequence(2));
    EXPECT_EQ(cell_at(after(99'999)).cell.on_hand, 15);
    EXPECT_EQ(cell_at({.position = Sequence(99)}).cell.on_hand, 15);
    EXPECT_EQ(history_->stock_at(kOurs, SkuId(1), {.position = Sequence(99)})->position,
              Sequence(4));
    EXPECT_EQ(history_->stock_at(kOurs, SkuId(1), after(1'500))->position, Sequence(3));
}

TEST_F(HistoryTest, FiguresThatAnEventContradictsAreDamage) {
    shop_.receipt(1, 10);
    feed_all();
    const model::StockMoved wrong{
        .tenant = kOurs, .sku = SkuId(1), .delta = 1, .cell = {.on_hand = 12}};
    base::Buffer bytes;
    model::encode(wrong, bytes);
    const auto told = history_->event(wrong, bytes, Sequence(2), shop_.now());
    ASSERT_FALSE(told.has_value());
    EXPECT_EQ(told.error().code, ErrorCode::corrupted);
    EXPECT_FALSE(history_->reached(Sequence(2), shop_.now()).has_value());
    EXPECT_EQ(history_->position(), Sequence(1));
}

TEST_F(HistoryTest, AGapIsDamage) {
    shop_.receipt(1, 10);
    const Recorded& only = shop_.log().front();
    const auto told = history_->event(only.event(), only.bytes, Sequence(2), only.time);
    ASSERT_FALSE(told.has_value());
    EXPECT_EQ(told.error().code, ErrorCode::corrupted);
}

// -- on hand, for counts --------------------------------------------------------------------------

TEST_F(HistoryTest, CountsMovementsByWhenTheyOccurred) {
    const auto at = [](std::int64_t ms) { return base::time_from_ms(kFirstMs + ms); };
    shop_.receipt(1, 100);
    shop_.pass(10'000);
    // Recorded now, but it left the shelf 4 seconds ago.
    shop_.moved(1, kEast,
                {.movement = model::Movement::adjustment,
                 .reason = Reason::damage,
                 .delta = -7,
                 .occurred_at = at(6'000)});
    feed_all();
    EXPECT_EQ(on_hand_at(at(-1)), 0);
    EXPECT_EQ(on_hand_at(at(0)), 100);
    EXPECT_EQ(on_hand_at(at(5'999)), 100);
    EXPECT_EQ(on_hand_at(at(6'000)), 93);
    EXPECT_EQ(on_hand_at(at(60'000)), 93);
}

TEST_F(HistoryTest, AMovementMayOccurAfterItWasRecorded) {
    const auto at = [](std::int64_t ms) { return base::time_from_ms(kFirstMs + ms); };
    shop_.moved(1, kEast, {.delta = 8, .occurred_at = at(50'000)});
    shop_.pass(60'000);
    shop_.receipt(1, 1);
    feed_all();
    EXPECT_EQ(on_hand_at(at(49'999)), 0);
    EXPECT_EQ(on_hand_at(at(50'000)), 8);
    EXPECT_EQ(on_hand_at(at(60'000)), 9);
}

TEST_F(HistoryTest, ACountMayIncludeWhatOccurredLater) {
    const base::Time counted_at = shop_.now();
    shop_.receipt(1, 100);
    const auto id = shop_.hold(1, 10, 60'000, {}, "order-7");
    shop_.verb(id, Verb::commit, 10);
    shop_.pass(5'000);
    shop_.verb(id, Verb::ship, 4, {.document = "parcel-1"});
    shop_.verb(id, Verb::ship, 3, {.document = "parcel-2"});
    shop_.moved(1, kEast, {.delta = 20, .key = {.source = "wms", .source_sequence = 8}});
    shop_.moved(1, kEast, {.delta = 30, .key = {.source = "wms", .source_sequence = 9}});
    feed_all();
    const auto reference = [](std::string_view text) {
        return CountIncludes{.references = {reference_digest(text)}, .watermarks = {}};
    };
    EXPECT_EQ(on_hand_at(counted_at), 100);
    EXPECT_EQ(on_hand_at(counted_at, reference("parcel-1")), 96);
    EXPECT_EQ(on_hand_at(counted_at, reference("order-7")), 93);
    EXPECT_EQ(on_hand_at(counted_at, {.references = {}, .watermarks = {{"wms", 8}}}), 120);
    EXPECT_EQ(on_hand_at(counted_at, {.references = {}, .watermarks = {{"wms", 9}}}), 150);
    EXPECT_EQ(on_hand_at(counted_at, {.references = {}, .watermarks = {{"erp", 9}}}), 100);
    const auto both = history_->on_hand_at(
        kOurs, SkuId(1), kEast, counted_at,
        {.references = {reference_digest("parcel-2")}, .watermarks = {{"wms", 8}}});
    EXPECT_EQ(both->on_hand, 117);
    EXPECT_EQ(both->included, 2u);
    EXPECT_EQ(both->later, 2u);
    EXPECT_EQ(both->on_hand_now, 143);
}

TEST_F(HistoryTest, KnowsTheLastCountThatWasTakenUp) {
    using enum model::CountOutcome;
    shop_.receipt(1, 10);
    feed_all();
    const auto last_count = [&] {
        return history_->on_hand_at(kOurs, SkuId(1), kEast, shop_.now(), {})->last_count;
    };
    EXPECT_FALSE(last_count().has_value());
    shop_.counted(1, kEast,
                  {.outcome = applied,
                   .count = {.counted = 9, .drift = -1, .as_of = shop_.now()},
                   .delta = -1});
    shop_.counted(1, kEast, {.outcome = outdated, .count = {.counted = 50}});
    feed_all();
    ASSERT_TRUE(last_count().has_value());
    EXPECT_EQ(last_count()->sequence, Sequence(2));
    EXPECT_EQ(last_count()->counted, 9);
    EXPECT_EQ(last_count()->as_of, shop_.now());
}

// -- on disk --------------------------------------------------------------------------------------

TEST_F(HistoryTest, ReadsOnWhereItStopped) {
    shop_.receipt(1, 10);
    const auto id = shop_.hold(1, 4);
    feed_all();
    open();
    EXPECT_EQ(history_->position(), shop_.last());
    shop_.verb(id, Verb::commit, 4);
    feed_all();
    EXPECT_EQ(explain_only_cell().at.cell, (model::CellImage{.on_hand = 10, .committed = 4}));
    EXPECT_EQ(events(SkuSubject{.sku = SkuId(1)}), (Numbers{3, 2, 1}));
}

TEST_F(HistoryTest, WhatWasNotCommittedWasNotTold) {
    shop_.receipt(1, 10);
    feed_all();
    shop_.receipt(1, 5);
    const Recorded& second = shop_.log().back();
    ASSERT_TRUE(
        history_->event(second.event(), second.bytes, second.sequence, second.time).has_value());
    EXPECT_EQ(events(SkuSubject{.sku = SkuId(1)}), Numbers{1});
    open();
    EXPECT_EQ(history_->position(), Sequence(1));
    feed_all();
    EXPECT_EQ(explain_only_cell().at.cell.on_hand, 15);
}

TEST_F(HistoryTest, BeginsAgainBehindWhatWasCommitted) {
    shop_.receipt(1, 10);
    feed_all();
    shop_.receipt(1, 5);
    const Recorded& second = shop_.log().back();
    ASSERT_TRUE(
        history_->event(second.event(), second.bytes, second.sequence, second.time).has_value());
    ASSERT_FALSE(history_->reached(Sequence(7), second.time).has_value()) << "nobody told it of 7";
    ASSERT_FALSE(history_->reached(second.sequence, second.time).has_value()) << "it takes no more";
    ASSERT_TRUE(history_->begin_again().has_value());
    EXPECT_EQ(history_->position(), Sequence(1));
    feed_all();
    EXPECT_EQ(explain_only_cell().at.cell.on_hand, 15);
    EXPECT_EQ(events(SkuSubject{.sku = SkuId(1)}), (Numbers{2, 1}));
}

// What a crash leaves is what is in files at that moment: commits since the last flush are lost.
TEST_F(HistoryTest, ACrashLosesTheNewestCommitsAndNothingElse) {
    shop_.receipt(1, 10);
    const auto id = shop_.hold(1, 4);
    feed_all();
    open();
    const auto kept = history_->position();
    shop_.verb(id, Verb::commit, 4);
    feed_all();
    shop_.verb(id, Verb::ship, 3);
    feed_all();
    const ledger::testing::TemporaryDirectory elsewhere;
    std::filesystem::copy(directory_.path(), elsewhere / "copy",
                          std::filesystem::copy_options::recursive);
    const auto recovered = open_history(elsewhere / "copy");
    ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
    EXPECT_EQ((*recovered)->position(), kept);
    EXPECT_EQ((*recovered)->stock_at(kOurs, SkuId(1), {})->cells.at(0).cell,
              (model::CellImage{.on_hand = 10, .held = 4}));
    feed(**recovered, shop_, shop_.last());
    EXPECT_EQ((*recovered)->stock_at(kOurs, SkuId(1), {})->cells.at(0).cell,
              (model::CellImage{.on_hand = 7, .committed = 1}));
    EXPECT_EQ(all_events(**recovered, kOurs, SkuSubject{.sku = SkuId(1)}), (Numbers{4, 3, 2, 1}));
}

TEST_F(HistoryTest, ItsDirectoryIsLocked) {
    const auto again = open_history(directory_.path());
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::already_locked);
}

TEST_F(HistoryTest, ADamagedFileIsAnErrorThatNamesTheDirectory) {
    for (int i = 0; i < 100; ++i) {
        shop_.receipt(1, 10);
    }
    feed_all();
    history_.reset();
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
        if (file.path().extension() == ".sst") {
            std::filesystem::remove(file.path());
        }
    }
    const auto opened = open_history(directory_.path());
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, ErrorCode::corrupted);
    EXPECT_NE(opened.error().message.find(directory_.path()), std::string::npos);
}

}  // namespace
}  // namespace holdfast::projection

// What figures are made of: terms, promises, principals, totals, lists.
#include "projection/history.hpp"

#include <gtest/gtest.h>

#include "projection/history_testing.hpp"

namespace holdfast::projection {
namespace {

using model::Reason;
using model::ReservationId;
using model::Sequence;
using model::SkuId;
using model::Verb;
using namespace testing;
using HistoryFiguresTest = HistoryTest;

// -- why is it N? ---------------------------------------------------------------------------------

TEST_F(HistoryFiguresTest, OnHandIsMadeOfMovements) {
    shop_.receipt(1, 10);
    shop_.receipt(1, 20);
    shop_.moved(1, kEast,
                {.movement = model::Movement::adjustment, .reason = Reason::theft, .delta = -3});
    const auto id = shop_.hold(1, 6);
    shop_.verb(id, Verb::commit, 6);
    shop_.verb(id, Verb::ship, 5);
    shop_.verb(id, Verb::return_units, 2, {.disposition = model::Disposition::damaged});
    shop_.moved(1, kEast,
                {.movement = model::Movement::unavailable,
                 .unavailable_delta = 4,
                 .unavailable_reason = Reason::quality_hold});
    feed_all();
    const auto cell = explain_only_cell();
    ASSERT_EQ(cell.on_hand.size(), 4u);
    EXPECT_EQ(cell.on_hand[0].term, StockTerm::receipts);
    EXPECT_EQ(cell.on_hand[0].movements, 2u);
    EXPECT_EQ(cell.on_hand[0].units, 30);
    EXPECT_EQ(cell.on_hand[0].newest.front().sequence, Sequence(2));
    EXPECT_EQ(cell.on_hand[1].term, StockTerm::shipments);
    EXPECT_EQ(cell.on_hand[1].units, -5);
    EXPECT_EQ(cell.on_hand[2].term, StockTerm::returns);
    EXPECT_EQ(cell.on_hand[2].units, 2);
    EXPECT_EQ(cell.on_hand[3].term, StockTerm::adjustments);
    EXPECT_EQ(cell.on_hand[3].reason, Reason::theft);
    EXPECT_EQ(cell.on_hand[3].units, -3);
    EXPECT_EQ(cell.at.cell.on_hand, 24);
    ASSERT_EQ(cell.unavailable.size(), 2u);
    EXPECT_EQ(cell.unavailable[0].reason, Reason::damage);
    EXPECT_EQ(cell.unavailable[0].units, 2);
    EXPECT_EQ(cell.unavailable[1].reason, Reason::quality_hold);
    EXPECT_EQ(cell.unavailable[1].units, 4);
}

TEST_F(HistoryFiguresTest, PromisesAreNamedAndTheRestIsCounted) {
    shop_.receipt(1, 100);
    const auto first = shop_.hold(1, 1);
    const auto second = shop_.hold(1, 2);
    const auto third = shop_.hold(1, 4);
    const auto sold = shop_.hold(1, 8);
    shop_.verb(sold, Verb::commit, 8);
    shop_.verb(second, Verb::begin_payment, 0);
    feed_all();
    const auto cell = explain_only_cell({}, 1);
    ASSERT_EQ(cell.promises.size(), 3u);
    EXPECT_EQ(cell.promises[0].kind, PromiseKind::held);
    EXPECT_EQ(cell.promises[0].promises, 2u);
    EXPECT_EQ(cell.promises[0].units, 5);
    ASSERT_EQ(cell.promises[0].newest.size(), 1u);
    EXPECT_EQ(cell.promises[0].newest[0].reservation, third);
    EXPECT_EQ(cell.promises[0].newest[0].expires_at, shop_.reservation(third).expires_at);
    EXPECT_EQ(cell.promises[1].kind, PromiseKind::payment_pending);
    EXPECT_EQ(cell.promises[1].newest[0].reservation, second);
    EXPECT_EQ(cell.promises[2].kind, PromiseKind::committed);
    EXPECT_EQ(cell.promises[2].units, 8);
    shop_.verb(first, Verb::expire, 1);
    feed_all();
    EXPECT_EQ(explain_only_cell().promises[0].promises, 1u);
}

TEST_F(HistoryFiguresTest, ExplainsAPastMomentWithTheReservationsOfThatTime) {
    shop_.receipt(1, 100);
    const auto gone = shop_.hold(1, 3);
    const auto stays = shop_.hold(1, 5);
    const auto then = shop_.last();
    shop_.verb(gone, Verb::release, 3);
    shop_.receipt(1, 7);
    shop_.hold(1, 9);
    feed_all();
    const auto cell = explain_only_cell({.position = then});
    EXPECT_EQ(cell.at.cell, (model::CellImage{.on_hand = 100, .held = 8}));
    ASSERT_EQ(cell.on_hand.size(), 1u);
    EXPECT_EQ(cell.on_hand[0].units, 100);
    EXPECT_EQ(cell.on_hand[0].newest.size(), 1u);
    ASSERT_EQ(cell.promises.size(), 1u);
    EXPECT_EQ(cell.promises[0].units, 8);
    ASSERT_EQ(cell.promises[0].newest.size(), 2u);
    EXPECT_EQ(cell.promises[0].newest[0].reservation, stays);
    EXPECT_EQ(cell.promises[0].newest[1].reservation, gone);
}

TEST_F(HistoryFiguresTest, TooMuchHappenedSinceToNameReservations) {
    shop_.receipt(1, 100);
    shop_.hold(1, 5);
    const auto then = shop_.last();
    for (std::size_t i = 0; i <= kExplainEventsMax; ++i) {
        shop_.safety(1, kEast, static_cast<std::int64_t>(i));
    }
    feed_all();
    const auto found = history_->explain(kOurs, SkuId(1), std::nullopt, {.position = then}, 10);
    EXPECT_TRUE(found->partial);
    EXPECT_EQ(found->cells[0].promises[0].units, 5);
    EXPECT_TRUE(found->cells[0].promises[0].newest.empty());
    const auto later =
        history_->explain(kOurs, SkuId(1), std::nullopt, {.position = Sequence(3)}, 10);
    EXPECT_FALSE(later->partial);
    EXPECT_EQ(later->cells[0].promises[0].newest.size(), 1u);
}

TEST_F(HistoryFiguresTest, DowntimeMovesDeadlinesByTheGraceOfTheClass) {
    shop_.emit(model::ClassDefined{.tenant = kOurs,
                                   .sku_class = {.id = model::kDefaultClass,
                                                 .name = "default",
                                                 .payment_downtime_grace = base::Duration(9'000)}});
    shop_.emit(model::SkuRegistered{.tenant = kOurs, .sku = SkuId(1), .name = "shirt"});
    shop_.receipt(1, 10);
    const auto held = shop_.hold(1, 1);
    const auto paying = shop_.hold(1, 2);
    shop_.verb(paying, Verb::begin_payment, 0);
    feed_all();
    shop_.emit(
        model::DowntimeRecorded{.from = shop_.now(), .to = shop_.now() + base::Duration(20'000)});
    feed_all();
    const auto cell = explain_only_cell();
    EXPECT_EQ(cell.promises[0].newest[0].reservation, held);
    EXPECT_EQ(cell.promises[0].newest[0].expires_at, shop_.reservation(held).expires_at);
    EXPECT_EQ(cell.promises[1].newest[0].reservation, paying);
    EXPECT_EQ(cell.promises[1].newest[0].expires_at,
              shop_.reservation(paying).expires_at + base::Duration(9'000));
}

// -- at risk --------------------------------------------------------------------------------------

TEST_F(HistoryFiguresTest, HeldUnitsAreAtRiskBeforeSoldOnesAndTheNewestFirst) {
    const auto sold = shop_.hold(1, 4);
    shop_.verb(sold, Verb::commit, 4);
    const auto paying = shop_.hold(1, 3);
    shop_.verb(paying, Verb::begin_payment, 0);
    const auto older = shop_.hold(1, 2);
    const auto newer = shop_.hold(1, 1);
    feed_all();
    const auto at_risk = [&](std::int64_t deficit, model::ShortageOrder order) {
        const auto list = history_->at_risk(kOurs, SkuId(1), kEast, deficit, order);
        EXPECT_TRUE(list.has_value());
        std::vector<std::pair<ReservationId, std::int64_t>> found;
        for (const AtRisk& each : list->promises) {
            found.emplace_back(each.promise.reservation, each.units);
        }
        return std::pair(found, list->uncovered);
    };
    using enum model::ShortageOrder;
    using List = std::vector<std::pair<ReservationId, std::int64_t>>;
    EXPECT_EQ(at_risk(0, newest_first), std::pair(List{}, std::int64_t{0}));
    EXPECT_EQ(at_risk(2, newest_first).first, (List{{newer, 1}, {older, 1}}));
    EXPECT_EQ(at_risk(2, oldest_first).first, (List{{older, 2}}));
    EXPECT_EQ(at_risk(7, newest_first).first,
              (List{{newer, 1}, {older, 2}, {paying, 3}, {sold, 1}}));
    EXPECT_EQ(at_risk(12, newest_first).second, 2);
}

// -- principals, totals, lists --------------------------------------------------------------------

TEST_F(HistoryFiguresTest, WhatNobodyElseCouldBuyIsWasted) {
    const auto bought = shop_.hold(1, 5, 60'000, "anna");
    const auto expired = shop_.hold(1, 4, 10'000, "bert");
    const auto released = shop_.hold(1, 2, 60'000, "anna");
    shop_.pass(3'000);
    shop_.verb(bought, Verb::commit, 5);
    shop_.verb(released, Verb::release, 2);
    shop_.pass(8'000);
    shop_.verb(expired, Verb::expire, 4);  // a second after its deadline
    feed_all();
    const auto page = history_->wasteful(kOurs, std::nullopt, 10);
    ASSERT_EQ(page->rows.size(), 2u);
    EXPECT_EQ(page->rows[0].name, "bert");
    EXPECT_EQ(page->rows[0].wasted_unit_seconds, 40);
    EXPECT_EQ(page->rows[0].expired_units, 4);
    EXPECT_EQ(page->rows[1].name, "anna");
    EXPECT_EQ(page->rows[1].wasted_unit_seconds, 6);
    EXPECT_EQ(page->rows[1].holds, 2u);
    EXPECT_EQ(page->rows[1].bought, 1u);
    EXPECT_EQ(page->rows[1].held_units, 7);
    EXPECT_EQ(page->rows[1].committed_units, 5);
    EXPECT_EQ(history_->wasteful(kOurs, std::nullopt, 1)->rows.size(), 1u);
    EXPECT_TRUE(history_->wasteful(kOurs, model::PrincipalKind::buyer, 10)->rows.empty());
    const auto totals = history_->totals(kOurs);
    EXPECT_EQ(totals->holds, 3u);
    EXPECT_EQ(totals->expired_unit_seconds, 40);
    EXPECT_EQ(totals->released_unit_seconds, 6);
    EXPECT_EQ(totals->latest_expiry, base::Duration(1'000));
    EXPECT_EQ(totals->expiries, 1u);
}

// The number that a client closes short by: a line that several pools serve is one line.
TEST_F(HistoryFiguresTest, APromiseIsNamedByItsLineHoweverManyPoolsServeTheOnesBefore) {
    model::ReservationImage image;
    image.first_created_at = shop_.now();
    image.expires_at = shop_.now() + base::Duration(60'000);
    const model::LineQuantities two{.accepted = 2, .held = 2};
    image.lines.push_back({.sku = SkuId(1), .pool = kEast, .units = two});
    image.lines.push_back({.sku = SkuId(1), .pool = kWest, .continues = true, .units = two});
    image.lines.push_back({.sku = SkuId(2), .pool = kEast, .units = two});
    const auto id = shop_.changed({.verb = Verb::hold, .image = image});
    const Sequence held = shop_.last();
    shop_.verb(id, Verb::begin_payment, 0);
    feed_all();
    const auto line_of = [&](SkuId sku, model::PoolId pool) {
        const auto list =
            history_->at_risk(kOurs, sku, pool, 1, model::ShortageOrder::newest_first);
        return list.value().promises.at(0).promise.line;
    };
    EXPECT_EQ(line_of(SkuId(1), kEast), 1u);
    EXPECT_EQ(line_of(SkuId(1), kWest), 1u);
    EXPECT_EQ(line_of(SkuId(2), kEast), 2u);
    const auto past = history_->explain(kOurs, SkuId(2), kEast, {.position = held}, 3);
    EXPECT_EQ(past.value().cells.at(0).promises.at(0).newest.at(0).line, 2u);
}

TEST_F(HistoryFiguresTest, ASupersedeGoesOnWithTheClockOfTheHoldItReplaces) {
    const base::Time began = shop_.now();
    const auto first = shop_.hold(1, 2, 60'000, "anna");
    shop_.pass(10'000);
    shop_.verb(first, Verb::supersede, 2);
    model::ReservationImage next;
    next.first_created_at = began;
    next.expires_at = shop_.now() + base::Duration(60'000);
    next.texts.agent_id = "anna";
    next.lines.push_back({.sku = SkuId(1), .units = {.accepted = 2, .held = 2}});
    const auto second = shop_.changed({.verb = Verb::hold, .image = next});
    shop_.pass(5'000);
    shop_.verb(second, Verb::release, 2);
    feed_all();
    const auto anna = history_->principal(kOurs, model::PrincipalKind::agent, owner_digest("anna"));
    ASSERT_TRUE(anna->has_value());
    EXPECT_EQ((*anna)->wasted_unit_seconds, 30);
    EXPECT_EQ((*anna)->released_units, 2);
}

TEST_F(HistoryFiguresTest, DriftAndAdjustmentsAreSummedBySourceAndReason) {
    const auto adjust = [&](std::int64_t delta, Reason reason, std::string_view source) {
        shop_.moved(1, kEast,
                    {.movement = model::Movement::adjustment,
                     .reason = reason,
                     .delta = delta,
                     .key = {.source = source, .source_sequence = 1}});
    };
    adjust(-3, Reason::theft, "wms");
    adjust(2, Reason::theft, "wms");
    adjust(-1, Reason::damage, "wms");
    shop_.counted(1, kEast,
                  {.outcome = model::CountOutcome::pending,
                   .reason = Reason::cycle_count,
                   .count = {.counted = 1, .drift = -50, .disputed = 50},
                   .case_id = model::CaseId(shop_.next().value() + 1),
                   .key = {.source = "scanner", .source_sequence = 1}});
    shop_.counted(1, kEast,
                  {.outcome = model::CountOutcome::applied,
                   .reason = Reason::cycle_count,
                   .count = {.counted = 1, .drift = -50, .disputed = -50},
                   .delta = -50,
                   .case_id = model::CaseId(5)});
    feed_all();
    const auto totals = history_->totals(kOurs);
    ASSERT_EQ(totals->adjustments.size(), 2u);
    EXPECT_EQ(totals->adjustments[0].source, "wms");
    EXPECT_EQ(totals->adjustments[0].reason, Reason::theft);
    EXPECT_EQ(totals->adjustments[0].movements, 2u);
    EXPECT_EQ(totals->adjustments[0].net, -1);
    EXPECT_EQ(totals->adjustments[0].volume, 5);
    ASSERT_EQ(totals->drift.size(), 1u);
    EXPECT_EQ(totals->drift[0].source, "scanner");
    EXPECT_EQ(totals->drift[0].volume, 50);
    EXPECT_EQ(totals->drift[0].movements, 1u);
    EXPECT_EQ(totals->counts, 1u);
    EXPECT_EQ(totals->counts_pending, 1u);
}

TEST_F(HistoryFiguresTest, WhatACountHadSeenIsNobodysAdjustment) {
    const auto receipt = shop_.receipt(1, 2);
    shop_.moved(1, kEast,
                {.movement = model::Movement::adjustment,
                 .reason = Reason::cycle_count,
                 .delta = -2,
                 .undoes = receipt});
    feed_all();
    EXPECT_TRUE(history_->totals(kOurs)->adjustments.empty());
    const auto skus = history_->skus(kOurs, "", 1);
    EXPECT_EQ(skus->rows.at(0).received, 2);
    EXPECT_EQ(skus->rows.at(0).written_off, 0);
}

TEST_F(HistoryFiguresTest, ListsTransfersThatAreUnderWay) {
    shop_.receipt(1, 10);
    const auto send = [&](std::int64_t units) {
        shop_.transfer(
            {.step = model::TransferStep::sent,
             .units = units,
             .transfer = {.sku = SkuId(1), .from = kEast, .to = kWest, .reference = "van-3"}});
        return shop_.last().value();
    };
    const auto first = send(4);
    const auto second = send(3);
    shop_.transfer({.step = model::TransferStep::arrived,
                    .units = 1,
                    .transfer = shop_.transfers().at(first)});
    shop_.transfer({.step = model::TransferStep::lost,
                    .units = 3,
                    .reason = Reason::theft,
                    .transfer = shop_.transfers().at(second)});
    feed_all();
    const auto page = history_->open_transfers(kOurs, std::nullopt, "", 10);
    ASSERT_EQ(page->rows.size(), 1u);
    EXPECT_EQ(page->rows[0].id.value(), first);
    EXPECT_EQ(page->rows[0].in_transit, 3);
    EXPECT_EQ(page->rows[0].reference, "van-3");
    EXPECT_TRUE(history_->open_transfers(kOurs, SkuId(2), "", 10)->rows.empty());
    const auto cells = history_->cells(kOurs, kWest, "", 10);
    ASSERT_EQ(cells->rows.size(), 1u);
    EXPECT_EQ(cells->rows[0].cell.on_hand, 1);
}

TEST_F(HistoryFiguresTest, PagesOfCellsAndSkusGoOn) {
    for (std::uint32_t sku = 1; sku <= 5; ++sku) {
        shop_.receipt(sku, sku);
        shop_.receipt(sku, sku, kWest);
    }
    shop_.moved(3, kEast, {.movement = model::Movement::adjustment, .delta = -3});
    feed_all();
    std::vector<std::pair<std::uint16_t, std::uint32_t>> cells;
    std::string resume_after;
    do {
        const auto page = history_->cells(kOurs, std::nullopt, resume_after, 3);
        ASSERT_TRUE(page.has_value());
        for (const CellAt& row : page->rows) {
            cells.emplace_back(row.pool.value(), row.sku.value());
        }
        resume_after = page->resume_after;
    } while (!resume_after.empty());
    EXPECT_EQ(cells, (std::vector<std::pair<std::uint16_t, std::uint32_t>>{
                         {0, 1}, {0, 2}, {0, 4}, {0, 5}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}}));
    const auto skus = history_->skus(kOurs, "", 2);
    ASSERT_EQ(skus->rows.size(), 2u);
    EXPECT_EQ(skus->rows[0].received, 2);
    const auto more = history_->skus(kOurs, skus->resume_after, 10);
    ASSERT_EQ(more->rows.size(), 3u);
    EXPECT_EQ(more->rows[0].sku, SkuId(3));
    EXPECT_EQ(more->rows[0].written_off, 3);
    EXPECT_EQ(more->resume_after, "");
}

}  // namespace
}  // namespace holdfast::projection

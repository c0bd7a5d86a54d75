// The use cases over a real partition: what a client is told, and told again.
#include "api/reservations.hpp"

#include <gtest/gtest.h>

#include "api/private_data.hpp"
#include "api/testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::Operation;
using model::RefusalCode;
using model::ReservationState;

class ReservationsTest : public ::testing::Test {
  protected:
    ReservationsTest() { world_.receive("tea", 5); }

    ChangeRequest verb(Operation operation, const Reply& of) {
        ChangeRequest request;
        request.operation = operation;
        request.attempt.header_key = world_.fresh_key();
        request.reservation = reservation_of(of).id;
        return request;
    }
    double counted(const std::string& series) const {
        const std::string text = world_.metrics.expose();
        const auto at = text.find('\n' + series + ' ');
        return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
    }

    World world_;
};

TEST_F(ReservationsTest, ACreateShowsWhatIsHeld) {
    auto request = hold(world_, "tea", 2);
    request.reference = "order-1";
    const Reply reply = world_.create(request);
    const auto& view = reservation_of(reply);
    EXPECT_TRUE(reply.created);
    EXPECT_FALSE(reply.replayed);
    EXPECT_FALSE(reply.position.empty());
    EXPECT_TRUE(view.id.starts_with("rsv_"));
    EXPECT_EQ(view.state, ReservationState::held);
    EXPECT_EQ(view.version, 1U);
    EXPECT_EQ(view.created_at, kStart.wall);
    EXPECT_EQ(view.expires_at, kStart.wall + std::chrono::minutes(15));
    EXPECT_EQ(view.texts.reference, "order-1");
    ASSERT_EQ(view.lines.size(), 1U);
    EXPECT_EQ(view.lines[0].line_id, "1");
    EXPECT_EQ(view.lines[0].sku, "tea");
    ASSERT_EQ(view.lines[0].allocations.size(), 1U);
    EXPECT_EQ(view.lines[0].allocations[0].pool, "default");
    EXPECT_EQ(view.lines[0].allocations[0].quantity, 2);
    EXPECT_EQ(view.lines[0].units.held, 2);
}

TEST_F(ReservationsTest, ARetryGetsTheFirstAnswerAndThePresentState) {
    const auto request = hold(world_, "tea", 2);
    const Reply first = world_.create(request);
    EXPECT_EQ(code_of(world_.change(verb(Operation::commit, first))), RefusalCode::none);

    const Reply again = world_.create(request);
    EXPECT_TRUE(again.replayed);
    EXPECT_TRUE(again.created);
    EXPECT_EQ(again.position, first.position);
    EXPECT_EQ(again.event, first.event);
    EXPECT_EQ(reservation_of(again).state, ReservationState::held);
    ASSERT_TRUE(again.present);
    EXPECT_EQ(again.present->state, ReservationState::committed);
    EXPECT_EQ(again.present->version, 2U);
    EXPECT_EQ(counted("holdfast_idempotent_replays_total"), 1);
    EXPECT_EQ(counted(R"(holdfast_reservations_total{op="hold",outcome="replayed"})"), 1);
    EXPECT_EQ(counted(R"(holdfast_reservations_total{op="hold",outcome="ok"})"), 1);
}

TEST_F(ReservationsTest, AReplayIsAnsweredEvenIfThePresentStateCannotBeRead) {
    const auto request = hold(world_, "tea", 1);
    EXPECT_EQ(code_of(world_.create(request)), RefusalCode::none);
    std::optional<Reply> again;
    world_.service->reservations.create(world_.principal, request,
                                        [&](Reply reply) { again = std::move(reply); });
    ASSERT_TRUE(world_.writer->step(world_.clock.now()));
    world_.door.shut = RefusalCode::draining;
    world_.settle();
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_FALSE(again->present);
    EXPECT_EQ(reservation_of(*again).state, ReservationState::held);
}

TEST_F(ReservationsTest, ARecordedRefusalIsToldAgainWordForWord) {
    const auto request = hold(world_, "tea", 9);
    const Reply first = world_.create(request);
    const Problem* no = first.problem();
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(no->code, RefusalCode::insufficient_stock);
    EXPECT_EQ(no->recorded, true);
    ASSERT_EQ(no->lines.size(), 1U);
    EXPECT_EQ(no->lines[0].number, 1U);
    EXPECT_EQ(no->lines[0].sku, "tea");
    EXPECT_EQ(no->lines[0].requested, 9);
    EXPECT_EQ(no->lines[0].sellable, 5);
    EXPECT_EQ(no->decided_at, kStart.wall);

    world_.receive("tea", 100);
    world_.advance(std::chrono::seconds(5));
    const Reply again = world_.create(request);
    EXPECT_TRUE(again.replayed);
    ASSERT_NE(again.problem(), nullptr);
    EXPECT_EQ(again.problem()->code, RefusalCode::insufficient_stock);
    EXPECT_EQ(again.problem()->detail, no->detail);
    EXPECT_EQ(again.problem()->decided_at, no->decided_at);
    EXPECT_EQ(again.event, first.event);
}

TEST_F(ReservationsTest, ALongRefusalIsWholeAtFirstAndShortenedWhenToldAgain) {
    auto request = hold(world_, "tea", 9);
    for (const auto* sku : {"rum", "gin", "ale"}) {
        world_.receive(sku, 1);
        request.lines.push_back({.sku = sku, .quantity = 2});
    }
    EXPECT_EQ(world_.create(request).problem()->lines.size(), 4U);
    const Reply again = world_.create(request);
    EXPECT_EQ(again.problem()->lines.size(), 3U);
    EXPECT_EQ(again.problem()->lines_omitted, 1U);
}

TEST_F(ReservationsTest, ANoTellsWhenHeldUnitsMayComeBack) {
    EXPECT_EQ(code_of(world_.create(hold(world_, "tea", 5))), RefusalCode::none);
    const Reply reply = world_.create(hold(world_, "tea", 1));
    ASSERT_NE(reply.problem(), nullptr);
    EXPECT_EQ(reply.problem()->next_expiry_at, kStart.wall + std::chrono::minutes(15));
    EXPECT_EQ(reply.problem()->retry_after, std::chrono::minutes(15));
}

TEST_F(ReservationsTest, SeenAvailabilityThatWasNotThereAnyMoreIsCounted) {
    const std::string seen =
        world_.service->availability.read(world_.principal, std::vector<std::string>{"tea"}, {})
            ->freshness.position;
    ASSERT_EQ(code_of(world_.create(hold(world_, "tea", 5))), RefusalCode::none);
    EXPECT_EQ(code_of(world_.create(hold(world_, "tea", 1))), RefusalCode::insufficient_stock);
    EXPECT_EQ(counted("holdfast_false_availability_total"), 0);
    auto request = hold(world_, "tea", 6);
    request.seen_position = seen;
    EXPECT_EQ(code_of(world_.create(request)), RefusalCode::insufficient_stock);
    EXPECT_EQ(counted("holdfast_false_availability_total"), 0) << "there never were so many";
    request = hold(world_, "tea", 5);
    request.seen_position = seen;
    EXPECT_EQ(code_of(world_.create(request)), RefusalCode::insufficient_stock);
    EXPECT_EQ(counted("holdfast_false_availability_total"), 1);
}

TEST_F(ReservationsTest, ARefusalOfManyLinesIsCountedButNotLookedInto) {
    auto request = hold(world_, "tea", 1);
    const auto line = request.lines[0];
    request.lines.clear();
    for (int i = 0; i < 21; ++i) {
        const std::string sku = "tea-" + std::to_string(i);
        world_.receive(sku, 1);
        request.lines.push_back(line);
        request.lines.back().sku = sku;
        request.lines.back().quantity = 2;
    }
    request.seen_position =
        world_.service->availability.read(world_.principal, std::vector<std::string>{"tea"}, {})
            ->freshness.position;
    EXPECT_EQ(code_of(world_.create(request)), RefusalCode::insufficient_stock);
    EXPECT_EQ(counted("holdfast_availability_unchecked_total"), 1);
    EXPECT_EQ(counted("holdfast_false_availability_total"), 0);
}

TEST_F(ReservationsTest, UnknownNamesPointToTheirField) {
    auto request = hold(world_, "tea", 1);
    request.lines.push_back({.sku = "nothing", .quantity = 1});
    EXPECT_EQ(world_.create(request).problem()->errors.at(0).pointer, "/lines/1/sku");
    request.lines[1] = {.line_id = "x", .sku = "tea", .quantity = 1, .pool = "moon"};
    EXPECT_EQ(world_.create(request).problem()->errors.at(0).pointer, "/lines/1/pool");
    request.lines.pop_back();
    request.lines_pointer = "";
    request.lines[0].sku = "nothing";
    EXPECT_EQ(world_.create(request).problem()->errors.at(0).pointer, "/sku");

    auto commit = verb(Operation::commit, world_.create(hold(world_, "tea", 1)));
    commit.lines.emplace().push_back({.line_id = "7", .quantity = 1});
    EXPECT_EQ(world_.change(commit).problem()->errors.at(0).pointer, "/lines/0");
}

TEST_F(ReservationsTest, ADryRunMakesNothing) {
    auto request = hold(world_, "tea", 5);
    request.dry_run = true;
    const Reply reply = world_.create(request);
    EXPECT_FALSE(reply.created);
    EXPECT_EQ(reservation_of(reply).id, "");
    EXPECT_EQ(reservation_of(reply).lines[0].units.held, 5);
    request.dry_run = false;
    EXPECT_EQ(code_of(world_.create(request)), RefusalCode::none);
}

TEST_F(ReservationsTest, OneReservationIsReadWithItsPersonalDataUntilThatIsForgotten) {
    auto request = hold(world_, "tea", 1);
    request.customer_id = "ann";
    request.metadata = {{{"gift", "yes"}}};
    const Reply made = world_.create(request);
    EXPECT_EQ(reservation_of(made).customer_id, std::nullopt);
    const std::string id = reservation_of(made).id;

    const Reply now = world_.read(id);
    EXPECT_FALSE(now.created);
    EXPECT_EQ(reservation_of(now).customer_id, "ann");
    EXPECT_EQ(reservation_of(now).metadata, R"({"gift":"yes"})");

    const auto digest = customer_digest(world_.service->context.private_key, "default", "ann");
    ASSERT_TRUE(world_.ledger->forget(std::vector{digest}));
    EXPECT_EQ(reservation_of(world_.read(id)).customer_id, std::nullopt);
}

TEST_F(ReservationsTest, WhatIsAnothersOrNobodysIsUnknown) {
    const std::string id = reservation_of(world_.create(hold(world_, "tea", 1))).id;
    world_.principal.tenant = model::tenant_name("other");
    EXPECT_EQ(code_of(world_.read(id)), RefusalCode::unknown_reservation);
    EXPECT_EQ(code_of(world_.read("rsv_0000000000000")), RefusalCode::unknown_reservation);
    EXPECT_EQ(code_of(world_.read("42")), RefusalCode::unknown_reservation);
    const auto elsewhere = world_.ids.encode(
        {.partition = model::PartitionId(9), .reservation = model::ReservationId(1)});
    EXPECT_EQ(code_of(world_.read(elsewhere)), RefusalCode::unknown_reservation);
}

TEST_F(ReservationsTest, AnyListedVersionWillDo) {
    const Reply made = world_.create(hold(world_, "tea", 3));
    auto extend = verb(Operation::extend, made);
    extend.ttl_seconds = 3600;
    extend.versions = {7, 9};
    const Reply stale = world_.change(extend);
    EXPECT_EQ(code_of(stale), RefusalCode::version_mismatch);
    EXPECT_EQ(stale.problem()->version, 1U);
    extend.versions = {7, 1};
    EXPECT_EQ(reservation_of(world_.change(extend)).version, 2U);
    // The retry of what has happened is judged by its key before its precondition.
    EXPECT_TRUE(world_.change(extend).replayed);
}

TEST_F(ReservationsTest, WrongStatesNameTheState) {
    const Reply made = world_.create(hold(world_, "tea", 1));
    EXPECT_EQ(code_of(world_.change(verb(Operation::release, made))), RefusalCode::none);
    const Reply reply = world_.change(verb(Operation::commit, made));
    ASSERT_NE(reply.problem(), nullptr);
    EXPECT_EQ(reply.problem()->code, RefusalCode::illegal_transition);
    EXPECT_EQ(reply.problem()->state, ReservationState::released);
    EXPECT_EQ(reply.problem()->reservation, reservation_of(made).id);
}

TEST_F(ReservationsTest, LateMoneyTakesTheUnitsAgain) {
    const Reply made = world_.create(hold(world_, "tea", 5));
    world_.advance(std::chrono::hours(1));
    const auto commit = verb(Operation::commit, made);
    const Reply late = world_.change(commit);
    EXPECT_TRUE(reservation_of(late).committed_late);
    EXPECT_EQ(reservation_of(late).replaces, reservation_of(made).id);
    EXPECT_NE(reservation_of(late).id, reservation_of(made).id);
    EXPECT_FALSE(late.created);
    EXPECT_EQ(reservation_of(world_.read(reservation_of(made).id)).replaced_by,
              reservation_of(late).id);
    EXPECT_EQ(world_.change(commit).event, late.event);
}

TEST_F(ReservationsTest, AFactThatDoesNotFitIsParked) {
    const Reply made = world_.create(hold(world_, "tea", 2));
    auto ship = verb(Operation::ship, made);
    ship.document = "parcel-1";
    const Reply reply = world_.change(ship);
    const auto* parked = std::get_if<ParkedView>(&reply.body);
    ASSERT_NE(parked, nullptr);
    EXPECT_EQ(parked->document, "parcel-1");
    EXPECT_EQ(parked->reservation.state, ReservationState::held);
    EXPECT_EQ(parked->quantities, (std::vector<std::int64_t>{2}));
}

TEST_F(ReservationsTest, ReleaseByKeyReachesTheReservationAndKeepsLateOnesAway) {
    const auto request = hold(world_, "tea", 2);
    const Reply made = world_.create(request);
    const auto release = [&](const ReleaseByNameRequest& by) {
        return world_.answer([&](Callback callback) {
            world_.service->reservations.release_by_name(world_.principal, by, std::move(callback));
        });
    };
    const Reply released = release({.key = request.attempt.header_key});
    EXPECT_EQ(std::get<ReleasedView>(released.body).released,
              (std::vector{reservation_of(made).id}));
    const Reply blocked = release({.key = "not-yet"});
    EXPECT_TRUE(std::get<ReleasedView>(blocked.body).released.empty());
    EXPECT_GT(std::get<ReleasedView>(blocked.body).blocked_until, kStart.wall);
    auto late = hold(world_, "tea", 1);
    late.attempt.header_key = "not-yet";
    EXPECT_EQ(code_of(world_.create(late)), RefusalCode::released_before_create);
}

TEST_F(ReservationsTest, AFullOrClosedPartitionIsAProblemAtOnce) {
    for (const auto code : {RefusalCode::overloaded, RefusalCode::draining}) {
        world_.door.shut = code;
        const Reply reply = world_.create(hold(world_, "tea", 1));
        EXPECT_EQ(code_of(reply), code);
        EXPECT_EQ(reply.problem()->retry_after, kServiceRetryAfter);
    }
    EXPECT_EQ(counted(R"(holdfast_reservations_total{op="hold",outcome="error"})"), 2);
}

TEST_F(ReservationsTest, AnInvalidRequestNeverReachesThePartition) {
    const int before = world_.door.submitted;
    auto request = hold(world_, "tea", 0);
    EXPECT_EQ(code_of(world_.create(request)), RefusalCode::validation_failed);
    EXPECT_EQ(world_.door.submitted, before);
}

}  // namespace
}  // namespace holdfast::api

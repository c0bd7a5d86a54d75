// Ship, cancel and return: verbs on units that were sold. Ship and return are facts.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum ReservationState;
using testing::World;

class Sold : public ::testing::Test {
  protected:
    Sold() {
        world_.receive("A", 9);
        world_.receive("B", 9);
        id_ = world_.held({.lines = {{"A", 3}, {.sku = "B", .quantity = 2, .line_id = "b"}}});
        world_.commit(id_);
    }
    World world_;
    ReservationId id_;
};

// -- ship ---------------------------------------------------------------------------------

TEST_F(Sold, ShippingEverythingFulfils) {
    const auto left_at = world_.now() - 2h;
    const auto reply = world_.ship(id_, {.document = "parcel 1", .occurred_at = left_at});
    EXPECT_EQ(reply.state(), fulfilled);
    EXPECT_EQ(reply.as<ReservationChanged>().verb, Verb::ship);
    EXPECT_EQ(reply.as<ReservationChanged>().document, "parcel 1");
    EXPECT_EQ(reply.as<ReservationChanged>().occurred_at, left_at);
    EXPECT_EQ(world_.line(id_), (LineQuantities{.accepted = 3, .shipped = 3}));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 6}));
}

TEST_F(Sold, ShippingInParts) {
    EXPECT_EQ(world_.ship(id_, {.lines = {{"A", 1}}}).state(), committed);
    EXPECT_EQ(world_.line(id_), (LineQuantities{.accepted = 3, .committed = 2, .shipped = 1}));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 8, .committed = 2}));
    EXPECT_EQ(world_.ship(id_).state(), fulfilled);
}

TEST_F(Sold, ShippingAllTwiceIsASuccess) {
    world_.ship(id_);
    const auto again = world_.ship(id_);
    EXPECT_EQ(again.outcome, Outcome::shown);
    EXPECT_EQ(world_.image(id_).version, 3u);
}

TEST_F(Sold, ShippingMoreThanWasSoldIsParkedAndChangesNoQuantity) {
    const auto reply = world_.ship(
        id_, {.lines = {{"A", 2}, {.quantity = 5, .line_id = "b"}}, .document = "parcel 1"});
    const auto& parked = reply.as<FactParked>();
    EXPECT_EQ(parked.verb, Verb::ship);
    EXPECT_EQ(parked.quantities, (std::vector<std::int64_t>{2, 5}));
    EXPECT_EQ(parked.document, "parcel 1");
    EXPECT_EQ(parked.image.version, 2u);
    EXPECT_EQ(world_.line(id_), (LineQuantities{.accepted = 3, .committed = 3}));
    EXPECT_EQ(world_.core_state().totals.parked_facts, 1u);
}

TEST_F(Sold, ShippingBeforeTheCommitIsParkedWithWhatWasPromised) {
    const auto early = world_.held({.lines = {{"A", 2}, {"B", 1}}});
    const auto reply = world_.ship(early);
    EXPECT_EQ(reply.as<FactParked>().quantities, (std::vector<std::int64_t>{2, 1}));
    EXPECT_EQ(world_.state(early), held);
    EXPECT_TRUE(world_.commit(early).accepted());
    EXPECT_EQ(world_.ship(early).state(), fulfilled);
}

TEST_F(Sold, ShippingWhatExpiredIsParked) {
    const auto dead = world_.held("A", 2);
    world_.wait(15min);
    EXPECT_EQ(world_.ship(dead).as<FactParked>().image.id, dead);
    EXPECT_EQ(world_.state(dead), expired);
    EXPECT_EQ(world_.cell("A").on_hand, 9);
}

TEST_F(Sold, AllWithUnitsStillHeldShipsWhatWasSold) {
    const auto id = world_.held("A", 3);
    world_.commit(id, {.lines = {{"A", 1}}});
    EXPECT_EQ(world_.ship(id).state(), held);
    EXPECT_EQ(world_.line(id), (LineQuantities{.accepted = 3, .held = 2, .shipped = 1}));
    EXPECT_TRUE(std::holds_alternative<FactParked>(*world_.ship(id).event))
        << "nothing sold is left, but something is held: not a repetition";
}

TEST_F(Sold, ShippingMayTakeACellBelowZero) {
    world_.adjust("A", -9);
    EXPECT_EQ(world_.ship(id_).state(), fulfilled);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = -3}));
}

// -- cancel -------------------------------------------------------------------------------

TEST_F(Sold, CancelTakesBackEverythingUnshipped) {
    const auto reply = world_.cancel(id_, {.reason = Reason::customer_request});
    EXPECT_EQ(reply.state(), released);
    EXPECT_EQ(reply.as<ReservationChanged>().reason, Reason::customer_request);
    EXPECT_EQ(world_.line(id_), (LineQuantities{.accepted = 3, .released = 3}));
    EXPECT_EQ(world_.sellable("A"), 9);
}

TEST_F(Sold, CancelAfterAPartialShipmentTakesBackTheRest) {
    world_.ship(id_, {.lines = {{"A", 1}}});
    EXPECT_EQ(world_.cancel(id_, {.reason = Reason::fraud}).state(), fulfilled);
    EXPECT_EQ(world_.line(id_), (LineQuantities{.accepted = 3, .shipped = 1, .released = 2}));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 8}));
    EXPECT_EQ(world_.cancel(id_, {.reason = Reason::fraud}).code(), RefusalCode::illegal_transition)
        << "whether it repeats a cancellation is told by its key";
}

TEST_F(Sold, CancelOfWhatHasShippedIsRefusedAlsoWhereTheRestWasGivenUp) {
    const auto id = world_.held("A", 3);
    world_.commit(id, {.lines = {{"A", 1}}});
    world_.release(id);
    world_.ship(id);
    EXPECT_EQ(world_.cancel(id, {.reason = Reason::fraud}).code(), RefusalCode::illegal_transition)
        << "who hears that it is cancelled pays back what is on its way";
}

TEST_F(Sold, CancelTwiceIsASuccess) {
    world_.cancel(id_, {.reason = Reason::fraud});
    EXPECT_EQ(world_.cancel(id_, {.reason = Reason::fraud}).outcome, Outcome::shown);
}

TEST_F(Sold, CancelOfWhatHasAllShippedIsRefused) {
    world_.ship(id_);
    EXPECT_EQ(world_.cancel(id_, {.reason = Reason::fraud}).code(),
              RefusalCode::illegal_transition);
}

TEST_F(Sold, CancelOfMoreThanIsLeftIsRefused) {
    world_.ship(id_, {.lines = {{"A", 1}}});
    const auto reply = world_.cancel(id_, {.lines = {{"A", 3}}, .reason = Reason::fraud});
    EXPECT_EQ(reply.code(), RefusalCode::quantity_exceeded);
    EXPECT_EQ(reply.refusal.lines.at(0).sellable, 2);
}

TEST_F(Sold, CancelTakesSoldUnitsBeforeHeldOnes) {
    const auto id = world_.held("A", 3);
    world_.commit(id, {.lines = {{"A", 1}}});
    world_.cancel(id, {.lines = {{"A", 2}}, .reason = Reason::fraud});
    EXPECT_EQ(world_.line(id), (LineQuantities{.accepted = 3, .held = 1, .released = 2}));
    EXPECT_EQ(world_.state(id), held);
    world_.cancel(id, {.reason = Reason::fraud});
    EXPECT_EQ(world_.state(id), released);
}

TEST_F(Sold, CancelOfAHoldIsAllowedAndTwiceIsASuccess) {
    const auto id = world_.held("A", 3);
    EXPECT_EQ(world_.cancel(id, {.reason = Reason::payment_failed}).state(), released);
    EXPECT_EQ(world_.cancel(id, {.reason = Reason::payment_failed}).outcome, Outcome::shown);
}

TEST_F(Sold, CancelOfWhatIsOverIsRefusedNamingTheState) {
    const auto dead = world_.held("A", 1);
    world_.wait(15min);
    EXPECT_EQ(world_.cancel(dead, {.reason = Reason::fraud}).code(), RefusalCode::expired);
    world_.ship(id_);
    EXPECT_EQ(world_.cancel(id_, {.reason = Reason::fraud}).refusal.state, fulfilled);
}

// -- return -------------------------------------------------------------------------------

TEST_F(Sold, AReturnRestocks) {
    world_.ship(id_);
    const auto reply = world_.return_units(id_, {.lines = {{"A", 2}}, .document = "rma 1"});
    EXPECT_EQ(reply.as<ReservationChanged>().document, "rma 1");
    EXPECT_EQ(reply.state(), fulfilled);
    EXPECT_EQ(world_.line(id_), (LineQuantities{.accepted = 3, .shipped = 3, .returned = 2}));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 8}));
}

TEST_F(Sold, ADamagedReturnIsThereButCannotBeSold) {
    world_.ship(id_);
    world_.return_units(id_, {.lines = {{"A", 2}}, .disposition = Disposition::damaged});
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 8, .unavailable = 2}));
    EXPECT_EQ(world_.sellable("A"), 6);
}

TEST_F(Sold, ReturnsAreTakenWhateverTheState) {
    world_.ship(id_, {.lines = {{"A", 2}}});
    EXPECT_EQ(world_.return_units(id_, {.lines = {{"A", 1}}}).state(), committed);
    EXPECT_EQ(world_.line(id_),
              (LineQuantities{.accepted = 3, .committed = 1, .shipped = 2, .returned = 1}));
}

TEST_F(Sold, ReturningMoreThanWasShippedIsParked) {
    world_.ship(id_, {.lines = {{"A", 1}}});
    const auto reply =
        world_.return_units(id_, {.lines = {{"A", 2}}, .disposition = Disposition::damaged});
    EXPECT_EQ(reply.as<FactParked>().verb, Verb::return_units);
    EXPECT_EQ(reply.as<FactParked>().disposition, Disposition::damaged);
    EXPECT_EQ(reply.as<FactParked>().quantities, (std::vector<std::int64_t>{2, 0}));
    EXPECT_EQ(world_.line(id_).returned, 0);
    EXPECT_TRUE(world_.return_units(id_, {.lines = {{"A", 1}}}).accepted());
    EXPECT_TRUE(
        std::holds_alternative<FactParked>(*world_.return_units(id_, {.lines = {{"A", 1}}}).event));
}

TEST_F(Sold, AnUnknownLineCannotBeParked) {
    EXPECT_EQ(world_.ship(id_, {.lines = {{"C", 1}}}).code(), RefusalCode::unknown_line);
    EXPECT_EQ(world_.return_units(id_, {.lines = {{"C", 1}}}).code(), RefusalCode::unknown_line);
    EXPECT_EQ(world_.cancel(id_, {.lines = {{"C", 1}}}).code(), RefusalCode::unknown_line);
    EXPECT_EQ(world_.release(id_, {.lines = {{"C", 1}}}).code(), RefusalCode::unknown_line);
}

TEST_F(Sold, AReturnThatWouldTakeACellBeyondItsLimitIsRefused) {
    world_.ship(id_);
    for (const auto disposition : {Disposition::restock, Disposition::damaged}) {
        world_.receive("A", kCellQuantityMax - world_.cell("A").on_hand);
        const auto reply =
            world_.return_units(id_, {.lines = {{"A", 1}}, .disposition = disposition});
        EXPECT_EQ(reply.code(), RefusalCode::limit_exceeded);
        EXPECT_EQ(reply.refusal.limit, kCellQuantityMax);
        world_.adjust("A", -1);
        EXPECT_TRUE(
            world_.return_units(id_, {.lines = {{"A", 1}}, .disposition = disposition}).accepted());
    }
}

}  // namespace
}  // namespace holdfast::core

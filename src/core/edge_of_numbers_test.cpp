// Decisions on cells at the edge of what a number holds. Facts may bring a cell there, one at a
// time: some of these would take a quarter of a million shipments, so the cell is put there by
// hand.
#include <functional>

#include "core/decide.hpp"
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using testing::World;

class EdgeOfNumbers : public ::testing::Test {
  protected:
    EdgeOfNumbers() {
        world_.receive("A", 10);
        world_.put_pool("east");
        sold_ = world_.held("A", 2);
        world_.commit(sold_);
        world_.ship(sold_);
        state_ = World::snapshot_round_trip(world_.core_state());
    }
    CellImage& cell() { return state_->cells[state_->sku(world_.sku("A")).cell].units; }
    RefusalCode asked(Operation operation, Request request) {
        const Command command{.operation = operation,
                              .tenant = tenant_name("default"),
                              .request = std::move(request)};
        const Decision decision =
            decide(*state_, command, {.next = Sequence(1'000), .time = world_.now()});
        return decision.outcome == Outcome::refused ? decision.refusal.code : RefusalCode::none;
    }
    RefusalCode transferred(std::int64_t quantity) {
        return asked(Operation::transfer_stock, TransferStock{.sku = world_.sku_name("A"),
                                                              .from = world_.pool_name("default"),
                                                              .to = world_.pool_name("east"),
                                                              .quantity = quantity});
    }
    RefusalCode marked(std::int64_t quantity) {
        return asked(Operation::mark_unavailable, MoveStock{.sku = world_.sku_name("A"),
                                                            .pool = world_.pool_name("default"),
                                                            .quantity = quantity,
                                                            .reason = Reason::damage});
    }
    RefusalCode sold_elsewhere() {
        RecordSale sale;
        sale.lines.push_back({.sku = world_.sku_name("A"), .quantity = 1});
        return asked(Operation::record_sale, std::move(sale));
    }
    RefusalCode came_back() {
        ChangeReservation request{.reservation = sold_, .disposition = Disposition::damaged};
        request.lines.push_back({.sku = world_.sku_name("A"), .quantity = 2});
        return asked(Operation::return_units, std::move(request));
    }

    World world_;
    ReservationId sold_;
    std::unique_ptr<State> state_;
};

TEST_F(EdgeOfNumbers, ATransferFromThere) {
    EXPECT_EQ(transferred(1), RefusalCode::none);
    cell().on_hand = INT64_MIN;
    EXPECT_EQ(transferred(1), RefusalCode::limit_exceeded);
}

TEST_F(EdgeOfNumbers, ASaleOfMoreThanMayBePromised) {
    EXPECT_EQ(sold_elsewhere(), RefusalCode::none);
    cell().committed = kCellQuantityMax - kReservationQuantityMax;
    EXPECT_EQ(sold_elsewhere(), RefusalCode::none);
    ++cell().committed;
    EXPECT_EQ(sold_elsewhere(), RefusalCode::limit_exceeded);
}

TEST_F(EdgeOfNumbers, UnitsThatComeBackDamaged) {
    EXPECT_EQ(came_back(), RefusalCode::none);
    cell().unavailable = kCellQuantityMax - 2;
    EXPECT_EQ(came_back(), RefusalCode::none);
    ++cell().unavailable;
    EXPECT_EQ(came_back(), RefusalCode::limit_exceeded);
}

TEST_F(EdgeOfNumbers, UnitsThatCannotBeSold) {
    EXPECT_EQ(marked(1), RefusalCode::none);
    cell().unavailable = kCellQuantityMax;
    EXPECT_EQ(marked(1), RefusalCode::limit_exceeded);
    cell().unavailable = INT64_MAX;
    EXPECT_EQ(marked(1), RefusalCode::limit_exceeded);
}

}  // namespace
}  // namespace holdfast::core

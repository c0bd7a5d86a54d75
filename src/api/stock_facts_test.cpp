// Facts about stock: recorded, not judged, and each of them once.
#include <gtest/gtest.h>

#include "api/stock_facts_testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::Operation;
using model::Reason;
using model::RefusalCode;
using model::ReservationState;

class Facts : public ::testing::Test {
  protected:
    Facts() { world.receive("tea", 10); }

    void make_pool(const std::string& name) {
        PutPoolRequest request;
        request.name = name;
        const Reply reply = world.answer([&](Callback callback) {
            world.service->policies.put_pool(world.principal, request, std::move(callback));
        });
        ASSERT_EQ(reply.problem(), nullptr);
    }
    Reply transfer(const TransferRequest& request) {
        return world.answer([&](Callback callback) {
            world.service->stock.transfer(world.principal, request, std::move(callback));
        });
    }
    Reply settle(const SettleTransferRequest& request) {
        return world.answer([&](Callback callback) {
            world.service->stock.settle_transfer(world.principal, request, std::move(callback));
        });
    }
    Reply sell(const SaleRequest& request) {
        return world.answer([&](Callback callback) {
            world.service->stock.record_sale(world.principal, request, std::move(callback));
        });
    }
    TransferRequest east(std::int64_t units) {
        return {.attempt = {.header_key = world.fresh_key()},
                .sku = "tea",
                .from = "default",
                .to = "east",
                .quantity = units};
    }
    static std::vector<std::string> pointers(const Reply& reply) {
        std::vector<std::string> out;
        for (const auto& error : reply.problem()->errors) {
            out.push_back(error.pointer);
        }
        return out;
    }

    World world;
};

TEST_F(Facts, UnavailableUnitsStayOnHand) {
    const Reply reply =
        world.move(movement(world, Operation::mark_unavailable, "tea", 3, "quality_hold"));
    const auto& view = view_of<StockView>(reply);
    EXPECT_EQ(view.movement, model::Movement::unavailable);
    EXPECT_EQ(view.delta, 0);
    EXPECT_EQ(view.unavailable_delta, 3);
    EXPECT_EQ(view.unavailable_reason, Reason::quality_hold);
    EXPECT_EQ(view.cell.on_hand, 10);
    EXPECT_EQ(view.cell.unavailable, 3);
}

TEST_F(Facts, NoMoreBecomesAvailableThanWasNot) {
    ASSERT_EQ(code_of(world.move(movement(world, Operation::mark_unavailable, "tea", 3, "damage"))),
              RefusalCode::none);
    const Reply beyond =
        world.move(movement(world, Operation::mark_unavailable, "tea", -4, "damage"));
    EXPECT_EQ(code_of(beyond), RefusalCode::quantity_exceeded);
    EXPECT_EQ(beyond.problem()->state, std::nullopt) << "there is no reservation in it";
    EXPECT_EQ(beyond.problem()->detail, "");
    EXPECT_EQ(code_of(world.move(movement(world, Operation::mark_unavailable, "tea", -1, "theft"))),
              RefusalCode::quantity_exceeded);
    EXPECT_EQ(
        code_of(world.move(movement(world, Operation::mark_unavailable, "tea", -3, "damage"))),
        RefusalCode::none);
}

TEST_F(Facts, WritingOffWhatIsBrokenDoesNotCountTwice) {
    ASSERT_EQ(code_of(world.move(movement(world, Operation::mark_unavailable, "tea", 3, "damage"))),
              RefusalCode::none);
    auto request = movement(world, Operation::adjust_stock, "tea", -3, "damage");
    request.from_unavailable = "damage";
    const Reply reply = world.move(request);
    const auto& view = view_of<StockView>(reply);
    EXPECT_EQ(view.cell.on_hand, 7);
    EXPECT_EQ(view.cell.unavailable, 0);

    request = movement(world, Operation::adjust_stock, "tea", 3, "damage");
    request.from_unavailable = "nonsense";
    EXPECT_EQ(pointers(world.move(request)), (std::vector<std::string>{"/from_unavailable"}));
    request.from_unavailable = "damage";
    EXPECT_EQ(pointers(world.move(request)), (std::vector<std::string>{"/delta"}));
}

TEST_F(Facts, AnUndoIsTheOppositeOfWhatItNames) {
    const Reply wrong = world.move(movement(world, Operation::adjust_stock, "tea", -4, "theft"));
    auto undo = movement(world, Operation::adjust_stock, "tea", 4, "data_entry_error");
    undo.undoes = wrong.position;
    const Reply undone = world.move(undo);
    EXPECT_EQ(view_of<StockView>(undone).undoes, wrong.position);
    EXPECT_EQ(view_of<StockView>(undone).cell.on_hand, 10);

    auto more = movement(world, Operation::adjust_stock, "tea", 5, "data_entry_error");
    more.undoes = wrong.position;
    EXPECT_EQ(pointers(world.move(more)), (std::vector<std::string>{"/delta"}));
    auto same = movement(world, Operation::adjust_stock, "tea", -4, "data_entry_error");
    same.undoes = wrong.position;
    EXPECT_EQ(pointers(world.move(same)), (std::vector<std::string>{"/delta"}));
    world.receive("milk", 1);
    auto other = movement(world, Operation::adjust_stock, "milk", 4, "data_entry_error");
    other.undoes = wrong.position;
    EXPECT_EQ(pointers(world.move(other)), (std::vector<std::string>{"/undoes"}));
    other.undoes = "nonsense";
    EXPECT_EQ(pointers(world.move(other)), (std::vector<std::string>{"/undoes"}));
}

TEST_F(Facts, ATransferIsInNeitherPoolUntilItArrives) {
    make_pool("east");
    const auto request = east(4);
    const Reply sent = transfer(request);
    EXPECT_TRUE(sent.created);
    const TransferView& view = view_of<TransferView>(sent);
    EXPECT_TRUE(view.id.starts_with("trf_"));
    EXPECT_EQ(view.from, "default");
    EXPECT_EQ(view.to, "east");
    EXPECT_EQ(view.in_transit, 4);
    const Reply again = transfer(request);
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(view_of<TransferView>(again).id, view.id);

    const Reply some =
        settle({.attempt = {.header_key = world.fresh_key()}, .transfer = view.id, .quantity = 3});
    EXPECT_EQ(view_of<TransferView>(some).in_transit, 1);
    EXPECT_EQ(view_of<TransferView>(some).arrived, 3);
    const auto open = asked<TransferList>(world, [&](Answer<TransferList> answer) {
        world.service->insights.transfers(world.principal, {.sku = "tea"}, std::move(answer));
    });
    ASSERT_TRUE(open.has_value());
    ASSERT_EQ(open->transfers.size(), 1U);
    EXPECT_EQ(open->transfers.front().id, view.id);
    EXPECT_EQ(open->transfers.front().in_transit, 1);

    const SettleTransferRequest lose{.attempt = {.header_key = world.fresh_key()},
                                     .transfer = view.id,
                                     .lost = true,
                                     .reason = "theft"};
    EXPECT_EQ(view_of<TransferView>(settle(lose)).lost, 1);
    EXPECT_EQ(code_of(settle({.attempt = {.header_key = world.fresh_key()}, .transfer = view.id})),
              RefusalCode::unknown_transfer);
}

TEST_F(Facts, WhatIsWrongWithATransferIsNamed) {
    make_pool("east");
    auto request = east(0);
    request.to = "default";
    EXPECT_EQ(pointers(transfer(request)), (std::vector<std::string>{"/to", "/quantity"}));
    request = east(1);
    request.from = "moon";
    EXPECT_EQ(pointers(transfer(request)), (std::vector<std::string>{"/from"}));
    request = east(1);
    request.to = "moon";
    EXPECT_EQ(pointers(transfer(request)), (std::vector<std::string>{"/to"}));
    EXPECT_EQ(code_of(settle({.transfer = "trf_x"})), RefusalCode::unknown_transfer);
}

TEST_F(Facts, ASaleMadeElsewhereIsRecordedWhateverTheStock) {
    SaleRequest request{.attempt = {.source = "till-1", .source_sequence = 17},
                        .lines = {{.sku = "tea", .quantity = 12}},
                        .channel = "shop",
                        .reference = "receipt-9"};
    const Reply sold = sell(request);
    EXPECT_TRUE(sold.created);
    EXPECT_EQ(reservation_of(sold).state, ReservationState::committed);
    EXPECT_EQ(reservation_of(sold).lines.front().units.committed, 12);
    EXPECT_EQ(reservation_of(sold).texts.reference, "receipt-9");
    EXPECT_TRUE(sell(request).replayed);
    request.shipped = true;
    EXPECT_EQ(code_of(sell(request)), RefusalCode::idempotency_key_reused);
    request = {.attempt = {.source = "till-1", .source_sequence = 18},
               .lines = {{.sku = "never seen", .quantity = 1}},
               .shipped = true};
    EXPECT_EQ(reservation_of(sell(request)).state, ReservationState::fulfilled);
}

TEST_F(Facts, WhatIsWrongWithASaleIsNamed) {
    SaleRequest request{.attempt = {.header_key = world.fresh_key()}, .lines = {}};
    EXPECT_EQ(pointers(sell(request)), (std::vector<std::string>{"/lines"}));
    request.lines = {{.sku = "tea", .quantity = 0}, {.quantity = 1}};
    EXPECT_EQ(pointers(sell(request)),
              (std::vector<std::string>{"/lines/0/quantity", "/lines/1/sku"}));
    request.lines = {{.line_id = "2", .sku = "tea", .quantity = 1}, {.sku = "tea", .quantity = 1}};
    EXPECT_EQ(pointers(sell(request)), (std::vector<std::string>{"/lines/1/line_id"}))
        << "the second line is called 2 already";
    request.lines = {{.sku = "tea", .quantity = 1, .group = std::string(65, 'g')}};
    EXPECT_EQ(pointers(sell(request)), (std::vector<std::string>{"/lines/0/group"}));
    request.lines = {{.sku = "tea", .quantity = 1, .pool = "moon"}};
    EXPECT_EQ(code_of(sell(request)), RefusalCode::unknown_pool);
    request.attempt = {};
    EXPECT_EQ(code_of(sell(request)), RefusalCode::idempotency_key_required);
}

}  // namespace
}  // namespace holdfast::api

#include "core/packed.hpp"

#include <gtest/gtest.h>

#include "core/state.hpp"

namespace holdfast::core {
namespace {

TEST(PackedMs, IsTheIntegerItStandsFor) {
    for (const std::int64_t ms :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'800'000'000'123},
          std::int64_t{-1'800'000'000'123}, (std::int64_t{1} << 47) - 2, INT64_MAX}) {
        EXPECT_EQ(std::int64_t{PackedMs(ms)}, ms);
    }
    EXPECT_EQ(std::int64_t{PackedMs()}, 0);
}

TEST(PackedMs, BeyondTheYear6429IsNever) {
    EXPECT_EQ(std::int64_t{PackedMs((std::int64_t{1} << 47) - 1)}, INT64_MAX);
    EXPECT_EQ(std::int64_t{PackedMs(INT64_MAX - 1)}, INT64_MAX);
    EXPECT_LT(std::int64_t{PackedMs(INT64_MIN)}, 0);
}

TEST(PackedId, IsTheNumberItStandsFor) {
    const model::ReservationId id((std::uint64_t{1} << 48) - 1);
    EXPECT_EQ(PackedId(id), id);
    EXPECT_EQ(PackedId(id).value(), id.value());
    EXPECT_LT(PackedId(model::ReservationId(0x1'0000'0000)),
              PackedId(model::ReservationId(0x1'0000'0001)));
    EXPECT_EQ(PackedId().value(), 0u);
}

// A line keeps its units in 48 bits, its one SKU or cell in 32, and everything else elsewhere.
TEST(Line, KeepsUnitsOfAnySize) {
    State state;
    for (const std::int64_t units : {std::int64_t{1}, (std::int64_t{1} << 32) + 1, Line::kUnitsMax,
                                     Line::kUnitsMax + 1, std::int64_t{1} << 60}) {
        Line line;
        state.set_units(line, {.accepted = units, .committed = units}, units);
        EXPECT_EQ(state.units_of(line).accepted, units);
        EXPECT_EQ(state.units_of(line).committed, units);
        EXPECT_EQ(state.requested_of(line), units);
        EXPECT_EQ(line.is == LineIs::mixed, units > Line::kUnitsMax) << units;
        state.set_units(line, {.accepted = 1, .held = 1}, 1);
        EXPECT_EQ(state.held_of(line), 1);
        EXPECT_EQ(line.is, LineIs::held);
    }
    EXPECT_EQ(state.line_details.size(), 1u);  // what is free is used again
}

TEST(Line, KnowsItsSkuBeforeAndAfterItIsPlaced) {
    State state;
    state.cells.add();
    const std::uint32_t cell = state.cells.add();
    state.cells[cell].sku = model::SkuId(7);
    Line line;
    line.at = 7;
    EXPECT_EQ(state.sku_of(line), model::SkuId(7));
    EXPECT_EQ(line.cell(), kNoIndex);
    line.place_in(cell);
    EXPECT_EQ(state.sku_of(line), model::SkuId(7));
    EXPECT_EQ(line.cell(), cell);
}

}  // namespace
}  // namespace holdfast::core

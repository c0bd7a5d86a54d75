// The history beside the production writer: whatever was decided, and however often the partition
// crashed, it has the figures that the writer's memory has, and names the same promises.
#include <gtest/gtest.h>

#include <map>
#include <tuple>
#include <utility>

#include "ledger/testing.hpp"
#include "partition/follower.hpp"
#include "projection/history.hpp"
#include "sim/partition_world.hpp"

namespace holdfast::sim {
namespace {

using model::PoolId;
using model::SkuId;
using projection::PromiseKind;

class Observer final : public partition::EventObserver {
  public:
    explicit Observer(projection::History& history) : history_(history) {}
    base::Result<void> event(const model::Event& event, std::span<const std::byte> bytes,
                             model::Sequence sequence, base::Time time) override {
        return history_.event(event, bytes, sequence, time);
    }
    base::Result<void> reached(model::Sequence position, base::Time as_of) override {
        return history_.reached(position, as_of);
    }
    [[nodiscard]] model::Sequence position() const override { return history_.position(); }

  private:
    projection::History& history_;
};

// Kind, reservation, line -> units, deadline.
using Promises = std::map<std::tuple<PromiseKind, std::uint64_t, std::uint32_t>,
                          std::pair<std::int64_t, base::Time>>;
using PromisesByCell = std::map<std::pair<SkuId, PoolId>, Promises>;

PromiseKind kind_of(const model::ReservationImage& image, const model::LineImage& line) {
    if (line.soft) {
        return PromiseKind::soft_held;
    }
    return image.waiting == model::ReservationState::payment_pending ? PromiseKind::payment_pending
           : image.waiting == model::ReservationState::review        ? PromiseKind::review
                                                                     : PromiseKind::held;
}

PromisesByCell promises_in(const core::State& state) {
    PromisesByCell found;
    for (std::uint32_t i = 0; i < state.reservations.size(); ++i) {
        const auto image = state.image_of(state.reservations[i]);
        std::uint32_t number = 0;
        for (const model::LineImage& line : image.lines) {
            number += line.continues ? 0 : 1;
            if (line.untracked) {
                continue;
            }
            Promises& cell = found[{line.sku, line.pool}];
            if (line.units.held > 0) {
                cell[{kind_of(image, line), image.id.value(), number}] = {line.units.held,
                                                                          image.expires_at};
            }
            if (line.units.committed > 0) {
                cell[{PromiseKind::committed, image.id.value(), number}] = {line.units.committed,
                                                                            base::kNever};
            }
        }
    }
    return found;
}

Promises named_in(const projection::CellExplanation& cell) {
    Promises found;
    for (const auto& term : cell.promises) {
        for (const auto& promise : term.newest) {
            found[{promise.kind, promise.reservation.value(), promise.line}] = {promise.units,
                                                                                promise.expires_at};
        }
    }
    return found;
}

void compare(projection::History& history, const core::State& state) {
    auto promises = promises_in(state);
    for (std::uint32_t i = 0; i < state.cells.size(); ++i) {
        const core::Cell& cell = state.cells[i];
        const model::TenantId tenant = state.sku(cell.sku).tenant;
        const auto explained = history.explain(tenant, cell.sku, cell.pool, {}, 1'000);
        ASSERT_TRUE(explained.has_value()) << explained.error().message;
        if (explained->cells.empty()) {
            EXPECT_EQ(cell.units, model::CellImage{});
            continue;
        }
        const auto& found = explained->cells.front();
        EXPECT_EQ(found.at.cell, cell.units);
        std::int64_t on_hand = 0;
        for (const auto& term : found.on_hand) {
            on_hand += term.units;
        }
        EXPECT_EQ(on_hand, cell.units.on_hand);
        const Promises& expected = promises[{cell.sku, cell.pool}];
        if (expected.size() < 1'000) {
            EXPECT_EQ(named_in(found), expected) << "SKU " << cell.sku.value();
        }
    }
}

class HistoryFollows : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(HistoryFollows, TheWriterThroughCrashes) {
    WorldOptions options;
    options.seed = GetParam();
    PartitionWorld world(options);
    const ledger::testing::TemporaryDirectory directory;
    auto history = projection::open_history(directory.path());
    ASSERT_TRUE(history.has_value());
    for (int round = 0; round < 5; ++round) {
        world.run(2'000);
        if (round % 2 == 1) {
            world.restart();
            world.run(1);
        }
        Observer observer(**history);
        partition::Follower follower(world.ledger(), observer, {.events_per_step = 500});
        while (true) {
            const auto moved = follower.step();
            ASSERT_TRUE(moved.has_value()) << moved.error().message;
            if (!*moved) {
                break;
            }
        }
        compare(**history, world.state());
        ASSERT_FALSE(HasFailure()) << "round " << round;
        if (round == 2) {
            history->reset();
            history = projection::open_history(directory.path());
            ASSERT_TRUE(history.has_value());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryFollows, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace holdfast::sim

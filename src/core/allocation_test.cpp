// In the steady state the machine allocates nothing: its workspace is pooled, its tables grow by
// blocks that come from elsewhere.
#include <gtest/gtest.h>

#include "base/allocation_testing.hpp"
#include "core/machine.hpp"
#include "model/command.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;

constexpr base::Time kStart = base::time_from_ms(1'800'000'000'000);

class Steady : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!base::testing::kCountsAllocations) {
            GTEST_SKIP() << "under a sanitizer allocations are not counted";
        }
    }
    Steady() {
        for (const auto& event : genesis({.high = 1, .low = 2}, {.high = 3, .low = 4})) {
            machine_.append(event, batch_);
        }
        for (const auto& sku : skus_) {
            run(Operation::receive_stock, MoveStock{.sku = sku, .quantity = 1'000'000});
        }
    }

    Execution run(Operation operation, Request request) {
        Command command{
            .operation = operation, .tenant = tenant_, .key = {}, .request = std::move(request)};
        command.key.key = {.high = ++keys_ * 0x9e3779b97f4a7c15ULL, .low = keys_};
        const std::uint64_t before = base::testing::allocations;
        const Execution out = machine_.execute(command, batch_, UINT32_MAX);
        allocations_ += base::testing::allocations - before;
        EXPECT_EQ(out.outcome, Outcome::applied);
        return out;
    }
    ReservationId hold(std::size_t lines, std::int64_t ttl_seconds) {
        CreateReservation request{.ttl_seconds = ttl_seconds};
        for (std::size_t i = 0; i < lines; ++i) {
            request.lines.push_back({.sku = skus_[i], .quantity = 1});
        }
        return ReservationId(run(Operation::create, std::move(request)).sequence.value());
    }
    // One of each: a hold that is committed, one that is released, one that expires. A batch each.
    void carts(std::size_t lines) {
        payload_.clear();
        touched_.clear();
        batch_.expiries = 0;
        batch_.time += 2s;
        const std::uint64_t before = base::testing::allocations;
        machine_.expire_due(batch_, UINT32_MAX);
        allocations_ += base::testing::allocations - before;
        run(Operation::commit, ChangeReservation{.reservation = hold(lines, 60)});
        run(Operation::release, ChangeReservation{.reservation = hold(lines, 60)});
        hold(lines, 1);
    }
    std::uint64_t allocations_of(std::size_t lines, int rounds) {
        allocations_ = 0;
        for (int i = 0; i < rounds; ++i) {
            carts(lines);
        }
        return allocations_;
    }

    State state_;
    Machine machine_{state_};
    base::Buffer payload_;
    std::vector<SkuId> touched_;
    std::vector<Event> names_;
    OpenBatch batch_{.payload = payload_,
                     .next = Sequence(1),
                     .time = kStart,
                     .touched = touched_,
                     .names = names_};
    Name tenant_ = tenant_name("default");
    std::vector<Name> skus_{sku_name("default", "A"), sku_name("default", "B"),
                            sku_name("default", "C")};
    std::uint64_t keys_ = 0;
    std::uint64_t allocations_ = 0;
};

// A table's growth is an allocation now and then, of its directory: far fewer than one a thousand
// commands, where an allocation in a command's path would be one a command.
TEST_F(Steady, AMixOfSingleLineCommandsAllocatesNothing) {
    allocations_of(1, 200);
    const int rounds = 2'000;
    EXPECT_LT(allocations_of(1, rounds), static_cast<std::uint64_t>(rounds) / 100);
}

TEST_F(Steady, NorDoCartsOfSeveralLines) {
    allocations_of(3, 200);
    const int rounds = 2'000;
    EXPECT_LT(allocations_of(3, rounds), static_cast<std::uint64_t>(rounds) / 100);
}

}  // namespace
}  // namespace holdfast::core

// What a live hold costs in memory is a promise with a figure: 128 bytes for one that was only ever
// held, with its key (issue 4).
#include "core/footprint.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/prng.hpp"
#include "core/machine.hpp"

namespace holdfast::core {
namespace {

using namespace model;

class Holds {
  public:
    explicit Holds(std::size_t skus) {
        for (const auto& event : genesis({.high = 1, .low = 2}, {.high = 3, .low = 4})) {
            machine_.append(event, batch_);
        }
        for (std::size_t i = 0; i < skus; ++i) {
            skus_.push_back(sku_name("default", "SKU-" + std::to_string(i)));
            run(Operation::receive_stock, MoveStock{.sku = skus_[i], .quantity = 1'000'000});
        }
    }
    void add(int count) {
        for (int i = 0; i < count; ++i) {
            CreateReservation request{.ttl_seconds = 600};
            request.lines.push_back({.sku = skus_[dice_.below(skus_.size())], .quantity = 1});
            run(Operation::create, std::move(request));
        }
    }
    [[nodiscard]] std::uint64_t bytes() const {
        std::uint64_t out = 0;
        for (const auto& size : table_sizes(state_)) {
            out += size.bytes;
        }
        return out;
    }
    [[nodiscard]] TableSize table(std::string_view name) const {
        for (const auto& size : table_sizes(state_)) {
            if (size.table == name) {
                return size;
            }
        }
        return {};
    }

  private:
    void run(Operation operation, Request request) {
        Command command{.operation = operation,
                        .tenant = tenant_name("default"),
                        .key = {},
                        .request = std::move(request)};
        command.key.key = {.high = dice_.next(), .low = dice_.next()};
        ASSERT_EQ(machine_.execute(command, batch_, UINT32_MAX).outcome, Outcome::applied);
        payload_.clear();
        touched_.clear();
        names_.clear();
    }

    State state_;
    Machine machine_{state_};
    base::Prng dice_{1};
    base::Buffer payload_;
    std::vector<SkuId> touched_;
    std::vector<Event> names_;
    OpenBatch batch_{.payload = payload_,
                     .next = Sequence(1),
                     .time = base::time_from_ms(1'800'000'000'000),
                     .touched = touched_,
                     .names = names_};
    std::vector<Name> skus_;
};

// At several sizes, so that no table may be at its best where it is looked at.
TEST(Footprint, ALiveHoldWithItsKeyTakesAtMost128Bytes) {
    Holds holds(100);
    const std::uint64_t before = holds.bytes();
    int count = 0;
    for (const int more : {30'000, 10'000, 10'000, 10'000, 10'000}) {
        holds.add(more);
        count += more;
        EXPECT_LE((holds.bytes() - before) / static_cast<std::uint64_t>(count), 128u) << count;
    }
}

TEST(Footprint, TablesAreToldApart) {
    Holds holds(3);
    holds.add(5);
    EXPECT_EQ(holds.table("skus").entries, 3u);
    EXPECT_EQ(holds.table("cells").entries, 3u);
    EXPECT_EQ(holds.table("reservations").entries, 5u);
    EXPECT_EQ(holds.table("reservations_by_id").entries, 5u);
    EXPECT_EQ(holds.table("lines").entries, 5u);
    EXPECT_EQ(holds.table("keys").entries, 8u);
    EXPECT_EQ(holds.table("sides").entries, 0u);
    EXPECT_GE(holds.table("reservations").bytes, 5 * sizeof(Reservation));
}

}  // namespace
}  // namespace holdfast::core

#include "core/id_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/prng.hpp"

namespace holdfast::core {
namespace {

using model::ReservationId;

TEST(IdTable, FindsWhatWasAddedAndNothingElse) {
    IdTable table;
    table.add(ReservationId(7), 70);
    ASSERT_NE(table.find(ReservationId(7)), nullptr);
    EXPECT_EQ(*table.find(ReservationId(7)), 70u);
    EXPECT_EQ(table.find(ReservationId(8)), nullptr) << "of the same page";
    EXPECT_EQ(table.find(ReservationId(1'000'000)), nullptr) << "of a page that is not there";
    table.erase(ReservationId(7));
    EXPECT_EQ(table.find(ReservationId(7)), nullptr);
    EXPECT_EQ(table.size(), 0u);
}

TEST(IdTable, TakesIdsOfAnySize) {
    IdTable table;
    const ReservationId last(UINT64_MAX);
    table.add(last, 1);
    table.add(ReservationId(0), 2);
    EXPECT_EQ(*table.find(last), 1u);
    EXPECT_EQ(*table.find(ReservationId(0)), 2u);
}

// As reservations come and go: ids in order with gaps, most of them forgotten sooner or later.
TEST(IdTable, AgreesWithAMap) {
    base::Prng dice(3);
    IdTable table;
    std::map<std::uint64_t, std::uint32_t> expected;
    std::uint64_t next = 1;
    for (std::uint32_t step = 0; step < 100'000; ++step) {
        if (expected.empty() || dice.chance(6, 10)) {
            next += 1 + dice.below(5);
            table.add(ReservationId(next), step);
            expected[next] = step;
        } else {
            const auto gone = expected.lower_bound(dice.below(next + 1));
            if (gone != expected.end()) {
                table.erase(ReservationId(gone->first));
                expected.erase(gone);
            }
        }
    }
    EXPECT_EQ(table.size(), expected.size());
    for (std::uint64_t id = 0; id <= next; ++id) {
        const auto* const found = table.find(ReservationId(id));
        const auto known = expected.find(id);
        ASSERT_EQ(found != nullptr, known != expected.end()) << id;
        ASSERT_TRUE(found == nullptr || *found == known->second) << id;
    }
}

}  // namespace
}  // namespace holdfast::core

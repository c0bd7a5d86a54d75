// The other half of invariants_test.cpp: what is true of queues, owners, cases and cells is broken
// once, and named.
#include "core/invariants.hpp"

#include <algorithm>

#include "core/invariants_testing.hpp"
#include "core/owners.hpp"
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::Damage;
using testing::World;

// Of everything one: two that wait behind a hold, an agent under a cap, damaged units, a shortage,
// a count that waits for its approval, and a shipment that came before its sale.
std::unique_ptr<State> busy_state() {
    World world;
    world.put_class("drop", [](SkuClass& c) { c.wait_max = 10min; });
    world.set_caps({OwnerCaps{.units = 50}, {}, {}});
    world.put_sku("wanted", "drop");
    world.receive("wanted", 3);
    world.held({.lines = {{"wanted", 3}}, .agent_id = "bot"});
    for (const char* const who : {"first", "second"}) {
        world.held({.lines = {{"wanted", 1}}, .reference = who, .wait_seconds = 600});
    }
    world.receive("broken", 5);
    world.move(Operation::mark_unavailable,
               {.sku = "broken", .quantity = 2, .reason = Reason::damage});
    world.receive("short", 2);
    world.commit(world.held({.lines = {{"short", 2}}, .reference = "order"}));
    world.adjust("short", -1);
    world.receive("counted", 100);
    world.wait(1s);
    world.count({.sku = "counted", .counted = 50, .drift = -50});
    world.receive("early", 1);
    world.ship(world.held("early", 1));
    return World::snapshot_round_trip(world.core_state());
}

SkuId sku_of(const State& state, const std::string& name) {
    return *state.find_sku(sku_name("default", name).digest);
}
std::uint32_t cell_of(const State& state, const std::string& name) {
    return state.sku(sku_of(state, name)).cell;
}
WaitQueue& queue_of(State& state) { return state.queues[state.sku(sku_of(state, "wanted")).queue]; }
// The newest hold, of `early`.
Reservation& newest(State& state) {
    Reservation* out = &state.reservations[0];
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        out = out->id < state.reservations[r].id ? &state.reservations[r] : out;
    }
    return *out;
}
std::uint32_t index_of(const State& state, const Reservation& reservation) {
    return *state.reservations_by_id.find(reservation.id);
}
Reservation& last_waiter(State& state) {
    std::uint32_t out = kNoIndex;
    queue_of(state).for_each([&](const Waiter& waiter) { out = waiter.reservation; });
    return state.reservations[out];
}
Reservation& of_the_agent(State& state) {
    return state.reservations[state.ownerships[state.owners[0].deadlines.first].reservation];
}
Reservation& sold(State& state) {
    std::uint32_t line = 0;
    while (state.lines[line].is != LineIs::committed) {
        ++line;
    }
    return state.reservations[state.lines[line].reservation];
}
const CaseImage& case_of(const State& state, CaseKind kind) {
    const auto found = std::ranges::find_if(
        state.cases, [&](const auto& entry) { return entry.second.image.kind == kind; });
    CHECK(found != state.cases.end(), "the fixture has no such case");
    return found->second.image;
}
CellFacts& facts_of(State& state, const std::string& name) {
    return state.cell_facts[cell_of(state, name)];
}

class BrokenCompany : public ::testing::TestWithParam<Damage> {};

TEST_P(BrokenCompany, IsFoundAndNamed) {
    const auto state = busy_state();
    testing::expect_found_and_named(*state, GetParam());
}

const Damage kDamages[] = {
    // Cells.
    {"soft_held_differs", [](State& s) { ++s.cells[cell_of(s, "broken")].units.soft_held; },
     "promises differ"},
    {"unavailable_for_no_reason",
     [](State& s) { ++s.cells[cell_of(s, "broken")].units.unavailable; },
     "unavailable units without a reason"},
    {"cell_is_not_looked_up", [](State& s) { s.skus[sku_of(s, "broken").value()].cell = kNoIndex; },
     "not where it is looked up"},
    {"heap_lost_a_branch",
     [](State& s) {
         HeapLinks& links = s.reservations[s.deadlines.first].in_deadlines;
         links.left = links.right = kNoIndex;
         links.rank = 1;
     },
     "other holds than are waiting"},
    // Queues.
    {"cell_without_its_queue", [](State& s) { s.cells[cell_of(s, "wanted")].waited_for = false; },
     "who waits"},
    {"cell_with_a_queue_too_many",
     [](State& s) { s.cells[cell_of(s, "broken")].waited_for = true; }, "who waits"},
    {"waiter_left_its_queue", [](State& s) { queue_of(s).remove(last_waiter(s).id); },
     "does not wait where it says"},
    {"waiter_of_another_sku",
     [](State& s) { s.lines[last_waiter(s).first_line].at = sku_of(s, "broken").value(); },
     "does not wait where it says"},
    {"waiter_that_holds",
     [](State& s) {
         Reservation& hold = newest(s);
         queue_of(s).add({.id = hold.id, .reservation = index_of(s, hold), .quantity = 1});
         hold.waiting = ReservationState::queued;
         s.lines[hold.first_line].at = cell_of(s, "wanted");
         --s.cells[cell_of(s, "early")].units.held;
         ++s.cells[cell_of(s, "wanted")].units.held;
         s.cells[cell_of(s, "early")].deadlines.first = kNoIndex;
         s.lines[hold.first_line].in_cell = {};
         DeadlineHeap(LineDeadlines{s}, s.cells[cell_of(s, "wanted")].deadlines)
             .insert(hold.first_line);
     },
     "does not wait where it says"},
    {"queue_of_one_who_does_not_wait",
     [](State& s) {
         const Reservation& hold = newest(s);
         queue_of(s).add({.id = hold.id, .reservation = index_of(s, hold), .quantity = 1});
     },
     "others than wait"},
    {"waiters_miscounted", [](State& s) { ++s.totals.waiters; }, "others than wait"},
    // Owners.
    {"owner_of_what_was_sold", [](State& s) { s.sides[sold(s).side].first_ownership = 0; },
     "an owner that it is done with"},
    {"hold_without_its_owner",
     [](State& s) { s.sides[of_the_agent(s).side].first_ownership = kNoIndex; },
     "does not count for its owner"},
    {"owner_is_not_looked_up", [](State& s) { s.owners_by_scope.erase(s.owners[0].scope); },
     "an owner's sums differ"},
    {"owner_units_differ", [](State& s) { ++s.owners[0].units; }, "an owner's sums differ"},
    {"owner_holds_differ", [](State& s) { ++s.owners[0].holds; }, "an owner's sums differ"},
    {"owner_unit_seconds_differ", [](State& s) { ++s.owners[0].unit_seconds; },
     "an owner's sums differ"},
    {"owner_of_nothing",
     [](State& s) { EXPECT_TRUE(s.owners_by_scope.insert({.high = 1, .low = 1}, 0)); },
     "an owner is kept that holds nothing"},
    // Cases.
    {"fact_was_lost", [](State& s) { s.parked.clear(); }, "its fact was lost"},
    {"fact_without_a_case", [](State& s) { s.parked.emplace(Sequence(1), ParkedFact{}); },
     "a parked fact has no case"},
    {"facts_miscounted", [](State& s) { ++s.totals.parked_facts; }, "a parked fact has no case"},
    {"cell_forgot_its_shortage", [](State& s) { facts_of(s, "short").shortage = CaseId{}; },
     "its cell does not know it"},
    {"cell_forgot_its_count", [](State& s) { facts_of(s, "counted").pending_count = CaseId{}; },
     "its cell does not know it"},
    {"shortage_was_lost", [](State& s) { s.cases.erase(case_of(s, CaseKind::shortage).id); },
     "its case was lost"},
    {"count_was_lost", [](State& s) { s.cases.erase(case_of(s, CaseKind::count).id); },
     "its case was lost"},
    {"shortage_without_its_mark", [](State& s) { s.cells[cell_of(s, "short")].short_case = false; },
     "a shortage without its mark"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenCompany, ::testing::ValuesIn(kDamages), testing::name_of);

}  // namespace
}  // namespace holdfast::core

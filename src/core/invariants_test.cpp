// A check that never fails proves nothing: each invariant is broken once, and named.
#include "core/invariants.hpp"

#include "core/invariants_testing.hpp"
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::Damage;
using testing::World;

// A sound state with two holds of one reference and a sale.
std::unique_ptr<State> sound_state() {
    World world;
    world.receive("A", 9);
    world.held({.lines = {{"A", 2}}, .ttl_seconds = 100, .reference = "cart"});
    world.held({.lines = {{"A", 1}}, .ttl_seconds = 200, .reference = "cart"});
    world.commit(world.held("A", 1));
    return World::snapshot_round_trip(world.core_state());
}

class BrokenInvariant : public ::testing::TestWithParam<Damage> {};

TEST_P(BrokenInvariant, IsFoundAndNamed) {
    const auto state = sound_state();
    testing::expect_found_and_named(*state, GetParam());
}

const Damage kDamages[] = {
    {"unbalanced_line",
     [](State& s) {
         auto units = s.units_of(s.lines[0]);
         ++units.held;
         s.set_units(s.lines[0], units, units.accepted);
     },
     "not balanced"},
    {"negative_line",
     [](State& s) { s.set_units(s.lines[0], {.accepted = 2, .held = -1, .committed = 3}, 2); },
     "not balanced"},
    {"negative_committed",
     [](State& s) { s.set_units(s.lines[0], {.accepted = 2, .held = 3, .committed = -1}, 2); },
     "not balanced"},
    {"no_line",
     [](State& s) {
         s.cells[0].units.held -= s.held_of(s.lines[0]);
         s.reservations[0].first_line = kNoIndex;
     },
     "lost its lines"},
    {"foreign_line", [](State& s) { s.lines[0].reservation = 1; }, "another reservation"},
    {"held_differs", [](State& s) { ++s.cells[0].units.held; }, "promises differ"},
    {"committed_differs", [](State& s) { --s.cells[0].units.committed; }, "promises differ"},
    {"deadline_out_of_order", [](State& s) { s.reservations[0].deadline_ms = INT64_MAX - 1; },
     "out of order"},
    {"rank_is_wrong", [](State& s) { s.reservations[s.deadlines.first].in_deadlines.rank = 9; },
     "out of order"},
    {"parent_is_wrong", [](State& s) { s.reservations[s.deadlines.first].in_deadlines.parent = 2; },
     "out of order"},
    {"shorter_side_is_left",
     [](State& s) {
         HeapLinks& links = s.reservations[s.deadlines.first].in_deadlines;
         std::swap(links.left, links.right);
     },
     "out of order"},
    {"cell_timer_is_wrong", [](State& s) { s.lines[s.cells[0].deadlines.first].in_cell.rank = 9; },
     "its deadlines are out of order"},
    {"timer_missing",
     [](State& s) { DeadlineHeap(ReservationDeadlines{s}, s.deadlines).remove(s.deadlines.first); },
     "has no timer"},
    {"timer_too_many",
     [](State& s) { DeadlineHeap(ReservationDeadlines{s}, s.deadlines).insert(2); },
     "a timer too many"},
    {"cell_timer_missing",
     [](State& s) {
         DeadlineHeap(LineDeadlines{s}, s.cells[0].deadlines).remove(s.cells[0].deadlines.first);
     },
     "other holds than are waiting"},
    {"chain_of_another_reference", [](State& s) { s.sides[0].reference = {.high = 1, .low = 1}; },
     "chain is broken"},
    {"chain_runs_in_a_circle", [](State& s) { s.sides[0].older = 0; }, "chain is broken"},
    {"chain_broken", [](State& s) { s.sides[0].newer = kNoIndex; }, "chain is broken"},
    {"chain_forgets", [](State& s) { s.sides[1].older = kNoIndex; },
     "not where its reference is looked up"},
    {"too_many_refusals",
     [](State& s) {
         s.tenants[0].recorded_refusals_max = 0;
         s.tenants[0].recorded_refusals.push_back({});
     },
     "beyond its bound"},
    {"too_many_tombstones",
     [](State& s) {
         s.tenants[0].tombstones_max = 0;
         s.tenants[0].tombstones.emplace_back();
     },
     "beyond its bound"},
    {"live_holds_miscounted", [](State& s) { ++s.totals.live_holds; }, "count of live holds"},
    {"hash_differs", [](State& s) { ++s.hash; }, "state hash"},
    {"record_differs_from_hash", [](State& s) { ++s.cells[0].units.on_hand; }, "state hash"},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenInvariant, ::testing::ValuesIn(kDamages), testing::name_of);

}  // namespace
}  // namespace holdfast::core

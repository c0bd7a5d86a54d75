// Every refusal that the core can give, and that it is remembered exactly where the table says so.
#include <functional>
#include <set>

#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::Reply;
using testing::World;

// Asks under the key "k" for something that is refused with the code.
struct Case {
    RefusalCode code;
    std::function<Reply(World&)> ask;
};

Reply ask_late(World& world) {
    const auto id = world.held("A", 5);
    world.wait(15min);
    world.held("A", 1);
    return world.commit(id, {.key = "k"});
}

Reply ask_for_another_extension(World& world) {
    world.define_class("default", [](SkuClass& c) { c.extensions_max = 0; });
    return world.extend(world.held("A", 1), {.key = "k", .ttl_seconds = 3600});
}

// Approves a count that ann submitted; no plan: the pending one.
Reply decide_count_as(World& world, const std::string& who, std::optional<base::Digest128> plan) {
    world.count({.sku = "A", .counted = 50, .drift = 45});
    const auto pending = world.cases(CaseKind::count).at(0);
    return world.resolve({.id = pending.id,
                          .resolution = Resolution::approved,
                          .plan = plan.value_or(pending.count.plan),
                          .note = {},
                          .who = who},
                         "k");
}

Reply ask_to_resolve_a_shortage(World& world) {
    world.sale({.lines = {{"B", 1}}});
    const auto open = world.cases(CaseKind::shortage).at(0);
    return world.resolve({.id = open.id, .note = {}, .who = "bob"}, "k");
}

const Case kCases[] = {
    {RefusalCode::idempotency_key_reused,
     [](World& w) {
         w.hold("A", 1, "k");
         return w.hold("A", 2, "k");
     }},
    {RefusalCode::released_before_create,
     [](World& w) {
         w.release_key("k");
         return w.hold("A", 1, "k");
     }},
    {RefusalCode::unknown_sku, [](World& w) { return w.hold("no such SKU", 1, "k"); }},
    {RefusalCode::unknown_pool,
     [](World& w) {
         return w.create({.lines = {{.sku = "A", .pool = "no such pool"}}, .key = "k"});
     }},
    {RefusalCode::unknown_class, [](World& w) { return w.put_sku("A", "no such class", "k"); }},
    {RefusalCode::unknown_reservation,
     [](World& w) { return w.commit(ReservationId{999}, {.key = "k"}); }},
    {RefusalCode::unknown_line,
     [](World& w) { return w.commit(w.held("A", 1), {.lines = {{"no such SKU"}}, .key = "k"}); }},
    {RefusalCode::limit_exceeded, [](World& w) { return w.hold("A", kLineQuantityMax + 1, "k"); }},
    {RefusalCode::ttl_out_of_bounds,
     [](World& w) {
         return w.create({.lines = {{"A", 1}}, .ttl_seconds = 24 * 3600 + 1, .key = "k"});
     }},
    {RefusalCode::version_mismatch,
     [](World& w) { return w.commit(w.held("A", 1), {.key = "k", .version = 2}); }},
    {RefusalCode::expired,
     [](World& w) {
         const auto id = w.held("A", 1);
         w.wait(15min);
         return w.release(id, {.key = "k"});
     }},
    {RefusalCode::illegal_transition,
     [](World& w) {
         const auto id = w.held("A", 1);
         w.commit(id);
         return w.release(id, {.key = "k"});
     }},
    {RefusalCode::quantity_exceeded,
     [](World& w) { return w.commit(w.held("A", 1), {.lines = {{"A", 2}}, .key = "k"}); }},
    {RefusalCode::extension_limit_reached, ask_for_another_extension},
    {RefusalCode::lifetime_exceeded,
     [](World& w) {
         w.define_class("default", [](SkuClass& c) { c.lifetime_max = 20min; });
         return w.begin_payment(w.held("A", 1), {.key = "k"});
     }},
    {RefusalCode::insufficient_stock, [](World& w) { return w.hold("A", 6, "k"); }},
    {RefusalCode::late_commit_shortfall, ask_late},
    {RefusalCode::unknown_case,
     [](World& w) { return w.resolve({.id = CaseId{999}, .note = {}, .who = "bob"}, "k"); }},
    {RefusalCode::unknown_transfer,
     [](World& w) {
         return w.send(Operation::settle_transfer, SettleTransfer{.transfer = TransferId{999}},
                       "k");
     }},
    {RefusalCode::pool_required,
     [](World& w) {
         w.put_pool("east");
         return w.receive("A", 1, "k");
     }},
    {RefusalCode::selling_stopped,
     [](World& w) {
         w.stop_selling(StopScope::everything);
         return w.hold("A", 1, "k");
     }},
    {RefusalCode::owner_limit_exceeded,
     [](World& w) {
         w.set_caps({OwnerCaps{.units = 1}, {}, {}});
         return w.create({.lines = {{"A", 2}}, .agent_id = "bot", .key = "k"});
     }},
    {RefusalCode::count_stale,
     [](World& w) {
         return w.count({.sku = "A", .counted = 5, .last_count = Sequence{99}, .key = "k"});
     }},
    {RefusalCode::plan_changed,
     [](World& w) { return decide_count_as(w, "bob", base::Digest128{.high = 1, .low = 1}); }},
    {RefusalCode::approval_by_submitter,
     [](World& w) { return decide_count_as(w, "ann", std::nullopt); }},
    {RefusalCode::case_not_resolvable, ask_to_resolve_a_shortage},
};

class EveryRefusal : public ::testing::TestWithParam<Case> {
  protected:
    EveryRefusal() { world_.receive("A", 5); }
    World world_;
};

TEST_P(EveryRefusal, IsGivenDatedAndRememberedWhereTheTableSaysSo) {
    const Reply reply = GetParam().ask(world_);
    EXPECT_EQ(reply.outcome, Outcome::refused);
    EXPECT_EQ(reply.code(), GetParam().code);
    EXPECT_EQ(reply.refusal.decided_at, world_.now());
    const bool recorded = entry_of(GetParam().code).recorded;
    EXPECT_EQ(reply.refusal.recorded, recorded);
    EXPECT_EQ(reply.event.has_value(), recorded);
    if (recorded) {
        const auto& event = reply.as<RefusalRecorded>();
        EXPECT_EQ(event.refusal.code, GetParam().code);
        EXPECT_EQ(event.refusal.decided_at, world_.now());
        EXPECT_EQ(event.refusal.reservation, reply.refusal.reservation);
    }
}

TEST_P(EveryRefusal, ChangesNoQuantity) {
    GetParam().ask(world_);
    const auto& cell = world_.cell("A");
    EXPECT_EQ(cell.on_hand, 5);
    EXPECT_EQ(cell.committed, GetParam().code == RefusalCode::illegal_transition ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Core, EveryRefusal, ::testing::ValuesIn(kCases), [](const auto& tested) {
    return std::string(entry_of(tested.param.code).slug);
});

TEST(Refusals, EveryCodeThatTheCoreJudgesHasACase) {
    std::set<RefusalCode> judged;
    for (const auto& entry : refusal_table()) {
        if (entry.code < RefusalCode::malformed_request) {
            judged.insert(entry.code);
        }
    }
    std::set<RefusalCode> tested;
    for (const auto& refused : kCases) {
        tested.insert(refused.code);
    }
    EXPECT_EQ(judged, tested);
}

}  // namespace
}  // namespace holdfast::core

// Fingerprints of what is asked about stock, and of what a merchant decides.
#include "model/fingerprint_testing.hpp"

namespace holdfast::model {
namespace {

Command put_class() {
    PutClass request{
        .name = class_name(kTenant, "tickets"), .policy = default_class(), .expected_version = 3};
    request.policy.caps[1] = {.units = 9, .holds = 8, .unit_seconds = 7};
    return make(Operation::put_class, std::move(request));
}

Command put_pool() {
    PutPool request{.name = pool_name(kTenant, "north"),
                    .overflow = pool_name(kTenant, "south"),
                    .expected_version = 3};
    request.settings.region = "eu-north";
    request.settings.channels = {"web", "till"};
    return make(Operation::put_pool, std::move(request));
}

Command set_caps() {
    SetCaps request;
    request.caps[0] = {.units = 5, .holds = 4, .unit_seconds = 3};
    return make(Operation::set_caps, request);
}

Command selling() {
    return make(Operation::change_selling, ChangeSelling{.scope = StopScope::pool,
                                                         .subject = pool_name(kTenant, "north"),
                                                         .reason = Reason::incident,
                                                         .until = kThen,
                                                         .note = personal("note"),
                                                         .who = "ops"});
}

Command transfer() {
    return make(Operation::transfer_stock, TransferStock{.sku = sku_name(kTenant, "A"),
                                                         .from = pool_name(kTenant, "north"),
                                                         .to = pool_name(kTenant, "south"),
                                                         .quantity = 5,
                                                         .reference = "TO-1",
                                                         .occurred_at = kThen});
}

Command settle() {
    return make(Operation::settle_transfer, SettleTransfer{.transfer = TransferId(9),
                                                           .quantity = 4,
                                                           .reason = Reason::damage,
                                                           .occurred_at = kThen});
}

Command sale() {
    return make(Operation::record_sale,
                RecordSale{.lines = {{.sku = sku_name(kTenant, "A"), .quantity = 2}},
                           .reference = reference_name(kTenant, "order-1"),
                           .channel = "market",
                           .customer = personal("customer"),
                           .occurred_at = kThen});
}

Command count() {
    return make(Operation::count_stock, CountStock{.sku = sku_name(kTenant, "A"),
                                                   .pool = pool_name(kTenant, "north"),
                                                   .counted = 40,
                                                   .as_of = kThen,
                                                   .includes = base::digest128({"includes"}),
                                                   .drift = -2,
                                                   .position = Sequence(8),
                                                   .last_count = Sequence(3),
                                                   .submitter = "scanner"});
}

Command resolve() {
    return make(Operation::resolve_case, ResolveCase{.id = CaseId(11),
                                                     .resolution = Resolution::approved,
                                                     .plan = base::digest128({"plan"}),
                                                     .reason = Reason::other,
                                                     .note = personal("note"),
                                                     .who = "ops"});
}

SkuClass& k(Command& command) { return std::get<PutClass>(command.request).policy; }
PutPool& p(Command& command) { return std::get<PutPool>(command.request); }
OwnerCaps& cap(Command& command, std::size_t kind) {
    return std::get<SetCaps>(command.request).caps[kind];
}
ChangeSelling& s(Command& command) { return std::get<ChangeSelling>(command.request); }
TransferStock& t(Command& command) { return std::get<TransferStock>(command.request); }
SettleTransfer& e(Command& command) { return std::get<SettleTransfer>(command.request); }
RecordSale& sold(Command& command) { return std::get<RecordSale>(command.request); }
CountStock& n(Command& command) { return std::get<CountStock>(command.request); }
ResolveCase& r(Command& command) { return std::get<ResolveCase>(command.request); }

// A new field of a request does not compile here; give it a row in `kChanges`, then its name. (A
// new field of a class or pool stops at event_equality_test.cpp.)
[[maybe_unused]] void all_fields_have_a_row(const PutClass& a, const PutPool& b, const SetCaps& c,
                                            const ChangeSelling& d, const TransferStock& f,
                                            const SettleTransfer& g, const RecordSale& h,
                                            const CountStock& i, const ResolveCase& j) {
    [[maybe_unused]] const auto& [class_name, policy, class_version] = a;
    [[maybe_unused]] const auto& [pool_name, settings, overflow, pool_version] = b;
    [[maybe_unused]] const auto& [caps] = c;
    [[maybe_unused]] const auto& [scope, subject, stopped, why, until, words, by] = d;
    [[maybe_unused]] const auto& [sku, from, to, quantity, instant, reference, when] = f;
    [[maybe_unused]] const auto& [id, part, lost, cause, at] = g;
    [[maybe_unused]] const auto& [lines, order, channel, customer, shipped, sold_at] = h;
    [[maybe_unused]] const auto& [counted_sku, counted_in, counted, as_of, includes, drift,
                                  position, last_count, submitter] = i;
    [[maybe_unused]] const auto& [case_id, resolution, plan, override_submitter, reason, note,
                                  who] = j;
}

const Change kPolicyChanges[] = {
    {"class_name", put_class,
     [](Command& x) { std::get<PutClass>(x.request).name = class_name(kTenant, "b"); }},
    {"class_version", put_class,
     [](Command& x) { std::get<PutClass>(x.request).expected_version = 4; }},
    {"class_without_version", put_class,
     [](Command& x) { std::get<PutClass>(x.request).expected_version.reset(); }},
    {"class_hold_ttl", put_class, [](Command& x) { ++k(x).hold_ttl; }},
    {"class_hold_ttl_max", put_class, [](Command& x) { ++k(x).hold_ttl_max; }},
    {"class_payment_ttl", put_class, [](Command& x) { ++k(x).payment_ttl; }},
    {"class_payment_ttl_max", put_class, [](Command& x) { ++k(x).payment_ttl_max; }},
    {"class_lifetime_max", put_class, [](Command& x) { ++k(x).lifetime_max; }},
    {"class_review_max", put_class, [](Command& x) { ++k(x).review_max; }},
    {"class_extensions_max", put_class, [](Command& x) { ++k(x).extensions_max; }},
    {"class_on_payment_timeout", put_class,
     [](Command& x) { k(x).on_payment_timeout = PaymentTimeout::review; }},
    {"class_late_commit", put_class, [](Command& x) { k(x).late_commit = LateCommit::refuse; }},
    {"class_tracking", put_class, [](Command& x) { k(x).tracking = Tracking::none; }},
    {"class_held_downtime_grace", put_class, [](Command& x) { ++k(x).held_downtime_grace; }},
    {"class_payment_downtime_grace", put_class, [](Command& x) { ++k(x).payment_downtime_grace; }},
    {"class_safety_units", put_class, [](Command& x) { ++k(x).safety_units; }},
    {"class_safety_permille", put_class, [](Command& x) { ++k(x).safety_permille; }},
    {"class_backorder_max", put_class, [](Command& x) { ++k(x).backorder_max; }},
    {"class_hold_permille", put_class, [](Command& x) { ++k(x).hold_permille; }},
    {"class_stop_selling_at", put_class, [](Command& x) { ++k(x).stop_selling_at; }},
    {"class_allocation", put_class, [](Command& x) { k(x).allocation = Allocation::single; }},
    {"class_split", put_class, [](Command& x) { k(x).split = false; }},
    {"class_wait_max", put_class, [](Command& x) { ++k(x).wait_max; }},
    {"class_line_units_max", put_class, [](Command& x) { ++k(x).line_units_max; }},
    {"class_caps_of_agents", put_class, [](Command& x) { k(x).caps[0] = {.units = 9}; }},
    {"class_cap_of_units", put_class, [](Command& x) { ++k(x).caps[1].units; }},
    {"class_cap_of_holds", put_class, [](Command& x) { ++k(x).caps[1].holds; }},
    {"class_cap_of_unit_seconds", put_class, [](Command& x) { ++k(x).caps[1].unit_seconds; }},
    {"class_caps_of_buyers", put_class, [](Command& x) { k(x).caps[2] = {.units = 9}; }},
    {"class_shortage_order", put_class,
     [](Command& x) { k(x).shortage_order = ShortageOrder::oldest_first; }},
    {"class_count_units_max", put_class, [](Command& x) { ++k(x).count_units_max; }},
    {"class_count_permille_max", put_class, [](Command& x) { ++k(x).count_permille_max; }},
    {"class_consistency", put_class, [](Command& x) { k(x).consistency = Consistency::tolerant; }},
    {"class_banded", put_class, [](Command& x) { k(x).banded = true; }},
    {"class_low_units", put_class, [](Command& x) { ++k(x).low_units; }},

    {"pool_name", put_pool, [](Command& x) { p(x).name = pool_name(kTenant, "east"); }},
    {"pool_version", put_pool, [](Command& x) { p(x).expected_version = 4; }},
    {"pool_without_version", put_pool, [](Command& x) { p(x).expected_version.reset(); }},
    {"pool_kind", put_pool, [](Command& x) { p(x).settings.kind = PoolKind::supplier; }},
    {"pool_region", put_pool, [](Command& x) { p(x).settings.region = "eu-south"; }},
    {"pool_priority", put_pool, [](Command& x) { p(x).settings.priority = -1; }},
    {"pool_channel", put_pool, [](Command& x) { p(x).settings.channels[1] = "shop"; }},
    {"pool_channels_in_another_cut", put_pool,
     [](Command& x) { p(x).settings.channels = {"webt", "ill"}; }},
    {"pool_fewer_channels", put_pool, [](Command& x) { p(x).settings.channels.pop_back(); }},
    {"pool_overflow", put_pool, [](Command& x) { p(x).overflow = pool_name(kTenant, "east"); }},
    {"pool_without_overflow", put_pool, [](Command& x) { p(x).overflow.reset(); }},

    {"caps_units", set_caps, [](Command& x) { cap(x, 0).units = 6; }},
    {"caps_holds", set_caps, [](Command& x) { cap(x, 0).holds = 5; }},
    {"caps_unit_seconds", set_caps, [](Command& x) { cap(x, 0).unit_seconds = 4; }},
    {"caps_of_an_operator", set_caps, [](Command& x) { std::swap(cap(x, 0), cap(x, 1)); }},
    {"caps_of_a_buyer", set_caps, [](Command& x) { std::swap(cap(x, 0), cap(x, 2)); }},

    {"selling_scope", selling, [](Command& x) { s(x).scope = StopScope::sku; }},
    {"selling_subject", selling, [](Command& x) { s(x).subject = pool_name(kTenant, "east"); }},
    {"selling_of_a_channel", selling, [](Command& x) { s(x).subject = {.text = "web"}; }},
    {"selling_of_an_agent", selling, [](Command& x) { s(x).subject = {.text = "agent"}; }},
    {"selling_resumed", selling, [](Command& x) { s(x).stopped = false; }},
    {"selling_reason", selling, [](Command& x) { s(x).reason = Reason::recall; }},
    {"selling_until", selling, [](Command& x) { s(x).until = kThen + std::chrono::seconds(1); }},
    {"selling_without_until", selling, [](Command& x) { s(x).until.reset(); }},
    {"selling_note", selling, [](Command& x) { s(x).note = personal("note2"); }},
};

const Change kStockChanges[] = {
    {"transfer_sku", transfer, [](Command& x) { t(x).sku = sku_name(kTenant, "B"); }},
    {"transfer_from", transfer, [](Command& x) { t(x).from = pool_name(kTenant, "east"); }},
    {"transfer_to", transfer, [](Command& x) { t(x).to = pool_name(kTenant, "east"); }},
    {"transfer_back", transfer, [](Command& x) { std::swap(t(x).from, t(x).to); }},
    {"transfer_quantity", transfer, [](Command& x) { t(x).quantity = 6; }},
    {"transfer_instant", transfer, [](Command& x) { t(x).instant = true; }},
    {"transfer_reference", transfer, [](Command& x) { t(x).reference = "TO-2"; }},
    {"transfer_occurred_at", transfer,
     [](Command& x) { t(x).occurred_at = kThen + std::chrono::seconds(1); }},
    {"transfer_without_occurred_at", transfer, [](Command& x) { t(x).occurred_at.reset(); }},

    {"settle_transfer", settle, [](Command& x) { e(x).transfer = TransferId(10); }},
    {"settle_quantity", settle, [](Command& x) { e(x).quantity = 3; }},
    {"settle_all", settle, [](Command& x) { e(x).quantity.reset(); }},
    {"settle_lost", settle, [](Command& x) { e(x).lost = true; }},
    {"settle_reason", settle, [](Command& x) { e(x).reason = Reason::theft; }},
    {"settle_occurred_at", settle,
     [](Command& x) { e(x).occurred_at = kThen + std::chrono::seconds(1); }},
    {"settle_without_occurred_at", settle, [](Command& x) { e(x).occurred_at.reset(); }},

    {"sale_sku", sale, [](Command& x) { sold(x).lines[0].sku = sku_name(kTenant, "B"); }},
    {"sale_pool", sale, [](Command& x) { sold(x).lines[0].pool = pool_name(kTenant, "north"); }},
    {"sale_quantity", sale, [](Command& x) { sold(x).lines[0].quantity = 3; }},
    {"sale_one_more_line", sale, [](Command& x) { sold(x).lines.push_back(sold(x).lines[0]); }},
    {"sale_reference", sale,
     [](Command& x) { sold(x).reference = reference_name(kTenant, "order-2"); }},
    {"sale_channel", sale, [](Command& x) { sold(x).channel = "till"; }},
    {"sale_customer", sale, [](Command& x) { sold(x).customer = personal("customer2"); }},
    {"sale_shipped", sale, [](Command& x) { sold(x).shipped = true; }},
    {"sale_occurred_at", sale,
     [](Command& x) { sold(x).occurred_at = kThen + std::chrono::seconds(1); }},
    {"sale_without_occurred_at", sale, [](Command& x) { sold(x).occurred_at.reset(); }},

    {"count_sku", count, [](Command& x) { n(x).sku = sku_name(kTenant, "B"); }},
    {"count_pool", count, [](Command& x) { n(x).pool = pool_name(kTenant, "south"); }},
    {"count_without_pool", count, [](Command& x) { n(x).pool.reset(); }},
    {"count_counted", count, [](Command& x) { n(x).counted = 41; }},
    {"count_as_of", count, [](Command& x) { n(x).as_of += std::chrono::seconds(1); }},
    {"count_includes", count, [](Command& x) { n(x).includes = base::digest128({"more"}); }},

    {"resolve_case", resolve, [](Command& x) { r(x).id = CaseId(12); }},
    {"resolve_resolution", resolve, [](Command& x) { r(x).resolution = Resolution::rejected; }},
    {"resolve_plan", resolve, [](Command& x) { r(x).plan = base::digest128({"plan2"}); }},
    {"resolve_override", resolve, [](Command& x) { r(x).override_submitter = true; }},
    {"resolve_reason", resolve, [](Command& x) { r(x).reason = Reason::mispick; }},
    {"resolve_note", resolve, [](Command& x) { r(x).note = personal("note2"); }},
};

class FingerprintOfPolicy : public testing::TestWithParam<Change> {};
class FingerprintOfStock : public testing::TestWithParam<Change> {};

TEST_P(FingerprintOfPolicy, ChangesWithTheField) { expect_another_fingerprint(GetParam()); }
TEST_P(FingerprintOfStock, ChangesWithTheField) { expect_another_fingerprint(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Fields, FingerprintOfPolicy, testing::ValuesIn(kPolicyChanges),
                         [](const auto& row) { return std::string(row.param.name); });
INSTANTIATE_TEST_SUITE_P(Fields, FingerprintOfStock, testing::ValuesIn(kStockChanges),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(StockFingerprint, NoTwoChangesLookAlike) {
    expect_no_two_alike(kPolicyChanges);
    expect_no_two_alike(kStockChanges);
}

TEST(StockFingerprint, EqualCommandsHaveEqualFingerprints) {
    for (auto* const make_command :
         {put_class, put_pool, set_caps, selling, transfer, settle, sale, count, resolve}) {
        EXPECT_EQ(fingerprint(make_command()), fingerprint(make_command()));
        EXPECT_FALSE(fingerprint(make_command()).empty());
    }
}

// What the service works out is another thing at each attempt; the attempt is the same.
TEST(StockFingerprint, ACountIsTheSameWhateverItWasComparedWith) {
    const auto before = fingerprint(count());
    auto again = count();
    n(again).drift = 17;
    n(again).position = Sequence(99);
    n(again).last_count = Sequence(98);
    n(again).submitter = "scanner-2";
    EXPECT_EQ(fingerprint(again), before);
}

// Who asks is known from the API key, not from the request.
TEST(StockFingerprint, DoesNotDependOnWhoAsks) {
    auto stop = selling();
    s(stop).who = "somebody else";
    EXPECT_EQ(fingerprint(stop), fingerprint(selling()));
    auto decision = resolve();
    r(decision).who = "somebody else";
    EXPECT_EQ(fingerprint(decision), fingerprint(resolve()));
}

// Ids and versions of a class or pool are the ledger's.
TEST(StockFingerprint, DoesNotDependOnWhatTheLedgerAssigns) {
    auto sku_class = put_class();
    k(sku_class).id = ClassId(7);
    k(sku_class).version = 8;
    EXPECT_EQ(fingerprint(sku_class), fingerprint(put_class()));
    auto pool = put_pool();
    p(pool).settings.id = PoolId(7);
    p(pool).settings.version = 8;
    p(pool).settings.overflow = PoolId(9);
    EXPECT_EQ(fingerprint(pool), fingerprint(put_pool()));
}

}  // namespace
}  // namespace holdfast::model

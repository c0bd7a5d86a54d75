// Two requests are the same attempt only if every field a client can set is equal.
#include "model/fingerprint_testing.hpp"

namespace holdfast::model {
namespace {

Command create() {
    CreateReservation request;
    request.lines = {{.sku = sku_name(kTenant, "A"),
                      .pool = pool_name(kTenant, "north"),
                      .quantity = 2,
                      .min_quantity = 1,
                      .line_id = "l1",
                      .group = "kit"}};
    request.ttl_seconds = 600;
    request.reference = reference_name(kTenant, "order-1");
    request.agent_id = "agent";
    request.operator_id = "operator";
    request.channel = "web";
    request.customer = personal("customer");
    request.metadata = personal("metadata");
    request.region = "eu-north";
    request.wait_seconds = 30;
    request.supersedes = ReservationId(4);
    return make(Operation::create, std::move(request));
}

Command change() {
    ChangeReservation request;
    request.reservation = ReservationId(5);
    request.expected_version = 3;
    request.lines = {{.line_id = "l1", .sku = sku_name(kTenant, "A"), .quantity = 2}};
    request.ttl_seconds = 600;
    request.payment_reference = "pi_1";
    request.payment_provider = "stripe";
    request.order_reference = "SO-1";
    request.document = "RMA-1";
    request.reason = Reason::damage;
    request.note = personal("note");
    request.occurred_at = kThen;
    request.from = pool_name(kTenant, "north");
    request.to = pool_name(kTenant, "south");
    return make(Operation::return_units, std::move(request));
}

Command release() {
    return make(Operation::release_by_name,
                ReleaseByName{.create_key = base::digest128({"key"}),
                              .reference = reference_name(kTenant, "order-1")});
}

Command adjust() {
    return make(Operation::adjust_stock, MoveStock{.sku = sku_name(kTenant, "A"),
                                                   .pool = pool_name(kTenant, "north"),
                                                   .quantity = -3,
                                                   .reason = Reason::damage,
                                                   .from_unavailable = Reason::disputed,
                                                   .undoes = Sequence(7),
                                                   .reference = "count-1",
                                                   .note = personal("note"),
                                                   .occurred_at = kThen});
}

Command safety() {
    return make(Operation::set_safety_stock, SetSafetyStock{.sku = sku_name(kTenant, "A"),
                                                            .pool = pool_name(kTenant, "north"),
                                                            .units = 4});
}

Command put() {
    return make(Operation::put_sku,
                PutSku{.sku = sku_name(kTenant, "A"), .sku_class = class_name(kTenant, "tickets")});
}

Command read() {
    return make(Operation::read_reservation, ReadReservation{.reservation = ReservationId(5)});
}

// A new field of a request does not compile here; give it a row in `kChanges`, then its name.
[[maybe_unused]] void all_fields_have_a_row(const CreateReservation& c, const ChangeReservation& v,
                                            const ReleaseByName& r, const MoveStock& m) {
    [[maybe_unused]] const auto& [lines, ttl, reference, agent, by, channel, customer, metadata,
                                  region, supersedes, same_reference, partial, dry_run, wait] = c;
    [[maybe_unused]] const auto& [sku, pool, quantity, min_quantity, line_id, group] =
        c.lines.front();
    [[maybe_unused]] const auto& [reservation, version, parts, seconds, payment, provider, order,
                                  document, reason, note, disposition, occurred_at, from, to] = v;
    [[maybe_unused]] const auto& [part_line_id, part_sku, part_quantity] = v.lines.front();
    [[maybe_unused]] const auto& [create_key, name, block_late] = r;
    [[maybe_unused]] const auto& [moved, where, delta, why, from_unavailable, undoes,
                                  document_reference, text, when] = m;
}

CreateReservation& c(Command& command) { return std::get<CreateReservation>(command.request); }
ChangeReservation& v(Command& command) { return std::get<ChangeReservation>(command.request); }
ReleaseByName& r(Command& command) { return std::get<ReleaseByName>(command.request); }
MoveStock& m(Command& command) { return std::get<MoveStock>(command.request); }
SetSafetyStock& s(Command& command) { return std::get<SetSafetyStock>(command.request); }
PutSku& p(Command& command) { return std::get<PutSku>(command.request); }

const Change kChanges[] = {
    {"create_line_sku", create, [](Command& x) { c(x).lines[0].sku = sku_name(kTenant, "B"); }},
    {"create_line_pool", create,
     [](Command& x) { c(x).lines[0].pool = pool_name(kTenant, "south"); }},
    {"create_line_without_pool", create, [](Command& x) { c(x).lines[0].pool.reset(); }},
    {"create_line_empty_pool", create, [](Command& x) { c(x).lines[0].pool = Name{}; }},
    {"create_line_quantity", create, [](Command& x) { c(x).lines[0].quantity = 3; }},
    {"create_line_min_quantity", create, [](Command& x) { c(x).lines[0].min_quantity = 2; }},
    {"create_line_zero_min_quantity", create, [](Command& x) { c(x).lines[0].min_quantity = 0; }},
    {"create_line_without_min_quantity", create,
     [](Command& x) { c(x).lines[0].min_quantity.reset(); }},
    {"create_line_id", create, [](Command& x) { c(x).lines[0].line_id = "l2"; }},
    {"create_line_group", create, [](Command& x) { c(x).lines[0].group = "set"; }},
    {"create_line_id_and_group_shifted", create,
     [](Command& x) {
         c(x).lines[0].line_id = "l1k";
         c(x).lines[0].group = "it";
     }},
    {"create_one_more_line", create, [](Command& x) { c(x).lines.push_back(c(x).lines[0]); }},
    {"create_no_line", create, [](Command& x) { c(x).lines.clear(); }},
    {"create_ttl", create, [](Command& x) { c(x).ttl_seconds = 601; }},
    {"create_zero_ttl", create, [](Command& x) { c(x).ttl_seconds = 0; }},
    {"create_without_ttl", create, [](Command& x) { c(x).ttl_seconds.reset(); }},
    {"create_reference", create,
     [](Command& x) { c(x).reference = reference_name(kTenant, "order-2"); }},
    {"create_agent_id", create, [](Command& x) { c(x).agent_id = "agent2"; }},
    {"create_operator_id", create, [](Command& x) { c(x).operator_id = "operator2"; }},
    {"create_channel", create, [](Command& x) { c(x).channel = "till"; }},
    {"create_customer", create, [](Command& x) { c(x).customer = personal("customer2"); }},
    {"create_metadata", create, [](Command& x) { c(x).metadata = personal("metadata2"); }},
    {"create_region", create, [](Command& x) { c(x).region = "eu-south"; }},
    {"create_wait", create, [](Command& x) { c(x).wait_seconds = 31; }},
    {"create_zero_wait", create, [](Command& x) { c(x).wait_seconds = 0; }},
    {"create_without_wait", create, [](Command& x) { c(x).wait_seconds.reset(); }},
    {"create_supersedes", create, [](Command& x) { c(x).supersedes = ReservationId(6); }},
    {"create_supersedes_zero", create, [](Command& x) { c(x).supersedes = ReservationId(0); }},
    {"create_without_supersedes", create, [](Command& x) { c(x).supersedes.reset(); }},
    {"create_supersedes_same_reference", create,
     [](Command& x) { c(x).supersedes_same_reference = true; }},
    {"create_partial", create, [](Command& x) { c(x).partial = true; }},
    {"create_dry_run", create, [](Command& x) { c(x).dry_run = true; }},

    {"change_reservation", change, [](Command& x) { v(x).reservation = ReservationId(6); }},
    {"change_expected_version", change, [](Command& x) { v(x).expected_version = 4; }},
    {"change_without_expected_version", change, [](Command& x) { v(x).expected_version.reset(); }},
    {"change_line_id", change, [](Command& x) { v(x).lines[0].line_id = "l2"; }},
    {"change_line_sku", change, [](Command& x) { v(x).lines[0].sku = sku_name(kTenant, "B"); }},
    {"change_line_quantity", change, [](Command& x) { v(x).lines[0].quantity = 1; }},
    {"change_no_line", change, [](Command& x) { v(x).lines.clear(); }},
    {"change_ttl", change, [](Command& x) { v(x).ttl_seconds = 601; }},
    {"change_without_ttl", change, [](Command& x) { v(x).ttl_seconds.reset(); }},
    {"change_payment_reference", change, [](Command& x) { v(x).payment_reference = "pi_2"; }},
    {"change_payment_provider", change, [](Command& x) { v(x).payment_provider = "adyen"; }},
    {"change_order_reference", change, [](Command& x) { v(x).order_reference = "SO-2"; }},
    {"change_document", change, [](Command& x) { v(x).document = "RMA-2"; }},
    {"change_reason", change, [](Command& x) { v(x).reason = Reason::fraud; }},
    {"change_note", change, [](Command& x) { v(x).note = personal("note2"); }},
    {"change_disposition", change, [](Command& x) { v(x).disposition = Disposition::damaged; }},
    {"change_occurred_at", change,
     [](Command& x) { v(x).occurred_at = kThen + std::chrono::seconds(1); }},
    {"change_occurred_at_epoch", change, [](Command& x) { v(x).occurred_at = base::Time{}; }},
    {"change_without_occurred_at", change, [](Command& x) { v(x).occurred_at.reset(); }},
    {"change_from", change, [](Command& x) { v(x).from = pool_name(kTenant, "east"); }},
    {"change_without_from", change, [](Command& x) { v(x).from.reset(); }},
    {"change_to", change, [](Command& x) { v(x).to = pool_name(kTenant, "east"); }},
    {"change_without_to", change, [](Command& x) { v(x).to.reset(); }},
    {"change_operation", change, [](Command& x) { x.operation = Operation::cancel; }},

    {"release_create_key", release, [](Command& x) { r(x).create_key = base::digest128({"k2"}); }},
    {"release_reference", release,
     [](Command& x) { r(x).reference = reference_name(kTenant, "order-2"); }},
    {"release_block_late", release, [](Command& x) { r(x).block_late = true; }},

    {"stock_sku", adjust, [](Command& x) { m(x).sku = sku_name(kTenant, "B"); }},
    {"stock_pool", adjust, [](Command& x) { m(x).pool = pool_name(kTenant, "south"); }},
    {"stock_without_pool", adjust, [](Command& x) { m(x).pool.reset(); }},
    {"stock_quantity", adjust, [](Command& x) { m(x).quantity = 3; }},
    {"stock_reason", adjust, [](Command& x) { m(x).reason = Reason::theft; }},
    {"stock_from_unavailable", adjust, [](Command& x) { m(x).from_unavailable = Reason::damage; }},
    {"stock_undoes", adjust, [](Command& x) { m(x).undoes = Sequence(8); }},
    {"stock_reference", adjust, [](Command& x) { m(x).reference = "count-2"; }},
    {"stock_note", adjust, [](Command& x) { m(x).note = personal("note2"); }},
    {"stock_occurred_at", adjust,
     [](Command& x) { m(x).occurred_at = kThen - std::chrono::seconds(1); }},
    {"stock_without_occurred_at", adjust, [](Command& x) { m(x).occurred_at.reset(); }},
    {"stock_operation", adjust, [](Command& x) { x.operation = Operation::receive_stock; }},

    {"safety_sku", safety, [](Command& x) { s(x).sku = sku_name(kTenant, "B"); }},
    {"safety_pool", safety, [](Command& x) { s(x).pool = pool_name(kTenant, "south"); }},
    {"safety_without_pool", safety, [](Command& x) { s(x).pool.reset(); }},
    {"safety_units", safety, [](Command& x) { s(x).units = 5; }},

    {"put_sku", put, [](Command& x) { p(x).sku = sku_name(kTenant, "B"); }},
    {"put_class", put, [](Command& x) { p(x).sku_class = class_name(kTenant, "default"); }},
    {"put_without_class", put, [](Command& x) { p(x).sku_class.reset(); }},

    {"read_reservation", read,
     [](Command& x) { x.request = ReadReservation{.reservation = ReservationId(6)}; }},
};

class FingerprintOf : public testing::TestWithParam<Change> {};

TEST_P(FingerprintOf, ChangesWithTheField) { expect_another_fingerprint(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Fields, FingerprintOf, testing::ValuesIn(kChanges),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Fingerprint, EqualCommandsHaveEqualFingerprints) {
    for (auto* const make_command : {create, change, release, adjust, safety, put, read}) {
        EXPECT_EQ(fingerprint(make_command()), fingerprint(make_command()));
        EXPECT_FALSE(fingerprint(make_command()).empty());
    }
}

TEST(Fingerprint, NoTwoChangesOfARequestLookAlike) { expect_no_two_alike(kChanges); }

// The key's scope is judged by its digest; the fingerprint says what was asked, not under which
// key.
TEST(Fingerprint, DoesNotDependOnTheKey) {
    auto command = create();
    const auto before = fingerprint(command);
    command.key = {.key = base::digest128({"k"}), .source = "till", .source_sequence = 3};
    EXPECT_EQ(fingerprint(command), before);
}

}  // namespace
}  // namespace holdfast::model

// What makes a request valid, and what a command carries.
#include "api/commands.hpp"

#include <gtest/gtest.h>

#include "api/private_data.hpp"
#include "api/testing.hpp"
#include "api/time_text.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::Operation;
using model::RefusalCode;

class CommandsTest : public ::testing::Test {
  protected:
    template <typename Request>
    CommandOrProblem make(const Request& request) {
        return make_command(world_.service->context, world_.principal, request);
    }
    // The first problem's place, or "ok".
    template <typename Request>
    std::string place(const Request& request) {
        const auto command = make(request);
        if (command) {
            return "ok";
        }
        if (command.error().errors.empty()) {
            return std::string(model::entry_of(command.error().code).slug);
        }
        EXPECT_EQ(command.error().code, RefusalCode::validation_failed);
        return command.error().errors.front().pointer;
    }
    static CreateRequest valid() {
        CreateRequest request;
        request.attempt.header_key = "k";
        request.lines.push_back({.sku = "tea", .quantity = 2});
        return request;
    }
    ChangeRequest verb(Operation operation) {
        ChangeRequest request;
        request.operation = operation;
        request.attempt.header_key = "k";
        request.reservation = world_.service->context.names.reservation(model::ReservationId(77));
        return request;
    }

    World world_;
};

template <typename Change>
CreateRequest with(CreateRequest request, Change change) {
    change(request);
    return request;
}

TEST_F(CommandsTest, ACreateIsJudgedFieldByField) {
    using R = CreateRequest;
    const std::pair<std::function<void(R&)>, std::string> cases[] = {
        {[](R&) {}, "ok"},
        {[](R& r) { r.lines.clear(); }, "/lines"},
        {[](R& r) { r.lines.resize(2001, r.lines.front()); }, "/lines"},
        {[](R& r) { r.lines[0].sku.reset(); }, "/lines/0/sku"},
        {[](R& r) { r.lines[0].sku = ""; }, "/lines/0/sku"},
        {[](R& r) { r.lines[0].sku = std::string(128, 's'); }, "ok"},
        {[](R& r) { r.lines[0].sku = std::string(129, 's'); }, "/lines/0/sku"},
        {[](R& r) { r.lines[0].sku = std::string("a\0b", 3); }, "/lines/0/sku"},
        {[](R& r) { r.lines[0].sku = "a\nb"; }, "/lines/0/sku"},
        {[](R& r) { r.lines[0].sku = "\xff"; }, "/lines/0/sku"},
        {[](R& r) { r.lines[0].quantity.reset(); }, "/lines/0/quantity"},
        {[](R& r) { r.lines[0].quantity = 0; }, "/lines/0/quantity"},
        {[](R& r) { r.lines[0].quantity = -1; }, "/lines/0/quantity"},
        {[](R& r) { r.lines[0].quantity = model::kLineQuantityMax; }, "ok"},
        {[](R& r) { r.lines[0].quantity = model::kLineQuantityMax + 1; }, "/lines/0/quantity"},
        {[](R& r) { r.lines[0].min_quantity = 0; }, "ok"},
        {[](R& r) { r.lines[0].min_quantity = 3; }, "/lines/0/min_quantity"},
        {[](R& r) { r.lines[0].min_quantity = -1; }, "/lines/0/min_quantity"},
        {[](R& r) { r.lines[0].line_id = std::string(65, 'l'); }, "/lines/0/line_id"},
        {[](R& r) { r.lines[0].group = ""; }, "/lines/0/group"},
        {[](R& r) { r.lines[0].pool = ""; }, "/lines/0/pool"},
        {[](R& r) { r.lines_pointer = "/items", r.lines[0].quantity = 0; }, "/items/0/quantity"},
        {[](R& r) { r.lines_pointer = "", r.lines[0].quantity = 0; }, "/quantity"},
        {[](R& r) { r.ttl_seconds = 1; }, "ok"},
        {[](R& r) { r.ttl_seconds = 0; }, "/ttl_seconds"},
        {[](R& r) { r.ttl_seconds = model::kTtlSecondsMax; }, "ok"},
        {[](R& r) { r.ttl_seconds = model::kTtlSecondsMax + 1; }, "/ttl_seconds"},
        {[](R& r) { r.reference = std::string(256, 'r'); }, "/reference"},
        {[](R& r) { r.agent_id = ""; }, "/agent_id"},
        {[](R& r) { r.operator_id = "a\x7f"; }, "/operator_id"},
        {[](R& r) { r.customer_id = "\xc3"; }, "/customer_id"},
        {[](R& r) { r.channel = std::string(256, 'c'); }, "/channel"},
        {[](R& r) { r.supersedes = "rsv_nonsense"; }, "/supersedes"},
        {[](R& r) { r.supersedes = "same_reference"; }, "/reference"},
        {[](R& r) { r.supersedes = "same_reference", r.reference = "o-1"; }, "ok"},
        {[](R& r) { r.wait_seconds = 0; }, "ok"},
        {[](R& r) { r.wait_seconds = 5; }, "ok"},
        {[](R& r) { r.wait_seconds = -1; }, "/wait_seconds"},
        {[](R& r) { r.seen_position = "?"; }, "/seen_position"},
        {[](R& r) { r.metadata.emplace(21, std::pair("a", "b")); }, "/metadata"},
        {[](R& r) { r.metadata = {{{std::string(41, 'n'), "v"}}}; },
         "/metadata/" + std::string(41, 'n')},
        {[](R& r) { r.metadata = {{{"", "v"}}}; }, "/metadata/"},
        {[](R& r) { r.metadata = {{{"a/b", std::string(501, 'v')}}}; }, "/metadata/a~1b"},
        {[](R& r) { r.metadata = {{{"a", ""}, {"b", "two\nlines"}}}; }, "ok"},
        {[](R& r) { r.attempt = {}; }, "idempotency_key_required"},
        {[](R& r) { r.attempt = {}, r.dry_run = true; }, "ok"},
    };
    int number = 0;
    for (const auto& [change, expected] : cases) {
        EXPECT_EQ(place(with(valid(), change)), expected) << "case " << number;
        ++number;
    }
}

TEST_F(CommandsTest, EveryProblemOfARequestIsNamedUpToABound) {
    auto request = valid();
    request.lines[0].quantity = 0;
    request.ttl_seconds = 0;
    const auto two = make(request);
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().errors.size(), 2U);
    request.lines.resize(100, request.lines.front());
    EXPECT_EQ(make(request).error().errors.size(), 20U);
}

TEST_F(CommandsTest, LinesAreToldApart) {
    auto request = valid();
    request.lines.resize(3, request.lines.front());
    EXPECT_EQ(place(request), "ok");
    request.lines[1].line_id = "a";
    request.lines[2].line_id = "a";
    EXPECT_EQ(place(request), "/lines/2/line_id");
    request.lines[2].line_id = "1";  // the number of the first line, which has no id
    EXPECT_EQ(place(request), "/lines/2/line_id");
    request.lines[2].line_id = "3";
    EXPECT_EQ(place(request), "ok");
}

TEST_F(CommandsTest, AKeyMayBeLeftOutOfCreatesWhereTheOperatorSaysSo) {
    World relaxed(Options{.create_key_required = false});
    auto request = valid();
    request.attempt = {};
    const auto command = make_command(relaxed.service->context, relaxed.principal, request);
    ASSERT_TRUE(command);
    EXPECT_TRUE(command->key.empty());
}

TEST_F(CommandsTest, ADryRunUsesNoKey) {
    auto request = valid();
    request.dry_run = true;
    EXPECT_TRUE(make(request)->key.empty());
}

TEST_F(CommandsTest, PersonalDataIsDigestedPerTenantAndKind) {
    auto request = valid();
    request.customer_id = "ann";
    request.metadata = {{{"b", "2"}, {"a", "1"}}};
    const auto command = make(request);
    ASSERT_TRUE(command);
    const auto& create = std::get<model::CreateReservation>(command->request);
    const auto& key = world_.service->context.private_key;
    EXPECT_EQ(create.customer.text, "ann");
    EXPECT_EQ(create.customer.digest, customer_digest(key, "default", "ann"));
    EXPECT_NE(create.customer.digest, customer_digest(key, "other", "ann"));
    EXPECT_NE(create.customer.digest, note_text(key, "default", "ann").digest);
    EXPECT_EQ(create.metadata.text, R"({"a":"1","b":"2"})");
}

TEST_F(CommandsTest, TheFingerprintIsTheRequestsNotThePreconditions) {
    auto request = verb(Operation::commit);
    const auto plain = make(request);
    request.versions = {3};
    const auto guarded = make(request);
    ASSERT_TRUE(plain && guarded);
    EXPECT_EQ(plain->key.fingerprint, guarded->key.fingerprint);
    EXPECT_EQ(std::get<model::ChangeReservation>(guarded->request).expected_version, 3U);
    request.order_reference = "o-1";
    EXPECT_NE(make(request)->key.fingerprint, plain->key.fingerprint);
}

TEST_F(CommandsTest, AnEmptyListOfVersionsMatchesNone) {
    auto request = verb(Operation::commit);
    request.versions.emplace();
    EXPECT_EQ(std::get<model::ChangeReservation>(make(request)->request).expected_version, 0U);
}

TEST_F(CommandsTest, VerbsAreJudgedFieldByField) {
    const auto part = [](std::optional<std::string> line, std::optional<std::string> sku,
                         std::optional<std::int64_t> quantity) {
        return std::vector<PartRequest>{
            {.line_id = std::move(line), .sku = std::move(sku), .quantity = quantity}};
    };
    using R = ChangeRequest;
    const std::tuple<Operation, std::function<void(R&)>, std::string> cases[] = {
        {Operation::commit, [](R&) {}, "ok"},
        {Operation::commit, [](R& r) { r.attempt = {}; }, "ok"},
        {Operation::commit, [](R& r) { r.lines.emplace(); }, "/lines"},
        {Operation::commit, [&](R& r) { r.lines = part("1", {}, 1); }, "ok"},
        {Operation::commit, [&](R& r) { r.lines = part("1", {}, 1), r.attempt = {}; },
         "idempotency_key_required"},
        {Operation::commit, [&](R& r) { r.lines = part({}, "tea", 1); }, "ok"},
        {Operation::commit, [&](R& r) { r.lines = part({}, {}, 1); }, "/lines/0"},
        {Operation::commit, [&](R& r) { r.lines = part("1", "tea", 1); }, "/lines/0"},
        {Operation::commit, [&](R& r) { r.lines = part("1", {}, {}); }, "/lines/0/quantity"},
        {Operation::commit, [&](R& r) { r.lines = part("1", {}, 0); }, "/lines/0/quantity"},
        {Operation::commit,
         [&](R& r) { r.lines = part("1", {}, std::numeric_limits<std::int64_t>::max()); },
         "/lines/0/quantity"},
        {Operation::commit, [](R& r) { r.reservation = "nonsense"; }, "unknown_reservation"},
        {Operation::begin_payment, [](R& r) { r.ttl_seconds = 0; }, "/ttl_seconds"},
        {Operation::begin_payment, [](R& r) { r.provider = ""; }, "/provider"},
        {Operation::extend, [](R&) {}, "/ttl_seconds"},
        {Operation::extend, [](R& r) { r.ttl_seconds = 60; }, "ok"},
        {Operation::extend, [](R& r) { r.ttl_seconds = 60, r.attempt = {}; },
         "idempotency_key_required"},
        {Operation::ship, [](R&) {}, "ok"},
        {Operation::ship, [](R& r) { r.attempt = {}; }, "idempotency_key_required"},
        {Operation::ship, [](R& r) { r.occurred_at = "yesterday"; }, "/occurred_at"},
        {Operation::ship, [](R& r) { r.occurred_at = "1970-01-01T00:00:00Z"; }, "/occurred_at"},
        {Operation::ship, [](R& r) { r.document = ""; }, "/shipment_reference"},
        {Operation::cancel, [](R&) {}, "/reason"},
        {Operation::cancel, [](R& r) { r.reason = "none"; }, "/reason"},
        {Operation::cancel, [](R& r) { r.reason = "fraud"; }, "ok"},
        {Operation::cancel, [](R& r) { r.reason = "other"; }, "/note"},
        {Operation::cancel, [](R& r) { r.reason = "other", r.note = "why\nnot"; }, "ok"},
        {Operation::cancel, [](R& r) { r.reason = "fraud", r.note = std::string(1001, 'n'); },
         "/note"},
        {Operation::return_units, [](R& r) { r.disposition = "restock"; }, "/lines"},
        {Operation::return_units, [&](R& r) { r.lines = part("1", {}, 1); }, "/disposition"},
        {Operation::return_units,
         [&](R& r) { r.lines = part("1", {}, 1), r.disposition = "damaged"; }, "ok"},
    };
    int number = 0;
    for (const auto& [operation, change, expected] : cases) {
        auto request = verb(operation);
        change(request);
        EXPECT_EQ(place(request), expected) << "case " << number;
        ++number;
    }
}

TEST_F(CommandsTest, WhatHappenedDidNotHappenInTheFuture) {
    const base::Time now = world_.service->context.time();
    const auto receipt = [&](base::Duration ahead) {
        return MovementRequest{.attempt = {.header_key = "k"},
                               .sku = "tea",
                               .quantity = 1,
                               .occurred_at = format_time(now + ahead)};
    };
    EXPECT_EQ(place(receipt(std::chrono::minutes(9))), "ok") << "a till's clock runs ahead";
    EXPECT_EQ(place(receipt(std::chrono::minutes(15))), "/occurred_at") << "of another zone";
    auto shipment = verb(Operation::ship);
    shipment.occurred_at = format_time(now + std::chrono::hours(1));
    EXPECT_EQ(place(shipment), "/occurred_at");
    EXPECT_EQ(place(SaleRequest{.attempt = {.header_key = "k"},
                                .lines = {{.sku = "tea", .quantity = 1}},
                                .occurred_at = shipment.occurred_at}),
              "/occurred_at");
}

// The wall clock was put right after the start: the partition's time follows slowly.
TEST_F(CommandsTest, WhatHappenedByAWallClockThatIsAheadHappened) {
    world_.clock.jump_wall(std::chrono::hours(8));
    const base::Time now = world_.clock.now().wall;
    ASSERT_LT(world_.service->context.time(), now - std::chrono::hours(7));
    auto shipment = verb(Operation::ship);
    shipment.occurred_at = format_time(now);
    EXPECT_EQ(place(shipment), "ok");
    shipment.occurred_at = format_time(now + std::chrono::hours(1));
    EXPECT_EQ(place(shipment), "/occurred_at");
    CountRequest count{.attempt = {.header_key = "k"}, .sku = "tea", .counted = 1};
    count.as_of = format_time(now);
    EXPECT_EQ(place(count), "ok");
}

TEST_F(CommandsTest, AClassIsNotNamedLikeTheAddressOfAReport) {
    EXPECT_EQ(place(PutClassRequest{.name = "suggestion"}), "ok");
    EXPECT_EQ(place(PutClassRequest{.name = "suggestions"}), "/name");
}

TEST_F(CommandsTest, AReleaseByNameNeedsExactlyOneName) {
    EXPECT_EQ(place(ReleaseByNameRequest{}), "");
    EXPECT_EQ(place(ReleaseByNameRequest{.key = "k", .reference = "r"}), "");
    EXPECT_EQ(place(ReleaseByNameRequest{.key = "a b"}), "/key");
    EXPECT_EQ(place(ReleaseByNameRequest{.key = "k", .block_late = true}), "/block_late");
    EXPECT_EQ(place(ReleaseByNameRequest{.reference = ""}), "/reference");
    EXPECT_EQ(place(ReleaseByNameRequest{.reference = "r", .block_late = true}), "ok");
    const auto command = make(ReleaseByNameRequest{.key = "k"});
    ASSERT_TRUE(command);
    EXPECT_EQ(std::get<model::ReleaseByName>(command->request).create_key,
              model::key_digest("default", Operation::create, "k"));
}

TEST_F(CommandsTest, StockIsJudgedFieldByField) {
    const auto receipt = [](std::optional<std::int64_t> quantity) {
        return MovementRequest{.attempt = {.header_key = "k"}, .sku = "tea", .quantity = quantity};
    };
    EXPECT_EQ(place(receipt(1)), "ok");
    EXPECT_EQ(place(receipt({})), "/quantity");
    EXPECT_EQ(place(receipt(0)), "/quantity");
    EXPECT_EQ(place(receipt(model::kCellQuantityMax + 1)), "/quantity");
    EXPECT_EQ(place(MovementRequest{.sku = "tea", .quantity = 1}), "idempotency_key_required");
    EXPECT_EQ(place(MovementRequest{.quantity = 1}), "/sku");

    const auto adjustment = [](std::optional<std::int64_t> delta,
                               std::optional<std::string> reason) {
        return MovementRequest{.operation = Operation::adjust_stock,
                               .attempt = {.header_key = "k"},
                               .sku = "tea",
                               .delta = delta,
                               .reason = std::move(reason)};
    };
    EXPECT_EQ(place(adjustment(-3, "damage")), "ok");
    EXPECT_EQ(place(adjustment(0, "damage")), "/delta");
    EXPECT_EQ(place(adjustment({}, "damage")), "/delta");
    EXPECT_EQ(place(adjustment(1, {})), "/reason");
    EXPECT_EQ(place(adjustment(1, "because")), "/reason");
    EXPECT_EQ(place(adjustment(1, "other")), "/note");

    EXPECT_EQ(place(SafetyStockRequest{.sku = "tea", .quantity = 0}), "ok");
    EXPECT_EQ(place(SafetyStockRequest{.sku = "tea", .quantity = -1}), "/quantity");
    EXPECT_EQ(place(SafetyStockRequest{.sku = "tea"}), "/quantity");
    EXPECT_EQ(place(PutSkuRequest{.sku = "tea"}), "ok");
    EXPECT_EQ(place(PutSkuRequest{.sku = "tea", .sku_class = ""}), "/sku_class");
    EXPECT_EQ(place(PutSkuRequest{.sku = std::string(129, 's')}), "/sku");
}

}  // namespace
}  // namespace holdfast::api

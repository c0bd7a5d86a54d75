// Ladders of movements, counts, cases, sales and settings; see precedence_test.cpp.
#include "core/precedence_testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core::testing {
namespace {

using namespace model;
using namespace std::chrono_literals;

template <typename Request, typename Fill>
Reply ask_stock(Operation operation, const Applies& applies, Fill&& fill) {
    World world;
    world.receive("A", 5);
    world.put_sku("A", "", "k");
    Request request{.sku = world.sku_name(applies.contains("unknown SKU") ? "B" : "A")};
    fill(request, std::int64_t{1});
    if (applies.contains("key reused")) {
        Request first = request;
        first.sku = world.sku_name("A");
        world.send(operation, first, "k");
        fill(request, std::int64_t{2});
    }
    if (applies.contains("limit")) {
        fill(request, kCellQuantityMax + 1);
    }
    if (applies.contains("unknown pool")) {
        request.pool = pool_name("default", "no such pool");
    }
    return world.send(operation, request, "k");
}

Reply ask_movement(Operation operation, const Applies& applies) {
    return ask_stock<MoveStock>(operation, applies,
                                [](MoveStock& m, std::int64_t n) { m.quantity = n; });
}

const Ladder kReceive{
    .operation = "receive",
    .rungs = {kKeyReused, kUnknownPool, kLimit},
    .ask = [](const Applies& applies) { return ask_movement(Operation::receive_stock, applies); }};

const Ladder kAdjust{
    .operation = "adjust",
    .rungs = {kKeyReused, kUnknownSku, kUnknownPool, kLimit},
    .ask = [](const Applies& applies) { return ask_movement(Operation::adjust_stock, applies); }};

const Ladder kSafetyStock{.operation = "safety_stock",
                          .rungs = {kKeyReused, kUnknownSku, kUnknownPool, kLimit},
                          .ask = [](const Applies& applies) {
                              return ask_stock<SetSafetyStock>(
                                  Operation::set_safety_stock, applies,
                                  [](SetSafetyStock& s, std::int64_t n) { s.units = n; });
                          }};

constexpr auto kNamed = "who names a pool is not asked for one";

// Movements of a tenant with several pools.
template <typename Request, typename Fill>
Reply ask_pooled(Operation operation, const Applies& applies, Fill&& fill) {
    World world;
    world.put_pool("east");
    world.receive("A", 5, "", "east");
    Request request{.sku = world.sku_name(applies.contains("unknown SKU") ? "B" : "A")};
    if (!applies.contains("pool required")) {
        request.pool = world.pool_name(applies.contains("unknown pool") ? "no such pool" : "east");
    }
    fill(request, applies);
    if (applies.contains("key reused")) {
        Request first = request;
        first.sku = world.sku_name("A");
        first.pool = world.pool_name("default");
        fill(first, {});
        world.send(operation, first, "k");
    }
    return world.send(operation, request, "k");
}

const std::map<Pair, std::string> kOnePoolAnswer = {{{"pool required", "unknown pool"}, kNamed}};

const Ladder kUnavailable{
    .operation = "mark_unavailable",
    .rungs = {kKeyReused, kUnknownSku, kPoolRequired, kUnknownPool, kQuantity},
    .ask =
        [](const Applies& applies) {
            return ask_pooled<MoveStock>(Operation::mark_unavailable, applies,
                                         [](MoveStock& m, const Applies& which) {
                                             m.quantity = which.contains("quantity") ? -1 : 1;
                                             m.reason = Reason::damage;
                                         });
        },
    .impossible = kOnePoolAnswer};

const Ladder kCount{.operation = "count",
                    .rungs = {kKeyReused, kUnknownSku, kPoolRequired, kUnknownPool, kLimit, kStale},
                    .ask =
                        [](const Applies& applies) {
                            return ask_pooled<CountStock>(
                                Operation::count_stock, applies,
                                [](CountStock& c, const Applies& which) {
                                    c.counted = which.contains("limit") ? -1 : 5;
                                    c.as_of = World::kStart;
                                    c.position = Sequence(100);
                                    c.last_count = Sequence(which.contains("stale") ? 9u : 0u);
                                });
                        },
                    .impossible = kOnePoolAnswer};

const Ladder kTransfer{.operation = "transfer",
                       .rungs = {kKeyReused, kUnknownSku, kUnknownPool, kLimit},
                       .ask = [](const Applies& applies) {
                           World world;
                           world.put_pool("east");
                           world.receive("A", 5, "", "east");
                           TransferStock request{.sku = world.sku_name("A"),
                                                 .from = world.pool_name("east"),
                                                 .to = world.pool_name("default"),
                                                 .quantity = 1};
                           if (applies.contains("key reused")) {
                               TransferStock first = request;
                               first.quantity = 2;
                               world.send(Operation::transfer_stock, first, "k");
                           }
                           request.quantity = applies.contains("limit") ? 0 : 1;
                           if (applies.contains("unknown SKU")) {
                               request.sku = world.sku_name("B");
                           }
                           if (applies.contains("unknown pool")) {
                               request.to = world.pool_name("no such pool");
                           }
                           return world.send(Operation::transfer_stock, request, "k");
                       }};

const Ladder kSettleTransfer{
    .operation = "settle_transfer",
    .rungs = {kKeyReused, kUnknownTransfer, kQuantity},
    .ask =
        [](const Applies& applies) {
            World world;
            world.put_pool("east");
            world.receive("A", 5, "", "east");
            SettleTransfer request{
                .transfer =
                    world.transfer("A", "east", "default", 3).as<TransferChanged>().transfer.id,
                .quantity = 1};
            if (applies.contains("key reused")) {
                world.send(Operation::settle_transfer, request, "k");
                request.quantity = 2;
            }
            if (applies.contains("quantity")) {
                request.quantity = 9;
            }
            if (applies.contains("unknown transfer")) {
                request.transfer = TransferId{999};
            }
            return world.send(Operation::settle_transfer, request, "k");
        },
    .impossible = {{{"unknown transfer", "quantity"}, "nothing more is known of it"}}};

constexpr auto kNoCase = "nothing more is known of a case that is not open";
constexpr auto kOneKind = "a case is of one kind";

const Ladder kResolveCase{
    .operation = "resolve_case",
    .rungs = {kKeyReused, kUnknownCase, kNotResolvable, kPlan, kSubmitter},
    .ask =
        [](const Applies& applies) {
            World world;
            world.receive("A", 5);
            world.count({.sku = "A", .counted = 50, .drift = 45});
            const auto pending = world.cases(CaseKind::count).at(0);
            ResolveCase request{.id = pending.id,
                                .resolution = Resolution::approved,
                                .plan = pending.count.plan,
                                .note = {},
                                .who = applies.contains("submitter") ? "ann" : "bob"};
            if (applies.contains("key reused")) {
                const auto gone = world.held("A", 1);
                world.release(gone);
                world.commit(gone);
                world.resolve(
                    {.id = world.cases(CaseKind::late_money).at(0).id, .note = {}, .who = "bob"},
                    "k");
            }
            if (applies.contains("not resolvable")) {
                request.resolution = Resolution::acknowledged;
            }
            if (applies.contains("plan")) {
                request.plan = {.high = 1, .low = 1};
            }
            if (applies.contains("unknown case")) {
                request.id = CaseId{999};
            }
            return world.resolve(request, "k");
        },
    .impossible = {{{"unknown case", "not resolvable"}, kNoCase},
                   {{"unknown case", "plan"}, kNoCase},
                   {{"unknown case", "submitter"}, kNoCase},
                   {{"not resolvable", "plan"}, kOneKind},
                   {{"not resolvable", "submitter"}, kOneKind}}};

const Ladder kSale{.operation = "sale",
                   .rungs = {kKeyReused, kUnknownPool, kLimit},
                   .ask = [](const Applies& applies) {
                       World world;
                       world.receive("A", 5);
                       Cart cart{.lines = {{"A", 1}}, .key = "k"};
                       if (applies.contains("key reused")) {
                           world.sale(cart);
                           cart.channel = "tv";
                       }
                       if (applies.contains("unknown pool")) {
                           cart.lines.push_back({.sku = "A", .pool = "no such pool"});
                       }
                       if (applies.contains("limit")) {
                           cart.lines.push_back({"A", kLineQuantityMax + 1});
                       }
                       return world.sale(cart);
                   }};

template <typename Change>
Reply ask_put_class(const Applies& applies, Change&& change) {
    World world;
    SkuClass policy = default_class();
    PutClass request{
        .name = class_name("default", "own"), .policy = policy, .expected_version = {}};
    if (applies.contains("key reused")) {
        world.send(Operation::put_class, request, "k");
        request.policy.hold_ttl = 1min;
    }
    change(request);
    if (applies.contains("version")) {
        request.expected_version = 77;
    }
    return world.send(Operation::put_class, request, "k");
}

const Ladder kPutClass{.operation = "put_class",
                       .rungs = {kKeyReused, kLimit, kVersion},
                       .ask = [](const Applies& applies) {
                           return ask_put_class(applies, [&](PutClass& request) {
                               request.policy.safety_units = applies.contains("limit") ? -1 : 0;
                           });
                       }};

const Ladder kPutPool{.operation = "put_pool",
                      .rungs = {kKeyReused, kUnknownPool, kVersion},
                      .ask = [](const Applies& applies) {
                          World world;
                          PutPool request{.name = world.pool_name("east"),
                                          .settings = {},
                                          .overflow = {},
                                          .expected_version = {}};
                          if (applies.contains("key reused")) {
                              world.send(Operation::put_pool, request, "k");
                              request.settings.priority = 3;
                          }
                          if (applies.contains("unknown pool")) {
                              request.overflow = world.pool_name("no such pool");
                          }
                          if (applies.contains("version")) {
                              request.expected_version = 77;
                          }
                          return world.send(Operation::put_pool, request, "k");
                      }};

const Ladder kPutSku{.operation = "put_sku",
                     .rungs = {kKeyReused, kUnknownClass},
                     .ask = [](const Applies& applies) {
                         World world;
                         if (applies.contains("key reused")) {
                             world.put_sku("B", "", "k");
                         }
                         return world.put_sku(
                             "A", applies.contains("unknown class") ? "no such class" : "", "k");
                     }};

const Ladder kReleaseByName{
    .operation = "release_by_name",
    .rungs = {kKeyReused, kLimit},
    .ask = [](const Applies& applies) {
        World world(TenantRegistered{.tenant = TenantId{0},
                                     .recorded_refusals_max = 1,
                                     .recorded_refusals_per_second = 1,
                                     .tombstones_max = applies.contains("limit") ? 0u : 9u,
                                     .name = "default"});
        if (applies.contains("key reused")) {
            world.release_reference("cart", false, "k");
        }
        return world.release_key("create key", "k");
    }};

}  // namespace

std::vector<Ladder> stock_ladders() {
    return {kReceive,  kAdjust,         kSafetyStock,  kUnavailable, kCount,
            kTransfer, kSettleTransfer, kResolveCase,  kSale,        kPutSku,
            kPutClass, kPutPool,        kReleaseByName};
}

}  // namespace holdfast::core::testing

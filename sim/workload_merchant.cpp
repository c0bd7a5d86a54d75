// What merchants do, and what buyers say when there are classes, pools and caps.
#include <array>
#include <chrono>

#include "sim/workload.hpp"

namespace holdfast::sim {

using namespace model;
using std::chrono::seconds;

namespace {

constexpr std::array<std::string_view, 3> kChannels = {"web", "till", "market"};
constexpr std::array<std::string_view, 2> kRegions = {"north", "south"};

Name class_of(const std::string& tenant, std::uint64_t number) {
    return class_name(tenant, number == 0 ? "default" : "class-" + std::to_string(number));
}

}  // namespace

Command Workload::merchant() {
    switch (dice_.below(8)) {
        case 0: return put_class();
        case 1: return put_pool();
        case 2:
            return finish(
                Operation::put_sku,
                PutSku{.sku = any_sku(), .sku_class = class_of(options_.tenant, dice_.below(4))},
                true);
        case 3: {
            SetCaps caps;
            caps.caps[0] = {.units = dice_.between(0, 40), .holds = dice_.between(0, 20)};
            return finish(Operation::set_caps, std::move(caps), true);
        }
        case 4: {
            ChangeSelling selling{.scope = StopScope::sku, .subject = any_sku()};
            selling.stopped = dice_.chance(1, 3);
            selling.reason = Reason::manual_override;
            return finish(Operation::change_selling, std::move(selling), true);
        }
        case 5: return sale();
        case 6: {
            MoveStock broken{.sku = any_sku(), .pool = any_pool()};
            broken.quantity = dice_.between(-3, 5);
            broken.reason = Reason::damage;
            return finish(Operation::mark_unavailable, std::move(broken), true);
        }
        default: return transfer();
    }
}

Command Workload::put_class() {
    SkuClass policy = default_class();
    policy.hold_ttl = seconds(dice_.between(1, options_.hold_ttl_seconds_max));
    policy.safety_units = dice_.between(0, 2);
    policy.backorder_max = dice_.chance(1, 4) ? dice_.between(1, 5) : 0;
    policy.hold_permille = dice_.chance(1, 5) ? 1'500 : kPermille;
    policy.split = dice_.chance(1, 2);
    policy.allocation = static_cast<Allocation>(dice_.below(3));
    policy.wait_max = seconds(dice_.chance(1, 2) ? 60 : 0);
    policy.on_payment_timeout =
        dice_.chance(1, 4) ? PaymentTimeout::review : PaymentTimeout::release;
    policy.late_commit = dice_.chance(1, 3) ? LateCommit::refuse : LateCommit::retake;
    policy.tracking = dice_.chance(1, 10) ? Tracking::none : Tracking::counted;
    if (dice_.chance(1, 4)) {
        policy.caps[0].holds = dice_.between(1, 10);
    }
    return finish(Operation::put_class,
                  PutClass{.name = class_of(options_.tenant, dice_.below(4)), .policy = policy},
                  true);
}

Command Workload::put_pool() {
    PutPool request{.name = any_pool()};
    request.settings.priority = static_cast<std::int32_t>(dice_.between(0, 3));
    request.settings.region = kRegions[dice_.below(kRegions.size())];
    if (dice_.chance(1, 3)) {
        request.settings.channels = {std::string(kChannels[dice_.below(kChannels.size())])};
    }
    if (dice_.chance(1, 3)) {
        request.overflow = any_pool();
    }
    return finish(Operation::put_pool, std::move(request), true);
}

Command Workload::transfer() {
    TransferStock request{.sku = any_sku(), .from = any_pool(), .to = any_pool()};
    request.quantity = dice_.between(1, 10);
    request.instant = true;
    return finish(Operation::transfer_stock, std::move(request), true);
}

Command Workload::sale() {
    RecordSale request{.lines = lines()};
    for (auto& line : request.lines) {
        line.min_quantity.reset();
    }
    request.reference = reference_name(options_.tenant, any_reference());
    request.channel = kChannels[dice_.below(kChannels.size())];
    request.shipped = dice_.chance(1, 4);
    return finish(Operation::record_sale, std::move(request), true);
}

void Workload::dress(CreateReservation& request) {
    if (dice_.chance(1, 3)) {
        request.channel = kChannels[dice_.below(kChannels.size())];
    }
    if (dice_.chance(1, 4)) {
        request.region = kRegions[dice_.below(kRegions.size())];
    }
    if (dice_.chance(1, 2)) {
        request.agent_id = "agent-" + std::to_string(dice_.below(6));
    }
    if (request.lines.size() == 1 && dice_.chance(1, 3)) {
        request.wait_seconds = dice_.between(1, 60);
    }
    for (auto& line : request.lines) {
        if (dice_.chance(1, 6)) {
            line.pool = any_pool();
        }
    }
}

}  // namespace holdfast::sim

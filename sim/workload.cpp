#include "sim/workload.hpp"

#include <algorithm>
#include <array>

namespace holdfast::sim {

using namespace model;

namespace {

constexpr std::size_t kRemembered = 512;
constexpr std::uint64_t kReferences = 2'000;

struct Weight {
    Operation operation;
    std::uint64_t percent;
};

constexpr std::array kMix = {
    Weight{Operation::create, 44},          Weight{Operation::begin_payment, 8},
    Weight{Operation::commit, 16},          Weight{Operation::release, 6},
    Weight{Operation::extend, 4},           Weight{Operation::ship, 5},
    Weight{Operation::cancel, 3},           Weight{Operation::return_units, 2},
    Weight{Operation::receive_stock, 6},    Weight{Operation::adjust_stock, 2},
    Weight{Operation::set_safety_stock, 1}, Weight{Operation::release_by_name, 1},
    Weight{Operation::read_reservation, 2},
};

template <typename T>
void remember(std::vector<T>& ring, std::size_t& at, T value) {
    if (ring.size() < kRemembered) {
        ring.push_back(std::move(value));
        return;
    }
    ring[at] = std::move(value);
    at = (at + 1) % kRemembered;
}

}  // namespace

Workload::Workload(const WorkloadOptions& options)
    : options_(options), dice_(options.seed), tenant_(tenant_name(options.tenant)) {
    for (std::size_t i = 0; i < options_.skus; ++i) {
        skus_.push_back(sku_name(options_.tenant, "SKU-" + std::to_string(i)));
    }
}

void Workload::created(ReservationId id) { remember(reservations_, reservations_at_, id); }

Command Workload::next() {
    if (!repeatable_.empty() && dice_.chance(options_.repeat_percent, 100)) {
        return repeatable_[dice_.below(repeatable_.size())];
    }
    if (options_.merchant_percent != 0 && dice_.chance(options_.merchant_percent, 100)) {
        return merchant();
    }
    std::uint64_t ticket = dice_.below(100);
    for (const Weight& weight : kMix) {
        if (ticket < weight.percent) {
            switch (weight.operation) {
                case Operation::create: return create();
                case Operation::receive_stock:
                case Operation::adjust_stock: return move_stock(weight.operation);
                case Operation::set_safety_stock: return set_safety_stock();
                case Operation::release_by_name: return release_by_name();
                case Operation::read_reservation:
                    return finish(weight.operation,
                                  ReadReservation{.reservation = any_reservation()}, false);
                default: return change(weight.operation);
            }
        }
        ticket -= weight.percent;
    }
    return create();
}

Command Workload::create() {
    CreateReservation request;
    request.lines = lines();
    if (dice_.chance(3, 4)) {
        request.ttl_seconds = dice_.between(1, options_.hold_ttl_seconds_max);
    }
    if (dice_.chance(1, 2)) {
        request.reference = reference_name(options_.tenant, any_reference());
    }
    request.partial = dice_.chance(1, 10);
    request.dry_run = dice_.chance(1, 50);
    if (dice_.chance(1, 20) && !reservations_.empty()) {
        request.supersedes = any_reservation();
    }
    request.supersedes_same_reference = !request.reference.empty() && dice_.chance(1, 10);
    if (options_.merchant_percent != 0) {
        dress(request);
    }
    return finish(Operation::create, std::move(request), true);
}

std::vector<RequestedLine> Workload::lines() {
    std::vector<RequestedLine> out(1 + (dice_.chance(1, 3) ? dice_.below(4) : 0));
    for (auto& line : out) {
        line.sku = any_sku();
        line.quantity = dice_.between(1, dice_.chance(1, 20) ? 50 : 3);
        if (dice_.chance(1, 15)) {
            line.min_quantity = dice_.between(1, line.quantity);
        }
    }
    return out;
}

Command Workload::change(Operation operation) {
    ChangeReservation request;
    request.reservation = any_reservation();
    const bool parts = operation == Operation::return_units || dice_.chance(1, 6);
    const bool can_have_parts =
        operation != Operation::begin_payment && operation != Operation::extend;
    if (parts && can_have_parts) {
        request.lines.push_back({.line_id = dice_.chance(2, 3) ? "1" : "",
                                 .sku = any_sku(),
                                 .quantity = dice_.between(1, 3)});
    }
    if (operation == Operation::begin_payment || operation == Operation::extend) {
        request.ttl_seconds = dice_.between(1, 2 * options_.hold_ttl_seconds_max);
    }
    if (operation == Operation::cancel) {
        request.reason = Reason::customer_request;
    }
    if (dice_.chance(1, 4)) {
        request.disposition = Disposition::damaged;
    }
    if (dice_.chance(1, 20)) {
        request.expected_version = static_cast<std::uint32_t>(dice_.between(1, 4));
    }
    const bool needs_key = !request.lines.empty() || operation == Operation::extend;
    return finish(operation, std::move(request), needs_key || dice_.chance(1, 2));
}

Command Workload::move_stock(Operation operation) {
    MoveStock request;
    request.sku = any_sku();
    const bool receipt = operation == Operation::receive_stock;
    request.quantity = receipt ? dice_.between(1, 40) : dice_.between(-10, 10);
    request.reason = receipt ? Reason::none : Reason::cycle_count;
    if (options_.merchant_percent != 0) {
        request.pool = any_pool();
    }
    return finish(operation, std::move(request), true);
}

Command Workload::set_safety_stock() {
    return finish(Operation::set_safety_stock,
                  SetSafetyStock{.sku = any_sku(), .pool = {}, .units = dice_.between(0, 5)},
                  dice_.chance(1, 2));
}

Command Workload::release_by_name() {
    ReleaseByName request;
    if (dice_.chance(1, 2)) {
        const auto key = dice_.chance(1, 2) ? dice_.below(keys_used_ + 1) : keys_used_ + 7;
        request.create_key =
            key_digest(options_.tenant, Operation::create, "key-" + std::to_string(key));
    } else {
        request.reference = reference_name(options_.tenant, any_reference());
        request.block_late = dice_.chance(1, 10);
    }
    return finish(Operation::release_by_name, std::move(request), true);
}

Command Workload::finish(Operation operation, Request request, bool with_key) {
    Command command{
        .operation = operation, .tenant = tenant_, .key = {}, .request = std::move(request)};
    if (with_key) {
        command.key.key =
            key_digest(options_.tenant, operation, "key-" + std::to_string(++keys_used_));
        command.key.fingerprint = fingerprint(command);
        remember(repeatable_, repeatable_at_, command);
    }
    return command;
}

// One in three commands is about the four hottest SKUs.
const Name& Workload::any_sku() {
    return skus_[dice_.below(dice_.chance(1, 3) ? std::min<std::size_t>(4, skus_.size())
                                                : skus_.size())];
}

// One of the pools that put_pool makes; it may not be there yet.
Name Workload::any_pool() {
    const std::uint64_t pool = dice_.below(4);
    return pool_name(options_.tenant, pool == 0 ? "default" : "pool-" + std::to_string(pool));
}

ReservationId Workload::any_reservation() {
    if (reservations_.empty() || dice_.chance(1, 100)) {
        return ReservationId(dice_.below(1'000'000) + 1);
    }
    return reservations_[dice_.below(reservations_.size())];
}

std::string Workload::any_reference() {
    return "order-" + std::to_string(dice_.below(kReferences));
}

}  // namespace holdfast::sim

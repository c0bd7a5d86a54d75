// Waiting for units: who may, whose turn it is, what the grant says.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "core/decide_internal.hpp"
#include "core/owners.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

Whereabouts whereabouts_of(const State& state, const ReservationImage& image, base::Time now) {
    return {.tenant = state.tenant(image.tenant),
            .channel = image.texts.channel,
            .region = image.texts.region,
            .now = now};
}

std::vector<Wanted> wanted_by(const ReservationImage& waiter) {
    return {{.line = waiter.lines.front(), .minimum = waiter.lines.front().requested}};
}

// Units that nobody holds for good, whoever holds them for now.
std::int64_t unsold(const State& state, std::span<const std::uint32_t> cells) {
    __int128 sum = 0;
    for (const std::uint32_t cell : cells) {
        CellImage units = state.cells[cell].units;
        units.held = 0;
        units.soft_held = 0;
        sum += std::max<std::int64_t>(hold_offer(units, state.class_of(state.cells[cell].sku)), 0);
    }
    return static_cast<std::int64_t>(std::min<__int128>(sum, kCellQuantityMax));
}

bool may_sell(const State& state, const ReservationImage& image, base::Time now) {
    const Tenant& tenant = state.tenant(image.tenant);
    if (tenant.stops.empty()) {
        return true;
    }
    const auto stopped = [&](StopScope scope, std::string_view name) {
        return find_stop(tenant, scope, name, now) != nullptr;
    };
    const SkuId sku = image.lines.front().sku;
    return !stopped(StopScope::everything, {}) && !stopped(StopScope::sku, state.sku(sku).name) &&
           !stopped(StopScope::sku_class, state.class_of(sku).name) &&
           !(!image.texts.channel.empty() && stopped(StopScope::channel, image.texts.channel)) &&
           !(!image.texts.agent_id.empty() && stopped(StopScope::agent, image.texts.agent_id));
}

bool within_caps(const State& state, const ReservationImage& granted) {
    return std::ranges::none_of(owner_uses(state, granted), [&](const OwnerUse& use) {
        const Owner* const owner = find_owner(state, use.scope);
        const Owner nobody;
        const Owner& now = owner != nullptr ? *owner : nobody;
        const auto beyond = [](std::int64_t cap, std::int64_t used, std::int64_t more) {
            return cap != 0 && more > cap - used;
        };
        return beyond(use.caps->units, now.units, use.units) ||
               beyond(use.caps->holds, now.holds, 1) ||
               beyond(use.caps->unit_seconds, now.unit_seconds, use.unit_seconds);
    });
}

// The image after the grant; nothing if it does not fit.
std::optional<ReservationImage> granted(const State& state, const Reservation& waiter,
                                        base::Time now) {
    ReservationImage image = state.image_of(waiter);
    if (!may_sell(state, image, now)) {
        return std::nullopt;
    }
    Availability available(state);
    Allotment allotment =
        allot(state, wanted_by(image), whereabouts_of(state, image, now), available);
    if (!allotment.failing.empty()) {
        return std::nullopt;
    }
    ReservationTexts texts = image.texts;
    allotment.lines.front().line_id = image.lines.front().line_id;
    allotment.lines.front().group = image.lines.front().group;
    image.lines = std::move(allotment.lines);
    image.texts = texts;
    image.waiting = ReservationState::held;
    image.first_created_at = now;
    image.expires_at = now + image.hold_for;
    image.hold_for = {};
    ++image.version;
    if (!within_caps(state, image)) {
        return std::nullopt;
    }
    return image;
}

}  // namespace

bool may_wait(const Asked& asked, const CreateReservation& request, const ReservationImage& image) {
    if (!request.wait_seconds || request.dry_run || image.lines.size() != 1 || request.supersedes ||
        request.supersedes_same_reference) {
        return false;
    }
    const LineImage& line = image.lines.front();
    const WaitQueue* const queue = asked.state.queue_of(line.sku);
    if (queue != nullptr && queue->size() >= kWaitersMax) {
        return false;
    }
    const auto cells = usable_cells(asked.state, line.sku, line.pool,
                                    whereabouts_of(asked.state, image, asked.stamp.time));
    return unsold(asked.state, cells) >= line.requested;
}

const Reservation* next_grant(const State& state, SkuId sku, base::Time now) {
    const WaitQueue* const queue = state.queue_of(sku);
    if (queue == nullptr) {
        return nullptr;
    }
    __int128 sum = 0;
    for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        sum += std::max<std::int64_t>(offer(state, c), 0);
    }
    const auto most = static_cast<std::int64_t>(std::min<__int128>(sum, kCellQuantityMax));
    const Waiter* const found = queue->first_that(most, [&](const Waiter& waiter) {
        const Reservation& reservation = state.reservations[waiter.reservation];
        return !is_dead(reservation, now) && granted(state, reservation, now).has_value();
    });
    return found != nullptr ? &state.reservations[found->reservation] : nullptr;
}

Event decide_grant(const State& state, const Reservation& waiter, base::Time now) {
    auto image = granted(state, waiter, now);
    CHECK(image.has_value(), "a grant was decided that does not fit");
    return ReservationChanged{.verb = Verb::grant, .image = std::move(*image), .key = {}};
}

Place place_of(const State& state, const Reservation& waiter) {
    const Line& line = state.lines[waiter.first_line];
    const WaitQueue* const queue = state.queue_of(line.sku);
    CHECK(queue != nullptr, "a waiter without a queue");
    Place out{.ahead = static_cast<std::uint32_t>(queue->ahead_of(waiter.id))};
    // The first hold that ends may be let go; whoever is ahead needs one of his own before that.
    // With nobody ahead the next end of a hold is when units may come back.
    std::int64_t first_end = INT64_MAX;
    for (std::uint32_t c = state.sku(line.sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        if (const auto* const due = state.first_due_in(state.cells[c])) {
            first_end = std::min(first_end, due->deadline_ms);
        }
    }
    if (out.ahead == 0 && first_end != INT64_MAX) {
        out.estimate_at = base::time_from_ms(first_end);
    }
    return out;
}

}  // namespace holdfast::core

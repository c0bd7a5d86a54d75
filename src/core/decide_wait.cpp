// Waiting for units: who may, whose turn it is, what the grant says.
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

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

base::PooledVector<Wanted> wanted_by(const ReservationImage& waiter) {
    return {{.line = waiter.lines.front(), .minimum = waiter.lines.front().requested}};
}

// Units that nobody holds for good, whoever holds them for now: together, or of the best pool if
// the class splits nothing.
std::int64_t unsold(const State& state, std::span<const std::uint32_t> cells,
                    const SkuClass& policy) {
    __int128 sum = 0;
    std::int64_t best = 0;
    for (const std::uint32_t cell : cells) {
        CellImage units = state.cells[cell].units;
        units.held = 0;
        units.soft_held = 0;
        const std::int64_t free = std::max<std::int64_t>(hold_offer(units, policy), 0);
        sum += free;
        best = std::max(best, free);
    }
    return policy.split ? static_cast<std::int64_t>(std::min<__int128>(sum, kCellQuantityMax))
                        : best;
}

bool is_stopped(const Tenant& tenant, StopScope scope, std::string_view name, base::Time now) {
    return !tenant.stops.empty() && find_stop(tenant, scope, name, now) != nullptr;
}

// Whether nobody may have it, whoever asks.
bool is_stopped(const State& state, SkuId sku, base::Time now) {
    const Tenant& tenant = state.tenant(state.sku(sku).tenant);
    return is_stopped(tenant, StopScope::everything, {}, now) ||
           is_stopped(tenant, StopScope::sku, state.sku(sku).name, now) ||
           is_stopped(tenant, StopScope::sku_class, state.class_of(sku).name, now);
}

bool is_stopped(const State& state, const ReservationImage& waiter, base::Time now) {
    const Tenant& tenant = state.tenant(waiter.tenant);
    const std::string_view channel = waiter.texts.channel;
    const std::string_view agent = waiter.texts.agent_id;
    return (!channel.empty() && is_stopped(tenant, StopScope::channel, channel, now)) ||
           (!agent.empty() && is_stopped(tenant, StopScope::agent, agent, now));
}

bool within_caps(const State& state, const ReservationImage& granted) {
    return std::ranges::none_of(owner_uses(state, granted), [&](const OwnerUse& use) {
        const Owner* const owner = find_owner(state, use.scope);
        const Owner nobody;
        const Owner& now = owner != nullptr ? *owner : nobody;
        const auto beyond = [](std::int64_t cap, __int128 used, std::int64_t more) {
            return cap != 0 && used + more > cap;
        };
        return beyond(use.caps->units, now.units, use.units) ||
               beyond(use.caps->holds, now.holds, 1) ||
               beyond(use.caps->unit_seconds, now.unit_seconds, use.unit_seconds);
    });
}

// The image after the grant of a SKU that is not stopped; nothing if it does not fit. `capped`: it
// would fit but for the caps of its owners.
std::optional<ReservationImage> granted(const State& state, const Reservation& waiter,
                                        base::Time now, bool& capped) {
    ReservationImage image = state.image_of(waiter);
    if (is_stopped(state, image, now)) {
        return std::nullopt;
    }
    const Whereabouts where = whereabouts_of(state, image, now);
    Availability available(state);
    if (sells_no_more(state, image.lines.front().sku, where, available)) {
        return std::nullopt;
    }
    Allotment allotment = allot(state, wanted_by(image), where, available);
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
        capped = true;
        return std::nullopt;
    }
    return image;
}

}  // namespace

bool may_wait(const Asked& asked, const CreateReservation& request, const ReservationImage& image) {
    if (request.wait_seconds.value_or(0) <= 0 || request.dry_run || image.lines.size() != 1 ||
        request.supersedes || request.supersedes_same_reference) {
        return false;
    }
    const LineImage& line = image.lines.front();
    const WaitQueue* const queue = asked.state.queue_of(line.sku);
    if (queue != nullptr && queue->size() >= kWaitersMax) {
        return false;
    }
    const auto cells = usable_cells(asked.state, line.sku, line.pool,
                                    whereabouts_of(asked.state, image, asked.stamp.time));
    return unsold(asked.state, cells, asked.state.class_of(line.sku)) >= line.requested;
}

const Reservation* next_grant(const State& state, SkuId sku, base::Time now, bool* capped) {
    const WaitQueue* const queue = state.queue_of(sku);
    CHECK(queue != nullptr, "nobody waits for it");
    if (capped != nullptr) {
        *capped = false;
    }
    if (is_stopped(state, sku, now)) {
        return nullptr;  // asked once, not of everybody who waits
    }
    __int128 sum = 0;
    for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        sum += std::max<std::int64_t>(offer(state, c), 0);
    }
    const auto most = static_cast<std::int64_t>(std::min<__int128>(sum, kCellQuantityMax));
    bool any_capped = false;
    const Waiter* const found = queue->first_that(most, [&](const Waiter& waiter) {
        const Reservation& reservation = state.reservations[waiter.reservation];
        return !is_dead(reservation, now) &&
               granted(state, reservation, now, any_capped).has_value();
    });
    if (capped != nullptr) {
        *capped = any_capped;
    }
    return found != nullptr ? &state.reservations[found->reservation] : nullptr;
}

Event decide_grant(const State& state, const Reservation& waiter, base::Time now) {
    bool capped = false;
    auto image = granted(state, waiter, now, capped);
    CHECK(image.has_value(), "a grant was decided that does not fit");
    return ReservationChanged{.verb = Verb::grant, .image = std::move(*image), .key = {}};
}

namespace {

// How many ends of holds an estimate looks at.
constexpr std::size_t kEndsLookedAt = 1'000;

// Walks the holds of a SKU by deadline, without changing a heap: the next one is always a child of
// one that was visited.
class Ends {
  public:
    Ends(const State& state, SkuId sku) : state_(state) {
        for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
            push(state.cells[c].deadlines.first);
        }
    }
    // The line whose hold ends next; kNoIndex: none is left.
    [[nodiscard]] std::uint32_t next() {
        if (open_.empty()) {
            return kNoIndex;
        }
        std::ranges::pop_heap(open_, std::greater{});
        const std::uint32_t line = open_.back().second;
        open_.pop_back();
        push(state_.lines[line].in_cell.left);
        push(state_.lines[line].in_cell.right);
        return line;
    }
    [[nodiscard]] std::int64_t end_of(std::uint32_t line) const {
        return state_.reservations[state_.lines[line].reservation].deadline_ms;
    }

  private:
    void push(std::uint32_t line) {
        if (line != kNoIndex) {
            open_.emplace_back(end_of(line), line);
            std::ranges::push_heap(open_, std::greater{});
        }
    }

    const State& state_;
    base::PooledVector<std::pair<std::int64_t, std::uint32_t>> open_;  // a heap
};

}  // namespace

Place place_of(const State& state, const Reservation& waiter) {
    const SkuId sku = state.sku_of(state.lines[waiter.first_line]);
    const WaitQueue* const queue = state.queue_of(sku);
    CHECK(queue != nullptr, "a waiter without a queue");
    Place out{.ahead = static_cast<std::uint32_t>(queue->ahead_of(waiter.id))};
    // Its turn comes at the latest when so many units came back that everybody ahead has his.
    __int128 missing = queue->units_up_to(waiter.id);
    for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        missing -= offer(state, c);  // a cell in deficit repairs that first
    }
    if (missing <= 0) {
        return out;  // it is not units that it waits for, but the end of a stop or of a cap
    }
    Ends ends(state, sku);
    for (std::size_t i = 0; i < kEndsLookedAt; ++i) {
        const std::uint32_t line = ends.next();
        if (line == kNoIndex) {
            break;
        }
        missing -= state.held_of(state.lines[line]);
        if (missing <= 0) {
            out.estimate_at = base::time_from_ms(ends.end_of(line));
            break;
        }
    }
    return out;
}

}  // namespace holdfast::core

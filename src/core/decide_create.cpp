// Creating a hold: names, limits, supersede, allotment, guard.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.hpp"
#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

std::optional<Decision> judge_tombstone(const Asked& asked, const CreateReservation& request) {
    if (asked.state.tombstones.size() == 0) {
        return std::nullopt;  // most have none: no need to look two names up
    }
    const auto blocks = [&](base::Digest128 name) {
        const Tombstone* const found = name.empty() ? nullptr : asked.state.tombstones.find(name);
        return found != nullptr && found->until_ms > base::to_ms(asked.stamp.time);
    };
    if (blocks(asked.command.key.key) || blocks(request.reference.digest)) {
        return refused(asked, RefusalCode::released_before_create);
    }
    return std::nullopt;
}

std::int64_t minimum_of(const CreateReservation& request, const RequestedLine& line) {
    return line.min_quantity.value_or(request.partial ? 0 : line.quantity);
}

// The lines with their SKUs and pools looked up; nothing accepted yet.
std::expected<base::PooledVector<Wanted>, Decision> resolve_lines(
    const Asked& asked, const CreateReservation& request) {
    base::PooledVector<Wanted> out;
    out.reserve(request.lines.size());
    for (std::size_t i = 0; i < request.lines.size(); ++i) {
        const RequestedLine& from = request.lines[i];
        const auto sku = asked.state.find_sku(from.sku.digest);
        if (!sku) {
            return std::unexpected(refuse_line(asked, RefusalCode::unknown_sku, i));
        }
        PoolId pool = kAnyPool;
        if (from.pool) {
            const auto found = asked.state.find_pool(*asked.tenant, from.pool->digest);
            if (!found) {
                return std::unexpected(refuse_line(asked, RefusalCode::unknown_pool, i));
            }
            pool = *found;
        }
        const bool untracked = asked.state.class_of(*sku).tracking == Tracking::none;
        out.push_back({.line = {.sku = *sku,
                                .pool = pool,
                                .untracked = untracked,
                                .requested = from.quantity,
                                .units = {},
                                .line_id = from.line_id,
                                .group = from.group},
                       .minimum = untracked ? from.quantity : minimum_of(request, from)});
    }
    return out;
}

std::optional<Decision> judge_quantities(const Asked& asked, const CreateReservation& request,
                                         std::span<const Wanted> wanted) {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < request.lines.size(); ++i) {
        const RequestedLine& line = request.lines[i];
        const std::int64_t by_class = asked.state.class_of(wanted[i].line.sku).line_units_max;
        const std::int64_t most =
            by_class > 0 ? std::min(by_class, kLineQuantityMax) : kLineQuantityMax;
        if (line.quantity > most) {
            Refusal refusal;
            refusal.code = RefusalCode::limit_exceeded;
            refusal.line = static_cast<std::uint32_t>(i);
            refusal.limit = most;
            return refused(asked, std::move(refusal));
        }
        total += line.quantity;  // at most kLinesMax * 2^40: no overflow
    }
    if (total > kReservationQuantityMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kReservationQuantityMax);
    }
    return std::nullopt;
}

// The holds that the new one replaces, if they are still alive.
struct Superseded {
    base::PooledVector<const Reservation*> reservations;
    base::Time first_created_at = base::kNever;
    std::uint16_t extensions = 0;
    const Reservation* dead = nullptr;  // past its deadline: to be expired before anything else

    void add(const State& state, const Reservation& old, base::Time now) {
        if (is_dead(old, now)) {
            dead = &old;
            return;
        }
        reservations.push_back(&old);
        first_created_at =
            std::min(first_created_at, base::time_from_ms(state.first_created_ms(old)));
        extensions = std::max(extensions, state.side_of(old).extensions);
    }
};

std::expected<Superseded, Decision> find_superseded(const Asked& asked,
                                                    const CreateReservation& request) {
    Superseded out;
    const State& state = asked.state;
    if (request.supersedes) {
        const Reservation* const old = state.find_reservation(*request.supersedes);
        if (old == nullptr || old->tenant != asked.tenant) {
            return std::unexpected(refused(asked, RefusalCode::unknown_reservation));
        }
        if (state.is_open(*old)) {
            out.add(state, *old, asked.stamp.time);
        }
    }
    if (request.supersedes_same_reference) {
        // One that is named and has the reference comes once; more than a command may end is
        // enough to refuse it.
        const Reservation* const named = out.reservations.empty() ? nullptr : out.reservations[0];
        for (const auto* old = state.newest_holding(request.reference.digest);
             old != nullptr && out.dead == nullptr && out.reservations.size() < kCommandEventsMax;
             old = state.older_holding(*old)) {
            if (old->tenant == asked.tenant && old != named) {
                out.add(state, *old, asked.stamp.time);
            }
        }
    }
    if (out.dead != nullptr) {
        return std::unexpected(expire_first(*out.dead));
    }
    if (out.reservations.size() + 1 > kCommandEventsMax) {
        return std::unexpected(refuse_limit(asked, RefusalCode::limit_exceeded,
                                            static_cast<std::int64_t>(kCommandEventsMax)));
    }
    return out;
}

// A hold in review waits for a person: it ends by commit or release, never in passing.
std::optional<Decision> judge_superseded(const Asked& asked, const Superseded& superseded) {
    for (const auto* old : superseded.reservations) {
        if (old->waiting == ReservationState::review) {
            Refusal refusal;
            refusal.code = RefusalCode::illegal_transition;
            refusal.state = old->waiting;
            refusal.reservation = old->id;
            return refused(asked, std::move(refusal));
        }
    }
    return std::nullopt;
}

void give_back(const State& state, const Superseded& superseded, Availability& available) {
    for (const auto* old : superseded.reservations) {
        for (std::uint32_t i = old->first_line; i != kNoIndex; i = state.lines[i].next) {
            const Line& line = state.lines[i];
            const std::int64_t held = state.held_of(line);
            if (line.placed && held > 0) {
                line.soft ? available.take_soft(line.at, -held)
                          : available.take_firm(line.at, -held);
            }
        }
    }
}

// Who came before goes first: the dead let go of what they hold, then waiters get what fits them.
// A split over several pools must not depend on how late a sweeper is, so there, too, the dead go
// before anything is decided.
std::optional<Decision> let_others_first(const Asked& asked, std::span<const Wanted> wanted) {
    for (const auto& each : wanted) {
        if (each.line.untracked) {
            continue;
        }
        const Sku& sku = asked.state.sku(each.line.sku);
        const bool waited_for = asked.state.queue_of(each.line.sku) != nullptr;
        if (!waited_for && asked.state.next_cell(sku.cell) == kNoIndex) {
            continue;
        }
        if (const auto* const dead = dead_hold_of(asked.state, each.line.sku, asked.stamp.time)) {
            return expire_first(*dead);
        }
        if (waited_for) {
            if (const auto* const next = next_grant(asked.state, each.line.sku, asked.stamp.time)) {
                return grant_first(*next);
            }
        }
    }
    return std::nullopt;
}

// A partial create that would get nothing at all fails with every line.
std::vector<FailingLine> all_lines(std::span<const Wanted> wanted) {
    std::vector<FailingLine> out;
    for (const auto& each : wanted) {
        out.push_back({.line = static_cast<std::uint32_t>(out.size()),
                       .sku = each.line.sku,
                       .requested = each.line.requested,
                       .sellable = 0});
    }
    return out;
}

// Where else there are units of lines that named a pool.
void name_alternatives(const Asked& asked, std::span<const Wanted> wanted, const Whereabouts& where,
                       Refusal& refusal) {
    const Availability untouched(asked.state);
    for (const auto& failing : refusal.lines) {
        if (wanted[failing.line].line.pool == kAnyPool) {
            continue;
        }
        for (const std::uint32_t cell : usable_cells(asked.state, failing.sku, kAnyPool, where)) {
            const std::int64_t left = untouched.left(cell);
            const bool other = asked.state.cells[cell].pool != wanted[failing.line].line.pool;
            if (other && left > 0 && refusal.alternatives.size() < kRecordedLines) {
                refusal.alternatives.push_back(
                    {.line = failing.line, .pool = asked.state.cells[cell].pool, .sellable = left});
            }
        }
    }
}

Decision refuse_stock(const Asked& asked, std::span<const Wanted> wanted, const Whereabouts& where,
                      std::vector<FailingLine> failing) {
    Refusal refusal;
    refusal.code = RefusalCode::insufficient_stock;
    for (const auto& line : failing) {
        for (const std::uint32_t c :
             usable_cells(asked.state, line.sku, wanted[line.line].line.pool, where)) {
            if (const auto* const due = asked.state.first_due_in(asked.state.cells[c])) {
                refusal.next_expiry_at =
                    std::min(refusal.next_expiry_at, base::time_from_ms(due->deadline_ms));
            }
        }
    }
    refusal.lines = std::move(failing);
    name_alternatives(asked, wanted, where, refusal);
    return refused(asked, std::move(refusal));
}

ReservationChanged close_superseded(const State& state, const Reservation& old,
                                    ReservationId successor) {
    ReservationChanged event{.verb = Verb::supersede, .image = state.image_of(old)};
    for (auto& line : event.image.lines) {
        line.units.released += std::exchange(line.units.held, 0);
    }
    event.image.ended_as = ReservationState::superseded;
    if (event.image.waiting == ReservationState::queued) {
        end_wait(event.image, ReservationState::superseded);
    }
    event.image.superseded_by = successor;
    event.image.expires_at = base::kNever;
    ++event.image.version;
    return event;
}

void describe(const Asked& asked, const CreateReservation& request, const Superseded& superseded,
              ReservationImage& image) {
    image.tenant = *asked.tenant;
    image.version = 1;
    image.created_at = asked.stamp.time;
    image.first_created_at = std::min(asked.stamp.time, superseded.first_created_at);
    image.extensions = superseded.extensions;
    image.customer = request.customer.digest;
    image.metadata = request.metadata.digest;
    image.texts.reference = request.reference.text;
    image.texts.agent_id = request.agent_id;
    image.texts.operator_id = request.operator_id;
    image.texts.channel = request.channel;
    image.texts.region = request.region;
}

// The deadline asked for, within the class's bounds and what is left of the lifetime.
std::expected<base::Time, Decision> judge_deadline(const Asked& asked,
                                                   const CreateReservation& request,
                                                   const ReservationImage& image) {
    const Policy policy = policy_of(asked.state, image.lines);
    const base::Duration ttl =
        request.ttl_seconds ? std::chrono::seconds(*request.ttl_seconds) : policy.hold_ttl;
    if (ttl > policy.hold_ttl_max) {
        return std::unexpected(refuse_limit(
            asked, RefusalCode::ttl_out_of_bounds,
            std::chrono::duration_cast<std::chrono::seconds>(policy.hold_ttl_max).count()));
    }
    const base::Time deadline = asked.stamp.time + ttl;
    if (deadline > image.first_created_at + policy.lifetime_max) {
        return std::unexpected(refuse_limit(
            asked, RefusalCode::lifetime_exceeded,
            std::chrono::duration_cast<std::chrono::seconds>(policy.lifetime_max).count()));
    }
    return deadline;
}

// Whether the wait asked for is within what the class allows.
std::optional<Decision> judge_wait(const Asked& asked, const CreateReservation& request,
                                   const ReservationImage& image) {
    if (!request.wait_seconds) {
        return std::nullopt;
    }
    const base::Duration longest = asked.state.class_of(image.lines.front().sku).wait_max;
    if (std::chrono::seconds(*request.wait_seconds) <= longest) {
        return std::nullopt;
    }
    return refuse_limit(asked, RefusalCode::ttl_out_of_bounds,
                        std::chrono::duration_cast<std::chrono::seconds>(longest).count());
}

// TTL and lifetime begin at the grant; until then the deadline is the end of the wait.
void make_wait(const Asked& asked, const CreateReservation& request, ReservationImage& image) {
    image.waiting = ReservationState::queued;
    image.hold_for = image.expires_at - asked.stamp.time;
    image.expires_at = asked.stamp.time + std::chrono::seconds(*request.wait_seconds);
}

// `created` has the one event that makes the reservation; those that close what it replaces go
// before it.
Decision accept(const Asked& asked, const CreateReservation& request, const Superseded& superseded,
                Events created) {
    auto& event = std::get<ReservationChanged>(created.back());
    if (request.dry_run) {
        Decision out = applied(std::move(created));
        out.outcome = Outcome::shown;
        return out;
    }
    const ReservationId id(asked.stamp.next.value() + superseded.reservations.size());
    event.verb = event.image.waiting == ReservationState::queued ? Verb::queue : Verb::hold;
    event.image.id = id;
    event.key = key_use(asked.command);
    auto at = created.begin();
    for (const auto* old : superseded.reservations) {
        at = std::next(created.insert(at, close_superseded(asked.state, *old, id)));
    }
    return applied(std::move(created));
}

// The image's entries before anything is allotted: what policy is looked up by.
Lines lines_of(std::span<const Wanted> wanted) {
    Lines out;
    out.reserve(wanted.size());
    for (const auto& each : wanted) {
        out.push_back(each.line);
    }
    return out;
}

// Stops and caps, before anybody looks at stock: judged on the least that is asked for.
std::optional<Decision> judge_policy(const Asked& asked, std::span<const Wanted> wanted,
                                     const Superseded& superseded, const ReservationImage& image,
                                     const Whereabouts& where, const Availability& available) {
    if (auto stopped = judge_stops(asked, image, where, available)) {
        return stopped;
    }
    if (!where.tenant.capped) {
        return std::nullopt;
    }
    ReservationImage as_asked = image;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        as_asked.lines[i].units.held = wanted[i].minimum;
    }
    return judge_caps(asked, as_asked, superseded.reservations);
}

}  // namespace

Decision decide_create(const Asked& asked, const CreateReservation& request) {
    if (auto blocked = judge_tombstone(asked, request)) {
        return std::move(*blocked);
    }
    auto wanted = resolve_lines(asked, request);
    if (!wanted) {
        return std::move(wanted).error();
    }
    auto superseded = find_superseded(asked, request);
    if (!superseded) {
        return std::move(superseded).error();
    }
    if (auto beyond = judge_quantities(asked, request, *wanted)) {
        return std::move(*beyond);
    }
    if (auto in_review = judge_superseded(asked, *superseded)) {
        return std::move(*in_review);
    }
    Events created;
    ReservationImage& image = add_change(created).image;
    describe(asked, request, *superseded, image);
    image.lines = lines_of(*wanted);
    auto deadline = judge_deadline(asked, request, image);
    if (!deadline) {
        return std::move(deadline).error();
    }
    image.expires_at = *deadline;
    if (auto waits = judge_wait(asked, request, image)) {
        return std::move(*waits);
    }
    if (auto others = let_others_first(asked, *wanted)) {
        return std::move(*others);
    }
    Availability available(asked.state);
    give_back(asked.state, *superseded, available);
    const Whereabouts where{.tenant = asked.state.tenant(*asked.tenant),
                            .channel = request.channel,
                            .region = request.region,
                            .now = asked.stamp.time};
    if (auto no = judge_policy(asked, *wanted, *superseded, image, where, available)) {
        return std::move(*no);
    }
    Allotment allotment = allot(asked.state, *wanted, where, available);
    if (const auto* const dead =
            dead_hold_of(asked.state, allotment.short_cells, asked.stamp.time)) {
        return expire_first(*dead);
    }
    if (allotment.failing.empty() && sum_lines(allotment.lines).accepted == 0) {
        allotment.failing = all_lines(*wanted);
    }
    if (!allotment.failing.empty()) {
        if (!may_wait(asked, request, image)) {
            return refuse_stock(asked, *wanted, where, std::move(allotment.failing));
        }
        make_wait(asked, request, image);
        return accept(asked, request, *superseded, std::move(created));
    }
    image.lines = std::move(allotment.lines);
    if (image.lines.size() > kEntriesMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kEntriesMax);
    }
    // Who asked for at least so much may get more: that, too, must be within the caps.
    if (auto beyond = judge_caps(asked, image, superseded->reservations)) {
        return std::move(*beyond);
    }
    return accept(asked, request, *superseded, std::move(created));
}

}  // namespace holdfast::core

// Creating a hold: names, limits, supersede, allotment, guard.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

Decision refuse_line(const Asked& asked, RefusalCode code, std::size_t line) {
    Refusal refusal;
    refusal.code = code;
    refusal.line = static_cast<std::uint32_t>(line);
    return refused(asked, std::move(refusal));
}

Decision refuse_limit(const Asked& asked, RefusalCode code, std::int64_t limit) {
    Refusal refusal;
    refusal.code = code;
    refusal.limit = limit;
    return refused(asked, std::move(refusal));
}

std::optional<Decision> judge_tombstone(const Asked& asked, const CreateReservation& request) {
    const auto blocks = [&](base::Digest128 name) {
        const Tombstone* const found = name.empty() ? nullptr : asked.state.tombstones.find(name);
        return found != nullptr && found->until_ms > base::to_ms(asked.stamp.time);
    };
    if (blocks(asked.command.key.key) || blocks(request.reference.digest)) {
        return refused(asked, RefusalCode::released_before_create);
    }
    return std::nullopt;
}

// The lines with their SKUs looked up; nothing accepted yet.
std::expected<std::vector<LineImage>, Decision> resolve_lines(const Asked& asked,
                                                              const CreateReservation& request) {
    std::vector<LineImage> lines;
    lines.reserve(request.lines.size());
    for (std::size_t i = 0; i < request.lines.size(); ++i) {
        const RequestedLine& from = request.lines[i];
        const auto sku = asked.state.find_sku(from.sku.digest);
        if (!sku) {
            return std::unexpected(refuse_line(asked, RefusalCode::unknown_sku, i));
        }
        if (from.pool && from.pool->text != "default") {
            return std::unexpected(refuse_line(asked, RefusalCode::unknown_pool, i));
        }
        lines.push_back({.sku = *sku,
                         .pool = kDefaultPool,
                         .untracked = asked.state.class_of(*sku).tracking == Tracking::none,
                         .requested = from.quantity,
                         .units = {},
                         .line_id = from.line_id,
                         .group = from.group});
    }
    return lines;
}

std::optional<Decision> judge_quantities(const Asked& asked, const CreateReservation& request) {
    std::int64_t total = 0;
    for (const auto& line : request.lines) {
        if (line.quantity > kLineQuantityMax) {
            return refuse_limit(asked, RefusalCode::limit_exceeded, kLineQuantityMax);
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
    std::vector<const Reservation*> reservations;
    base::Time first_created_at = base::kNever;
    std::uint16_t extensions = 0;
    const Reservation* dead = nullptr;  // past its deadline: to be expired before anything else

    void add(const Reservation& old, base::Time now) {
        if (is_dead(old, now)) {
            dead = &old;
            return;
        }
        reservations.push_back(&old);
        first_created_at = std::min(first_created_at, base::time_from_ms(old.first_created_ms));
        extensions = std::max(extensions, old.extensions);
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
        if (state.units_of(*old).held > 0) {
            out.add(*old, asked.stamp.time);
        }
    }
    if (request.supersedes_same_reference) {
        for (const auto* old = state.newest_holding(request.reference.digest);
             old != nullptr && out.dead == nullptr; old = state.older_holding(*old)) {
            if (old->tenant == asked.tenant &&
                std::ranges::find(out.reservations, old) == out.reservations.end()) {
                out.add(*old, asked.stamp.time);
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
            if (state.lines[i].cell != kNoIndex) {
                available.take(state.lines[i].cell, -state.lines[i].units.held);
            }
        }
    }
}

std::int64_t minimum_of(const CreateReservation& request, const RequestedLine& line) {
    return line.min_quantity.value_or(request.partial ? 0 : line.quantity);
}

// First every line takes its minimum, then what is left goes out in the order of the lines: a
// generous first line must not starve a later line's minimum. A minimum is taken even where it is
// not there, so that the cell shows by a negative rest that it was short. Returns the failing
// lines.
std::vector<FailingLine> allot(const State& state, const CreateReservation& request,
                               Availability& available, std::vector<LineImage>& lines) {
    std::vector<FailingLine> failing;
    const auto give = [&](std::size_t i, std::int64_t units) {
        lines[i].units.accepted += units;
        lines[i].units.held += units;
        if (!lines[i].untracked) {
            available.take(state.sku(lines[i].sku).cell, units);
        }
    };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::int64_t minimum =
            lines[i].untracked ? lines[i].requested : minimum_of(request, request.lines[i]);
        const std::int64_t left =
            lines[i].untracked ? minimum : available.left(state.sku(lines[i].sku).cell);
        if (left < minimum) {
            failing.push_back({.line = static_cast<std::uint32_t>(i),
                               .sku = lines[i].sku,
                               .requested = lines[i].requested,
                               .sellable = std::max<std::int64_t>(left, 0)});
        }
        give(i, minimum);
    }
    for (std::size_t i = 0; failing.empty() && i < lines.size(); ++i) {
        if (!lines[i].untracked) {
            const std::int64_t left = available.left(state.sku(lines[i].sku).cell);
            give(i,
                 std::clamp<std::int64_t>(left, 0, lines[i].requested - lines[i].units.accepted));
        }
    }
    return failing;
}

// Nobody gets less because of a dead hold: the first dead one on a cell that was short, if any.
const Reservation* dead_hold_on(const State& state, std::span<const LineImage> lines,
                                const Availability& available, base::Time now) {
    for (const auto& line : lines) {
        const bool short_of_units =
            !line.untracked &&
            (line.units.accepted < line.requested || available.left(state.sku(line.sku).cell) < 0);
        const Reservation* const first =
            short_of_units ? state.first_due_in(state.cell_of(line.sku)) : nullptr;
        if (first != nullptr && is_dead(*first, now)) {
            return first;
        }
    }
    return nullptr;
}

// A partial create that would get nothing at all fails with every line.
std::vector<FailingLine> all_lines(std::span<const LineImage> lines) {
    std::vector<FailingLine> out;
    for (const auto& line : lines) {
        out.push_back({.line = static_cast<std::uint32_t>(out.size()),
                       .sku = line.sku,
                       .requested = line.requested,
                       .sellable = 0});
    }
    return out;
}

Decision refuse_stock(const Asked& asked, std::vector<FailingLine> failing) {
    Refusal refusal;
    refusal.code = RefusalCode::insufficient_stock;
    for (const auto& line : failing) {
        if (const auto* const due = asked.state.first_due_in(asked.state.cell_of(line.sku))) {
            refusal.next_expiry_at =
                std::min(refusal.next_expiry_at, base::time_from_ms(due->deadline_ms));
        }
    }
    refusal.lines = std::move(failing);
    return refused(asked, std::move(refusal));
}

ReservationChanged close_superseded(const State& state, const Reservation& old,
                                    ReservationId successor) {
    ReservationChanged event{.verb = Verb::supersede, .image = state.image_of(old)};
    for (auto& line : event.image.lines) {
        line.units.released += std::exchange(line.units.held, 0);
    }
    event.image.ended_as = ReservationState::superseded;
    event.image.superseded_by = successor;
    event.image.expires_at = base::kNever;
    ++event.image.version;
    return event;
}

ReservationImage new_image(const Asked& asked, const CreateReservation& request,
                           std::vector<LineImage> lines, const Superseded& superseded) {
    ReservationImage image;
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
    image.lines = std::move(lines);
    return image;
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

Decision accept(const Asked& asked, const CreateReservation& request, const Superseded& superseded,
                ReservationImage image) {
    if (request.dry_run) {
        return shown(ReservationChanged{.verb = Verb::hold, .image = std::move(image), .key = {}});
    }
    image.id = ReservationId(asked.stamp.next.value() + superseded.reservations.size());
    std::vector<Event> events;
    events.reserve(superseded.reservations.size() + 1);
    for (const auto* old : superseded.reservations) {
        events.emplace_back(close_superseded(asked.state, *old, image.id));
    }
    events.emplace_back(ReservationChanged{
        .verb = Verb::hold, .image = std::move(image), .key = key_use(asked.command)});
    return applied(std::move(events));
}

}  // namespace

Decision decide_create(const Asked& asked, const CreateReservation& request) {
    if (auto blocked = judge_tombstone(asked, request)) {
        return std::move(*blocked);
    }
    auto lines = resolve_lines(asked, request);
    if (!lines) {
        return std::move(lines).error();
    }
    auto superseded = find_superseded(asked, request);
    if (!superseded) {
        return std::move(superseded).error();
    }
    if (auto beyond = judge_quantities(asked, request)) {
        return std::move(*beyond);
    }
    if (auto in_review = judge_superseded(asked, *superseded)) {
        return std::move(*in_review);
    }
    ReservationImage image = new_image(asked, request, std::move(*lines), *superseded);
    auto deadline = judge_deadline(asked, request, image);
    if (!deadline) {
        return std::move(deadline).error();
    }
    image.expires_at = *deadline;
    Availability available(asked.state);
    give_back(asked.state, *superseded, available);
    auto failing = allot(asked.state, request, available, image.lines);
    if (const auto* const dead =
            dead_hold_on(asked.state, image.lines, available, asked.stamp.time)) {
        return expire_first(*dead);
    }
    if (sum_lines(image.lines).accepted == 0) {
        failing = all_lines(image.lines);
    }
    if (!failing.empty()) {
        return refuse_stock(asked, std::move(failing));
    }
    return accept(asked, request, *superseded, std::move(image));
}

}  // namespace holdfast::core

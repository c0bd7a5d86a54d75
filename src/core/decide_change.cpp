// The verbs of one reservation: begin payment, commit, release, extend, ship, cancel, return.
#include <algorithm>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "core/decide_change.hpp"
#include "core/decide_internal.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Units of a line that a verb can act on.
std::int64_t actionable(Operation operation, const LineQuantities& units) {
    switch (operation) {
        case Operation::ship: return units.committed;
        case Operation::cancel:
        case Operation::close_short:
        case Operation::reallocate: return units.held + units.committed;
        case Operation::return_units: return units.shipped - units.returned;
        default: return units.held;
    }
}

// `line` is the first entry of the line, `number` counts lines from 1.
bool names(const LinePart& part, const LineImage& line, std::size_t number,
           std::optional<SkuId> sku) {
    if (part.line_id.empty()) {
        return sku == line.sku;
    }
    // A line without an id answers to its number, as replies show it.
    return line.line_id.empty() ? part.line_id == std::to_string(number)
                                : part.line_id == line.line_id;
}

// A reallocation may say which pool the units are to come from.
bool in_pool(const Change& change, const LineImage& line) {
    return !change.request.from || change.from == line.pool;
}

struct Taken {
    base::PooledVector<std::size_t> named;  // entries of the lines that the part names
    std::int64_t missing = 0;
};

// Takes one part's units from the lines it names, in order.
Taken take_part(const Change& change, const LinePart& part,
                base::PooledVector<std::int64_t>& taken) {
    const auto sku = change.asked.state.find_sku(part.sku.digest);
    Taken out{.named = {}, .missing = part.quantity};
    std::size_t number = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < change.image.lines.size(); ++i) {
        const LineImage& line = change.image.lines[i];
        if (!line.continues) {
            ++number;
            first = i;
        }
        if (names(part, change.image.lines[first], number, sku) && in_pool(change, line)) {
            out.named.push_back(i);
            const std::int64_t left =
                actionable(change.asked.command.operation, line.units) - taken[i];
            const std::int64_t units = std::clamp<std::int64_t>(out.missing, 0, left);
            taken[i] += units;
            out.missing -= units;
        }
    }
    return out;
}

Decision refuse_part(const Change& change, RefusalCode code, std::size_t part) {
    Refusal refusal;
    refusal.code = code;
    refusal.line = static_cast<std::uint32_t>(part);
    refusal.reservation = change.image.id;
    return refused(change.asked, std::move(refusal));
}

}  // namespace

std::expected<Selection, Decision> select_units(const Change& change) {
    const auto& image = change.image;
    const auto& parts = change.request.lines;
    Selection out;
    out.units.resize(image.lines.size());
    if (parts.empty()) {
        for (std::size_t i = 0; i < image.lines.size(); ++i) {
            if (in_pool(change, image.lines[i])) {
                out.units[i] = actionable(change.asked.command.operation, image.lines[i].units);
            }
        }
        return out;
    }
    for (std::size_t p = 0; p < parts.size(); ++p) {
        Taken taken = take_part(change, parts[p], out.units);
        if (taken.named.empty()) {
            return std::unexpected(refuse_part(change, RefusalCode::unknown_line, p));
        }
        if (taken.missing > 0) {
            out.missing.push_back({.line = static_cast<std::uint32_t>(p),
                                   .sku = image.lines[taken.named.front()].sku,
                                   .requested = parts[p].quantity,
                                   .sellable = parts[p].quantity - taken.missing});
            out.missing_at.push_back(std::move(taken.named));
        }
    }
    return out;
}

Decision refuse_state(const Change& change, RefusalCode code) {
    Refusal refusal;
    refusal.code = code;
    refusal.state = state_of(change.image);
    refusal.reservation = change.image.id;
    return refused(change.asked, std::move(refusal));
}

Decision refuse_quantity(const Change& change, Selection selection) {
    Refusal refusal;
    refusal.code = RefusalCode::quantity_exceeded;
    refusal.state = state_of(change.image);
    refusal.reservation = change.image.id;
    refusal.lines = std::move(selection.missing);
    return refused(change.asked, std::move(refusal));
}

Decision refuse_bound(const Change& change, RefusalCode code, base::Duration bound) {
    Refusal refusal;
    refusal.code = code;
    refusal.reservation = change.image.id;
    refusal.limit = std::chrono::duration_cast<std::chrono::seconds>(bound).count();
    return refused(change.asked, std::move(refusal));
}

Decision accept_change(const Change& change, Verb verb, ReservationImage&& image) {
    const auto& request = change.request;
    const bool holds =
        std::ranges::any_of(image.lines, [](const LineImage& line) { return line.units.held > 0; });
    Events events;
    ReservationChanged& event = add_change(events);
    event.verb = verb;
    event.reason = request.reason;
    event.disposition = request.disposition;
    event.occurred_at = happened_at(change.asked, request.occurred_at);
    event.note = request.note.digest;
    event.document = request.document;
    event.image = std::move(image);
    event.key = key_use(change.asked.command);
    ++event.image.version;
    if (!holds) {
        event.image.expires_at = base::kNever;
    }
    return applied(std::move(events));
}

Decision already(const Change& change, Verb verb) {
    return unchanged(change.asked, {.verb = verb, .image = change.image, .key = {}});
}

bool is_given_up(const Change& change) {
    if (state_of(change.image) == ReservationState::released) {
        return true;
    }
    const LineQuantities totals = sum_lines(change.image.lines);
    return totals.held == 0 && totals.released > 0 &&
           change.image.ended_as == ReservationState::released;
}

namespace {

std::optional<Decision> judge_version(const Change& change) {
    const auto& expected = change.request.expected_version;
    if (!expected || *expected == change.version) {
        return std::nullopt;
    }
    Refusal refusal;
    refusal.code = RefusalCode::version_mismatch;
    refusal.version = change.version;
    refusal.reservation = change.request.reservation;
    return refused(change.asked, std::move(refusal));
}

Decision judge(const Change& change) {
    switch (change.asked.command.operation) {
        case Operation::begin_payment: return judge_begin_payment(change);
        case Operation::commit: return judge_commit(change);
        case Operation::release: return judge_release(change);
        case Operation::extend: return judge_extend(change);
        case Operation::ship: return judge_ship(change);
        case Operation::cancel: return judge_cancel(change);
        case Operation::return_units: return judge_return(change);
        case Operation::reallocate: return judge_reallocate(change);
        case Operation::close_short: return judge_close_short(change);
        default: break;
    }
    UNREACHABLE();
}

// What left or came back of a reservation that late money replaced is its successor's.
const Reservation& bearer_of(const State& state, const Reservation& named, Operation operation) {
    const bool is_fact = operation == Operation::ship || operation == Operation::return_units;
    const ReservationId successor = is_fact ? state.successor_of(named) : ReservationId{};
    if (successor.value() == 0) {
        return named;
    }
    const Reservation* const found = state.find_reservation(successor);
    CHECK(found != nullptr, "a successor that is not in memory was not thawed first");
    return *found;
}

}  // namespace

std::optional<Decision> check_version(const Change& change) { return judge_version(change); }

Decision decide_change(const Asked& asked, const ChangeReservation& request) {
    const Reservation* const found = asked.state.find_reservation(request.reservation);
    if (found == nullptr || found->tenant != asked.tenant) {
        return refused(asked, RefusalCode::unknown_reservation);
    }
    if (is_dead(*found, asked.stamp.time)) {
        return expire_first(*found);
    }
    const Reservation& bearer = bearer_of(asked.state, *found, asked.command.operation);
    const Change change{.asked = asked,
                        .request = request,
                        .reservation = bearer,
                        .image = asked.state.image_of(bearer),
                        .version = found->version,
                        .from = request.from
                                    ? asked.state.find_pool(found->tenant, request.from->digest)
                                    : std::nullopt};
    return judge(change);
}

Decision decide_read(const Asked& asked, const ReadReservation& request) {
    const Reservation* const found = asked.state.find_reservation(request.reservation);
    if (found == nullptr || found->tenant != asked.tenant) {
        return refused(asked, RefusalCode::unknown_reservation);
    }
    if (is_dead(*found, asked.stamp.time)) {
        return expire_first(*found);
    }
    if (found->waiting == ReservationState::queued) {
        // A read must not see a waiter whose turn has come.
        const SkuId sku = asked.state.sku_of(asked.state.lines[found->first_line]);
        if (const auto* const dead = dead_hold_of(asked.state, sku, asked.stamp.time)) {
            return expire_first(*dead);
        }
        if (const auto* const next = next_grant(asked.state, sku, asked.stamp.time)) {
            return grant_first(*next);
        }
    }
    return shown(
        ReservationChanged{.verb = Verb::hold, .image = asked.state.image_of(*found), .key = {}});
}

}  // namespace holdfast::core

// Money that arrives after the hold expired: take the stock again, or say that it is gone.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "core/decide_change.hpp"
#include "core/extras.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Units per line that the late commit wants: those that expired, or the parts it names of them.
std::expected<base::PooledVector<std::int64_t>, Decision> wanted_units(const Change& change) {
    Change as_held = change;
    for (auto& line : as_held.image.lines) {
        line.units.held = line.units.expired;  // what select_units may choose from
    }
    auto selection = select_units(as_held);
    CHECK(selection.has_value(), "judge_commit looks the lines up before");
    if (!selection->missing.empty()) {
        return std::unexpected(refuse_quantity(change, std::move(*selection)));
    }
    return std::move(selection->units);
}

// The wanted units where they were before, or nothing if one of those pools has too few.
std::optional<Lines> same_pools(const Change& change, std::span<const std::int64_t> units) {
    const State& state = change.asked.state;
    Availability available(state, true);
    Lines out = change.image.lines;
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].soft = false;
        out[i].units = {.accepted = units[i], .committed = units[i]};
        if (out[i].untracked || units[i] == 0) {
            continue;
        }
        const std::uint32_t cell = state.find_cell(out[i].sku, out[i].pool);
        if (available.left(cell) < units[i]) {
            return std::nullopt;
        }
        available.take(cell, units[i]);
    }
    return out;
}

// One per line: what it wants over all its entries, from any pool.
base::PooledVector<Wanted> wanted_lines(const Change& change, std::span<const std::int64_t> units) {
    base::PooledVector<Wanted> out;
    for (std::size_t i = 0; i < change.image.lines.size(); ++i) {
        const LineImage& entry = change.image.lines[i];
        if (entry.continues) {
            out.back().minimum += units[i];
        } else {
            out.push_back({.line = entry, .minimum = units[i]});
            out.back().line.units = {};
            out.back().line.pool = entry.untracked ? entry.pool : kAnyPool;
        }
    }
    return out;
}

// From whatever pools the class allows: the money is here, another pool is better than none.
Allotment other_pools(const Change& change, std::span<const std::int64_t> units) {
    const State& state = change.asked.state;
    const Whereabouts where{.tenant = state.tenant(change.image.tenant),
                            .channel = change.image.texts.channel,
                            .region = change.image.texts.region,
                            .now = change.asked.stamp.time};
    auto wanted = wanted_lines(change, units);
    base::PooledVector<std::int64_t> requested;
    for (auto& each : wanted) {
        requested.push_back(std::exchange(each.line.requested, each.minimum));
    }
    Availability available(state, true);
    Allotment out = allot(state, std::move(wanted), where, available);
    std::size_t line = 0;
    for (auto& entry : out.lines) {
        if (!entry.continues) {
            entry.requested = requested[line++];
        }
        entry.soft = false;
        entry.units = {.accepted = entry.units.accepted, .committed = entry.units.accepted};
    }
    return out;
}

ReservationImage successor_of(const Change& change, Lines lines) {
    ReservationImage image = change.image;
    image.id = ReservationId(change.asked.stamp.next.value() + 1);
    image.version = 1;
    image.created_at = change.asked.stamp.time;
    image.ended_as = ReservationState::released;
    image.waiting = ReservationState::held;
    image.lines = std::move(lines);
    return image;
}

// The successor may have other entries than its predecessor: texts go from line to line.
void show_kept_texts(const ReservationImage& old, const Extras& kept, ReservationImage& successor) {
    ReservationImage viewer = old;
    unpack_extras(kept, viewer);
    successor.texts = viewer.texts;
    std::size_t from = 0;
    for (std::size_t to = 0; to < successor.lines.size(); ++to) {
        if (successor.lines[to].continues) {
            continue;
        }
        while (viewer.lines[from].continues) {
            ++from;
        }
        successor.lines[to].line_id = viewer.lines[from].line_id;
        successor.lines[to].group = viewer.lines[from].group;
        ++from;
    }
}

// The money is here and the units are gone: the payment worker refunds, a person looks after it.
Decision refuse_shortfall(const Change& change, std::vector<FailingLine> failing) {
    Refusal refusal;
    refusal.code = RefusalCode::late_commit_shortfall;
    refusal.state = ReservationState::expired;
    refusal.reservation = change.image.id;
    refusal.lines = std::move(failing);
    Decision out = refused(change.asked, std::move(refusal));
    out.after = late_money(change.asked, change.image, out.events.size());
    return out;
}

// What the new reservation has of its own among the texts and links it took over.
void mark_successor(const Change& change, ReservationImage& image) {
    image.replaces = change.image.id;
    image.replaced_by = {};
    image.committed_late = true;
    if (!change.request.order_reference.empty()) {
        image.texts.order_reference = change.request.order_reference;
    }
}

}  // namespace

Decision decide_late_commit(const Asked& asked, const Reservation& old,
                            const ChangeReservation& request) {
    const Change change{.asked = asked,
                        .request = request,
                        .reservation = old,
                        .image = asked.state.image_of(old),
                        .version = old.version};
    if (policy_of(asked.state, change.image.lines).late_commit == LateCommit::refuse) {
        Decision out = refuse_state(change, RefusalCode::expired);
        if (sum_lines(change.image.lines).expired > 0) {
            out.after = late_money(asked, change.image, out.events.size());
        }
        return out;
    }
    auto units = wanted_units(change);
    if (!units) {
        return std::move(units).error();
    }
    if (std::ranges::all_of(*units, [](std::int64_t n) { return n == 0; })) {
        return refuse_state(change, RefusalCode::expired);  // it waited for units and got none
    }
    auto lines = same_pools(change, *units);
    if (!lines) {
        // Which pools serve it must not depend on how late a sweeper is.
        for (const auto& line : change.image.lines) {
            if (const auto* const dead = dead_hold_of(asked.state, line.sku, asked.stamp.time)) {
                return expire_first(*dead);
            }
        }
        Allotment allotment = other_pools(change, *units);
        if (!allotment.failing.empty()) {
            return refuse_shortfall(change, std::move(allotment.failing));
        }
        lines = std::move(allotment.lines);
    }
    ReservationImage successor = successor_of(change, std::move(*lines));
    // Applying the first event repacks the old reservation's texts, which the second one shows.
    Extras texts = copy_extras(asked.state.side_of(old).extras);
    show_kept_texts(change.image, texts, successor);
    mark_successor(change, successor);
    ReservationImage replaced = change.image;
    ++replaced.version;
    replaced.replaced_by = successor.id;
    Events events;
    events.emplace_back(
        ReservationChanged{.verb = Verb::replace, .image = std::move(replaced), .key = {}});
    events.emplace_back(ReservationChanged{
        .verb = Verb::retake, .image = std::move(successor), .key = key_use(asked.command)});
    Decision out = applied(std::move(events));
    out.kept = std::move(texts);
    return out;
}

}  // namespace holdfast::core

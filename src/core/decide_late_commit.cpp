// Money that arrives after the hold expired: take the stock again, or say that it is gone.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "core/decide_change.hpp"
#include "core/extras.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Units per line that the late commit wants: those that expired, or the parts it names of them.
std::expected<std::vector<std::int64_t>, Decision> wanted_units(const Change& change) {
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

std::vector<FailingLine> missing_stock(const State& state, std::span<const LineImage> lines) {
    std::vector<FailingLine> out;
    Availability available(state);
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
        if (lines[i].untracked) {
            continue;
        }
        const std::uint32_t cell = state.sku(lines[i].sku).cell;
        const std::int64_t left = available.left(cell);
        if (left < lines[i].units.accepted) {
            out.push_back({.line = i,
                           .sku = lines[i].sku,
                           .requested = lines[i].units.accepted,
                           .sellable = std::max<std::int64_t>(left, 0)});
        }
        available.take(cell, lines[i].units.accepted);
    }
    return out;
}

const Reservation* dead_hold_on(const Asked& asked, std::span<const FailingLine> failing) {
    for (const auto& line : failing) {
        const auto* const due = asked.state.first_due_in(asked.state.cell_of(line.sku));
        if (due != nullptr && is_dead(*due, asked.stamp.time)) {
            return due;
        }
    }
    return nullptr;
}

ReservationImage successor_of(const Change& change, const std::vector<std::int64_t>& units) {
    ReservationImage image = change.image;
    image.id = ReservationId(change.asked.stamp.next.value() + 1);
    image.version = 1;
    image.created_at = change.asked.stamp.time;
    image.ended_as = ReservationState::released;
    image.waiting = ReservationState::held;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        image.lines[i].units = {.accepted = units[i], .committed = units[i]};
    }
    return image;
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
    const Change change{
        .asked = asked, .request = request, .reservation = old, .image = asked.state.image_of(old)};
    if (policy_of(asked.state, change.image.lines).late_commit == LateCommit::refuse) {
        return refuse_state(change, RefusalCode::expired);
    }
    auto units = wanted_units(change);
    if (!units) {
        return std::move(units).error();
    }
    ReservationImage successor = successor_of(change, *units);
    auto failing = missing_stock(asked.state, successor.lines);
    if (!failing.empty()) {
        if (const auto* const dead = dead_hold_on(asked, failing)) {
            return expire_first(*dead);
        }
        Refusal refusal;
        refusal.code = RefusalCode::late_commit_shortfall;
        refusal.state = ReservationState::expired;
        refusal.reservation = old.id;
        refusal.lines = std::move(failing);
        return refused(asked, std::move(refusal));
    }
    // Applying the first event repacks the old reservation's texts, which the second one shows.
    Extras texts = copy_extras(old.extras);
    unpack_extras(texts, successor);
    mark_successor(change, successor);
    ReservationImage replaced = change.image;
    ++replaced.version;
    replaced.replaced_by = successor.id;
    std::vector<Event> events;
    events.emplace_back(
        ReservationChanged{.verb = Verb::replace, .image = std::move(replaced), .key = {}});
    events.emplace_back(ReservationChanged{
        .verb = Verb::retake, .image = std::move(successor), .key = key_use(asked.command)});
    Decision out = applied(std::move(events));
    out.kept = std::move(texts);
    return out;
}

}  // namespace holdfast::core

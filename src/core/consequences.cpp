#include "core/consequences.hpp"

#include <algorithm>
#include <utility>

#include "core/decide_internal.hpp"
#include "core/offer.hpp"

namespace holdfast::core {

using namespace model;

namespace {

std::vector<Event> one(Event event) {
    std::vector<Event> out;
    out.push_back(std::move(event));
    return out;
}

std::vector<Event> follow_cell(const State& state, std::uint32_t index, Stamp stamp) {
    const Cell& cell = state.cells[index];
    const std::int64_t missing = shortage_of(cell.units, state.class_of(cell.sku));
    if ((missing > 0) == cell.short_case) {
        return {};
    }
    if (cell.short_case) {
        const Case* const open = state.find_case(state.cell_facts[index].shortage);
        return one(CaseResolved{.image = open->image,
                                .resolution = Resolution::repaired,
                                .resolved_at = stamp.time,
                                .key = {}});
    }
    return one(CaseOpened{.image = {.id = CaseId(stamp.next.value()),
                                    .tenant = state.sku(cell.sku).tenant,
                                    .kind = CaseKind::shortage,
                                    .opened_at = stamp.time,
                                    .sku = cell.sku,
                                    .pool = cell.pool,
                                    .units = missing}});
}

base::Duration review_max_of(const State& state, const ReservationImage& image) {
    base::Duration out = base::Duration::max();
    for (const auto& line : image.lines) {
        out = std::min(out, state.class_of(line.sku).review_max);
    }
    return out;
}

std::vector<Event> follow_review(const State& state, const ReservationImage& image, Stamp stamp) {
    const Case* const open = state.find_case(CaseKind::review, image.id);
    const bool in_review = state_of(image) == ReservationState::review;
    if (in_review == (open != nullptr)) {
        return {};
    }
    if (open != nullptr) {
        return one(CaseResolved{.image = open->image,
                                .resolution = Resolution::settled,
                                .resolved_at = stamp.time,
                                .key = {}});
    }
    return one(CaseOpened{.image = {.id = CaseId(stamp.next.value()),
                                    .tenant = image.tenant,
                                    .kind = CaseKind::review,
                                    .opened_at = stamp.time,
                                    .due_at = stamp.time + review_max_of(state, image),
                                    .sku = image.lines.front().sku,
                                    .units = sum_lines(image.lines).held,
                                    .reservation = image.id,
                                    .reference = image.texts.payment_reference.empty()
                                                     ? image.texts.reference
                                                     : image.texts.payment_reference}});
}

// The image after the parked fact, if all of it fits by now.
std::optional<ReservationImage> after_fact(const ReservationImage& before, const ParkedFact& fact) {
    ReservationImage image = before;
    for (std::size_t i = 0; i < fact.quantities.size(); ++i) {
        LineQuantities& units = image.lines[i].units;
        const std::int64_t quantity = fact.quantities[i];
        const bool ships = fact.verb == Verb::ship;
        if (quantity > (ships ? units.committed : units.shipped - units.returned)) {
            return std::nullopt;
        }
        if (ships) {
            units.committed -= quantity;
            units.shipped += quantity;
        } else {
            units.returned += quantity;
        }
    }
    ++image.version;
    return image;
}

std::vector<Event> follow_facts(const State& state, const ReservationImage& image, Stamp stamp) {
    auto about = state.cases_about.lower_bound({image.id, CaseKind::unexpected_fact, CaseId{}});
    for (; about != state.cases_about.end() && std::get<0>(*about) == image.id &&
           std::get<1>(*about) == CaseKind::unexpected_fact;
         ++about) {
        const Case* const open = state.find_case(std::get<2>(*about));
        const ParkedFact& fact = state.parked.at(open->image.fact);
        // An entry may have come since the fact was parked: then its quantities are for others.
        if (fact.quantities.size() != image.lines.size()) {
            continue;
        }
        auto settled = after_fact(image, fact);
        if (!settled) {
            continue;
        }
        std::vector<Event> out;
        out.emplace_back(ReservationChanged{.verb = fact.verb,
                                            .disposition = fact.disposition,
                                            .occurred_at = fact.occurred_at,
                                            .document = fact.document,
                                            .image = std::move(*settled),
                                            .key = {}});
        out.emplace_back(CaseResolved{.image = open->image,
                                      .resolution = Resolution::settled,
                                      .resolved_at = stamp.time,
                                      .key = {}});
        return out;
    }
    return {};
}

std::vector<Event> follow_reservation(const State& state, std::uint32_t index, Stamp stamp) {
    const ReservationImage image = state.image_of(state.reservations[index]);
    auto out = follow_review(state, image, stamp);
    return out.empty() ? follow_facts(state, image, stamp) : std::move(out);
}

}  // namespace

std::vector<Event> next_consequences(State& state, Stamp stamp) {
    auto& attention = state.attention;
    while (!attention.reservations.empty()) {
        // It stays noted until it asks for nothing more: one event may make room for the next.
        auto out = follow_reservation(state, attention.reservations.front(), stamp);
        if (!out.empty()) {
            return out;
        }
        attention.reservations.erase(attention.reservations.begin());
    }
    while (!attention.cells.empty()) {
        auto out = follow_cell(state, attention.cells.back(), stamp);
        attention.cells.pop_back();
        if (!out.empty()) {
            return out;
        }
    }
    return {};
}

}  // namespace holdfast::core

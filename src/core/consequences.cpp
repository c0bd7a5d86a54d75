#include "core/consequences.hpp"

#include <algorithm>
#include <utility>

#include "core/apply_internal.hpp"
#include "core/decide_internal.hpp"
#include "core/offer.hpp"

namespace holdfast::core {

using namespace model;

namespace {

Events one(Event event) {
    Events out;
    out.push_back(std::move(event));
    return out;
}

// Whoever counted saw what had happened by then: on hand stays as the count put it, and the moment
// before the count shows what the late report says of it.
Events follow_late(const State& state, const Attention::Late& late) {
    const Cell& cell = state.cells[late.cell];
    CellImage units = cell.units;
    units.on_hand -= late.delta;
    return one(StockMoved{.tenant = state.sku(cell.sku).tenant,
                          .sku = cell.sku,
                          .pool = cell.pool,
                          .movement = Movement::adjustment,
                          .reason = Reason::cycle_count,
                          .delta = -late.delta,
                          .occurred_at = base::time_from_ms(state.cell_facts[late.cell].counted_ms),
                          .undoes = late.sequence,
                          .cell = units,
                          .key = {}});
}

Events follow_cell(const State& state, std::uint32_t index, Stamp stamp) {
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

Events follow_review(const State& state, const ReservationImage& image, Stamp stamp) {
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

// The units were there after all, when the money was sent again.
Events follow_late_money(const State& state, const ReservationImage& image, Stamp stamp) {
    const Case* const open =
        image.replaced_by.value() != 0 ? state.find_case(CaseKind::late_money, image.id) : nullptr;
    if (open == nullptr) {
        return {};
    }
    return one(CaseResolved{.image = open->image,
                            .resolution = Resolution::settled,
                            .resolved_at = stamp.time,
                            .key = {}});
}

// Takes up to `quantity` from the entries of the line that begins at `at`; the index after them.
std::size_t settle_line(const ParkedFact& fact, ReservationImage& image, std::size_t at,
                        std::int64_t& quantity) {
    do {
        LineQuantities& units = image.lines[at].units;
        const bool ships = fact.verb == Verb::ship;
        const std::int64_t part =
            std::min(quantity, ships ? units.committed : units.shipped - units.returned);
        (ships ? units.shipped : units.returned) += part;
        units.committed -= ships ? part : 0;
        quantity -= part;
        ++at;
    } while (at < image.lines.size() && image.lines[at].continues);
    return at;
}

// The image after the parked fact, if all of it fits by now.
std::optional<ReservationImage> after_fact(const ReservationImage& before, const ParkedFact& fact) {
    ReservationImage image = before;
    std::size_t at = 0;
    for (std::int64_t quantity : fact.quantities) {
        at = settle_line(fact, image, at, quantity);
        if (quantity > 0) {
            return std::nullopt;
        }
    }
    ++image.version;
    return image;
}

// What the facts about a reservation are to fit: itself, or what late money replaced it with.
std::optional<ReservationImage> bearer_of(const State& state, const ReservationImage& image) {
    if (image.replaced_by.value() == 0) {
        return image;
    }
    const Reservation* const successor = state.find_reservation(image.replaced_by);
    return successor != nullptr ? std::optional(state.image_of(*successor)) : std::nullopt;
}

// A fact without a time of its own happened when it was reported, not when it fits. What came back
// had left before: it did not come earlier than the shipment that it waited for.
base::Time occurred(const ParkedFact& fact, const Case& open,
                    const std::optional<Happened>& shipped) {
    const base::Time own =
        fact.occurred_at == base::Time{} ? open.image.opened_at : fact.occurred_at;
    if (fact.verb == Verb::ship || !shipped || shipped->at <= own) {
        return own;
    }
    return shipped->stated ? shipped->at : base::Time{};
}

Events follow_facts(const State& state, const ReservationImage& noted,
                    const std::optional<Happened>& shipped, Stamp stamp) {
    const auto image = bearer_of(state, noted);
    if (!image) {
        return {};  // it has ended, and is in the archive
    }
    auto about = state.cases_about.lower_bound({noted.id, CaseKind::unexpected_fact, CaseId{}});
    for (; about != state.cases_about.end() && std::get<0>(*about) == noted.id &&
           std::get<1>(*about) == CaseKind::unexpected_fact;
         ++about) {
        const Case* const open = state.find_case(std::get<2>(*about));
        const ParkedFact& fact = state.parked.at(open->image.fact);
        auto settled = after_fact(*image, fact);
        if (!settled) {
            continue;
        }
        Events out;
        out.emplace_back(ReservationChanged{.verb = fact.verb,
                                            .disposition = fact.disposition,
                                            .occurred_at = occurred(fact, *open, shipped),
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

}  // namespace

Events next_consequences(State& state, Stamp stamp, bool room) {
    auto& attention = state.attention;
    if (!attention.late.empty()) {
        const Attention::Late late = attention.late.back();
        attention.late.pop_back();
        return follow_late(state, late);
    }
    // A note stays until it asks for nothing more: one event may make room for the next.
    for (std::size_t i = 0; i < attention.reservations.size();) {
        const Attention::Noted& noted = attention.reservations[i];
        const ReservationImage image = state.image_of(state.reservations[noted.reservation]);
        auto out = follow_review(state, image, stamp);
        if (out.empty()) {
            out = follow_late_money(state, image, stamp);
        }
        if (out.empty() && room) {
            out = follow_facts(state, image, noted.shipped, stamp);
        }
        if (!out.empty()) {
            return out;
        }
        if (!room && state.find_case(CaseKind::unexpected_fact, image.id) != nullptr) {
            ++i;
        } else {
            attention.reservations.erase(attention.reservations.begin() +
                                         static_cast<std::ptrdiff_t>(i));
        }
    }
    while (room && !attention.cells.empty()) {
        auto out = follow_cell(state, attention.cells.back(), stamp);
        attention.cells.pop_back();
        if (!out.empty()) {
            return out;
        }
    }
    return {};
}

void note_consequences(State& state) {
    for (std::uint32_t c = 0; c < state.cells.size(); ++c) {
        note_cell(state, c);
    }
    note_queues(state);
    model::ReservationId last;
    for (const auto& [about, kind, id] : state.cases_about) {
        const auto* const found = state.reservations_by_id.find(about);
        if (about != last && found != nullptr) {
            state.attention.reservations.push_back({.reservation = *found});
        }
        last = about;
    }
}

}  // namespace holdfast::core

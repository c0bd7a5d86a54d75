#include "model/reservation.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace holdfast::model {

std::string_view to_string(ReservationState state) {
    switch (state) {
        case ReservationState::held: return "held";
        case ReservationState::payment_pending: return "payment_pending";
        case ReservationState::review: return "review";
        case ReservationState::committed: return "committed";
        case ReservationState::fulfilled: return "fulfilled";
        case ReservationState::reconciled: return "reconciled";
        case ReservationState::released: return "released";
        case ReservationState::expired: return "expired";
        case ReservationState::superseded: return "superseded";
        case ReservationState::queued: return "queued";
    }
    UNREACHABLE();
}

std::string_view to_string(Verb verb) {
    switch (verb) {
        case Verb::hold: return "hold";
        case Verb::begin_payment: return "begin_payment";
        case Verb::commit: return "commit";
        case Verb::release: return "release";
        case Verb::extend: return "extend";
        case Verb::supersede: return "supersede";
        case Verb::expire: return "expire";
        case Verb::time_out_payment: return "time_out_payment";
        case Verb::ship: return "ship";
        case Verb::cancel: return "cancel";
        case Verb::return_units: return "return";
        case Verb::retake: return "retake";
        case Verb::replace: return "replace";
        case Verb::queue: return "queue";
        case Verb::grant: return "grant";
        case Verb::sale: return "sale";
        case Verb::reallocate: return "reallocate";
        case Verb::close_short: return "close_short";
    }
    UNREACHABLE();
}

ReservationState fold_state(ReservationState waiting, ReservationState ended_as,
                            const LineQuantities& totals) {
    if (totals.held > 0 || waiting == ReservationState::queued) {
        return waiting;
    }
    if (totals.committed > 0) {
        return ReservationState::committed;
    }
    if (totals.shipped > 0) {
        return ReservationState::fulfilled;
    }
    if (totals.closed_short > 0) {
        return ReservationState::reconciled;
    }
    return ended_as;
}

LineQuantities sum_lines(std::span<const LineImage> lines) {
    LineQuantities out;
    for (const auto& line : lines) {
        out += line.units;
    }
    return out;
}

ReservationState state_of(const ReservationImage& image) {
    return fold_state(image.waiting, image.ended_as, sum_lines(image.lines));
}

bool is_firm(const ReservationImage& image) {
    return std::ranges::none_of(
        image.lines, [](const LineImage& line) { return line.soft && line.units.held > 0; });
}

}  // namespace holdfast::model

#include "core/replay.hpp"

#include <string>

#include "core/apply.hpp"
#include "core/forget.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core {

using base::ErrorCode;
using base::Result;

namespace {

Result<void> check_hash(const State& state, const model::Event& event, model::Sequence sequence) {
    const auto* const logged = std::get_if<model::StateHashLogged>(&event);
    if (logged != nullptr && logged->hash != state.hash) {
        return base::failure(ErrorCode::corrupted,
                             "event " + std::to_string(sequence.value()) +
                                 ": the state differs from the one that the writer logged there");
    }
    return {};
}

Result<void> bring_back(State& state, const model::Event& event, model::Sequence sequence,
                        const Thawer& thaw) {
    const model::ReservationId id = changes(event, sequence);
    if (id.value() == 0 || state.find_reservation(id) != nullptr) {
        return {};
    }
    if (!thaw) {
        return base::failure(ErrorCode::corrupted,
                             "event " + std::to_string(sequence.value()) +
                                 ": it changes a reservation that is only in the archive");
    }
    return thaw(state, id, sequence);
}

}  // namespace

Result<void> replay(State& state, std::span<const std::byte> payload, model::Sequence first,
                    base::Time time, const EventObserver& observe, const Thawer& thaw) {
    model::EventCursor cursor(payload, first);
    while (true) {
        TRY(const auto item, cursor.next());
        if (!item) {
            return {};
        }
        TRY(const auto event, model::decode(item->bytes));
        TRY_VOID(check_hash(state, event, item->sequence));
        if (state.archived.reservations > 0) {
            TRY_VOID(bring_back(state, event, item->sequence, thaw));
        }
        apply(state, event, item->sequence, time);
        state.attention.clear();  // what it asks for is in the ledger already
        if (observe) {
            observe(event, item->sequence);
        }
    }
}

}  // namespace holdfast::core

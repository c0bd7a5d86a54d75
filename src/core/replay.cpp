#include "core/replay.hpp"

#include <string>
#include <utility>

#include "core/apply.hpp"
#include "core/forget.hpp"
#include "core/look_ahead.hpp"
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

// The next few events, decoded: none at the end of the payload.
Result<void> read_some(model::EventCursor& cursor, model::Events& events, model::Sequence& first) {
    events.clear();
    while (events.size() < kLookAhead) {
        TRY(const auto item, cursor.next());
        if (!item) {
            break;
        }
        TRY(auto event, model::decode(item->bytes));
        if (events.empty()) {
            first = item->sequence;
        }
        events.push_back(std::move(event));
    }
    return {};
}

}  // namespace

Result<void> replay(State& state, std::span<const std::byte> payload, model::Sequence first,
                    base::Time time, const EventObserver& observe, const Thawer& thaw) {
    model::EventCursor cursor(payload, first);
    model::Events events;
    events.reserve(kLookAhead);
    while (true) {
        model::Sequence sequence;
        TRY_VOID(read_some(cursor, events, sequence));
        if (events.empty()) {
            return {};
        }
        prefetch_records(state, events);
        for (const auto& event : events) {
            TRY_VOID(check_hash(state, event, sequence));
            if (state.archived.reservations > 0) {
                TRY_VOID(bring_back(state, event, sequence, thaw));
            }
            apply(state, event, sequence, time);
            state.attention.clear();  // what it asks for is in the ledger already
            if (observe) {
                observe(event, sequence);
            }
            sequence = model::Sequence(sequence.value() + 1);
        }
    }
}

}  // namespace holdfast::core

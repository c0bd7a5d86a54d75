#include "core/replay.hpp"

#include <string>

#include "core/apply.hpp"
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

}  // namespace

Result<void> replay(State& state, std::span<const std::byte> payload, model::Sequence first,
                    base::Time time, const EventObserver& observe) {
    model::EventCursor cursor(payload, first);
    while (true) {
        TRY(const auto item, cursor.next());
        if (!item) {
            return {};
        }
        TRY(const auto event, model::decode(item->bytes));
        TRY_VOID(check_hash(state, event, item->sequence));
        apply(state, event, item->sequence, time);
        state.attention.clear();  // what it asks for is in the ledger already
        if (observe) {
            observe(event, item->sequence);
        }
    }
}

}  // namespace holdfast::core

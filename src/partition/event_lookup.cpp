#include "partition/event_lookup.hpp"

#include <string>

#include "ledger/format.hpp"
#include "model/event_codec.hpp"

namespace holdfast::partition {

using base::ErrorCode;
using base::Result;

namespace {

Result<FoundEvent> find_in(const ledger::Batch& batch, model::Sequence sequence) {
    model::EventCursor cursor(batch.payload, batch.header.first);
    while (true) {
        TRY(const auto item, cursor.next());
        if (!item) {
            break;
        }
        if (item->sequence == sequence) {
            return FoundEvent{.bytes = {item->bytes.begin(), item->bytes.end()},
                              .time = batch.header.time};
        }
    }
    return base::failure(ErrorCode::not_found,
                         "the ledger has no event " + std::to_string(sequence.value()));
}

}  // namespace

Result<FoundEvent> find_event(ledger::Ledger& ledger, model::Sequence sequence) {
    Result<FoundEvent> found = base::failure(
        ErrorCode::not_found, "the ledger has no event " + std::to_string(sequence.value()));
    TRY_VOID(ledger.read_from(sequence, 1, [&](std::span<const std::byte> sealed) -> Result<void> {
        TRY(const auto batch, ledger::open_sealed(sealed));
        found = find_in(batch, sequence);
        return {};
    }));
    return found;
}

}  // namespace holdfast::partition

#include "partition/archive_lookup.hpp"

#include <string>

#include "model/event_codec.hpp"
#include "partition/event_lookup.hpp"

namespace holdfast::partition {

using base::ErrorCode;
using base::Result;

Result<std::optional<FoundRest>> find_rest(Archive& archive, ledger::Ledger& ledger,
                                           model::ReservationId id, model::Sequence before) {
    TRY(const auto rest, archive.find_rest(id, before));
    if (!rest) {
        return std::nullopt;
    }
    auto found = find_event(ledger, rest->since);
    if (!found && found.error().code == ErrorCode::not_found) {
        return base::failure(ErrorCode::corrupted,
                             "the archive knows more than the ledger: " + found.error().message);
    }
    FoundRest out{.rest = *rest, .event = {}};
    if (found) {
        out.event = std::move(found->bytes);
    } else {
        out.event = std::unexpected(std::move(found).error());
    }
    return out;
}

Result<model::ReservationImage> image_of(const FoundRest& found) {
    if (!found.event) {
        return std::unexpected(found.event.error());
    }
    TRY(auto event, model::decode(*found.event));
    auto* const changed = std::get_if<model::ReservationChanged>(&event);
    if (changed == nullptr || changed->image.id != found.rest.id ||
        changed->image.version != found.rest.version) {
        return base::failure(ErrorCode::corrupted,
                             "the archive names event " + std::to_string(found.rest.since.value()) +
                                 " for a reservation that it does not change");
    }
    return std::move(changed->image);
}

Result<void> put_back(core::State& state, const FoundRest& found) {
    TRY(const auto image, image_of(found));
    core::thaw(state, image);
    return {};
}

core::Thawer make_thawer(Archive* archive, ledger::Ledger& ledger) {
    if (archive == nullptr) {
        return {};
    }
    return [archive, &ledger](core::State& state, model::ReservationId id,
                              model::Sequence before) -> Result<void> {
        TRY(const auto found, find_rest(*archive, ledger, id, before));
        if (!found) {
            return base::failure(ErrorCode::corrupted,
                                 "event " + std::to_string(before.value()) +
                                     " changes a reservation that neither memory nor archive has");
        }
        return put_back(state, *found);
    };
}

}  // namespace holdfast::partition

// Shelf: an archive without a disk for tests of the machine.
//
// It is told every event, forgets whatever is at rest as soon as it is asked to, and brings back
// what a command or a replayed event needs. Thread rule: one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/forget.hpp"
#include "core/missing.hpp"
#include "core/replay.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core::testing {

class Shelf {
  public:
    using Bytes = std::shared_ptr<const base::Buffer>;

    void note(const model::Event& event, model::Sequence sequence, Bytes bytes) {
        newest_ = sequence;
        if (const auto key = lasting_key(event); !key.empty()) {
            keys_[key.key] = {.event = sequence,
                              .fingerprint = key.fingerprint.low & KeyRecord::kFingerprintMax};
        }
        const auto* const changed = std::get_if<model::ReservationChanged>(&event);
        if (changed != nullptr && is_at_rest(changed->image)) {
            rests_[changed->image.id][sequence] = {.version = changed->image.version,
                                                   .bytes = std::move(bytes)};
        }
    }

    // Everything that may leave leaves.
    void empty_into_archive(State& state) const {
        if (!state.attention.reservations.empty()) {
            return;
        }
        for (const auto& [id, rests] : rests_) {
            const auto& [since, rest] = *rests.rbegin();
            forget(state, {.id = id, .version = rest.version, .since = since});
        }
        for (const auto& [key, record] : keys_) {
            forget_key(state, key, newest_);
        }
        state.archived.offered = newest_;
    }

    void thaw_for(State& state, const model::Command& command) const {
        for (auto missing = missing_for(state, command); find(state, missing);) {
            missing = missing_for(state, command);
        }
    }
    // The reservation as it came to rest before `before`; views into the shelf.
    [[nodiscard]] std::optional<model::ReservationImage> image(
        model::ReservationId id, model::Sequence before = model::Sequence(UINT64_MAX)) const {
        const auto found = rests_.find(id);
        if (found == rests_.end()) {
            return std::nullopt;
        }
        const auto after = found->second.lower_bound(before);
        if (after == found->second.begin()) {
            return std::nullopt;
        }
        const auto event = model::decode(*std::prev(after)->second.bytes);
        return std::get<model::ReservationChanged>(*event).image;
    }
    [[nodiscard]] Thawer thawer() const {
        return [this](State& state, model::ReservationId id,
                      model::Sequence before) -> base::Result<void> {
            const auto found = image(id, before);
            if (!found) {
                return base::failure(base::ErrorCode::not_found, "the shelf has no such thing");
            }
            thaw(state, *found);
            return {};
        };
    }
    [[nodiscard]] std::uint64_t thawed() const { return thawed_; }

  private:
    struct Rest {
        std::uint32_t version = 0;
        Bytes bytes;
    };

    // True: something came back, so something else may be missing now.
    bool find(State& state, const Missing& missing) const {
        bool found = false;
        for (const auto key : missing.keys()) {
            const auto at = keys_.find(key);
            if (at != keys_.end()) {
                thaw_key(state, key, at->second);
                found = true;
            }
        }
        for (const auto id : missing.reservations()) {
            if (const auto resting = image(id)) {
                thaw(state, *resting);
                found = true;
            }
        }
        thawed_ += found ? 1 : 0;
        return found;
    }

    std::map<model::ReservationId, std::map<model::Sequence, Rest>> rests_;
    std::map<base::Digest128, KeyRecord> keys_;
    model::Sequence newest_;
    mutable std::uint64_t thawed_ = 0;
};

}  // namespace holdfast::core::testing

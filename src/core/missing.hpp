// Missing: what a command is judged by and memory does not have.
//
// It may be in the archive, or nowhere. Whoever decides looks there first and thaws what it finds
// (core/forget.hpp): then `decide` sees what it would have seen had nothing ever been forgotten.
// Cheap: two lookups at most for what is in memory. Thread rule: one thread per state.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "core/state.hpp"
#include "model/command.hpp"

namespace holdfast::core {

class Missing {
  public:
    [[nodiscard]] std::span<const base::Digest128> keys() const {
        return {keys_.data(), key_count_};
    }
    [[nodiscard]] std::span<const model::ReservationId> reservations() const {
        return {reservations_.data(), reservation_count_};
    }
    [[nodiscard]] bool empty() const { return key_count_ + reservation_count_ == 0; }

    void add(base::Digest128 key) { keys_[key_count_++] = key; }
    void add(model::ReservationId id) { reservations_[reservation_count_++] = id; }

  private:
    std::array<base::Digest128, 2> keys_;
    std::array<model::ReservationId, 2> reservations_;
    std::size_t key_count_ = 0;
    std::size_t reservation_count_ = 0;
};

// Asked again after each thaw: a reservation that came back may lead to another.
[[nodiscard]] Missing missing_for(const State& state, const model::Command& command);

}  // namespace holdfast::core

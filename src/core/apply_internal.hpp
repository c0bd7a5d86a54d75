// The parts of `apply` that live in files of their own. Not for use outside core/apply*.cpp.
#pragma once

#include <tuple>

#include "core/state.hpp"
#include "core/state_hash.hpp"
#include "model/event.hpp"

namespace holdfast::core {

// Takes a record's old hash out on construction and puts the new one in on destruction, so that no
// change can forget either half.
template <typename... Record>
class Rehash {
  public:
    explicit Rehash(State& state, const Record&... record) : state_(state), record_(record...) {
        state_.hash -= current();
    }
    ~Rehash() { state_.hash += current(); }
    Rehash(const Rehash&) = delete;
    Rehash& operator=(const Rehash&) = delete;

  private:
    [[nodiscard]] std::uint64_t current() const {
        return std::apply([](const auto&... part) { return hash_of(part...); }, record_);
    }
    State& state_;
    std::tuple<const Record&...> record_;
};

void apply_reservation(State& state, const model::ReservationChanged& event);
// A reservation as a snapshot has it: cells and totals already count it.
void restore_reservation(State& state, const model::ReservationImage& image);
void apply_downtime(State& state, const model::DowntimeRecorded& event);
void apply_key(State& state, const model::KeyUse& key, model::Sequence sequence);
void apply_refusal(State& state, const model::RefusalRecorded& event, model::Sequence sequence,
                   base::Time time);
void apply_release_by_name(State& state, const model::ReleasedByName& event, base::Time time);

}  // namespace holdfast::core

// IndexObserver feeds the reservation index from the replayer.
//
// That reads batches as soon as they are durable, which may be a moment before the writer has
// published their names. A row must not be seen before the names it shows, so nothing is committed
// beyond the published position.
// The index is a function of the ledger: damage of it is remembered, so that it can be made again.
// What its disk does not take is kept and tried again every two seconds, a million changed lines at
// most; lists go on with the position they have. Thread rule: the replayer's thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "app/standstill.hpp"
#include "base/log.hpp"
#include "partition/published.hpp"
#include "partition/replayer.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::app {

class IndexObserver final : public partition::ReplayObserver {
  public:
    IndexObserver(projection::ReservationIndex& index, const partition::Published& published,
                  std::chrono::milliseconds pause = Standstill::kPause)
        : index_(index), published_(published), standstill_("the reservation index", pause) {}

    base::Result<void> reservation_changed(const model::ReservationImage& image) override {
        if (standstill_.is_on()) {
            kept_ += std::max<std::uint64_t>(image.lines.size(), 1);
        }
        if (kept_ > kKeptMax) {
            give_up();
        }
        return gave_up_ ? base::Result<void>{} : noted(index_.put(image));
    }
    base::Result<void> reached(model::Sequence position, base::Time as_of) override {
        published_.wait_until(position);
        reached_ = position;
        as_of_ = as_of;
        if (gave_up_ || standstill_.waits()) {
            return {};
        }
        const auto committed = index_.commit(position, as_of);
        if (committed) {
            standstill_.went_on();
            kept_ = 0;
        }
        return noted(committed);
    }
    [[nodiscard]] model::Sequence position() const override { return index_.position(); }

    // To be called now and then: after a standstill there may be no further event for long.
    base::Result<void> try_again() {
        return standstill_.is_on() ? reached(reached_, as_of_) : base::Result<void>{};
    }

    [[nodiscard]] bool found_damage() const { return found_damage_; }

    // Some 250 bytes each.
    static constexpr std::uint64_t kKeptMax = 1'000'000;

  private:
    base::Result<void> noted(base::Result<void> result) {
        if (result) {
            return result;
        }
        if (result.error().code == base::ErrorCode::corrupted) {
            found_damage_ = true;
            return result;
        }
        standstill_.failed(result.error());
        return {};
    }
    void give_up() {
        if (!std::exchange(gave_up_, true)) {
            base::log_error("the reservation index is not tried again; the next start reads on");
        }
    }

    projection::ReservationIndex& index_;
    const partition::Published& published_;
    Standstill standstill_;
    model::Sequence reached_;  // told last
    base::Time as_of_{};
    std::uint64_t kept_ = 0;  // lines of the changes told while it stood still
    bool gave_up_ = false;
    bool found_damage_ = false;
};

}  // namespace holdfast::app

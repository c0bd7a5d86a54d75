// IndexObserver: feeds the reservation index from the replayer.
//
// The replayer reads batches as soon as they are durable, which may be a moment before the writer
// has published their names. A row must not be seen before the names it shows, so nothing is
// committed beyond the published position.
// Thread rule: the replayer's thread.
#pragma once

#include "partition/published.hpp"
#include "partition/replayer.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::app {

class IndexObserver final : public partition::ReplayObserver {
  public:
    IndexObserver(projection::ReservationIndex& index, const partition::Published& published)
        : index_(index), published_(published) {}

    base::Result<void> reservation_changed(const model::ReservationImage& image) override {
        return index_.put(image);
    }
    base::Result<void> reached(model::Sequence position, base::Time as_of) override {
        published_.wait_until(position);
        return index_.commit(position, as_of);
    }
    [[nodiscard]] model::Sequence position() const override { return index_.position(); }

  private:
    projection::ReservationIndex& index_;
    const partition::Published& published_;
};

}  // namespace holdfast::app

// IndexObserver: feeds the reservation index from the replayer.
// Thread rule: the replayer's thread.
#pragma once

#include "partition/replayer.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::app {

class IndexObserver final : public partition::ReplayObserver {
  public:
    explicit IndexObserver(projection::ReservationIndex& index) : index_(index) {}

    base::Result<void> reservation_changed(const model::ReservationImage& image) override {
        return index_.put(image);
    }
    base::Result<void> reached(model::Sequence position, base::Time as_of) override {
        return index_.commit(position, as_of);
    }
    [[nodiscard]] model::Sequence position() const override { return index_.position(); }

  private:
    projection::ReservationIndex& index_;
};

}  // namespace holdfast::app

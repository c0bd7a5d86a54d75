// QueueExits: tells who wants to know that a reservation waits no more.
//
// Thousands may wait for the same few units. Each is found by its reservation's id when a batch
// that ended its wait (a grant, a release, the end of its time) has become durable; a batch without
// such an event costs nothing. A bell rings at most once and does not say what happened: whoever
// hears it reads.
//
// Hang the bell up first and read then: an exit between a read and a later hanging up is missed.
// Thread rule: any thread; bells ring on the writer's thread and must be quick.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "model/ids.hpp"

namespace holdfast::partition {

class QueueExits {
  public:
    class Bell {
      public:
        virtual ~Bell() = default;
        virtual void ring() = 0;
    };

    void hang_up(model::ReservationId reservation, std::shared_ptr<Bell> bell);
    // Nothing happens if it has rung.
    void take_down(model::ReservationId reservation, const Bell& bell);

    void left(std::span<const model::ReservationId> reservations);

    [[nodiscard]] std::size_t size() const { return count_.load(std::memory_order_relaxed); }

  private:
    std::mutex mutex_;
    std::unordered_multimap<std::uint64_t, std::shared_ptr<Bell>> bells_;
    std::atomic<std::size_t> count_{0};
};

}  // namespace holdfast::partition

#include "partition/queue_exits.hpp"

#include <utility>
#include <vector>

namespace holdfast::partition {

void QueueExits::hang_up(model::ReservationId reservation, std::shared_ptr<Bell> bell) {
    const std::lock_guard lock(mutex_);
    bells_.emplace(reservation.value(), std::move(bell));
    count_.store(bells_.size(), std::memory_order_relaxed);
}

void QueueExits::take_down(model::ReservationId reservation, const Bell& bell) {
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = bells_.equal_range(reservation.value());
    for (auto at = begin; at != end; ++at) {
        if (at->second.get() == &bell) {
            bells_.erase(at);
            break;
        }
    }
    count_.store(bells_.size(), std::memory_order_relaxed);
}

void QueueExits::left(std::span<const model::ReservationId> reservations) {
    // An exit that somebody hangs up for at this very moment is one that he will read.
    if (reservations.empty() || size() == 0) {
        return;
    }
    std::vector<std::shared_ptr<Bell>> ringing;
    {
        const std::lock_guard lock(mutex_);
        for (const auto reservation : reservations) {
            const auto [begin, end] = bells_.equal_range(reservation.value());
            for (auto at = begin; at != end; ++at) {
                ringing.push_back(std::move(at->second));
            }
            bells_.erase(begin, end);
        }
        count_.store(bells_.size(), std::memory_order_relaxed);
    }
    for (const auto& bell : ringing) {
        bell->ring();
    }
}

}  // namespace holdfast::partition

// ApiMetrics: what is counted per use case, whatever wire it came over.
//
//   holdfast_reservations_total{op,outcome}   ok | insufficient | conflict | replayed | error
//   holdfast_stock_changes_total{op,outcome}  likewise
//   holdfast_idempotent_replays_total
//   holdfast_refusals_total{code}
//   holdfast_false_availability_total         refused for lack of stock, though what the client had
//                                             seen (`seen_position`) was enough
//   holdfast_availability_unchecked_total     of these refusals, those that were not looked into
// Thread rule: any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <map>

#include "api/reply.hpp"
#include "base/metrics.hpp"
#include "model/event.hpp"
#include "model/refusal.hpp"

namespace holdfast::api {

class ApiMetrics {
  public:
    explicit ApiMetrics(base::Metrics& metrics);

    // A command's reply.
    void count(model::Operation operation, const Reply& reply);
    void count_false_availability() { false_availability_.add(); }
    void count_unchecked_availability() { unchecked_availability_.add(); }
    // False: so many checks of false availability wait already that this one has to be left out.
    [[nodiscard]] bool begin_availability_check() {
        if (availability_checks_.fetch_add(1, std::memory_order_relaxed) < kChecksMax) {
            return true;
        }
        end_availability_check();
        return false;
    }
    void end_availability_check() { availability_checks_.fetch_sub(1, std::memory_order_relaxed); }
    // Any problem that a client was answered with; the transport's to call.
    void count_refusal(model::RefusalCode code);

  private:
    static constexpr std::size_t kOutcomes = 5;
    static constexpr std::size_t kCodes = 256;
    static constexpr std::size_t kChecksMax = 1'000;
    using Outcomes = std::array<base::Counter*, kOutcomes>;

    std::map<model::Operation, Outcomes> outcomes_;  // never changes after construction
    std::array<base::Counter*, kCodes> refusals_{};
    base::Counter& replays_;
    base::Counter& false_availability_;
    base::Counter& unchecked_availability_;
    std::atomic<std::size_t> availability_checks_{0};
};

}  // namespace holdfast::api

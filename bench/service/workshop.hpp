// A partition with stock, a producer and the cart mix: what every mode of service_bench begins
// with.
//
// Thread rule: one thread.
#pragma once

#include <deque>

#include "bench/commands.hpp"
#include "bench/service/host.hpp"
#include "bench/service/modes.hpp"
#include "bench/service/producer.hpp"

namespace holdfast::bench {

inline constexpr std::int64_t kPlenty = 1LL << 40;

class Workshop {
  public:
    Workshop(Stage& stage, const ServiceSettings& settings);

    // `units` of every SKU, one after the other until all are there.
    void stock(std::int64_t units = kPlenty);
    // Holds that outlive the benchmark.
    void hold_live(std::uint64_t count);

    // The next command of the mix, and what its answer says about the one after.
    [[nodiscard]] model::Command next();
    void look(const Slot& slot);
    // What is held is what answers gave and neither an answer nor the deadline took.
    [[nodiscard]] bool audit();

    Commands commands;
    Producer producer;

  private:
    Stage& stage_;
    bool carts_;
    std::deque<model::ReservationId> held_;
    std::int64_t balance_ = 0;
    std::int64_t left_ = 0;  // to expire
};

}  // namespace holdfast::bench

// Workload: an endless stream of believable commands, from dice.
//
// Buyers, payment callbacks, warehouses and impatient retries on a few hot and many cold SKUs:
// creates of one to four lines, payments, commits, releases, extensions, shipments, cancellations,
// returns, stock movements, releases by name, and repetitions of earlier commands with their keys.
// It remembers a bounded number of reservations and commands and aims at them, whatever state they
// are in, so that refusals are as common as in life. Same seed, same answers: same commands.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "model/command.hpp"

namespace holdfast::sim {

struct WorkloadOptions {
    std::uint64_t seed = 1;
    std::size_t skus = 64;
    std::int64_t hold_ttl_seconds_max = 30;  // short, so that expiry is part of it
    std::uint64_t repeat_percent = 5;
    // What merchants do: classes, pools, caps, stops, transfers, sales made elsewhere. With it
    // buyers wait, name pools, channels and regions, and have agents that are capped.
    std::uint64_t merchant_percent = 0;
    std::string tenant = "default";
};

class Workload {
  public:
    explicit Workload(const WorkloadOptions& options);

    [[nodiscard]] model::Command next();
    // What became of a create: something to aim later commands at.
    void created(model::ReservationId id);

  private:
    [[nodiscard]] model::Command merchant();  // workload_merchant.cpp, with the next five
    [[nodiscard]] model::Command put_class();
    [[nodiscard]] model::Command put_pool();
    [[nodiscard]] model::Command transfer();
    [[nodiscard]] model::Command sale();
    void dress(model::CreateReservation& request);
    [[nodiscard]] model::Command create();
    [[nodiscard]] model::Command change(model::Operation operation);
    [[nodiscard]] model::Command move_stock(model::Operation operation);
    [[nodiscard]] model::Command set_safety_stock();
    [[nodiscard]] model::Command release_by_name();
    [[nodiscard]] model::Command finish(model::Operation operation, model::Request request,
                                        bool with_key);
    [[nodiscard]] std::vector<model::RequestedLine> lines();
    [[nodiscard]] const model::Name& any_sku();
    [[nodiscard]] model::Name any_pool();
    [[nodiscard]] model::ReservationId any_reservation();
    [[nodiscard]] std::string any_reference();

    WorkloadOptions options_;
    base::Prng dice_;
    model::Name tenant_;
    std::vector<model::Name> skus_;
    std::vector<model::ReservationId> reservations_;  // a ring of the newest
    std::size_t reservations_at_ = 0;
    std::vector<model::Command> repeatable_;  // a ring of the newest with a key
    std::size_t repeatable_at_ = 0;
    std::uint64_t keys_used_ = 0;
};

}  // namespace holdfast::sim

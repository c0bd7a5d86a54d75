// The careless ledger: says "durable" one append too early, as a disk with a lying cache does.
//
// The newest batch is kept in memory until the next append; whoever crashes in between has lost
// what was acknowledged. Planted in the simulator to show that its oracle finds it.
// Thread rule: one thread.
#pragma once

#include <memory>

#include "ledger/ledger.hpp"

namespace holdfast::sim {

[[nodiscard]] std::unique_ptr<ledger::Ledger> make_careless_ledger(
    std::unique_ptr<ledger::Ledger> inner);

}  // namespace holdfast::sim

// SwarmWorld: the service, its disk, its clients and the network between, in one thread and one
// seed's dice, while things go wrong.
//
// The production writer, flusher, codec, recovery, replayer and checkpoints run on a memory disk
// and a virtual clock. Clients send commands, wait, time out, ask again with the same key, overtake
// and repeat each other. The oracle judges everything that leaves the service. After the commands
// are sent the faults stop, and the world must come to rest: every client gets its answer, every
// hold ends, every queue empties, and every key still tells its first answer.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/faults.hpp"
#include "sim/workload.hpp"

namespace holdfast::sim {

struct SwarmOptions {
    std::uint64_t seed = 1;
    std::uint64_t commands = 2'000;
    Faults faults{};  // Faults::drawn for a swarm
    // A disk that says "durable" one append too early: planted, to show that it is found.
    bool careless_disk = false;
};

struct SwarmReport {
    std::optional<std::string> violation;
    std::uint64_t trace = 0;  // of every answer and the final state: two runs of a seed are equal
    std::uint64_t commands = 0;
    std::uint64_t attempts = 0;
    std::uint64_t answers = 0;
    std::uint64_t crashes = 0;
    std::uint64_t failed_appends = 0;
    std::uint64_t unknown_outcomes = 0;  // attempts that a crash left without an answer
    std::uint64_t checkpoints = 0;
    std::uint64_t events = 0;
    std::int64_t simulated_ms = 0;
    bool operator==(const SwarmReport&) const = default;
};

[[nodiscard]] SwarmReport run_swarm(const SwarmOptions& options);

}  // namespace holdfast::sim

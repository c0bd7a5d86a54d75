// SwarmWorld: the service, its disk, its clients and the network between, in one thread and one
// seed's dice, while things go wrong.
//
// The production writer, flusher, codec, recovery, replayer, checkpoints and API sessions run on a
// virtual clock, over a ledger in memory or over that of segment files on a simulated disk. Clients
// send commands to the partition, shoppers go through the API; all wait, time out, ask again with
// the same key, overtake and repeat each other. The oracle judges everything that the partition
// answers, and what the API makes of it. After the commands are sent the faults stop, and the world
// must come to rest: every client gets its answer, every hold ends, every queue empties, and every
// key still tells its first answer. Thread rule: one thread.
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
    // The ledger of segment files on a simulated disk, instead of the one in memory.
    bool in_files = false;
    // A disk that says "durable" too early: planted, to show that it is found.
    bool careless_disk = false;
};

// What a seed has: its faults, and the ledger that it runs on.
[[nodiscard]] SwarmOptions draw_options(std::uint64_t seed, std::uint64_t commands);

struct SwarmReport {
    std::optional<std::string> violation;
    std::uint64_t trace = 0;  // of every answer and the final state: two runs of a seed are equal
    std::uint64_t commands = 0;
    std::uint64_t attempts = 0;
    std::uint64_t answers = 0;  // of the partition
    std::uint64_t replies = 0;  // of the API
    std::uint64_t crashes = 0;
    std::uint64_t failed_appends = 0;
    std::uint64_t failed_starts = 0;
    std::uint64_t flips_noticed = 0;     // flipped bits that a start refused
    std::uint64_t unknown_outcomes = 0;  // attempts that a crash left without an answer
    std::uint64_t checkpoints = 0;
    std::uint64_t events = 0;
    std::int64_t simulated_ms = 0;
    bool operator==(const SwarmReport&) const = default;
};

// Adds up what was tried; violation and trace stay.
void add(SwarmReport& sum, const SwarmReport& more);

[[nodiscard]] SwarmReport run_swarm(const SwarmOptions& options);

}  // namespace holdfast::sim

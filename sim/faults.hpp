// Faults: what goes wrong in one run of the simulator, and how often.
//
// Each seed turns on its own few kinds (swarm testing: Groce, Zhang, Eide, Chen, Regehr, 2012):
// a run in which everything fails at once rarely gets far enough to find anything.
// Thread rule: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/prng.hpp"

namespace holdfast::sim {

enum class FaultKind : std::uint8_t {
    crash,           // the process dies between two steps
    append_fails,    // an append returns an error; whether it was written may be unknown
    disk_full,       // an append finds no room
    slow_disk,       // appends finish late: batches pile up
    wall_jumps,      // the wall clock is set, forwards and backwards, by up to two days
    wall_drifts,     // it runs up to 2 % too fast or too slow
    lost_requests,   // a request or its answer never arrives
    duplicates,      // a request arrives twice
    delays,          // requests overtake each other
    late_retries,    // a client asks again after hours
    abandoned,       // a client asks once and never again
    overload,        // an inbox for a handful of commands
    few_expiries,    // one hold may be ended per batch
    stale_restarts,  // the checkpoints of the replayer are few, or none
    // of a ledger in files, instead of append_fails:
    bad_disk,      // a write fails or is short, a sync fails and loses what it was for
    sudden_death,  // the process dies within a change of a file or name, or before a sync
    power_cuts,    // a crash takes what was not synced along, or parts of it
    flipped_bits,  // a bit of what is stored changes while nobody runs
};
inline constexpr std::size_t kFaultKinds = 18;

[[nodiscard]] std::string_view to_string(FaultKind kind);
[[nodiscard]] std::optional<FaultKind> fault_kind_of(std::string_view name);

class Faults {
  public:
    Faults() = default;  // none

    [[nodiscard]] static Faults drawn(base::Prng& dice);

    [[nodiscard]] bool on(FaultKind kind) const { return rarity_[index(kind)] != 0; }
    // Whether it strikes now, by the dice; throws none if it is off.
    [[nodiscard]] bool strikes(FaultKind kind, base::Prng& dice) const {
        return on(kind) && dice.chance(1, rarity_[index(kind)]);
    }
    void turn_off(FaultKind kind) { rarity_[index(kind)] = 0; }

    // "crash 1/300, duplicates 1/7"
    [[nodiscard]] std::string text() const;

  private:
    static std::size_t index(FaultKind kind) { return static_cast<std::size_t>(kind); }

    std::array<std::uint64_t, kFaultKinds> rarity_{};  // strikes once in so many; 0: never
};

}  // namespace holdfast::sim

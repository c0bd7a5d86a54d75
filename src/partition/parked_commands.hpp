// ParkedCommands: the writer's side of the archive.
//
// Before a command is decided it is asked whether memory has all that the decision looks at. If
// something may be in the archive instead, the command is parked and looked up by another thread;
// it comes back into a later batch, what was found is thawed, and it is decided as if nothing had
// ever been forgotten. What a parked command needs is pinned until it was decided, so what was not
// found need not be looked for twice: it can only have come into memory meanwhile.
//
// Commands on the same reservation or key keep their order; others overtake the parked one.
// Thread rule: the writer's thread; the figures on any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "partition/forgetter.hpp"
#include "partition/lookups.hpp"

namespace holdfast::partition {

struct ArchiveFigures {
    std::uint64_t reservations = 0;  // only in the archive
    std::uint64_t keys = 0;
    std::uint64_t parked = 0;        // commands, now
    std::uint64_t lookups = 0;       // ever
    std::uint64_t lookups_vain = 0;  // of them, found nothing: the filter was wrong
    std::uint64_t filter_bytes = 0;
};

class ParkedCommands {
  public:
    enum class Turn : std::uint8_t {
        decide,      // memory has everything
        parked,      // it will come back by `take_back`
        full,        // too many are parked: not judged
        unreadable,  // the ledger cannot be read where it says what is missing: not judged
    };

    ParkedCommands(core::State& state, Lookups& lookups, std::size_t thawed_max)
        : state_(state), lookups_(lookups), forgetter_(state, thawed_max) {}

    [[nodiscard]] Turn turn_of(Submission& submission);
    // It was decided: what it needed may be forgotten again.
    void decided(const Submission& submission);
    // Thaws what was found and appends the commands that waited for it, oldest first.
    void take_back(std::vector<Submission*>& waiting);
    // Forgets up to so many records of what has left the hot window; how many it looked at.
    std::size_t forget(std::size_t most);
    void prefetch(const model::Command& command) const;

    [[nodiscard]] bool idle() const { return entries_.empty(); }
    [[nodiscard]] LeavingQueue& leaving() { return forgetter_.queue(); }
    [[nodiscard]] ArchiveFigures figures() const;

  private:
    struct Entry {
        Lookup lookup;
        std::vector<base::Digest128> pinned;  // all that was looked up for it
    };

    [[nodiscard]] core::Missing to_look_up(const Submission& submission, const Entry* entry) const;
    Entry* entry_of(const Submission& submission);
    void park(Submission& submission, const core::Missing& missing);
    // Whether there was something.
    bool thaw(const Lookup& lookup);

    core::State& state_;
    Lookups& lookups_;
    Forgetter forgetter_;
    std::unordered_map<const Submission*, std::unique_ptr<Entry>> entries_;
    std::vector<Lookup*> back_;

    std::atomic<std::uint64_t> reservations_{0};
    std::atomic<std::uint64_t> keys_{0};
    std::atomic<std::uint64_t> parked_{0};
    std::atomic<std::uint64_t> asked_{0};
    std::atomic<std::uint64_t> vain_{0};
    std::atomic<std::uint64_t> filter_bytes_{0};
};

}  // namespace holdfast::partition

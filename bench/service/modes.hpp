// What service_bench measures; each prints one JSON object. Thread rule: one thread.
//
// A mode ends the process without closing anything, as a crash would (the ledger has to stand it),
// unless it waits for its views.
#pragma once

#include <cstdint>
#include <string>

namespace holdfast::bench {

struct ServiceSettings {
    std::string ledger;  // KIND:DIR; DIR must be absent or empty
    std::uint32_t skus = 100'000;
    bool carts = true;
    std::uint64_t live = 0;  // live holds before what is measured
    std::size_t outstanding = 16'384;
    double seconds = 5;
    double rate = 0;                  // open loop; 0: closed
    std::uint64_t holds = 1'000'000;  // storm, footprint
    std::uint64_t tail = 2'000'000;   // recovery: events after the checkpoint
    std::uint64_t checkpoint_every = 5'000'000;
    std::uint64_t before = 0;  // prepare: events before the checkpoint that leave nothing in memory
    int catch_up = 0;          // load: 1 goes on until the views have followed, and ends in order
    int replay = 1;  // recovery: 0 leaves out reading the whole ledger from its first event
};

int run_load(const ServiceSettings& settings);       // throughput or latency
int run_storm(const ServiceSettings& settings);      // holds that are due in one millisecond
int run_prepare(const ServiceSettings& settings);    // a ledger for `recovery`
int run_recovery(const ServiceSettings& settings);   // from its checkpoint, and from nothing
int run_footprint(const ServiceSettings& settings);  // memory of live holds, disk of events

[[noreturn]] void end_at_once();

}  // namespace holdfast::bench

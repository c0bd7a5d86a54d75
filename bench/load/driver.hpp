// Keeps a server busy and measures it: closed loop (a fixed number of clients) or open loop (a
// fixed rate, latency from the time a request should have been sent, so that a stalled server
// cannot hide behind clients that wait for it).
//
// A client is a request that waits or runs; there may be many more than connections, as behind any
// connection pool. Latency includes the wait for a connection. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/load/histogram.hpp"
#include "bench/load/loop.hpp"
#include "bench/load/operation.hpp"
#include "bench/load/workload.hpp"

namespace holdfast::bench {

class Driver;

// A connection that speaks one technique.
class Session {
  public:
    virtual ~Session() = default;
    // How many operations it would take now; 0 when busy or broken.
    [[nodiscard]] virtual std::size_t room() const = 0;
    // Takes 1 to room() operations; gives each back with Driver::finished.
    virtual void take(std::span<Operation* const> operations) = 0;
    // Connects again if broken. False: the server is not there yet.
    virtual bool mend() = 0;

  private:
    friend class Driver;
    bool listed_ = false;  // waits in the driver's line for work
};

struct DriverSettings {
    Distribution distribution = Distribution::hot;
    std::uint32_t skus = 100'000;
    bool carts = false;
    std::uint64_t seed = 42;
    std::size_t clients = 64;  // closed loop
    double rate = 0;           // open loop: commands a second
    double warm_up = 0.5;      // seconds before what is measured
    double seconds = 5;
    std::uint32_t repeat_percent = 0;  // so many reserves are sent twice at once, as a retry does
    std::uint64_t reserves_max = 0;    // stop after so many; 0: only time stops
    int server_pid = 0;                // whose CPU time is counted, with all its children
    std::string acked_file;            // every acknowledged operation, a line each
};

struct DriverReport {
    double seconds = 0;
    std::uint64_t commands = 0;
    std::uint64_t reserves = 0;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
    std::uint64_t lost = 0;        // attempts without an answer
    std::uint64_t repeated = 0;    // reserves that were sent twice
    std::uint64_t different = 0;   // ... and got two different answers
    std::uint64_t overdue = 0;     // open loop: not even started when time was up
    std::uint64_t unanswered = 0;  // when the driver gave up waiting
    double server_cpu = 0;
    double client_cpu = 0;
    Histogram latency;
    std::vector<std::uint64_t> per_second;
};

class Driver {
  public:
    Driver(Loop& loop, const DriverSettings& settings);
    ~Driver();
    void add(Session& session);

    // Runs warm-up and measurement, then waits for what is under way.
    DriverReport run();

    // -- for sessions --
    void finished(Operation& operation, Session& session);
    [[nodiscard]] Loop& loop() { return loop_; }

  private:
    Operation* fresh();
    void recycle(Operation* operation) { spare_.push_back(operation); }
    void start_client(SteadyTime intended);
    void generate(SteadyTime now);
    void dispatch();
    void list(Session& session);
    void finish_what_flies();
    void mend(SteadyTime now);
    void count(const Operation& operation, SteadyTime now);
    void follow(Operation& operation, SteadyTime now);
    void compare(const Operation& operation);
    void acknowledge(const Operation& operation);
    [[nodiscard]] SteadyTime next_wake(SteadyTime now) const;
    [[nodiscard]] bool stopped(SteadyTime now) const;

    Loop& loop_;
    DriverSettings settings_;
    Workload workload_;
    std::vector<Session*> sessions_;
    std::deque<Session*> idle_;  // at least those that have room
    std::deque<Operation*> queue_;
    std::deque<Operation*> twins_;  // repetitions, sent on another connection
    bool give_twin_ = false;
    std::vector<std::unique_ptr<Operation>> all_;
    std::vector<Operation*> spare_;
    std::vector<Operation*> taken_;
    std::unordered_map<std::uint64_t, HoldName> answers_;  // the first of two, by key
    struct Acked {
        Key key;
        HoldName hold;
        Verb verb;
        bool refused;
    };
    std::vector<Acked> acked_;
    std::size_t flying_ = 0;
    std::uint64_t started_ = 0;
    bool saw_lost_ = false;
    SteadyTime next_arrival_;
    SteadyTime measure_from_;
    SteadyTime end_;         // nothing new is started after it
    SteadyTime window_end_;  // what is finished after it is no throughput
    SteadyTime mend_at_;
    DriverReport report_;
};

// The report as one JSON object: {"commands":..., "latency_us":{...}, ...}.
[[nodiscard]] std::string to_json(const DriverReport& report);

}  // namespace holdfast::bench

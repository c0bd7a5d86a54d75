// Throughput in a closed loop, latency in an open one, on a partition with `live` holds in it. The
// writer takes more than index, history and archive can follow for long: what is taken in a closed
// loop is a burst. With --catch-up the run ends when they have followed, and `sustained_per_second`
// is what they have followed divided by all of that time.
#include <algorithm>

#include "base/bell.hpp"
#include "base/check.hpp"
#include "base/process_stats.hpp"
#include "bench/service/json.hpp"
#include "bench/service/modes.hpp"
#include "bench/service/workshop.hpp"

namespace holdfast::bench {

namespace {

using std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(5);
constexpr double kFollowMax = 150;  // seconds

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

// The views have idle priority: beside somebody else's work they may never arrive.
void follow(const Host& host, double seconds_max) {
    base::Bell pause;  // never rung
    const auto begin = steady_clock::now();
    while (host.events_behind() > 0 && seconds_since(begin) < seconds_max) {
        static_cast<void>(pause.wait_for(kLook));
    }
}

// Goes on until the `made` events since `begin` are followed, expiries that come meanwhile too.
void sustain(Host& host, Json& json, double commands_per_event, double made,
             steady_clock::time_point begin) {
    const double taken = seconds_since(begin);
    follow(host, kFollowMax);
    const double whole = seconds_since(begin);
    const double left = std::min(made, static_cast<double>(host.events_behind()));
    json.number("catch_up_seconds", whole - taken);
    json.number("left_behind", left);
    json.number("events_in_files", static_cast<double>(host.ledger().tail()->last.value()));
    json.number("sustained_per_second", commands_per_event * (made - left) / whole);
}

}  // namespace

int run_load(const ServiceSettings& settings) {
    Host host({.ledger = settings.ledger, .checkpoint_every = settings.checkpoint_every});
    Workshop shop(host, settings);
    shop.stock();
    shop.hold_live(settings.live);
    if (settings.catch_up) {
        follow(host, kFollowMax);
    }
    auto& writer = host.writer();
    const auto before = writer.figures();
    const auto tail_before = host.ledger().tail();
    CHECK(tail_before.has_value());
    const auto behind = host.events_behind();
    const double cpu = base::read_process_stats().cpu_seconds;
    const auto begin = steady_clock::now();
    const auto end =
        begin + std::chrono::nanoseconds(static_cast<std::int64_t>(settings.seconds * 1e9));
    const auto make = [&] { return shop.next(); };
    const auto look = [&](const Slot& slot) { shop.look(slot); };
    const Progress progress =
        settings.rate > 0
            ? shop.producer.run_at(settings.rate, end - begin, make, look)
            : shop.producer.run([&] { return steady_clock::now() < end; }, make, look);
    const double took = seconds_since(begin);
    const auto after = writer.figures();
    const auto appends = host.ledger().recent();
    Json json;
    add(json, progress, took);
    json.number("batches", static_cast<double>(after.batches - before.batches));
    json.number("batch_commands", static_cast<double>(after.commands - before.commands) /
                                      static_cast<double>(after.batches - before.batches));
    const auto tail = host.ledger().tail();
    CHECK(tail.has_value());
    json.number("ledger_bytes", static_cast<double>(tail->bytes));
    json.number("events", static_cast<double>(tail->last.value()));
    json.number("batch_bytes", static_cast<double>(tail->bytes - tail_before->bytes) /
                                   static_cast<double>(after.batches - before.batches));
    json.number("append_p50_us", static_cast<double>(appends.p50.count()));
    json.number("append_p99_us", static_cast<double>(appends.p99.count()));
    json.number("cpu", base::read_process_stats().cpu_seconds - cpu);
    json.number("live", static_cast<double>(after.live_holds));
    json.flag("audit", shop.audit());
    json.number("events_behind_before", static_cast<double>(behind));
    json.number("events_behind", static_cast<double>(host.events_behind()));
    if (settings.catch_up) {
        const auto made = static_cast<double>(tail->last.value() - tail_before->last.value());
        sustain(host, json, static_cast<double>(progress.commands) / made, made, begin);
        host.close();  // files weigh what they weigh after an orderly end
    }
    json.print();
    end_at_once();
}

}  // namespace holdfast::bench

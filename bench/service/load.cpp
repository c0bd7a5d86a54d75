// Throughput in a closed loop, latency in an open one, on a partition with `live` holds in it.
#include "base/check.hpp"
#include "base/process_stats.hpp"
#include "bench/service/json.hpp"
#include "bench/service/modes.hpp"
#include "bench/service/workshop.hpp"

namespace holdfast::bench {

int run_load(const ServiceSettings& settings) {
    Host host({.ledger = settings.ledger, .checkpoint_every = settings.checkpoint_every});
    Workshop shop(host, settings);
    shop.stock();
    shop.hold_live(settings.live);
    auto& writer = host.writer();
    const auto before = writer.figures();
    const auto tail_before = host.ledger().tail();
    CHECK(tail_before.has_value());
    const double cpu = base::read_process_stats().cpu_seconds;
    const auto begin = std::chrono::steady_clock::now();
    const auto end =
        begin + std::chrono::nanoseconds(static_cast<std::int64_t>(settings.seconds * 1e9));
    const auto make = [&] { return shop.next(); };
    const auto look = [&](const Slot& slot) { shop.look(slot); };
    const Progress progress =
        settings.rate > 0
            ? shop.producer.run_at(settings.rate, end - begin, make, look)
            : shop.producer.run([&] { return std::chrono::steady_clock::now() < end; }, make, look);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto after = writer.figures();
    const auto appends = host.ledger().recent();
    Json json;
    add(json, progress, took.count());
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
    if (settings.close) {
        // In order, with every view at the ledger's end: for what files weigh.
        host.close();
    }
    json.print();
    end_at_once();
}

}  // namespace holdfast::bench

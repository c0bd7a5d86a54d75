// An expiry storm: `holds` holds that are due in the same millisecond, while other requests go on.
//
// Every unit of the storm's SKUs is held, so a request for one of them after the deadline is
// granted only if a dead hold no longer counts. Requests come at a fixed rate before, during and
// after.
#include "base/check.hpp"
#include "bench/service/json.hpp"
#include "bench/service/modes.hpp"
#include "bench/service/workshop.hpp"

namespace holdfast::bench {
namespace {

constexpr std::int64_t kStormSeconds = 60;
constexpr std::uint32_t kStormSkus = 10'000;
constexpr auto kBefore = std::chrono::seconds(2);
constexpr auto kPhase = std::chrono::seconds(2);

}  // namespace

int run_storm(const ServiceSettings& given) {
    ServiceSettings settings = given;
    settings.skus = kStormSkus;
    const double rate = settings.rate > 0 ? settings.rate : 20'000;
    Host host({.ledger = settings.ledger, .checkpoint_every = settings.checkpoint_every});
    Workshop shop(host, settings);
    auto& writer = host.writer();
    const auto applied = [](const Slot& slot) {
        CHECK(slot.answer.kind == partition::AnswerKind::applied);
    };
    // Each SKU has exactly the units that the storm's holds take, one SKU after the other.
    const auto each = static_cast<std::int64_t>(settings.holds / kStormSkus);
    shop.stock(each);
    Commands other(1, 7, "OTHER-");
    const auto receipts = other.receipts(kPlenty);
    std::size_t received = 0;
    shop.producer.run([&] { return received < receipts.size(); },
                      [&] { return receipts[received++]; }, applied);
    host.clock.hold();
    std::uint64_t held = 0;
    const std::uint64_t holds = static_cast<std::uint64_t>(each) * kStormSkus;
    shop.producer.run([&] { return held < holds; },
                      [&] {
                          return shop.commands.hold_of(
                              static_cast<std::size_t>(held++ % kStormSkus), kStormSeconds);
                      },
                      applied);
    host.clock.run(std::chrono::seconds(kStormSeconds) - kBefore);

    const auto due = std::chrono::steady_clock::now() + kBefore;
    const auto ask_other = [&] { return other.hold(24 * 3'600); };
    const auto ignore = [](const Slot&) {};
    const auto calm = shop.producer.run_at(rate, kBefore, ask_other, ignore);
    // From the due millisecond on, requests go to the storm's own SKUs.
    std::chrono::steady_clock::time_point over{};
    std::uint64_t asked = 0;
    const auto watch = [&](const Slot&) {
        if (over == std::chrono::steady_clock::time_point{} &&
            writer.figures().overdue_holds == 0) {
            over = std::chrono::steady_clock::now();
        }
    };
    const auto storm = shop.producer.run_at(
        rate, kPhase, [&] { return shop.commands.hold_of(asked++ % kStormSkus, 24 * 3'600); },
        watch);
    const auto after = shop.producer.run_at(rate, kPhase, ask_other, watch);
    std::uint64_t late = 0;  // commands while the storm takes longer than was thought
    shop.producer.run([&] { return over == std::chrono::steady_clock::time_point{}; },
                      [&] {
                          ++late;
                          return ask_other();
                      },
                      watch);
    Json json;
    json.number("holds", static_cast<double>(holds));
    json.number("rate", rate);
    json.number("all_expired_ms", std::chrono::duration<double, std::milli>(over - due).count());
    json.number("refused", static_cast<double>(storm.refused));
    json.number("overloaded",
                static_cast<double>(calm.overloaded + storm.overloaded + after.overloaded));
    json.number("commands", static_cast<double>(storm.commands));
    add_latency(json, "calm_", calm.latency);
    add_latency(json, "storm_", storm.latency);
    add_latency(json, "after_", after.latency);
    const auto expected = calm.commands + storm.commands + after.commands + late - storm.refused;
    json.flag("audit", writer.figures().live_holds == expected);
    json.print();
    end_at_once();
}

}  // namespace holdfast::bench

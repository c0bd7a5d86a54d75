// Memory of the pure machine: live holds that were only ever held, with their keys.
#include <malloc.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/process_stats.hpp"
#include "bench/commands.hpp"
#include "bench/service/json.hpp"
#include "bench/service/modes.hpp"
#include "core/machine.hpp"

namespace holdfast::bench {
namespace {

constexpr base::Time kStart = base::time_from_ms(1'767'225'600'000);

class Machine {
  public:
    Machine() {
        for (const auto& event : core::genesis({.high = 1, .low = 2}, {.high = 3, .low = 4})) {
            machine_.append(event, batch_);
        }
    }
    void run(const model::Command& command) {
        CHECK(machine_.execute(command, batch_, UINT32_MAX).outcome == core::Outcome::applied);
        payload_.clear();
        touched_.clear();
        names_.clear();
    }

  private:
    core::State state_;
    core::Machine machine_{state_};
    base::Buffer payload_;
    std::vector<model::SkuId> touched_;
    std::vector<model::Event> names_;
    core::OpenBatch batch_{.payload = payload_,
                           .next = model::Sequence(1),
                           .time = kStart,
                           .touched = touched_,
                           .names = names_};
};

double resident() { return static_cast<double>(base::read_process_stats().resident_memory_bytes); }

}  // namespace

int run_footprint(const ServiceSettings& settings) {
    Commands commands(settings.skus, 42);
    Machine machine;
    auto receipts = commands.receipts(1LL << 40);
    for (const auto& receipt : receipts) {
        machine.run(receipt);
    }
    receipts = {};
    malloc_trim(0);
    const double before = resident();
    double longest = 0;
    for (std::uint64_t i = 0; i < settings.holds; ++i) {
        const auto command = commands.hold(24 * 3'600);
        const auto begin = std::chrono::steady_clock::now();
        machine.run(command);
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begin;
        longest = std::max(longest, took.count());
    }
    Json json;
    json.number("holds", static_cast<double>(settings.holds));
    json.number("skus", settings.skus);
    json.number("bytes_per_hold", (resident() - before) / static_cast<double>(settings.holds));
    json.number("resident_bytes", resident());
    json.number("longest_command_ms", longest);
    json.print();
    return 0;
}

}  // namespace holdfast::bench

// Memory of the pure machine: live holds that were only ever held, with their keys.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "base/process_stats.hpp"
#include "bench/commands.hpp"
#include "bench/service/json.hpp"
#include "bench/service/modes.hpp"
#include "core/footprint.hpp"
#include "core/machine.hpp"
#include "core/table_memory.hpp"

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
    [[nodiscard]] const core::State& state() const { return state_; }

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

// What each command took, in milliseconds, where that is less than what stands there.
void fill(Machine& machine, Commands& commands, std::span<float> took) {
    for (float& least : took) {
        const auto command = commands.hold(24 * 3'600);
        const auto begin = std::chrono::steady_clock::now();
        machine.run(command);
        const std::chrono::duration<float, std::milli> now =
            std::chrono::steady_clock::now() - begin;
        least = std::min(least, now.count());
    }
}

void stock(Machine& machine, Commands& commands) {
    for (const auto& receipt : commands.receipts(1LL << 40)) {
        machine.run(receipt);
    }
    malloc_trim(0);
}

// {"keys":[entries,bytes],...}
std::string tables_of(const core::State& state) {
    std::string out;
    for (const auto& size : core::table_sizes(state)) {
        out += std::string(out.empty() ? "{" : ",") + '"' + std::string(size.table) + "\":[" +
               std::to_string(size.entries) + "," + std::to_string(size.bytes) + "]";
    }
    return out + "}";
}

}  // namespace

int run_footprint(const ServiceSettings& settings) {
    Commands commands(settings.skus, 42);
    Machine machine;
    stock(machine, commands);
    std::vector<float> took(settings.holds, std::numeric_limits<float>::max());
    const double before = resident();
    fill(machine, commands, took);
    const double live = resident();
    Json json;
    json.number("holds", static_cast<double>(settings.holds));
    json.number("skus", settings.skus);
    json.number("bytes_per_hold", (live - before) / static_cast<double>(settings.holds));
    json.number("resident_bytes", live);
    json.add("tables", tables_of(machine.state()));
    // The replayer's state has the same tables, from the same events, which grow at the same
    // commands. What takes long in both is a table; what does in one is the host, which takes the
    // core away for milliseconds, or the kernel, which clears a page (the second has them ready,
    // as the service does it).
    Commands again(settings.skus, 42);
    Machine copy;
    stock(copy, again);
    core::reserve_table_memory(static_cast<std::size_t>(live - before));
    fill(copy, again, took);
    json.number("longest_command_ms", *std::ranges::max_element(took));
    json.number("resident_bytes_with_copy", resident());
    json.print();
    return 0;
}

}  // namespace holdfast::bench

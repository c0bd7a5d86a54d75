// holdfast-sim: seeds of the simulator, one after the other, each run twice.
//
//   holdfast-sim --seconds 60            fresh seeds for a minute
//   holdfast-sim --seed 7 --runs 100     seeds 7 to 106
//   holdfast-sim --seed 7 --commands 40 --without crash --without delays     one failure again
//
// Exit code 0: every run was sound and equal to its repetition; 1: a violation, with the command
// that shows it again; 2: the arguments make no sense.
#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/prng.hpp"
#include "sim/shrink.hpp"

namespace holdfast::sim {
namespace {

struct Arguments {
    std::uint64_t seed = 0;  // 0: from the clock
    std::uint64_t runs = 0;  // 0: until the time is over
    std::uint64_t seconds = 0;
    std::uint64_t commands = 2'000;
    std::vector<FaultKind> without;
};

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(out)
                                                                    : std::nullopt;
}

bool read(Arguments& out, std::string_view name, std::string_view value) {
    if (name == "--without") {
        const auto kind = fault_kind_of(value);
        if (kind) {
            out.without.push_back(*kind);
        }
        return kind.has_value();
    }
    std::uint64_t* const target = name == "--seed"       ? &out.seed
                                  : name == "--runs"     ? &out.runs
                                  : name == "--seconds"  ? &out.seconds
                                  : name == "--commands" ? &out.commands
                                                         : nullptr;
    const auto parsed = number(value);
    if (target == nullptr || !parsed) {
        return false;
    }
    *target = *parsed;
    return true;
}

std::optional<Arguments> read(std::span<char* const> words) {
    Arguments out;
    for (std::size_t i = 1; i < words.size(); i += 2) {
        if (i + 1 == words.size() || !read(out, words[i], words[i + 1])) {
            return std::nullopt;
        }
    }
    if (out.runs == 0 && out.seconds == 0) {
        out.runs = 1;
    }
    if (out.seed == 0) {
        out.seed = static_cast<std::uint64_t>(base::to_ms(base::SystemClock().now().wall));
    }
    return out;
}

SwarmOptions options_of(const Arguments& arguments, std::uint64_t seed) {
    SwarmOptions out = draw_options(seed, arguments.commands);
    for (const FaultKind kind : arguments.without) {
        out.faults.turn_off(kind);
    }
    return out;
}

int report_failure(const SwarmOptions& options, const SwarmReport& report) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(options.seed),
                report.violation->c_str());
    const Shrunk small = shrink(options, report);
    std::string again = "holdfast-sim --seed " + std::to_string(options.seed) + " --commands " +
                        std::to_string(small.options.commands);
    const Faults drawn = draw_options(options.seed, options.commands).faults;
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        if (drawn.on(kind) && !small.options.faults.on(kind)) {
            again += " --without " + std::string(to_string(kind));
        }
    }
    std::printf("shrunk: %s\n  (%s)\nagain:  %s\n", small.report.violation->c_str(),
                small.options.faults.text().c_str(), again.c_str());
    return 1;
}

int run(const Arguments& arguments) {
    const std::int64_t begin = base::elapsed_nanoseconds();
    const auto goes_on = [&](std::uint64_t done) {
        const auto seconds = (base::elapsed_nanoseconds() - begin) / kNanosecondsPerSecond;
        return arguments.runs != 0 ? done < arguments.runs
                                   : seconds < static_cast<std::int64_t>(arguments.seconds);
    };
    SwarmReport sum;
    std::uint64_t done = 0;
    for (; goes_on(done); ++done) {
        const SwarmOptions options = options_of(arguments, arguments.seed + done);
        const SwarmReport report = run_swarm(options);
        if (report.violation) {
            return report_failure(options, report);
        }
        if (run_swarm(options) != report) {
            std::printf("seed %llu: two runs differ\n",
                        static_cast<unsigned long long>(options.seed));
            return 1;
        }
        add(sum, report);
    }
    const auto n = [](auto value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "%llu seeds from %llu, each twice: %llu commands, %llu requests, %llu answers, "
        "%llu replies of the API, %llu events, %llu crashes, %llu failed appends, "
        "%llu failed starts, %llu flipped bits noticed, %llu unknown outcomes, %llu checkpoints, "
        "%llu simulated hours: no violation\n",
        n(done), n(arguments.seed), n(sum.commands), n(sum.attempts), n(sum.answers),
        n(sum.replies), n(sum.events), n(sum.crashes), n(sum.failed_appends), n(sum.failed_starts),
        n(sum.flips_noticed), n(sum.unknown_outcomes), n(sum.checkpoints),
        n(sum.simulated_ms / 3'600'000));
    std::printf(
        "counts: {\"seeds\": %llu, \"commands\": %llu, \"requests\": %llu, "
        "\"api_replies\": %llu, \"crashes\": %llu, \"failed_appends\": %llu, "
        "\"failed_starts\": %llu, \"flipped_bits_noticed\": %llu, \"unknown_outcomes\": %llu, "
        "\"simulated_hours\": %llu}\n",
        n(done), n(sum.commands), n(sum.attempts), n(sum.replies), n(sum.crashes),
        n(sum.failed_appends), n(sum.failed_starts), n(sum.flips_noticed), n(sum.unknown_outcomes),
        n(sum.simulated_ms / 3'600'000));
    return 0;
}

}  // namespace
}  // namespace holdfast::sim

int main(int argc, char** argv) {
    const auto arguments = holdfast::sim::read({argv, static_cast<std::size_t>(argc)});
    if (!arguments) {
        std::fprintf(stderr,
                     "usage: holdfast-sim [--seed N] [--runs N | --seconds N] [--commands N] "
                     "[--without FAULT]...\n");
        return 2;
    }
    return holdfast::sim::run(*arguments);
}

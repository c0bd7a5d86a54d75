// The production partition in one process, measured: one JSON object on standard output.
//
//   service_bench --mode load|storm|prepare|recovery|footprint --ledger KIND:DIR [options]
//
// KIND:DIR is what `holdfast serve --ledger` takes, so ledgers can be compared. DIR must be empty,
// but for recovery, which reads what prepare made.
#include "bench/load/arguments.hpp"
#include "bench/service/modes.hpp"

namespace holdfast::bench {
namespace {

struct Call {
    std::string mode = "load";
    ServiceSettings settings;
};

Call parse(int argc, char** argv) {
    Call out;
    std::string mix = "carts";
    Arguments arguments(argc, argv);
    arguments.text("--mode", out.mode);
    arguments.text("--ledger", out.settings.ledger);
    arguments.number("--skus", out.settings.skus);
    arguments.text("--mix", mix);
    arguments.number("--live", out.settings.live);
    arguments.number("--outstanding", out.settings.outstanding);
    arguments.number("--seconds", out.settings.seconds);
    arguments.number("--rate", out.settings.rate);
    arguments.number("--holds", out.settings.holds);
    arguments.number("--tail", out.settings.tail);
    arguments.number("--checkpoint-every", out.settings.checkpoint_every);
    arguments.number("--before", out.settings.before);
    arguments.number("--catch-up", out.settings.catch_up);
    arguments.number("--replay", out.settings.replay);
    arguments.finish();
    out.settings.carts = mix == "carts";
    return out;
}

int run(const Call& call) {
    if (call.mode == "load") {
        return run_load(call.settings);
    }
    if (call.mode == "storm") {
        return run_storm(call.settings);
    }
    if (call.mode == "prepare") {
        return run_prepare(call.settings);
    }
    if (call.mode == "recovery") {
        return run_recovery(call.settings);
    }
    if (call.mode == "footprint") {
        return run_footprint(call.settings);
    }
    Arguments::refuse("--mode load, storm, prepare, recovery or footprint");
}

}  // namespace

void end_at_once() {
    std::fflush(nullptr);
    std::_Exit(0);
}

}  // namespace holdfast::bench

int main(int argc, char** argv) { return holdfast::bench::run(holdfast::bench::parse(argc, argv)); }

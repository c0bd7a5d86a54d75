#include "app/verify_report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "api/time_text.hpp"
#include "app/event_text.hpp"

namespace holdfast::app {

using audit::Check;
using audit::Tally;

namespace {

std::string result_of(Check check, const VerifyReport& r) {
    const Tally& tally = r.findings.at(check);
    const bool is_replay = check >= Check::state_hashes;
    if (tally.violations > 0) {
        return fmt::format("{} VIOLATED", tally.violations);
    }
    if (is_replay && r.replayed < r.last) {
        return fmt::format("only up to event {}", r.replayed.value());
    }
    return "OK";
}

double rate_of(const VerifyReport& r) {
    return r.seconds > 0 ? static_cast<double>(r.events) / r.seconds : 0;
}

std::string check_json(Check check, const VerifyReport& r) {
    const Tally& tally = r.findings.at(check);
    std::string first;
    for (const audit::Violation& violation : tally.first) {
        first += fmt::format(R"({}{{"position":{},"text":{}}})", first.empty() ? "" : ",",
                             violation.at.value(), json_text(violation.text));
    }
    return fmt::format(
        R"({{"check":"{}","promise":{},"looked_at":{},"violations":{},"first":[{}]}})",
        audit::info_of(check).name, json_text(audit::info_of(check).promise), tally.looked_at,
        tally.violations, first);
}

}  // namespace

std::string report_text(const VerifyReport& r) {
    std::string out = fmt::format(
        "position        {}\ntime            {}\nepoch           {}\nbatches         {}\n"
        "events          {}\nbytes           {}\nreservations    {} ({} with held units)\n"
        "SKUs            {}\nstate hash      {:016x}\n\n",
        r.last.value(), api::format_time(r.time), r.epoch.value(), r.batches, r.events, r.bytes,
        r.reservations, r.live_holds, r.skus, r.state_hash);
    out += fmt::format("{:<14}{:>14}  {:<24}{}\n", "check", "looked at", "result", "promise");
    for (std::size_t i = 0; i < audit::kChecks; ++i) {
        const auto check = static_cast<Check>(i);
        const audit::CheckInfo& info = audit::info_of(check);
        out += fmt::format("{:<14}{:>14}  {:<24}{}\n", info.name, r.findings.at(check).looked_at,
                           result_of(check, r), info.promise);
    }
    for (std::size_t i = 0; i < audit::kChecks; ++i) {
        const Tally& tally = r.findings.at(static_cast<Check>(i));
        for (const audit::Violation& violation : tally.first) {
            out += fmt::format(
                "{}{} at event {}: {}\n", &violation == tally.first.data() ? "\n" : "",
                audit::info_of(static_cast<Check>(i)).name, violation.at.value(), violation.text);
        }
        if (tally.violations > tally.first.size()) {
            out += fmt::format("... and {} more\n", tally.violations - tally.first.size());
        }
    }
    out += fmt::format("\n{} events in {:.1f} s, {:.2f} million/s\n", r.events, r.seconds,
                       rate_of(r) / 1e6);
    return out + (r.findings.clean() ? "OK: chain, state hashes and invariants hold\n"
                                     : "DAMAGED: " + r.findings.summary() + "\n");
}

std::string report_json(const VerifyReport& r) {
    std::string checks;
    for (std::size_t i = 0; i < audit::kChecks; ++i) {
        checks += (i == 0 ? "" : ",") + check_json(static_cast<Check>(i), r);
    }
    return fmt::format(
        R"({{"ok":{},"position":{},"time":"{}","epoch":{},"batches":{},"events":{},"bytes":{},)"
        R"("state_hashes":{},"checkpoint_compared":{},"checkpoints_compared":{},)"
        R"("reservations":{},"live_holds":{},"skus":{},"replayed":{},"state_hash":"{:016x}",)"
        R"("seconds":{:.3f},"events_per_second":{:.0f},"violation":{},"checks":[{}]}})"
        "\n",
        r.findings.clean(), r.last.value(), api::format_time(r.time), r.epoch.value(), r.batches,
        r.events, r.bytes, r.state_hashes, r.checkpoints > 0, r.checkpoints, r.reservations,
        r.live_holds, r.skus, r.replayed.value(), r.state_hash, r.seconds, rate_of(r),
        json_text(r.findings.summary()), checks);
}

std::function<void(const VerifyProgress&)> progress_on_terminal() {
    if (::isatty(STDERR_FILENO) == 0) {
        return {};
    }
    return [](const VerifyProgress& p) {
        fmt::print(stderr, "\rverified {} of {} events ({} %)\033[K{}", p.done.value(),
                   p.of.value(), p.done.value() * 100 / p.of.value(), p.done == p.of ? "\n" : "");
        std::fflush(stderr);
    };
}

}  // namespace holdfast::app

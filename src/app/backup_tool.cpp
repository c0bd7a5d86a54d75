#include "app/backup_tool.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "api/time_text.hpp"
#include "app/event_text.hpp"
#include "app/ledger_source.hpp"
#include "app/verify_report.hpp"
#include "cli/exit_code.hpp"
#include "ledger/backup.hpp"

namespace holdfast::app {

using base::Result;
using cli::ExitCode;

namespace {

// Refused where the system has no such notion; the priority is a courtesy.
void lower_priority() {
    constexpr int kLowestNice = 19;
    constexpr int kThisProcess = 1;
    constexpr int kIdleClass = 3 << 13;
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, kLowestNice));
    static_cast<void>(::syscall(SYS_ioprio_set, kThisProcess, 0, kIdleClass));
}

std::function<void(model::Sequence, model::Sequence)> copy_progress() {
    if (::isatty(STDERR_FILENO) == 0) {
        return {};
    }
    return [](model::Sequence done, model::Sequence of) {
        fmt::print(stderr, "\rcopied up to event {} of {}\033[K{}", done.value(), of.value(),
                   done >= of ? "\n" : "");
        std::fflush(stderr);
    };
}

std::string summary_text(const ledger::BackupReport& r, const std::string& target) {
    std::string out = fmt::format(
        "backup          {}\nledger          {}\nposition        {}\ntime            {}\n"
        "new             {} events in {} batches, {} bytes\nsegments        {}\n",
        target, r.id, r.tail.last.value(), api::format_time(r.tail.time),
        r.tail.last.value() - r.from.value(), r.batches, r.bytes, r.segments);
    if (!r.has_private) {
        return out +
               "private texts   left out: restored from this, the ledger knows no buyer's "
               "data and no longer recognises a buyer\n";
    }
    return out + fmt::format("private texts   {}{}\n", r.private_texts,
                             r.has_key ? ", and the key that finds them" : "");
}

std::string summary_json(const ledger::BackupReport& r, const VerifyReport* verified) {
    std::string audit = verified == nullptr ? "null" : report_json(*verified);
    while (audit.ends_with('\n')) {
        audit.pop_back();
    }
    return fmt::format(
        R"({{"ledger":"{}","position":{},"time":"{}","epoch":{},"from":{},"batches":{},"bytes":{},)"
        R"("segments":{},"private_texts":{},"private":{},"verify":{}}})"
        "\n",
        r.id, r.tail.last.value(), api::format_time(r.tail.time), r.tail.epoch.value(),
        r.from.value(), r.batches, r.bytes, r.segments, r.private_texts, r.has_private, audit);
}

}  // namespace

int run_backup(const cli::LedgerOptions& options) {
    lower_priority();
    const auto report = ledger::back_up({.source = options.source,
                                         .target = options.target,
                                         .private_texts = !options.without_private,
                                         .progress = copy_progress()});
    if (!report) {
        return complain(report.error());
    }
    if (!options.json) {
        fmt::print("{}", summary_text(*report, options.target));
    }
    if (options.no_verify) {
        fmt::print("{}", options.json ? summary_json(*report, nullptr) : "not verified\n");
        return to_int(ExitCode::ok);
    }
    const auto copy = ledger::open_backup(options.target);
    if (!copy) {
        return complain(copy.error());
    }
    const auto verified = verify_ledger(**copy, verify_options(options.target));
    if (!verified) {
        return complain(verified.error());
    }
    fmt::print("{}",
               options.json ? summary_json(*report, &*verified) : "\n" + report_text(*verified));
    return to_int(verified->findings.clean() ? ExitCode::ok : ExitCode::damaged);
}

}  // namespace holdfast::app

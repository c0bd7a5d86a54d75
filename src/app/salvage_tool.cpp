// `holdfast ledger salvage`: copy what is intact, move on, and only then the name it was asked for.
#include <fmt/format.h>

#include <algorithm>

#include "app/backup_tool.hpp"
#include "app/ledger_source.hpp"
#include "app/new_ledger.hpp"
#include "cli/exit_code.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/salvage.hpp"
#include "partition/recovery.hpp"

namespace holdfast::app {

using base::Result;
using model::Sequence;

namespace {

// Without a mark nobody knows how much was lost.
constexpr std::uint64_t kSkipWithoutMark = 10'000'000;

struct Salvaged {
    ledger::SalvageReport report;
    Sequence first_own;  // the next event of the service
};

// The finished ledger is in `work`.
Result<Salvaged> build(const cli::LedgerOptions& options, const std::string& work) {
    Salvaged out;
    TRY(out.report, ledger::salvage_ledger(options.source, work));
    const Sequence kept = out.report.kept.last;
    if (kept.value() == 0) {
        return base::failure(base::ErrorCode::corrupted,
                             "not even the first batch is intact: " + out.report.stopped);
    }
    std::uint64_t state_hash = 0;
    {
        TRY(const auto copy, open_source(work));
        TRY(const auto recovered, partition::recover(*copy));
        state_hash = recovered.state->hash;
    }
    const std::uint64_t skip =
        out.report.marked ? options.skip : std::max(options.skip, kSkipWithoutMark);
    const Sequence newest_known = std::max(kept, out.report.marked.value_or(kept));
    TRY(out.first_own, move_on(work, state_hash, Sequence(newest_known.value() + skip)));
    return out;
}

std::string salvaged_text(const Salvaged& salvaged) {
    const ledger::SalvageReport& report = salvaged.report;
    const std::uint64_t kept = report.kept.last.value();
    std::string out = fmt::format("kept {} events in {} batches and {} private texts\n", kept,
                                  report.batches, report.private_texts);
    if (report.marked) {
        out += fmt::format("the tail mark named event {}; {} events are missing\n",
                           report.marked->value(), report.missing);
    } else {
        out += "the tail mark cannot be read: how many events are missing is not known\n";
    }
    if (!report.has_key) {
        out += "there was no private.key: known buyers are not recognised\n";
    }
    if (!report.stopped.empty()) {
        out += fmt::format("stopped because: {}\n", report.stopped);
    }
    return out + fmt::format(
                     "next event {}: positions {} to {} and their ids are never given out again; "
                     "if more\nmay have been, salvage again with a larger --skip\n",
                     salvaged.first_own.value(), kept + 1, salvaged.first_own.value() - 1);
}

}  // namespace

int run_salvage(const cli::LedgerOptions& options) {
    const auto place = find_place(options.target, ".salvaging");
    if (!place) {
        return complain(place.error());
    }
    const auto salvaged = build(options, place->work);
    if (!salvaged) {
        return complain(salvaged.error());
    }
    if (const auto named = ledger::rename_durably(place->work, place->target); !named) {
        return complain(named.error());
    }
    fmt::print("{}", salvaged_text(*salvaged));
    return to_int(cli::ExitCode::ok);
}

}  // namespace holdfast::app

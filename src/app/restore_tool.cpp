// `holdfast ledger restore`: verify, copy, move on, verify, and only then the name it was asked
// for.
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "api/time_text.hpp"
#include "app/backup_tool.hpp"
#include "app/event_text.hpp"
#include "app/ledger_source.hpp"
#include "app/new_ledger.hpp"
#include "app/verify_report.hpp"
#include "cli/exit_code.hpp"
#include "ledger/backup.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::failure;
using base::Result;
using cli::ExitCode;
using model::Sequence;

namespace {

// "123", the position "0.123" that the service shows, or a time.
Result<VerifyUntil> parse_until(std::string_view text) {
    VerifyUntil out;
    if (text.empty()) {
        return out;
    }
    const std::string_view number = text.substr(text.find('.') + 1);
    std::uint64_t position = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), position);
    if (read.ec == std::errc{} && read.ptr == number.data() + number.size() &&
        text.find(':') == std::string_view::npos) {
        out.position = Sequence(position);
        return out;
    }
    const auto time = api::parse_time(text);
    if (!time) {
        return failure(ErrorCode::invalid_input, "--until " + std::string(text) +
                                                     " is neither a position nor a time such as "
                                                     "2026-05-04T10:00:00Z");
    }
    out.time = *time;
    return out;
}

struct Restored {
    ledger::RestoreReport report;
    Sequence first_own;  // the next event of the service
    base::Time time;     // of the newest event that was kept
    VerifyReport verified;
};

Result<VerifyReport> verify_source(const std::string& source, const VerifyUntil& until) {
    TRY(const auto backup, ledger::open_backup(source));
    TRY(const auto tail, backup->tail());
    if (until.position.value() != UINT64_MAX && until.position > tail.last) {
        return failure(ErrorCode::invalid_input,
                       "the backup ends at event " + std::to_string(tail.last.value()));
    }
    VerifyOptions how = verify_options(source);
    how.until = until;
    return verify_ledger(*backup, how);
}

// The finished ledger is in `work`.
Result<Restored> build(const cli::LedgerOptions& options, const VerifyReport& source,
                       const std::string& work) {
    Restored out;
    TRY(out.report, ledger::restore_backup(
                        {.backup = options.source,
                         .target = work,
                         .kind = wanted_kind(options.target_kind).value_or(ledger::kDefaultKind),
                         .until = source.last,
                         .progress = {}}));
    out.time = out.report.tail.time;
    TRY(out.first_own,
        move_on(work, source.state_hash, Sequence(out.report.backup_last.value() + options.skip)));
    TRY(const auto made, open_source(work));
    TRY(out.verified, verify_ledger(*made, verify_options(work)));
    if (out.verified.findings.clean() && out.verified.state_hash != source.state_hash) {
        return failure(ErrorCode::corrupted,
                       "the restored state is not the one that was backed up");
    }
    return out;
}

std::string restored_text(const Restored& r, const std::string& target) {
    const std::uint64_t kept = r.report.tail.last.value();
    std::string out = fmt::format(
        "restored        {}\nledger          {} (was {})\nposition        {} of {}, {}\n"
        "next event      {}\n\n",
        target, r.report.id, r.report.source_id, kept, r.report.backup_last.value(),
        api::format_time(r.time), r.first_own.value());
    out += fmt::format(
        "What happened after event {} is not in this ledger: reservations made since are unknown\n"
        "(404), and a retry of a key used since acts again. Positions {} to {} and their ids are\n"
        "never given out again. Never start a service on the old directory beside this one, and\n"
        "count what moved since (docs/backup.md).\n",
        kept, kept + 1, r.first_own.value() - 1);
    return out + (r.report.has_private
                      ? ""
                      : "The backup was taken without private texts: buyers' data is gone, and "
                        "known buyers are not recognised.\n");
}

std::string restored_json(const Restored& r, const std::string& target) {
    std::string audit = report_json(r.verified);
    audit.pop_back();  // its line feed
    return fmt::format(
        R"({{"directory":{},"ledger":"{}","was":"{}","position":{},"time":"{}",)"
        R"("backup_position":{},"next_event":{},"private_texts":{},"private":{},"verify":{}}})"
        "\n",
        json_text(target), r.report.id, r.report.source_id, r.report.tail.last.value(),
        api::format_time(r.time), r.report.backup_last.value(), r.first_own.value(),
        r.report.private_texts, r.report.has_private, audit);
}

int damaged(const VerifyReport& report, const std::string& what) {
    fmt::print(stderr, "{}\nholdfast ledger: {} does not verify; nothing was restored\n",
               report_text(report), what);
    return to_int(ExitCode::damaged);
}

}  // namespace

int run_restore(const cli::LedgerOptions& options) {
    const auto place = find_place(options.target, ".restoring");
    if (!place) {
        return complain(place.error());
    }
    const auto until = parse_until(options.until);
    if (!until) {
        return complain(until.error());
    }
    const auto source = verify_source(options.source, *until);
    if (!source) {
        return complain(source.error());
    }
    if (!source->findings.clean()) {
        return damaged(*source, options.source);
    }
    if (source->last.value() == 0) {
        return complain(
            {ErrorCode::invalid_input, "the backup has nothing up to " + options.until});
    }
    const auto restored = build(options, *source, place->work);
    if (!restored) {
        return complain(restored.error());
    }
    if (!restored->verified.findings.clean()) {
        return damaged(restored->verified, place->work);
    }
    if (const auto named = ledger::rename_durably(place->work, place->target); !named) {
        return complain(named.error());
    }
    fmt::print("{}", options.json ? restored_json(*restored, place->target)
                                  : restored_text(*restored, place->target) + "\n" +
                                        report_text(restored->verified));
    return to_int(ExitCode::ok);
}

}  // namespace holdfast::app

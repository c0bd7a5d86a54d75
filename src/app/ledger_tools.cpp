#include "app/ledger_tools.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <deque>

#include "api/time_text.hpp"
#include "app/backup_tool.hpp"
#include "app/event_text.hpp"
#include "app/ledger_source.hpp"
#include "app/ledger_stock.hpp"
#include "app/verify_report.hpp"
#include "cli/exit_code.hpp"
#include "ledger/export.hpp"
#include "ledger/feed.hpp"
#include "model/event_codec.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;
using cli::ExitCode;

namespace {

// Who reads reports by a program reads this one too: what cannot be opened has nothing in it.
VerifyReport report_of(const base::Error& damage) {
    VerifyReport out;
    out.findings.found(audit::Check::chain, model::Sequence(0), damage.message);
    return out;
}

int verify(const cli::LedgerOptions& options) {
    const auto ledger = open_source(options.source);
    if (!ledger) {
        const int code = complain(ledger.error());
        if (options.json && code == to_int(ExitCode::damaged)) {
            fmt::print("{}", report_json(report_of(ledger.error())));
        }
        return code;
    }
    VerifyOptions how = verify_options(options.source);
    how.violations_kept = options.violations;
    const auto report = verify_ledger(**ledger, how);
    if (!report) {
        return complain(report.error());
    }
    fmt::print("{}", options.json ? report_json(*report) : report_text(*report));
    return to_int(report->findings.clean() ? ExitCode::ok : ExitCode::damaged);
}

struct TailLine {
    model::Sequence sequence;
    base::Time time{};
    std::string text;
};

Result<std::deque<TailLine>> newest_events(ledger::Ledger& ledger, std::uint64_t count) {
    TRY(const auto tail, ledger.tail());
    const std::uint64_t last = tail.last.value();
    const model::Sequence first(last > count ? last - count + 1 : 1);
    std::deque<TailLine> out;
    TRY_VOID(
        ledger.read_from(first, SIZE_MAX, [&](std::span<const std::byte> sealed) -> Result<void> {
            TRY(const auto batch, ledger::open_sealed(sealed));
            model::EventCursor cursor(batch.payload, batch.header.first);
            while (true) {
                TRY(const auto item, cursor.next());
                if (!item) {
                    return {};
                }
                if (item->sequence >= first) {
                    TRY(const auto event, model::decode(item->bytes));
                    out.push_back({.sequence = item->sequence,
                                   .time = batch.header.time,
                                   .text = describe_event(event)});
                }
            }
        }));
    return out;
}

int tail(const cli::LedgerOptions& options) {
    const auto ledger = open_source(options.source);
    if (!ledger) {
        return complain(ledger.error());
    }
    const auto lines = newest_events(**ledger, options.count);
    if (!lines) {
        return complain(lines.error());
    }
    for (const auto& line : *lines) {
        if (options.json) {
            fmt::print(R"({{"sequence":{},"time":"{}","event":{}}})"
                       "\n",
                       line.sequence.value(), api::format_time(line.time), json_text(line.text));
        } else {
            fmt::print("{:>10}  {}  {}\n", line.sequence.value(), api::format_time(line.time),
                       line.text);
        }
    }
    return to_int(ExitCode::ok);
}

int stock(const cli::LedgerOptions& options) {
    const auto ledger = open_source(options.source);
    if (!ledger) {
        return complain(ledger.error());
    }
    const auto found = stock_as_of(**ledger, model::Sequence(options.at));
    if (!found) {
        return complain(found.error());
    }
    if (!options.json) {
        fmt::print("as of event {}\n{:>12} {:>10} {:>10} {:>11} {:>12}  SKU, pool\n",
                   found->at.value(), "on hand", "committed", "held", "unavailable",
                   "safety stock");
    }
    for (const CellLine& cell : found->cells) {
        const model::CellImage& u = cell.units;
        if (options.json) {
            fmt::print(R"({{"tenant":{},"sku":{},"pool":{},"on_hand":{},"committed":{},"held":{},)"
                       R"("soft_held":{},"unavailable":{},"safety_stock":{},"at":{}}})"
                       "\n",
                       json_text(cell.tenant), json_text(cell.sku), json_text(cell.pool), u.on_hand,
                       u.committed, u.held, u.soft_held, u.unavailable, u.safety_stock,
                       found->at.value());
        } else {
            fmt::print("{:>12} {:>10} {:>10} {:>11} {:>12}  {}, {}\n", u.on_hand, u.committed,
                       u.held + u.soft_held, u.unavailable, u.safety_stock, cell.sku, cell.pool);
        }
    }
    return to_int(ExitCode::ok);
}

int export_batches(const cli::LedgerOptions& options) {
    const auto ledger = open_source(options.source);
    if (!ledger) {
        return complain(ledger.error());
    }
    const bool to_stdout = options.target == "-";
    std::FILE* const file = to_stdout ? stdout : std::fopen(options.target.c_str(), "wbx");
    if (file == nullptr) {
        fmt::print(stderr, "holdfast ledger: {} exists already or cannot be made\n",
                   options.target);
        return to_int(ExitCode::usage);
    }
    const auto end =
        ledger::export_ledger(**ledger, [file](std::span<const std::byte> bytes) -> Result<void> {
            if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) {
                return base::failure(ErrorCode::storage_full, "the export cannot be written");
            }
            return {};
        });
    const bool closed = to_stdout ? std::fflush(file) == 0 : std::fclose(file) == 0;
    if (!end) {
        return complain(end.error());
    }
    if (!closed) {
        return complain({ErrorCode::storage_full, "the export cannot be written"});
    }
    fmt::print(stderr, "exported up to event {}\n", end->last.value());
    return to_int(ExitCode::ok);
}

}  // namespace

int run_ledger_tool(const cli::LedgerOptions& options) {
    switch (options.action) {
        case cli::LedgerAction::tail: return tail(options);
        case cli::LedgerAction::verify: return verify(options);
        case cli::LedgerAction::stock: return stock(options);
        case cli::LedgerAction::export_batches: return export_batches(options);
        case cli::LedgerAction::salvage: return run_salvage(options);
        case cli::LedgerAction::backup: return run_backup(options);
        case cli::LedgerAction::restore: return run_restore(options);
    }
    return to_int(ExitCode::usage);
}

}  // namespace holdfast::app

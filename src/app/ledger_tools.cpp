#include "app/ledger_tools.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>

#include "api/time_text.hpp"
#include "app/event_text.hpp"
#include "app/ledger_stock.hpp"
#include "app/verify.hpp"
#include "cli/exit_code.hpp"
#include "ledger/export.hpp"
#include "ledger/feed.hpp"
#include "ledger/rocksdb_ledger.hpp"
#include "ledger/salvage.hpp"
#include "model/event_codec.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;
using cli::ExitCode;

namespace {

int complain(const base::Error& error) {
    fmt::print(stderr, "holdfast ledger: {}\n", error.message);
    switch (error.code) {
        case ErrorCode::not_found: return to_int(ExitCode::not_found);
        case ErrorCode::invalid_input: return to_int(ExitCode::usage);
        case ErrorCode::corrupted:
        case ErrorCode::newer_format: return to_int(ExitCode::damaged);
        default: return to_int(ExitCode::failed);
    }
}

Result<std::unique_ptr<ledger::Ledger>> open_source(const std::string& source) {
    if (std::filesystem::is_regular_file(source)) {
        return ledger::open_exported(source);
    }
    TRY(const auto info, ledger::read_ledger_info(source));
    return ledger::open_rocksdb_ledger(
        {.path = source,
         .partition = info.partition,
         .create_if_missing = false,
         .read_only = true,
         .warn = [](const std::string& text) { fmt::print(stderr, "warning: {}\n", text); }});
}

void print_report(const VerifyReport& r, bool json) {
    if (json) {
        fmt::print(
            R"({{"ok":{},"position":{},"batches":{},"events":{},"bytes":{},"state_hashes":{},)"
            R"("checkpoint_compared":{},"reservations":{},"live_holds":{},"skus":{},)"
            R"("state_hash":"{:016x}","violation":{}}})"
            "\n",
            r.violation.empty(), r.last.value(), r.batches, r.events, r.bytes, r.state_hashes,
            r.checkpoint_compared, r.reservations, r.live_holds, r.skus, r.state_hash,
            json_text(r.violation));
        return;
    }
    fmt::print("position        {}\nbatches         {}\nevents          {}\nbytes           {}\n",
               r.last.value(), r.batches, r.events, r.bytes);
    fmt::print("state hashes    {} compared\ncheckpoint      {}\n", r.state_hashes,
               r.checkpoint_compared ? "equals the replayed state" : "none");
    fmt::print("reservations    {} ({} hold units)\nSKUs            {}\nstate hash      {:016x}\n",
               r.reservations, r.live_holds, r.skus, r.state_hash);
    fmt::print("{}\n", r.violation.empty() ? "OK: chain, state hashes and invariants hold"
                                           : "DAMAGED: " + r.violation);
}

int verify(const cli::LedgerOptions& options) {
    const auto ledger = open_source(options.source);
    if (!ledger) {
        return complain(ledger.error());
    }
    const auto report = verify_ledger(**ledger);
    if (!report) {
        return complain(report.error());
    }
    print_report(*report, options.json);
    return to_int(report->violation.empty() ? ExitCode::ok : ExitCode::damaged);
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

int salvage(const cli::LedgerOptions& options) {
    const auto report = ledger::salvage_rocksdb_ledger(options.source, options.target);
    if (!report) {
        return complain(report.error());
    }
    fmt::print("kept {} events in {} batches and {} private texts\n", report->kept.last.value(),
               report->batches, report->private_texts);
    if (report->marked) {
        fmt::print("the tail mark named event {}; {} events are missing\n", report->marked->value(),
                   report->missing);
    }
    if (!report->stopped.empty()) {
        fmt::print("stopped because: {}\n", report->stopped);
    }
    return to_int(ExitCode::ok);
}

}  // namespace

int run_ledger_tool(const cli::LedgerOptions& options) {
    switch (options.action) {
        case cli::LedgerAction::tail: return tail(options);
        case cli::LedgerAction::verify: return verify(options);
        case cli::LedgerAction::stock: return stock(options);
        case cli::LedgerAction::export_batches: return export_batches(options);
        case cli::LedgerAction::salvage: return salvage(options);
    }
    return to_int(ExitCode::usage);
}

}  // namespace holdfast::app

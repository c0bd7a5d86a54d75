#include "app/ledger_source.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "app/verify_report.hpp"
#include "cli/exit_code.hpp"
#include "ledger/backup.hpp"
#include "ledger/export.hpp"
#include "ledger/open_ledger.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;
using cli::ExitCode;

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
    if (ledger::is_backup(source)) {
        return ledger::open_backup(source);
    }
    return ledger::open_ledger_to_read(
        source, [](const std::string& text) { fmt::print(stderr, "warning: {}\n", text); });
}

std::optional<ledger::LedgerKind> wanted_kind(cli::LedgerKind kind) {
    switch (kind) {
        case cli::LedgerKind::rocksdb: return ledger::LedgerKind::rocksdb;
        case cli::LedgerKind::segments: return ledger::LedgerKind::segments;
        default: return std::nullopt;
    }
}

VerifyOptions verify_options(const std::string& source) {
    VerifyOptions out;
    out.checkpoints =
        std::filesystem::is_directory(source) ? ledger::LedgerPaths(source).checkpoints : "";
    out.progress = progress_on_terminal();
    return out;
}

}  // namespace holdfast::app

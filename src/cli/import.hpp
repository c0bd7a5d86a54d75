// run_import: moves a table of another system into the ledger.
//
// The whole file is judged before the first request; then its rows go out in order, in chunks.
// Every row is keyed, so a run that was cut short is resumed by running the same command again:
// what was taken is answered from the ledger and counted nowhere twice. Memory: one chunk, and 24
// bytes a row for finding duplicates. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <string>

#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "cli/import_rows.hpp"
#include "client/console.hpp"

namespace holdfast::cli {

struct ImportOptions {
    ServiceAccess access;
    ImportBasis basis;
    std::string file;
    std::size_t chunk_rows = 1'000;  // of the file, in one request
    bool dry_run = false;            // judge the file, and send nothing
    bool json = false;               // the summary
};

// refused: the file was good and some rows were refused; they are named.
[[nodiscard]] ExitCode run_import(const ImportOptions& options, const client::Console& console);

}  // namespace holdfast::cli

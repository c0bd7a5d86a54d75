// run_compare: an outside system's figures against the ledger's, SKU by SKU.
//
// The daily job of a parallel run: what differs, the largest difference first, and the totals. A
// row names a SKU, perhaps a pool, and one or more figures. Reads only. Memory: the rows that
// differ, and 24 bytes a row for finding duplicates. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <string>

#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "client/console.hpp"

namespace holdfast::cli {

struct CompareOptions {
    ServiceAccess access;
    std::string file;
    std::int64_t tolerance = 0;  // a difference of so many units is none
    std::size_t top = 50;        // rows shown; 0: all
    bool json = false;
};

// ok: no difference; drift: there are some; usage: the file makes no sense.
[[nodiscard]] ExitCode run_compare(const CompareOptions& options, const client::Console& console);

}  // namespace holdfast::cli

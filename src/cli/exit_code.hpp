// Exit codes: what a script can tell from a command without reading its output.
//
// Documented in docs/cli.md and in --help; never renumber.
#pragma once

#include <cstdint>
#include <string_view>

namespace holdfast::cli {

enum class ExitCode : std::uint8_t {
    ok = 0,
    failed = 1,       // anything without a code of its own; an unclean audit
    usage = 2,        // the command line, the configuration or the request makes no sense
    not_found = 3,    // no such reservation, SKU, file
    refused = 4,      // the service judged the request and said no: insufficient stock, conflict
    unreachable = 5,  // no service at the URL, or it cannot answer now; a retry may help
    auth = 6,         // the API key is missing, unknown or may not do this
    damaged = 7,      // a ledger is damaged or does not verify
    pending = 8,      // done, and something now waits for a person: a count to approve
    drift = 9,        // the figures that were compared differ
};

[[nodiscard]] constexpr int to_int(ExitCode code) { return static_cast<int>(code); }

// The code for an HTTP status with the `code` of its problem body.
[[nodiscard]] ExitCode exit_code_of(int status, std::string_view problem_code);

}  // namespace holdfast::cli

// Values as people write them in flags and configuration. Thread rule: free functions.
//
// Errors are one sentence without the name of what is being set; the caller puts it in front.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cli/options.hpp"

namespace holdfast::cli {

[[nodiscard]] base::Result<std::int64_t> parse_integer(std::string_view text, std::int64_t least,
                                                       std::int64_t most);
// "true" or "false".
[[nodiscard]] base::Result<bool> parse_flag(std::string_view text);
// Bytes: a number, alone or with KiB, MiB, GiB, TiB.
[[nodiscard]] base::Result<std::uint64_t> parse_size(std::string_view text);
// A number with ms, s, m or h.
[[nodiscard]] base::Result<base::Duration> parse_duration(std::string_view text);
// "HOST:PORT", "[V6]:PORT".
[[nodiscard]] base::Result<ListenAddress> parse_listen(std::string_view text);
// "rocksdb:DIR", "segments:DIR", "ledger:DIR" (whichever is there) or "memory:".
[[nodiscard]] base::Result<LedgerLocation> parse_ledger(std::string_view text);

// What stands in front of the directory; "ledger:" for `any`.
[[nodiscard]] std::string_view ledger_prefix(LedgerKind kind);

}  // namespace holdfast::cli

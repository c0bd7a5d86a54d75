#include "cli/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/check.hpp"

namespace holdfast::cli {
namespace {

std::unexpected<base::Error> invalid(std::string_view text, std::string_view expected) {
    return base::failure(base::ErrorCode::invalid_input,
                         '\'' + std::string(text) + "' is not " + std::string(expected));
}

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

// NUMBER UNIT, whole and not negative, without overflow.
std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || number < 0) {
        return std::nullopt;
    }
    const std::string_view name(rest, static_cast<std::size_t>(end - rest));
    for (const Unit& unit : units) {
        if (unit.name == name && number <= std::numeric_limits<std::int64_t>::max() / unit.factor) {
            return number * unit.factor;
        }
    }
    return std::nullopt;
}

}  // namespace

base::Result<std::int64_t> parse_integer(std::string_view text, std::int64_t least,
                                         std::int64_t most) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || number < least || number > most) {
        return invalid(
            text, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number;
}

base::Result<bool> parse_flag(std::string_view text) {
    if (text == "true" || text == "false") {
        return text == "true";
    }
    return invalid(text, "true or false");
}

base::Result<std::uint64_t> parse_size(std::string_view text) {
    static constexpr std::array kUnits = {Unit{"", 1}, Unit{"KiB", 1LL << 10},
                                          Unit{"MiB", 1LL << 20}, Unit{"GiB", 1LL << 30},
                                          Unit{"TiB", 1LL << 40}};
    if (const auto bytes = parse_with_unit(text, kUnits)) {
        return static_cast<std::uint64_t>(*bytes);
    }
    return invalid(text, "a size such as 268435456 or 256MiB");
}

base::Result<base::Duration> parse_duration(std::string_view text) {
    static constexpr std::array kUnits = {Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000},
                                          Unit{"h", 3'600'000}};
    if (const auto ms = parse_with_unit(text, kUnits)) {
        return base::Duration(*ms);
    }
    return invalid(text, "a duration such as 500ms, 30s, 15m or 24h");
}

base::Result<ListenAddress> parse_listen(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return invalid(text, "an address such as 127.0.0.1:8080 or [::1]:8080");
    }
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.contains(':')) {
        return invalid(text, "an address: write an IPv6 address in brackets, [::1]:8080");
    }
    if (host == "localhost") {
        host = "127.0.0.1";
    }
    TRY(const std::int64_t port, parse_integer(text.substr(colon + 1), 0, 65'535));
    return ListenAddress{.host = std::string(host), .port = static_cast<std::uint16_t>(port)};
}

std::string_view ledger_prefix(LedgerKind kind) {
    switch (kind) {
        case LedgerKind::memory: return "memory:";
        case LedgerKind::rocksdb: return "rocksdb:";
        case LedgerKind::segments: return "segments:";
        case LedgerKind::any: return "ledger:";
    }
    UNREACHABLE();
}

base::Result<LedgerLocation> parse_ledger(std::string_view text) {
    if (text == ledger_prefix(LedgerKind::memory)) {
        return LedgerLocation{.kind = LedgerKind::memory, .path = {}};
    }
    for (const LedgerKind kind : {LedgerKind::any, LedgerKind::rocksdb, LedgerKind::segments}) {
        const std::string_view prefix = ledger_prefix(kind);
        if (text.starts_with(prefix) && text.size() > prefix.size()) {
            return LedgerLocation{.kind = kind, .path = std::string(text.substr(prefix.size()))};
        }
    }
    return invalid(text,
                   "a ledger: ledger:DIR, rocksdb:DIR, segments:DIR, or memory: which is lost "
                   "when the service stops");
}

}  // namespace holdfast::cli

// Stop: a switch that refuses new holds. What is already promised goes on.
// Thread rule: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/reason.hpp"

namespace holdfast::model {

// Persisted: never renumber.
enum class StopScope : std::uint8_t {
    everything = 0,
    sku = 1,
    pool = 2,  // the pool's units are not offered; others serve
    sku_class = 3,
    channel = 4,
    agent = 5,
};
inline constexpr StopScope kLastStopScope = StopScope::agent;

[[nodiscard]] std::string_view to_string(StopScope scope);
[[nodiscard]] std::optional<StopScope> parse_stop_scope(std::string_view text);

struct Stop {
    StopScope scope = StopScope::everything;
    std::string name{};  // of the SKU, pool, class, channel or agent
    Reason reason = Reason::none;
    base::Time since{};
    base::Time until = base::kNever;
    base::Digest128 note{};  // keyed; the clear text is beside the ledger
    std::string by{};        // API key or claimed principal

    [[nodiscard]] bool covers(base::Time now) const { return now < until; }
};

}  // namespace holdfast::model

#include "sim/faults.hpp"

#include <algorithm>

namespace holdfast::sim {

namespace {

struct Entry {
    std::string_view name;
    std::uint64_t often;  // the bounds of its rarity
    std::uint64_t seldom;
};

// In the order of FaultKind.
constexpr std::array<Entry, kFaultKinds> kEntries = {{
    {"crash", 5, 250},
    {"append_fails", 5, 200},
    {"disk_full", 10, 400},
    {"slow_disk", 2, 5},
    {"wall_jumps", 20, 500},
    {"wall_drifts", 1, 1},
    {"lost_requests", 4, 50},
    {"duplicates", 3, 30},
    {"delays", 2, 10},
    {"late_retries", 10, 100},
    {"abandoned", 5, 50},
    {"overload", 1, 1},
    {"few_expiries", 1, 1},
    {"stale_restarts", 1, 1},
    {"bad_disk", 40, 800},
    {"sudden_death", 40, 800},
    {"power_cuts", 1, 3},
    {"flipped_bits", 1, 3},
}};

}  // namespace

std::string_view to_string(FaultKind kind) { return kEntries[static_cast<std::size_t>(kind)].name; }

std::optional<FaultKind> fault_kind_of(std::string_view name) {
    const auto found = std::ranges::find(kEntries, name, &Entry::name);
    if (found == kEntries.end()) {
        return std::nullopt;
    }
    return static_cast<FaultKind>(found - kEntries.begin());
}

Faults Faults::drawn(base::Prng& dice) {
    Faults out;
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        const Entry& entry = kEntries[i];
        const auto rarity = static_cast<std::uint64_t>(dice.between(
            static_cast<std::int64_t>(entry.often), static_cast<std::int64_t>(entry.seldom)));
        out.rarity_[i] = dice.chance(1, 2) ? rarity : 0;
    }
    return out;
}

std::string Faults::text() const {
    std::string out;
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        if (rarity_[i] != 0) {
            out += (out.empty() ? "" : ", ") + std::string(kEntries[i].name) + " 1/" +
                   std::to_string(rarity_[i]);
        }
    }
    return out.empty() ? "no faults" : out;
}

}  // namespace holdfast::sim

// What each table of a state takes in memory: for benchmarks and for whoever plans a machine.
//
// Counts what tables own directly; texts and extras of records are on the heap and not counted.
// Asking walks the directories of the hash tables: not for a hot path. Thread rule: the state's.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/state.hpp"

namespace holdfast::core {

struct TableSize {
    std::string_view table;
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;  // taken, also where no entry is yet
};

[[nodiscard]] std::vector<TableSize> table_sizes(const State& state);

}  // namespace holdfast::core

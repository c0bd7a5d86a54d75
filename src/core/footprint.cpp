#include "core/footprint.hpp"

namespace holdfast::core {

std::vector<TableSize> table_sizes(const State& state) {
    const auto of = [](std::string_view name, const auto& table) {
        return TableSize{.table = name, .entries = table.size(), .bytes = table.bytes()};
    };
    return {of("skus", state.skus),
            of("skus_by_name", state.skus_by_name),
            of("cells", state.cells),
            of("cell_facts", state.cell_facts),
            of("reservations", state.reservations),
            of("reservations_by_id", state.reservations_by_id),
            of("lines", state.lines),
            of("line_details", state.line_details),
            of("sides", state.sides),
            of("holding_by_reference", state.holding_by_reference),
            of("keys", state.keys),
            of("tombstones", state.tombstones),
            of("ownerships", state.ownerships)};
}

}  // namespace holdfast::core

#include "replay/opening_stock.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/digest.hpp"
#include "model/limits.hpp"
#include "replay/csv.hpp"
#include "replay/orders.hpp"

namespace holdfast::replay {
namespace {

using base::ErrorCode;

// A short SKU has so many per cent of what is asked of it.
constexpr std::int64_t kShortPercentLeast = 40;
constexpr std::int64_t kShortPercentMost = 80;

std::optional<std::int64_t> parse_units(std::string_view text) {
    std::int64_t units = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, units);
    const bool good =
        error == std::errc() && rest == end && units >= 0 && units <= model::kLineQuantityMax;
    return good ? std::optional(units) : std::nullopt;
}

// Units that the orders take, by SKU; SKUs that only come back are there with 0.
OpeningStock demand_of(const Plan& plan) {
    OpeningStock demand;
    for (const Cart& cart : plan.carts) {
        for (const CartLine& line : cart.lines) {
            demand[line.sku] += line.quantity;
        }
    }
    for (const WriteOff& write_off : plan.write_offs) {
        demand[write_off.sku] += write_off.units;
    }
    for (const Reversal& reversal : plan.reversals) {
        demand.try_emplace(reversal.sku, 0);
    }
    return demand;
}

std::int64_t shorten(std::int64_t units, std::uint64_t seed, const std::string& sku) {
    const auto digest = base::digest128({std::to_string(seed), "how short", sku});
    const auto span = static_cast<std::uint64_t>(kShortPercentMost - kShortPercentLeast + 1);
    const std::int64_t percent = kShortPercentLeast + static_cast<std::int64_t>(digest.low % span);
    // Units are at most 2^40 times some thousand lines: 100 times that fits.
    return units * percent / 100;
}

base::Result<OpeningStock> read_stock(const std::string& path) {
    TRY(const std::string text, read_file(path));
    CsvReader reader(text);
    const auto header = reader.next();
    if (!header || header->fields != std::vector<std::string>{"sku", "quantity"}) {
        return base::failure(ErrorCode::invalid_input, path + ": the header is not 'sku,quantity'");
    }
    OpeningStock stock;
    while (const auto row = reader.next()) {
        const auto units = row->problem.empty() && row->fields.size() == 2
                               ? parse_units(row->fields[1])
                               : std::nullopt;
        if (!units) {
            return base::failure(
                ErrorCode::invalid_input,
                path + " line " + std::to_string(row->line) + ": not a SKU and a quantity");
        }
        stock[row->fields[0]] = *units;
    }
    return stock;
}

}  // namespace

base::Result<OpeningStock> make_opening_stock(const Plan& plan, const ReplayOptions& options) {
    OpeningStock stock = demand_of(plan);
    const auto fixed = parse_units(options.opening_stock);
    OpeningStock listed;
    const bool is_auto = options.opening_stock == "auto";
    if (!is_auto && !fixed) {
        TRY(listed, read_stock(options.opening_stock));
    }
    for (auto& [sku, units] : stock) {
        if (fixed) {
            units = *fixed;
        } else if (!is_auto) {
            const auto found = listed.find(sku);
            units = found == listed.end() ? 0 : found->second;
        } else if (drawn(kShortShare, options.seed, "short", sku)) {
            units = shorten(units, options.seed, sku);
        }
        units = std::max<std::int64_t>(units, 1);
    }
    return stock;
}

}  // namespace holdfast::replay

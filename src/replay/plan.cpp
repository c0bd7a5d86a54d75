#include "replay/plan.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <unordered_map>

#include "base/digest.hpp"

namespace holdfast::replay {
namespace {

constexpr std::array<std::string_view, 6> kDamageWords = {"damag", "faulty", "broken",
                                                          "smash", "wet",    "mould"};

model::Reason reason_of(const OrderLine& line) {
    std::string text = line.description;
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    const bool damaged = std::ranges::any_of(
        kDamageWords, [&](std::string_view word) { return text.contains(word); });
    return damaged ? model::Reason::damage : model::Reason::shrinkage;
}

Payment draw_payment(const std::string& invoice, const ReplayOptions& options) {
    const auto coin = [&](std::string_view what) {
        return drawn(0.5, options.seed, what, invoice);
    };
    if (drawn(options.abandoned, options.seed, "abandoned", invoice)) {
        return coin("how abandoned") ? Payment::released : Payment::never;
    }
    if (drawn(options.delayed, options.seed, "delayed", invoice)) {
        return coin("how delayed") ? Payment::late : Payment::out_of_order;
    }
    return Payment::prompt;
}

// Units that a later cancellation may belong to.
struct Sale {
    std::size_t cart;
    std::size_t line;
    std::int64_t left;
};

class Planner {
  public:
    explicit Planner(const ReplayOptions& options) : options_(options) {}

    void add(const OrderLine& line) {
        if (line.is_reversal()) {
            reverse(line);
        } else if (line.is_write_off()) {
            plan_.steps.push_back(
                {.kind = StepKind::write_off, .index = plan_.write_offs.size(), .at = line.at});
            plan_.write_offs.push_back({.line = line.line,
                                        .sku = line.sku,
                                        .units = -line.quantity,
                                        .reason = reason_of(line)});
        } else {
            sell(line);
        }
    }
    [[nodiscard]] Plan take() { return std::move(plan_); }

  private:
    void sell(const OrderLine& line);
    void reverse(const OrderLine& line);
    void add_reversal(const OrderLine& line, std::size_t part, std::int64_t units,
                      const Sale* sale);

    const ReplayOptions& options_;
    Plan plan_;
    std::unordered_map<std::string, std::size_t> carts_;        // by invoice
    std::unordered_map<std::string, std::vector<Sale>> sales_;  // by SKU, oldest first
};

void Planner::sell(const OrderLine& line) {
    const auto [found, is_new] = carts_.try_emplace(line.invoice, plan_.carts.size());
    if (is_new) {
        plan_.steps.push_back({.kind = StepKind::cart, .index = found->second, .at = line.at});
        plan_.carts.push_back(
            {.invoice = line.invoice,
             .customer = line.customer,
             .lines = {},
             .payment = draw_payment(line.invoice, options_),
             .shipped = drawn(options_.shipped, options_.seed, "shipped", line.invoice)});
    }
    Cart& cart = plan_.carts[found->second];
    cart.lines.push_back({.line = line.line, .sku = line.sku, .quantity = line.quantity});
    if (cart.is_bought()) {
        sales_[line.sku].push_back(
            {.cart = found->second, .line = line.line, .left = line.quantity});
    }
}

void Planner::reverse(const OrderLine& line) {
    std::int64_t units = -line.quantity;
    std::size_t part = 0;
    std::vector<Sale>& sales = sales_[line.sku];
    for (auto sale = sales.rbegin(); sale != sales.rend() && units > 0; ++sale) {
        const bool same =
            line.customer.empty() || plan_.carts[sale->cart].customer == line.customer;
        if (same && sale->left > 0) {
            const std::int64_t taken = std::min(units, sale->left);
            sale->left -= taken;
            units -= taken;
            add_reversal(line, part++, taken, &*sale);
        }
    }
    if (units > 0) {
        add_reversal(line, part, units, nullptr);
    }
}

void Planner::add_reversal(const OrderLine& line, std::size_t part, std::int64_t units,
                           const Sale* sale) {
    plan_.steps.push_back(
        {.kind = StepKind::reversal, .index = plan_.reversals.size(), .at = line.at});
    Reversal reversal{.line = line.line, .part = part, .sku = line.sku, .units = units};
    if (sale != nullptr) {
        reversal.cart = sale->cart;
        reversal.cart_line = sale->line;
    }
    plan_.reversals.push_back(std::move(reversal));
}

}  // namespace

bool drawn(double share, std::uint64_t seed, std::string_view what, std::string_view whose) {
    constexpr std::uint64_t kParts = 1'000'000;
    const auto digest = base::digest128({std::to_string(seed), what, whose});
    return digest.low % kParts < static_cast<std::uint64_t>(share * static_cast<double>(kParts));
}

Plan make_plan(const Orders& orders, const ReplayOptions& options) {
    Planner planner(options);
    for (const OrderLine& line : orders.lines) {
        planner.add(line);
    }
    return planner.take();
}

std::vector<std::string> busiest(const Plan& plan, std::size_t most) {
    std::map<std::string, std::size_t> lines;
    for (const Cart& cart : plan.carts) {
        for (const CartLine& line : cart.lines) {
            ++lines[line.sku];
        }
    }
    for (const Reversal& reversal : plan.reversals) {
        ++lines[reversal.sku];
    }
    for (const WriteOff& write_off : plan.write_offs) {
        ++lines[write_off.sku];
    }
    std::vector<std::string> skus;
    for (const auto& [sku, count] : lines) {
        skus.push_back(sku);
    }
    std::ranges::stable_sort(skus, std::greater(),
                             [&](const std::string& sku) { return lines.at(sku); });
    skus.resize(std::min(skus.size(), most));
    return skus;
}

}  // namespace holdfast::replay

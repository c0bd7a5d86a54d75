// Plan: what a replay will do, before anything is sent. A pure function of the orders, the shares
// and the seed, so that a run that was interrupted can be taken up with the same keys.
//
// An invoice is a cart. What becomes of it is drawn from the seed and the invoice number alone. A
// cancelled quantity belongs to the newest earlier carts that sell the same SKU, to the same
// customer where the cancellation names one, as far as they have units left; what finds no sale is
// a return of goods that nobody sold. A negative quantity on an ordinary invoice is a write-off.
// Thread rule: values and free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/reason.hpp"
#include "replay/options.hpp"
#include "replay/orders.hpp"

namespace holdfast::replay {

enum class Payment : std::uint8_t {
    prompt,
    late,          // commit arrives after the hold has run out
    out_of_order,  // "payment begins" arrives behind the commit
    released,      // abandoned; the shop gives the units back
    never,         // abandoned; the hold runs out
};

struct CartLine {
    std::size_t line = 0;  // in the file; its text is the line id
    std::string sku;
    std::int64_t quantity = 0;
};

struct Cart {
    std::string invoice;
    std::string customer;
    std::vector<CartLine> lines;
    Payment payment = Payment::prompt;
    bool shipped = false;  // once it is sold

    [[nodiscard]] bool is_bought() const { return payment < Payment::released; }
};

// Units of one cancellation line that belong to one sold line, or to none.
struct Reversal {
    std::size_t line = 0;  // of the cancellation
    std::size_t part = 0;  // a line may be spread over several sales
    std::string sku;
    std::int64_t units = 0;
    std::optional<std::size_t> cart{};  // index
    std::size_t cart_line = 0;          // in the file
};

struct WriteOff {
    std::size_t line = 0;
    std::string sku;
    std::int64_t units = 0;
    model::Reason reason = model::Reason::shrinkage;
};

enum class StepKind : std::uint8_t { cart, reversal, write_off };

struct Step {
    StepKind kind = StepKind::cart;
    std::size_t index = 0;
    base::Time at{};
};

struct Plan {
    std::vector<Cart> carts;
    std::vector<Reversal> reversals;
    std::vector<WriteOff> write_offs;
    std::vector<Step> steps;  // in the order of the file
};

[[nodiscard]] Plan make_plan(const Orders& orders, const ReplayOptions& options);

// The SKUs that most lines are about, the busiest first.
[[nodiscard]] std::vector<std::string> busiest(const Plan& plan, std::size_t most);

// True in `share` of all cases, and always the same for the same seed and words.
[[nodiscard]] bool drawn(double share, std::uint64_t seed, std::string_view what,
                         std::string_view whose);

}  // namespace holdfast::replay

// Report: what a replay has done and what the audit found, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/json.hpp"
#include "replay/audit.hpp"
#include "replay/orders.hpp"
#include "replay/statistics.hpp"

namespace holdfast::replay {

// Units of all SKUs together.
struct Flow {
    std::int64_t before = 0;  // on hand before the run
    std::int64_t received = 0;
    std::int64_t adjusted = 0;
    std::int64_t returned = 0;
    std::int64_t shipped = 0;
    std::int64_t on_hand = 0;  // as the service tells it now

    [[nodiscard]] std::int64_t in() const { return before + received + adjusted + returned; }
    [[nodiscard]] std::int64_t out() const { return shipped + on_hand; }
};

struct Report {
    std::string file;
    std::string run_id;
    const Orders& orders;
    Counts counts;
    LatencySummary latency;
    std::int64_t duration_ms = 0;  // of the orders, without opening stock and audit
    std::uint64_t skus = 0;
    std::uint64_t references = 0;  // audited carts, refused ones too
    std::uint64_t explained = 0;   // the busiest SKUs, whose figures were taken apart
    Flow flow;
    std::vector<Difference> differences;

    // No difference, no unequal answers, no answer that nobody should get.
    [[nodiscard]] bool clean() const;
    [[nodiscard]] double requests_per_second() const;
};

[[nodiscard]] std::string to_text(const Report& report);
[[nodiscard]] client::Json to_json(const Report& report);

}  // namespace holdfast::replay

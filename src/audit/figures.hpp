// Figures: the stock cells as the audit adds them up, and what a class offers of them.
//
// Written without looking at the production machine: a bug there must not hide itself here.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "audit/findings.hpp"
#include "audit/slabs.hpp"
#include "model/event.hpp"
#include "model/sku_class.hpp"

namespace holdfast::audit {

inline constexpr std::uint32_t kNone = UINT32_MAX;

struct CellRecord {
    model::SkuId sku;
    model::PoolId pool;
    std::uint32_t next = kNone;  // of the same SKU
    model::CellImage units;
    std::uint64_t shortage = 0;  // open case; 0: none
    std::uint64_t pending_count = 0;
};

// Units that could still be sold for good. Below zero: promised beyond what the class allows.
[[nodiscard]] __int128 firm_room(const model::CellImage& units, const model::SkuClass& policy);
// The same for holds of a class that lets several carts hope for one unit.
[[nodiscard]] __int128 soft_room(const model::CellImage& units, const model::SkuClass& policy);
// Promised units that are neither there nor covered by a backorder. Not above zero: none.
[[nodiscard]] __int128 missing(const model::CellImage& units, const model::SkuClass& policy);

class Figures {
  public:
    // The cell's index; kNone if nothing ever moved there.
    [[nodiscard]] std::uint32_t find(model::SkuId sku, model::PoolId pool) const;
    std::uint32_t find_or_add(model::SkuId sku, model::PoolId pool);

    [[nodiscard]] CellRecord& operator[](std::uint32_t index) { return cells_[index]; }
    [[nodiscard]] const CellRecord& operator[](std::uint32_t index) const { return cells_[index]; }
    [[nodiscard]] std::size_t size() const { return cells_.size(); }
    [[nodiscard]] std::uint32_t first_of(model::SkuId sku) const {
        return sku.value() < first_.size() ? first_[sku.value()] : kNone;
    }

    void prefetch(model::SkuId sku) const {
        if (const std::uint32_t first = first_of(sku); first != kNone) {
            __builtin_prefetch(&cells_[first]);
            __builtin_prefetch(reinterpret_cast<const std::byte*>(&cells_[first] + 1) - 1);
        }
    }
    // False if fewer than none would be unavailable for that reason.
    bool add_unavailable(std::uint32_t cell, model::Reason reason, std::int64_t delta);

  private:
    Slabs<CellRecord> cells_;
    std::vector<std::uint32_t> first_;  // by SKU
    std::map<std::pair<std::uint32_t, model::Reason>, std::int64_t> unavailable_;
};

}  // namespace holdfast::audit

// TouchedSkus: each SKU once per batch, in the order of first touch, without hashing or sorting.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <utility>

#include "core/chunked_vector.hpp"
#include "model/ids.hpp"

namespace holdfast::partition {

class TouchedSkus {
  public:
    void begin_batch() { ++batch_; }
    // True the first time in this batch.
    [[nodiscard]] bool add(model::SkuId sku) {
        while (marks_.size() <= sku.value()) {
            marks_.add();
        }
        return std::exchange(marks_[sku.value()], batch_) != batch_;
    }

  private:
    core::ChunkedVector<std::uint64_t> marks_;
    std::uint64_t batch_ = 0;
};

}  // namespace holdfast::partition

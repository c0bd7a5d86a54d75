// ChunkedVector: a vector that grows by chunks and never moves an element.
//
// Growing a plain vector of ten million records stalls the writer for the copy; this one allocates
// a chunk. Indices are dense and stable. Elements are never removed; whoever reuses slots keeps a
// free list of its own. Thread rule: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.hpp"

namespace holdfast::core {

template <typename T, std::size_t kChunk = 1024>
class ChunkedVector {
  public:
    [[nodiscard]] std::uint32_t size() const { return size_; }

    T& operator[](std::uint32_t index) {
        DCHECK(index < size_);
        return (*chunks_[index / kChunk])[index % kChunk];
    }
    const T& operator[](std::uint32_t index) const {
        DCHECK(index < size_);
        return (*chunks_[index / kChunk])[index % kChunk];
    }

    // The index of a new, value-initialised element.
    std::uint32_t add() {
        CHECK(size_ < UINT32_MAX);
        if (size_ % kChunk == 0) {
            chunks_.push_back(std::make_unique<std::array<T, kChunk>>());
        }
        return size_++;
    }

  private:
    std::vector<std::unique_ptr<std::array<T, kChunk>>> chunks_;
    std::uint32_t size_ = 0;
};

}  // namespace holdfast::core

// ChunkedVector: a vector that grows by chunks and never moves an element.
//
// Growing a plain vector of ten million records stalls the writer for the copy; this one takes
// another chunk. Indices are dense and stable. Elements are made one by one, so that a chunk's
// pages are touched as they are needed, and never removed; whoever reuses slots keeps a free list
// of its own. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "base/check.hpp"
#include "base/prefetch.hpp"
#include "core/table_memory.hpp"

namespace holdfast::core {

template <typename T, std::size_t kChunk = 1024>
class ChunkedVector {
  public:
    ChunkedVector() = default;
    ~ChunkedVector() {
        for (std::uint32_t i = 0; i < size_; ++i) {
            (*this)[i].~T();
        }
        for (T* const chunk : chunks_) {
            give_table_block(chunk, kChunk * sizeof(T));
        }
    }
    ChunkedVector(const ChunkedVector&) = delete;
    ChunkedVector& operator=(const ChunkedVector&) = delete;

    [[nodiscard]] std::uint32_t size() const { return size_; }
    // Of its chunks, also where no element is yet.
    [[nodiscard]] std::size_t bytes() const {
        return chunks_.size() * kChunk * sizeof(T) + chunks_.capacity() * sizeof(T*);
    }

    T& operator[](std::uint32_t index) {
        DCHECK(index < size_);
        return chunks_[index / kChunk][index % kChunk];
    }
    const T& operator[](std::uint32_t index) const {
        DCHECK(index < size_);
        return chunks_[index / kChunk][index % kChunk];
    }

    // Asks the processor for an element that is looked at soon. Any index will do.
    void prefetch(std::uint32_t index) const {
        if (index < size_) {
            const auto* const element = reinterpret_cast<const std::byte*>(&(*this)[index]);
            base::prefetch(element);
            if constexpr (kCacheLine % sizeof(T) != 0) {
                base::prefetch(element + sizeof(T) - 1);  // it may lie across two lines
            }
        }
    }

    // The index of a new, value-initialised element.
    std::uint32_t add() {
        CHECK(size_ < UINT32_MAX);
        if (size_ % kChunk == 0) {
            chunks_.push_back(static_cast<T*>(take_table_block(kChunk * sizeof(T))));
        }
        new (&chunks_[size_ / kChunk][size_ % kChunk]) T{};
        return size_++;
    }

  private:
    static constexpr std::size_t kCacheLine = 64;

    std::vector<T*> chunks_;
    std::uint32_t size_ = 0;
};

}  // namespace holdfast::core

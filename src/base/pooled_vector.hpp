// PooledVector: a std::vector whose memory goes back to a pool of its thread, not to the heap.
//
// For the short vectors that live as long as one decision: lines of an image, events, cells. A
// thread that decides commands takes the blocks that the last command gave back, so that deciding
// allocates nothing in the steady state and its workspace stays in the processor's cache.
//
// Not for what is kept: its block is gone for the pool. Blocks are plain heap memory in sizes of a
// power of two, so a vector may be freed on another thread than the one that made it; each thread
// keeps at most kKeptMax blocks of a size. With an address sanitizer nothing is pooled.
// Thread rule: like std::vector.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace holdfast::base {

// GCC says it in the first way, Clang in the second.
#if defined(__SANITIZE_ADDRESS__)
#define HOLDFAST_ADDRESS_SANITIZER_ 1
#elif defined(__has_feature)
#define HOLDFAST_ADDRESS_SANITIZER_ __has_feature(address_sanitizer)
#else
#define HOLDFAST_ADDRESS_SANITIZER_ 0
#endif

// A pooled block would hide its use after free.
inline constexpr bool kPoolsBlocks = !HOLDFAST_ADDRESS_SANITIZER_;
#undef HOLDFAST_ADDRESS_SANITIZER_

class BlockPool {
  public:
    static constexpr std::size_t kSmallest = 64;  // bytes
    static constexpr std::size_t kSizes = 11;     // up to 64 KiB
    static constexpr std::uint32_t kKeptMax = 64;

    static void* take(std::size_t bytes) {
        const std::size_t size = size_class(bytes);
        if (size >= kSizes) [[unlikely]] {
            return ::operator new(bytes);
        }
        List& list = lists_[size];
        Block* const block = list.first;
        if (block == nullptr) [[unlikely]] {
            return ::operator new(kSmallest << size);
        }
        list.first = block->next;
        --list.length;
        return block;
    }
    static void give(void* memory, std::size_t bytes) noexcept {
        const std::size_t size = size_class(bytes);
        if (!kPoolsBlocks || size >= kSizes || lists_[size].length >= kKeptMax) [[unlikely]] {
            ::operator delete(memory);
            return;
        }
        if (!frees_at_exit_) [[unlikely]] {
            free_at_exit();
        }
        List& list = lists_[size];
        ++list.length;
        list.first = new (memory) Block{.next = list.first};
    }

  private:
    struct Block {
        Block* next;
    };
    struct List {
        Block* first = nullptr;
        std::uint32_t length = 0;
    };

    static std::size_t size_class(std::size_t bytes) {
        return static_cast<std::size_t>(std::bit_width((bytes - 1) / kSmallest));
    }
    // Makes sure that the thread frees its blocks when it ends.
    static void free_at_exit() noexcept;

    static constinit thread_local List lists_[kSizes];
    static constinit thread_local bool frees_at_exit_;
    friend struct BlockPoolCleaner;
};

inline constinit thread_local BlockPool::List BlockPool::lists_[kSizes]{};
inline constinit thread_local bool BlockPool::frees_at_exit_ = false;

template <typename T>
struct PoolAllocator {
    using value_type = T;
    static_assert(alignof(T) <= alignof(std::max_align_t));

    PoolAllocator() = default;
    template <typename Other>
    PoolAllocator(const PoolAllocator<Other>& /*other*/) noexcept {}

    [[nodiscard]] T* allocate(std::size_t count) {
        return static_cast<T*>(BlockPool::take(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t count) noexcept {
        BlockPool::give(memory, count * sizeof(T));
    }
    bool operator==(const PoolAllocator&) const { return true; }
};

template <typename T>
using PooledVector = std::vector<T, PoolAllocator<T>>;

}  // namespace holdfast::base

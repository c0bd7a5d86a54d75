#include "core/table_memory.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "base/check.hpp"
#include "base/pooled_vector.hpp"

namespace holdfast::core {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kSmallPage = std::size_t{4} << 10;
constexpr std::size_t kRegion = std::size_t{32} << 20;
constexpr std::size_t kLine = 64;

class Regions {
  public:
    void* take(std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        taken_ += bytes;
        auto& given = given_back_[bytes];
        if (!given.empty()) {
            void* const block = given.back();
            given.pop_back();
            return block;
        }
        if (left_ < bytes) {
            at_ = next_region();
            left_ = kRegion;
        }
        std::byte* const block = at_;
        at_ += bytes;
        left_ -= bytes;
        return block;
    }
    void give(void* block, std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        taken_ -= bytes;
        given_back_[bytes].push_back(block);
    }
    std::size_t taken() {
        const std::lock_guard lock(mutex_);
        return taken_;
    }

    void reserve(std::size_t bytes) {
        while (std::byte* const region = is_ready(bytes) ? nullptr : map_region()) {
            touch(region);
            const std::lock_guard lock(mutex_);
            ready_.push_back(region);
        }
    }

  private:
    // By writing, not by MADV_POPULATE_WRITE: that holds the lock of the whole address space while
    // the kernel clears pages (milliseconds for a huge one), and every thread whose heap grows
    // meanwhile waits for it. A page fault holds the lock of this mapping only.
    static void touch(std::byte* region) {
        for (std::size_t at = 0; at < kRegion; at += kSmallPage) {
            *const_cast<volatile std::byte*>(region + at) = std::byte{0};
        }
    }
    bool is_ready(std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        return ready_.size() * kRegion >= bytes;
    }
    // What is left of the old region is lost.
    std::byte* next_region() {
        if (ready_.empty()) {
            std::byte* const region = map_region();
            return region != nullptr ? region : throw std::bad_alloc();
        }
        std::byte* const region = ready_.back();
        ready_.pop_back();
        return region;
    }
    // Aligned, because the kernel backs only whole huge pages. Null: there is no room.
    static std::byte* map_region() {
        void* const memory = mmap(nullptr, kRegion + kHugePage, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) {
            return nullptr;
        }
        const auto begin = reinterpret_cast<std::uintptr_t>(memory);
        auto* const region =
            static_cast<std::byte*>(memory) + ((kHugePage - (begin % kHugePage)) % kHugePage);
        static_cast<void>(madvise(region, kRegion, MADV_HUGEPAGE));  // without, it is only slower
        return region;
    }

    std::mutex mutex_;
    std::map<std::size_t, std::vector<void*>> given_back_;
    std::vector<std::byte*> ready_;  // touched already
    std::byte* at_ = nullptr;
    std::size_t left_ = 0;
    std::size_t taken_ = 0;
};

// Never destroyed: a state may be a global that outlives it.
Regions& regions() {
    static auto& instance = *new Regions;
    return instance;
}

std::size_t whole_lines(std::size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

}  // namespace

void* take_table_block(std::size_t bytes) {
    bytes = whole_lines(bytes);
    CHECK(bytes <= kRegion);
    return base::kPoolsBlocks ? regions().take(bytes)
                              : ::operator new(bytes, std::align_val_t(kLine));
}

std::size_t table_memory_taken() { return regions().taken(); }

void reserve_table_memory(std::size_t bytes) {
    if (base::kPoolsBlocks) {
        regions().reserve(bytes);
    }
}

void give_table_block(void* block, std::size_t bytes) noexcept {
    bytes = whole_lines(bytes);
    base::kPoolsBlocks ? regions().give(block, bytes)
                       : ::operator delete(block, std::align_val_t(kLine));
}

}  // namespace holdfast::core

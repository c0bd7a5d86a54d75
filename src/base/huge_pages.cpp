#include "base/huge_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace holdfast::base {

void prefer_huge_pages(std::span<const std::byte> memory) {
    constexpr std::uintptr_t kHugePage = std::uintptr_t{2} << 20;
    const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
    const std::uintptr_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
    const std::uintptr_t end = (begin + memory.size()) / kHugePage * kHugePage;
    if (first < end) {
        static_cast<void>(madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE));
    }
}

}  // namespace holdfast::base

// Counts the heap allocations of the calling thread, by replacing operator new.
//
// For tests and benchmarks only. Include it in exactly one file of an executable: it defines the
// replaceable operators. Under a sanitizer, which has its own, nothing is counted.
// Thread rule: a count per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "base/sanitized_testing.hpp"

namespace holdfast::base::testing {

inline constexpr bool kCountsAllocations = !HOLDFAST_SANITIZER_;
inline constinit thread_local std::uint64_t allocations = 0;

}  // namespace holdfast::base::testing

#if !HOLDFAST_SANITIZER_

// Not inlined: GCC would pair one operator's malloc with another's free and warn.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    ++holdfast::base::testing::allocations;
    if (void* const memory = std::malloc(bytes)) {
        return memory;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
    ++holdfast::base::testing::allocations;
    const auto unit = static_cast<std::size_t>(alignment);
    if (void* const memory = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit)) {
        return memory;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/,
                                       std::align_val_t /*alignment*/) noexcept {
    std::free(memory);
}

#endif
#undef HOLDFAST_SANITIZER_

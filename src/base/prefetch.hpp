// A hint to the processor that memory is read soon. Any address will do.
#pragma once

namespace holdfast::base {

inline void prefetch(const void* address) {
    __builtin_prefetch(address);
    // Otherwise GCC takes a function that only prefetches for one without effect and drops its
    // calls.
    asm volatile("");
}

}  // namespace holdfast::base

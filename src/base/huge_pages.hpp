// Huge pages for large tables: fewer first touches, and fewer lookups of addresses that miss.
// Thread rule: any thread.
#pragma once

#include <cstddef>
#include <span>

namespace holdfast::base {

// Advises the kernel to back whatever whole huge pages lie in `memory` by such, from their first
// touch on. Only a hint: nothing depends on it.
void prefer_huge_pages(std::span<const std::byte> memory);

}  // namespace holdfast::base

// Memory for the tables of a state: blocks cut from huge pages.
//
// A table of ten million records is read at random; with pages of 4 KiB every such read misses the
// TLB too, and every 4 KiB of growth is a page fault. Blocks come from regions that the kernel is
// asked to back with pages of 2 MiB. What is given back is kept for the next block of that size,
// never returned to the system. With an address sanitizer blocks are plain heap memory.
//
// Sizes are few (one per kind of table): a list is kept per size. Thread rule: any thread; taking
// a block is rare and takes a lock.
#pragma once

#include <cstddef>

namespace holdfast::core {

// Aligned to a cache line; the contents are not initialised.
[[nodiscard]] void* take_table_block(std::size_t bytes);
void give_table_block(void* block, std::size_t bytes) noexcept;

// Bytes in blocks that were taken and not given back: what the tables of all states have.
[[nodiscard]] std::size_t table_memory_taken();

// Makes sure that so many bytes can be taken without a page fault: the first touch of a huge page
// clears it, and on a virtual machine may wait for the host for milliseconds. To be called ahead of
// need by a thread that may wait. Without room for it the growth is only slower.
void reserve_table_memory(std::size_t bytes);

}  // namespace holdfast::core

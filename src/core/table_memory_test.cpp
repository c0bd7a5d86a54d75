#include "core/table_memory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/pooled_vector.hpp"
#include "base/sanitized_testing.hpp"

namespace holdfast::core {
namespace {

using base::testing::kSanitized;

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(TableMemory, BlocksAreAlignedAndCounted) {
    if (!base::kPoolsBlocks) {
        GTEST_SKIP() << "blocks are plain heap memory here";
    }
    const std::size_t before = table_memory_taken();
    void* const block = take_table_block(1000);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u);
    EXPECT_EQ(table_memory_taken(), before + 1024) << "whole cache lines";
    std::memset(block, 1, 1000);
    give_table_block(block, 1000);
    EXPECT_EQ(table_memory_taken(), before);
    void* const again = take_table_block(1000);
    EXPECT_EQ(again, block) << "what is given back serves the next of its size";
    give_table_block(again, 1000);
}

TEST(TableMemory, WhatIsReservedIsTakenLater) {
    const std::size_t before = table_memory_taken();
    reserve_table_memory(64 * kMiB);
    reserve_table_memory(64 * kMiB);
    EXPECT_EQ(table_memory_taken(), before) << "it is ready, not taken";
    void* blocks[48];
    for (auto*& block : blocks) {
        block = take_table_block(kMiB);
        std::memset(block, 1, kMiB);
    }
    for (auto* const block : blocks) {
        give_table_block(block, kMiB);
    }
    EXPECT_EQ(table_memory_taken(), before);
}

// In a process of its own, whose address space ends here.
void without_room(void (*ask)()) {
    const rlimit none{.rlim_cur = kMiB, .rlim_max = kMiB};
    if (setrlimit(RLIMIT_AS, &none) != 0) {
        std::_Exit(2);
    }
    ask();
    std::_Exit(0);
}

TEST(TableMemoryDeathTest, ReservingWithoutRoomIsNoFailure) {
    if (kSanitized) {
        GTEST_SKIP() << "a sanitizer needs address space itself";
    }
    EXPECT_EXIT(without_room([] { reserve_table_memory(std::size_t{1} << 40); }),
                ::testing::ExitedWithCode(0), "");
}

TEST(TableMemoryDeathTest, TakingWithoutRoomThrows) {
    if (kSanitized) {
        GTEST_SKIP() << "a sanitizer needs address space itself";
    }
    EXPECT_EXIT(without_room([] {
                    try {
                        for (int i = 0; i < 1'000; ++i) {
                            static_cast<void>(take_table_block(16 * kMiB));
                        }
                    } catch (const std::bad_alloc&) {
                        std::_Exit(3);
                    }
                }),
                ::testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace holdfast::core

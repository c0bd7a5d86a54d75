#include "core/chunked_vector.hpp"

#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

TEST(ChunkedVector, GrowsWithoutMovingAnElement) {
    ChunkedVector<int, 4> vector;
    EXPECT_EQ(vector.size(), 0u);
    EXPECT_EQ(vector.add(), 0u);
    vector[0] = 42;
    const int* const first = &vector[0];
    for (std::uint32_t i = 1; i < 1'000; ++i) {
        EXPECT_EQ(vector.add(), i);
        EXPECT_EQ(vector[i], 0) << "a new element is value-initialised";
        vector[i] = static_cast<int>(i);
    }
    EXPECT_EQ(&vector[0], first);
    EXPECT_EQ(vector.size(), 1'000u);
    const auto& constant = vector;
    EXPECT_EQ(constant[0], 42);
    EXPECT_EQ(constant[999], 999);
}

}  // namespace
}  // namespace holdfast::core

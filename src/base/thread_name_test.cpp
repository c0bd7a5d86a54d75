#include "base/thread_name.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <string>
#include <thread>

namespace holdfast::base {
namespace {

TEST(ThreadName, IsThatOfTheThreadThatAskedAndOfNoOther) {
    const auto name = [] {
        std::array<char, 16> out{};
        EXPECT_EQ(::pthread_getname_np(::pthread_self(), out.data(), out.size()), 0);
        return std::string(out.data());
    };
    const std::string before = name();
    std::string other;
    std::thread([&] {
        name_this_thread("writer");
        other = name();
    }).join();
    EXPECT_EQ(other, "writer");
    EXPECT_EQ(name(), before);
}

}  // namespace
}  // namespace holdfast::base

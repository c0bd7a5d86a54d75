#include "base/process_stats.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <latch>
#include <thread>

#include "base/clock.hpp"

namespace holdfast::base {
namespace {

TEST(ProcessStats, CountsDescriptorsAndThreads) {
    std::jthread([] {}).join();  // a sanitizer has a thread of its own from the first one on
    const auto before = read_process_stats();
    const int fd = open("/dev/null", O_RDONLY);
    ASSERT_GE(fd, 0);
    std::latch done(1);
    std::jthread other([&] { done.wait(); });
    const auto during = read_process_stats();
    done.count_down();
    close(fd);
    EXPECT_EQ(during.open_fds, before.open_fds + 1);
    EXPECT_EQ(during.threads, before.threads + 1);
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(during.max_fds, limit.rlim_cur);
}

TEST(ProcessStats, MemoryCpuAndStartArePlausible) {
    const auto stats = read_process_stats();
    EXPECT_GT(stats.resident_memory_bytes, 1U << 20);
    EXPECT_GE(stats.virtual_memory_bytes, stats.resident_memory_bytes);
    EXPECT_GE(stats.cpu_seconds, 0);
    const auto now_seconds = static_cast<double>(to_ms(SystemClock().now().wall)) / 1000;
    EXPECT_LE(stats.start_time_seconds, now_seconds + 2);
    EXPECT_GT(stats.start_time_seconds, now_seconds - 86'400);
}

}  // namespace
}  // namespace holdfast::base

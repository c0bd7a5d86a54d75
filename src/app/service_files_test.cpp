#include "app/service_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace holdfast::app {
namespace {

using base::Time;
using base::time_from_ms;

class SignsOfLife : public ::testing::Test {
  protected:
    SignsOfLife() { std::filesystem::create_directories(directory_); }
    ~SignsOfLife() override { std::filesystem::remove_all(directory_); }

    void put(const std::string& text) { std::ofstream(path_) << text; }
    [[nodiscard]] std::string text() const {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void expect(std::int64_t wall, std::int64_t time) {
        const auto beat = read_alive(directory_);
        EXPECT_EQ(beat.wall, time_from_ms(wall));
        EXPECT_EQ(beat.time, time_from_ms(time));
    }

    std::string directory_ =
        ::testing::TempDir() + "service_files_test." + std::to_string(::getpid());
    std::string path_ = directory_ + "/alive";
};

TEST_F(SignsOfLife, AreReadAsTheyWereLeft) {
    write_alive(directory_, {.wall = time_from_ms(1'767'225'600'000), .time = time_from_ms(42)});
    expect(1'767'225'600'000, 42);
    write_alive(directory_, {.wall = time_from_ms(7), .time = time_from_ms(8)});
    expect(7, 8);
}

TEST_F(SignsOfLife, AreMissedByNobody) { expect(0, 0); }

TEST_F(SignsOfLife, OfEarlierVersionsHaveTheWallClocksTime) {
    put("1767225600000       \n");
    expect(1'767'225'600'000, 0);
    write_alive(directory_, {.wall = time_from_ms(9), .time = time_from_ms(10)});
    expect(9, 10);
}

// The partition's time starts from it: a wrong digit would end holds, or keep them for ever.
TEST_F(SignsOfLife, ThatAreDamagedTellNoPartitionTime) {
    write_alive(directory_, {.wall = time_from_ms(1'000), .time = time_from_ms(2'000)});
    const std::string whole = text();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        put(damaged);
        EXPECT_EQ(read_alive(directory_).time, Time{}) << "byte " << at;
        put(whole.substr(0, at));
        EXPECT_EQ(read_alive(directory_).time, Time{}) << at << " bytes";
    }
}

}  // namespace
}  // namespace holdfast::app

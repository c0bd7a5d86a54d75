#include "partition/backlog.hpp"

#include <gtest/gtest.h>

#include <array>

namespace holdfast::partition {
namespace {

class Numbered final : public Submission {
  public:
    void done() override {}
};

TEST(Backlog, HandsOutInTheOrderOfArrival) {
    std::array<Numbered, 3> commands;
    Backlog backlog;
    EXPECT_TRUE(backlog.empty());
    backlog.inlet().assign({&commands[0], &commands[1]});
    EXPECT_EQ(backlog.waiting().front(), &commands[0]);
    backlog.pop_front();
    backlog.inlet().push_back(&commands[2]);
    ASSERT_EQ(backlog.size(), 2U);
    EXPECT_EQ(backlog.waiting()[0], &commands[1]);
    EXPECT_EQ(backlog.waiting()[1], &commands[2]);
    backlog.pop_front();
    backlog.pop_front();
    EXPECT_TRUE(backlog.empty());
}

TEST(Backlog, KeepsNoMemoryOfWhatWentThroughAlthoughSomethingAlwaysWaits) {
    Numbered command;
    Backlog backlog;
    backlog.inlet().assign(3, &command);
    for (int i = 0; i < 10'000; ++i) {
        backlog.pop_front();
        backlog.pop_front();
        backlog.inlet().insert(backlog.inlet().end(), 2, &command);
        ASSERT_EQ(backlog.size(), 3U);
    }
    EXPECT_LT(backlog.inlet().capacity(), 16U);
}

}  // namespace
}  // namespace holdfast::partition

#include "cli/replay_classes.hpp"

#include <gtest/gtest.h>

#include "cli/testing.hpp"

namespace holdfast::cli {
namespace {

std::string problem(std::string_view text) {
    const testing::TemporaryFile file("replay_classes.toml", text);
    replay::ReplayOptions options;
    const auto read = read_replay_classes(file.path(), options);
    return read ? "" : read.error().message.substr(read.error().message.find("line "));
}

TEST(ReplayClassesFile, DefinesClassesAndRulesInTheirOrder) {
    const testing::TemporaryFile file("replay_classes.toml",
                                      "[class.bulk]\nhold_ttl_seconds = 600\n[class.rest]\n"
                                      "[[rule]]\nclass = \"bulk\"\nsku_prefix = \"22\"\n"
                                      "[[rule]]\nclass = \"rest\"\nshare = 0.5\n");
    replay::ReplayOptions options;
    ASSERT_TRUE(read_replay_classes(file.path(), options).has_value());
    ASSERT_EQ(options.classes.size(), 2U);
    EXPECT_EQ(options.classes[0].body.dump(), R"({"hold_ttl_seconds":600})");
    ASSERT_EQ(options.rules.size(), 2U);
    EXPECT_EQ(options.rules[0].sku_prefix, "22");
    EXPECT_EQ(options.rules[0].share, 1);
    EXPECT_EQ(options.rules[1].sku_class, "rest");
    EXPECT_EQ(options.rules[1].share, 0.5);
}

TEST(ReplayClassesFile, NamesLineAndFieldOfWhatIsWrong) {
    EXPECT_EQ(problem("[class.a]\n[[rule]]\nclas = \"a\"\n"),
              "line 3: rule: unknown field 'clas'; did you mean 'class'?");
    EXPECT_EQ(problem("[class.a]\n[[rule]]\nclass = 1\n"), "line 3: rule: class cannot be 1");
    EXPECT_EQ(problem("[class.a]\n[[rule]]\nclass = \"b\"\n"),
              "line 3: rule: the file defines no class 'b'");
    EXPECT_EQ(problem("[class.a]\n[[rule]]\nclass = \"a\"\nshare = 2\n"),
              "line 3: rule: share is from 0 to 1");
    EXPECT_EQ(problem("[rule]\nclass = \"a\"\n"), "line 2: rule: write [[rule]], then its fields");
}

}  // namespace
}  // namespace holdfast::cli

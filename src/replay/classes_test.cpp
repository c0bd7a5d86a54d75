#include "replay/classes.hpp"

#include <gtest/gtest.h>

#include "replay/requests.hpp"

namespace holdfast::replay {
namespace {

ReplayOptions options() {
    ReplayOptions out;
    out.classes = {{.name = "part", .body = client::Json::Object{{"backorder_max", 7}}},
                   {.name = "rest", .body = client::Json::Object{}}};
    out.rules = {{.sku_class = "part", .sku_prefix = "22"}, {.sku_class = "rest", .share = 0.5}};
    return out;
}

TEST(ReplayClasses, TheFirstRuleThatFitsDecides) {
    EXPECT_EQ(class_of(options(), "22001"), "part");
    EXPECT_EQ(backorder_of(options(), "22001"), 7);
    EXPECT_EQ(class_of(ReplayOptions{}, "22001"), "");
    EXPECT_EQ(backorder_of(ReplayOptions{}, "22001"), 0);
}

TEST(ReplayClasses, AShareIsDrawnAndAlwaysTheSame) {
    const ReplayOptions drawn = options();
    int assigned = 0;
    for (int i = 0; i < 1'000; ++i) {
        const std::string sku = std::to_string(10'000 + i);
        assigned += class_of(drawn, sku) == "rest" ? 1 : 0;
        EXPECT_EQ(class_of(drawn, sku), class_of(drawn, sku));
    }
    EXPECT_GT(assigned, 400);
    EXPECT_LT(assigned, 600);
}

TEST(ReplayClasses, ArePutBeforeTheirSkus) {
    EXPECT_EQ(define_request(options().classes[0]).path, "/classes/part");
    EXPECT_EQ(define_request(options().classes[0]).body->dump(), R"({"backorder_max":7})");
    EXPECT_EQ(assign_request("a b", "part").path, "/skus/a%20b");
    EXPECT_EQ(assign_request("a b", "part").body->dump(), R"({"sku_class":"part"})");
}

TEST(ReplayCounts, SayWhatIsLeftAndApproveThePlanThatWasAnswered) {
    const WriteOff write_off{.line = 9, .sku = "mug", .units = 2};
    const auto count = count_request("run", write_off, 5, "2026-05-04T10:00:00.123Z");
    EXPECT_EQ(count.key, "run:count:9");
    EXPECT_EQ(count.body->dump(),
              R"({"sku":"mug","counted":5,"as_of":"2026-05-04T10:00:00.123Z"})");
    const auto answer = *client::Json::parse(R"({"case":"cas_1","plan":"f00"})");
    const auto approve = approve_request("run", write_off, answer);
    EXPECT_EQ(approve.path, "/cases/cas_1/resolve");
    EXPECT_EQ(approve.body->dump(), R"({"resolution":"approve","plan":"f00","override":true,)"
                                    R"("reason":"shrinkage"})");
}

}  // namespace
}  // namespace holdfast::replay

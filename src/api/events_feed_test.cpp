// The ledger's events for whoever follows them.
#include "api/events_feed.hpp"

#include <gtest/gtest.h>

#include "api/stock_facts_testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::RefusalCode;

class Feeding : public ::testing::Test {
  protected:
    void ask(const EventsRequest& request) {
        got.reset();
        world.service->events.read(
            world.principal, request,
            [this](std::expected<EventFeedPage, Problem> page) { got = std::move(page); });
        world.settle();
    }
    std::vector<std::string> types() const {
        std::vector<std::string> out;
        for (const auto& event : got->value().events) {
            out.emplace_back(event.type);
        }
        return out;
    }

    World world;
    std::optional<std::expected<EventFeedPage, Problem>> got;
};

TEST_F(Feeding, TellsEverythingFromTheBeginningOnce) {
    world.receive("tea", 5);
    ASSERT_EQ(world.create(hold(world, "tea", 1)).problem(), nullptr);
    ask({.limit = 2});
    ASSERT_TRUE(got && *got);
    EXPECT_EQ((*got)->source, "/inventory/default");
    std::vector<std::string> all = types();
    EXPECT_EQ(all.size(), 2U);
    for (int i = 0; i < 10 && !(*got)->events.empty(); ++i) {
        ask({.after = (*got)->next, .limit = 2});
        const auto more = types();
        all.insert(all.end(), more.begin(), more.end());
    }
    EXPECT_EQ(all,
              (std::vector<std::string>{"holdfast.class.defined", "holdfast.sku.registered",
                                        "holdfast.stock.received", "holdfast.reservation.held"}));
}

TEST_F(Feeding, APageOfLargeEventsIsShorterThanItMayBeAndGoesOn) {
    constexpr std::size_t kHolds = 70;
    world.receive("tea", 1'000'000);
    auto large = hold(world, "tea", 1);
    large.lines.resize(1'000, large.lines[0]);
    for (std::size_t i = 0; i < large.lines.size(); ++i) {
        large.lines[i].line_id = std::to_string(i) + std::string(60, 'x');  // 64 bytes and more
    }
    for (std::size_t i = 0; i < kHolds; ++i) {
        large.attempt.header_key = world.fresh_key();
        ASSERT_EQ(world.create(large).problem(), nullptr);
    }
    ask({.limit = 1'000});
    ASSERT_TRUE(got && *got);
    const std::size_t first = (*got)->events.size();
    EXPECT_GT(first, kHolds / 2);
    EXPECT_LT(first, kHolds);
    ask({.after = (*got)->next, .limit = 1'000});
    ASSERT_TRUE(got && *got);
    EXPECT_EQ(first + (*got)->events.size(), kHolds + 3) << "class, item and receipt come first";
}

TEST_F(Feeding, TellsNobodyOfAnotherTenant) {
    world.receive("tea", 5);
    world.principal.tenant = model::tenant_name("shop");
    world.receive("coffee", 2);
    ask({.limit = 50});
    ASSERT_TRUE(got && *got);
    EXPECT_EQ(types(),
              (std::vector<std::string>{"holdfast.class.defined", "holdfast.sku.registered",
                                        "holdfast.stock.received"}));
}

TEST_F(Feeding, WaitsAtTheHead) {
    world.receive("tea", 5);
    ask({});
    const std::string head = (*got)->next;
    ask({.after = head, .wait_seconds = 30});
    EXPECT_FALSE(got.has_value());
    world.receive("tea", 1);
    world.advance(base::Duration(20));
    ASSERT_TRUE(got && *got);
    EXPECT_EQ(types(), (std::vector<std::string>{"holdfast.stock.received"}));
}

TEST_F(Feeding, AnswersEmptyWhenNothingCame) {
    world.receive("tea", 5);
    ask({});
    const std::string head = (*got)->next;
    ask({.after = head});
    ASSERT_TRUE(got && *got);
    EXPECT_TRUE((*got)->events.empty());
    EXPECT_EQ((*got)->next, head);
    ask({.after = head, .wait_seconds = 30});
    world.advance(base::Duration(29'000));
    EXPECT_FALSE(got.has_value());
    world.advance(base::Duration(1'000));
    ASSERT_TRUE(got && *got);
    EXPECT_TRUE((*got)->events.empty());
}

TEST_F(Feeding, ShowsNothingOfOtherTenants) {
    world.receive("tea", 5);
    world.principal.tenant = model::tenant_name("other");
    ask({});
    ASSERT_TRUE(got && *got);
    EXPECT_TRUE((*got)->events.empty());
    world.receive("tea", 7);
    ask({.after = (*got)->next});
    EXPECT_EQ((*got)->events.size(), 3U);
}

TEST_F(Feeding, BadQuestionsAreNamed) {
    ask({.after = "x"});
    EXPECT_EQ(got->error().errors.front().parameter, "after");
    ask({.wait_seconds = 61});
    EXPECT_EQ(got->error().errors.front().parameter, "wait_seconds");
    ask({.limit = 0});
    EXPECT_EQ(got->error().errors.front().parameter, "limit");
}

}  // namespace
}  // namespace holdfast::api

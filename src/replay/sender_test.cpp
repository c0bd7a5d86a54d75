#include "replay/sender.hpp"

#include <gtest/gtest.h>

#include "client/testing.hpp"

namespace holdfast::replay {
namespace {

using client::testing::answer;
using client::testing::ScriptedService;

// Sends one request against a script and shows what was counted.
class SenderTest : public testing::Test {
  protected:
    client::RestAnswer send(std::deque<net::HttpResponse> script, double duplicates) {
        ScriptedService service(std::move(script));
        ReplayOptions options;
        options.url = service.url();
        options.duplicates = duplicates;
        client::Pause pause;
        Sender sender = *Sender::open(options, 0, statistics, pause);
        auto sent = sender.send({.method = "POST", .path = "/reservations", .key = "run:create:1"});
        for (const auto& received : service.received()) {
            EXPECT_EQ(received.key, "run:create:1");
        }
        requests = service.received().size();
        return *std::move(sent);
    }
    Statistics statistics;
    std::size_t requests = 0;
};

TEST_F(SenderTest, SendsOnceUnlessDrawn) {
    send({answer(201, "{}")}, 0);
    EXPECT_EQ(requests, 1U);
    EXPECT_EQ(statistics.counts().duplicates, 0U);
}

TEST_F(SenderTest, ADuplicateGoesOutTwiceWithTheSameKey) {
    send({answer(201, R"({"id":"a"})"), answer(201, R"({"id":"a"})")}, 1);
    EXPECT_EQ(requests, 2U);
    EXPECT_EQ(statistics.counts().duplicates, 1U);
    EXPECT_EQ(statistics.counts().unequal_count, 0U);
}

TEST_F(SenderTest, TwoEffectsOfOneKeyAreFound) {
    send({answer(201, R"({"id":"a"})"), answer(201, R"({"id":"b"})")}, 1);
    const Counts counts = statistics.counts();
    EXPECT_EQ(counts.unequal_count, 1U);
    ASSERT_EQ(counts.unequal_answers.size(), 1U);
    EXPECT_NE(counts.unequal_answers[0].find("run:create:1"), std::string::npos);
}

TEST_F(SenderTest, ARecordedRefusalMustBeRepeatedToo) {
    send({answer(409, R"({"code":"insufficient_stock","recorded":true})"),
          answer(201, R"({"id":"b"})")},
         1);
    EXPECT_EQ(statistics.counts().unequal_count, 1U);
}

TEST_F(SenderTest, ARepeatedRefusalMayCountFailingLinesInsteadOfListingThem) {
    const auto refused = [](const char* lines) {
        return answer(
            409, R"({"code":"insufficient_stock","recorded":true,)" + std::string(lines) + "}");
    };
    const char* const full = R"("lines":[{"line":1},{"line":2},{"line":3}])";
    send({refused(full), refused(R"("lines":[{"line":1}],"lines_omitted":2)")}, 1);
    EXPECT_EQ(statistics.counts().unequal_count, 0U);
    send({refused(full), refused(R"("lines":[{"line":1}],"lines_omitted":1)")}, 1);
    EXPECT_EQ(statistics.counts().unequal_count, 1U);
    send({refused(full), refused(R"("lines":[{"line":2}],"lines_omitted":2)")}, 1);
    EXPECT_EQ(statistics.counts().unequal_count, 2U);
}

TEST_F(SenderTest, WhatIsJudgedAnewMayDifferAndTheSuccessCounts) {
    const auto counted = send({answer(409, R"({"code":"insufficient_stock","recorded":false})"),
                               answer(201, R"({"id":"b"})")},
                              1);
    EXPECT_EQ(statistics.counts().unequal_count, 0U);
    EXPECT_EQ(counted.status, 201);
}

}  // namespace
}  // namespace holdfast::replay

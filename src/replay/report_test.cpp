#include "replay/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "replay/orders_test.hpp"
#include "replay/progress.hpp"

namespace holdfast::replay {
namespace {

Report report_of(const Orders& orders) {
    return {.file = "orders.csv",
            .run_id = "december",
            .orders = orders,
            .counts = {},
            .latency = {},
            .duration_ms = 2'000,
            .flow = {},
            .differences = {}};
}

TEST(Report, IsCleanOnlyWithoutDifferencesUnequalAnswersAndUnexpectedOnes) {
    const Orders orders;
    Report report = report_of(orders);
    EXPECT_TRUE(report.clean());
    report.differences.push_back({.subject = "mug", .what = "on_hand", .expected = 2, .found = 1});
    EXPECT_FALSE(report.clean());
    report.differences.clear();
    report.counts.unequal_count = 1;
    EXPECT_FALSE(report.clean());
    report.counts.unequal_count = 0;
    report.counts.unexpected["create unavailable"] = 1;
    EXPECT_FALSE(report.clean());
    report.counts.unexpected.clear();
    report.flow.received = 1;
    EXPECT_FALSE(report.clean());
}

TEST(Report, NamesWhatWasLeftOutAndWhatDiffers) {
    const Orders orders = orders_of(order_row("1", "POST", 1, "", "POSTAGE") + "bad\n");
    Report report = report_of(orders);
    report.differences.push_back({.subject = "mug", .what = "on_hand", .expected = 2, .found = 1});
    const std::string text = to_text(report);
    EXPECT_NE(text.find("POST (POSTAGE), 1 lines left out"), std::string::npos);
    EXPECT_NE(text.find("line 3"), std::string::npos);
    EXPECT_NE(text.find("mug on_hand: expected 2, found 1"), std::string::npos);
    EXPECT_NE(text.find("NOT CLEAN"), std::string::npos);
    const client::Json json = to_json(report);
    EXPECT_FALSE(json["audit"]["clean"].flag());
    EXPECT_EQ(json["audit"]["differences"].items().size(), 1U);
    EXPECT_EQ(json["file"]["malformed"].items()[0]["line"].number(), 3);
}

TEST(Statistics, SummarisesLatencies) {
    Statistics statistics;
    for (int i = 1; i <= 100; ++i) {
        statistics.add_latency(i * 10);
    }
    EXPECT_EQ(statistics.latency().p50_us, 500);
    EXPECT_EQ(statistics.latency().p99_us, 990);
    EXPECT_EQ(statistics.latency().max_us, 1'000);
    EXPECT_EQ(Statistics().latency().max_us, 0);
}

TEST(Progress, TellsRateAndTimeLeft) {
    EXPECT_EQ(progress_text("carts", 50, 100, base::Duration(2'000)),
              "[###############---------------] 50/100 carts  25/s  2 s left");
    EXPECT_EQ(progress_text("carts", 0, 0, base::Duration(0)),
              "[##############################] 0/0 carts  0/s");
}

TEST(Progress, OffATerminalALineEachTenth) {
    std::string said;
    client::Console console{
        .out = {}, .err = [&](std::string_view text) { said += text; }, .err_is_terminal = false};
    ProgressLine progress(console, "carts", 100, base::Duration(0));
    for (std::size_t done = 0; done <= 25; ++done) {
        progress.show(done, base::Duration(1'000));
    }
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2);
    EXPECT_EQ(said.find('\r'), std::string::npos);
}

TEST(Progress, OnATerminalOneLineIsRewrittenNowAndThen) {
    std::string said;
    client::Console console{
        .out = {}, .err = [&](std::string_view text) { said += text; }, .err_is_terminal = true};
    ProgressLine progress(console, "carts", 100, base::Duration(1'000));
    for (int ms = 0; ms <= 250; ++ms) {
        progress.show(static_cast<std::size_t>(ms / 10), base::Duration(1'000 + ms));
    }
    progress.end(100, base::Duration(1'251));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\r'), 4);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

}  // namespace
}  // namespace holdfast::replay

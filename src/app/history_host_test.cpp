// The history is made again when it does not fit, and never for what the ledger is to blame for.
#include "app/history_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ledger/damaging_ledger_testing.hpp"
#include "ledger/testing.hpp"
#include "partition/testing.hpp"

namespace holdfast::app {
namespace {

using model::Sequence;
using partition::testing::Bench;

class HistoryHostTest : public ::testing::Test {
  protected:
    static void fill(Bench& bench, int holds, std::string_view sku = "A") {
        bench.ask(partition::testing::receipt(sku, holds, "r"));
        for (int i = 0; i < holds; ++i) {
            bench.ask(partition::testing::hold(sku, 1, "h" + std::to_string(i)));
        }
    }
    static Sequence last(Bench& bench) { return bench.ledger->tail()->last; }

    std::unique_ptr<HistoryHost> open(Bench& bench) {
        auto opened = HistoryHost::open(path(), *bench.ledger, *bench.published, last(bench));
        EXPECT_TRUE(opened.has_value());
        return std::move(*opened);
    }
    [[nodiscard]] std::string path() const { return directory_.path() + "/history"; }
    [[nodiscard]] std::string mark() const { return path() + ".damaged"; }
    static void follow_all(HistoryHost& host) {
        while (host.follow()) {
        }
    }

    ledger::testing::TemporaryDirectory directory_;
};

TEST_F(HistoryHostTest, FollowsToTheEndAndGoesOnFromThere) {
    Bench bench;
    fill(bench, 20);
    follow_all(*open(bench));
    const auto host = open(bench);
    EXPECT_EQ(host->history().position(), last(bench));
    fill(bench, 3, "B");
    follow_all(*host);
    EXPECT_EQ(host->history().position(), last(bench));
    EXPECT_EQ(host->position(), last(bench));
}

TEST_F(HistoryHostTest, OneThatIsAheadOfTheLedgerIsMadeAgain) {
    Bench longer;
    fill(longer, 20);
    follow_all(*open(longer));
    Bench restored;
    fill(restored, 5);
    const auto host = open(restored);
    EXPECT_EQ(host->history().position(), Sequence(0));
    follow_all(*host);
    EXPECT_EQ(host->history().position(), last(restored));
}

TEST_F(HistoryHostTest, OneThatDoesNotOpenIsMadeAgain) {
    Bench bench;
    fill(bench, 5);
    follow_all(*open(bench));
    std::ofstream(path() + "/CURRENT") << "nonsense";
    const auto host = open(bench);
    EXPECT_EQ(host->history().position(), Sequence(0));
}

// A shop whose reservations are not those that the history has seen being made.
TEST_F(HistoryHostTest, DamageFoundWhileItFollowsIsLeftToTheNextStart) {
    Bench one;
    fill(one, 5);
    follow_all(*open(one));
    Bench other;
    other.ask(partition::testing::receipt("A", 5, "r"));
    other.ask(partition::testing::hold("A", 4, "h"));
    while (last(other) <= last(one)) {
        other.ask(partition::testing::receipt("A", 1, std::to_string(last(other).value())));
    }
    {
        const auto host = open(other);
        const Sequence before = host->history().position();
        EXPECT_FALSE(host->follow());
        EXPECT_FALSE(host->follow()) << "it is not tried again";
        EXPECT_EQ(host->history().position(), before) << "readers see what was right";
        EXPECT_EQ(host->position(), std::nullopt);
        EXPECT_TRUE(std::filesystem::exists(mark()));
    }
    const auto host = open(other);
    EXPECT_EQ(host->history().position(), Sequence(0));
    EXPECT_FALSE(std::filesystem::exists(mark()));
    follow_all(*host);
    EXPECT_EQ(host->history().position(), last(other));
}

// Made again, it would stop there, too; and nobody else needs it.
TEST_F(HistoryHostTest, WhereTheLedgerIsDamagedItStandsStillAndIsKept) {
    Bench bench;
    fill(bench, 20);
    const Sequence end = last(bench);
    ledger::testing::DamagingLedger damaged(std::move(bench.ledger));
    damaged.damaged = end;
    Sequence reached;
    for (int start = 0; start < 2; ++start) {
        const auto opened = HistoryHost::open(path(), damaged, *bench.published, end);
        ASSERT_TRUE(opened.has_value());
        follow_all(**opened);
        EXPECT_FALSE((*opened)->follow()) << "it is not tried again";
        EXPECT_EQ((*opened)->position(), std::nullopt);
        EXPECT_FALSE(std::filesystem::exists(mark()));
        EXPECT_GE((*opened)->history().position(), reached);
        reached = (*opened)->history().position();
    }
}

}  // namespace
}  // namespace holdfast::app

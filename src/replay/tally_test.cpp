#include "replay/tally.hpp"

#include <gtest/gtest.h>

namespace holdfast::replay {
namespace {

using client::Json;

Json reservation(const std::string& id, int version, int held, int committed,
                 const std::string& replaces = {}) {
    Json line = Json::Object{{"sku", "mug"}, {"held", held}, {"committed", committed}};
    Json out = Json::Object{{"id", id}, {"reference", "r"}, {"version", version}};
    if (!replaces.empty()) {
        out.set("replaces", replaces);
    }
    out.set("lines", Json::Array{line});
    return out;
}

TEST(Tally, KeepsTheNewestPictureOfAReservationHoweverAnswersAreOrdered) {
    Tally tally;
    tally.add_reservation(reservation("a", 3, 0, 2));
    tally.add_reservation(reservation("a", 1, 2, 0));
    EXPECT_EQ(tally.skus().at("mug").units, (Units{.committed = 2}));
}

TEST(Tally, TheSameAnswerTwiceCountsOnce) {
    Tally tally;
    tally.add_reservation(reservation("a", 1, 2, 0));
    tally.add_reservation(reservation("a", 1, 2, 0));
    EXPECT_EQ(tally.skus().at("mug").units.held, 2);
}

TEST(Tally, ASuccessorTellsThatItsPredecessorRanOut) {
    Tally tally;
    tally.add_reservation(reservation("a", 2, 2, 0));
    tally.add_reservation(reservation("b", 1, 0, 2, "a"));
    EXPECT_EQ(tally.skus().at("mug").units, (Units{.committed = 2, .expired = 2}));
    EXPECT_EQ(tally.reservations().at("r").size(), 2U);
}

TEST(Tally, TheBaselineIsWhatWasThereBeforeTheOpeningReceipt) {
    Tally tally;
    tally.add_opening(
        *Json::parse(R"({"sku":"mug","delta":20,"on_hand":25,"held":1,"committed":2})"));
    const SkuTally sku = tally.skus().at("mug");
    EXPECT_EQ(sku.baseline.on_hand, 5);
    EXPECT_EQ(sku.baseline.held, 1);
    EXPECT_EQ(sku.baseline.committed, 2);
    EXPECT_EQ(sku.received, 20);
}

TEST(Tally, AdjustmentsAddUpAndWriteOffsAreCountedApart) {
    Tally tally;
    tally.add_adjustment(*Json::parse(R"({"sku":"mug","delta":-3})"));
    tally.add_adjustment(*Json::parse(R"({"sku":"mug","delta":2})"));
    EXPECT_EQ(tally.skus().at("mug").adjusted, -1);
    EXPECT_EQ(tally.skus().at("mug").written_off, 3);
}

TEST(Tally, AnApprovedCountChangesWhatItsDriftSays) {
    Tally tally;
    tally.add_adjustment(*client::Json::parse(R"({"sku":"mug","outcome":"pending","delta":0})"));
    tally.add_approval(
        *client::Json::parse(R"({"sku":"mug","resolution":"approved","count":{"drift":-50}})"));
    tally.add_approval(
        *client::Json::parse(R"({"sku":"mug","resolution":"rejected","count":{"drift":-9}})"));
    EXPECT_EQ(tally.skus().at("mug").adjusted, -50);
    EXPECT_EQ(tally.skus().at("mug").written_off, 50);
}

}  // namespace
}  // namespace holdfast::replay

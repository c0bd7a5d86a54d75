#include "replay/audit.hpp"

#include <gtest/gtest.h>

namespace holdfast::replay {
namespace {

// 10 were there, 20 came, 3 were written off, 8 shipped, 2 came back, 4 sold, 1 held.
SkuTally tally() {
    SkuTally out;
    out.baseline = {.on_hand = 10};
    out.received = 20;
    out.adjusted = -3;
    out.written_off = 3;
    out.units = {.held = 1, .committed = 4, .shipped = 8, .returned = 2};
    return out;
}

SkuFigures figures() { return {.sellable = 16, .on_hand = 21, .committed = 4, .held = 1}; }

std::vector<std::string> whats(const SkuTally& tallied, const SkuFigures& told,
                               const ClassTerms& terms = {}) {
    std::vector<Difference> found;
    audit_sku("mug", tallied, told, terms, found);
    std::vector<std::string> names;
    for (const Difference& difference : found) {
        names.push_back(difference.what);
    }
    return names;
}

using Names = std::vector<std::string>;

TEST(AuditSku, IsCleanWhenUnitsInAreUnitsOut) { EXPECT_EQ(whats(tally(), figures()), Names{}); }

TEST(AuditSku, FindsAUnitThatIsMissing) {
    SkuFigures told = figures();
    told.on_hand -= 1;
    told.sellable -= 1;
    EXPECT_EQ(whats(tally(), told), Names{"on_hand"});
}

TEST(AuditSku, FindsAReceiptWithTwoEffects) {
    SkuFigures told = figures();
    told.on_hand += 20;
    told.sellable += 20;
    EXPECT_EQ(whats(tally(), told), Names{"on_hand"});
}

TEST(AuditSku, FindsAHoldThatLeaked) {
    SkuFigures told = figures();
    told.held += 1;
    told.sellable -= 1;
    EXPECT_EQ(whats(tally(), told), Names{"held"});
}

TEST(AuditSku, FindsASaleThatWasLostOrMadeTwice) {
    SkuFigures told = figures();
    told.committed += 4;
    told.sellable -= 4;
    EXPECT_EQ(whats(tally(), told), Names{"committed"});
}

TEST(AuditSku, FindsFiguresThatDoNotAddUp) {
    SkuFigures told = figures();
    told.sellable += 1;
    EXPECT_EQ(whats(tally(), told), Names{"sellable"});
}

TEST(AuditSku, ADeficitIsExplainedByWriteOffsOnly) {
    SkuTally tallied = tally();
    tallied.units.committed = 24;
    SkuFigures told{.sellable = 0, .on_hand = 21, .committed = 24, .held = 1, .deficit = 4};
    EXPECT_EQ(whats(tallied, told), Names{"oversold"});
    tallied.units.committed = 23;
    told.committed = 23;
    told.deficit = 3;
    EXPECT_EQ(whats(tallied, told), Names{});
}

ReservationPicture picture(std::string id, Units units, std::string replaces = {}) {
    return {.id = std::move(id),
            .reference = "run-1",
            .replaces = std::move(replaces),
            .version = 1,
            .lines = {{.sku = "mug", .units = units}}};
}

std::vector<Difference> audited(const std::vector<ReservationPicture>& answered,
                                const std::vector<ReservationPicture>& found) {
    std::vector<Difference> out;
    audit_reference("run-1", answered, found, out);
    return out;
}

TEST(AuditReference, IsCleanWhenTheServiceKnowsWhatItAnswered) {
    EXPECT_TRUE(audited({}, {}).empty());
    EXPECT_TRUE(
        audited({picture("a", {.committed = 2})}, {picture("a", {.committed = 2})}).empty());
}

TEST(AuditReference, ASuccessorOfALateCommitIsNoSecondEffect) {
    const std::vector<ReservationPicture> both = {picture("a", {.expired = 2}),
                                                  picture("b", {.committed = 2}, "a")};
    EXPECT_TRUE(audited(both, both).empty());
}

TEST(AuditReference, FindsAKeyWithTwoEffects) {
    const auto differences = audited({picture("a", {.committed = 2})},
                                     {picture("a", {.committed = 2}), picture("b", {.held = 2})});
    ASSERT_EQ(differences.size(), 2U);
    EXPECT_EQ(differences[0].what, "reservations");
    EXPECT_EQ(differences[1].what, "effects of one key");
}

TEST(AuditReference, FindsAReservationThatWasAnsweredAndIsNotThere) {
    EXPECT_FALSE(audited({picture("a", {.committed = 2})}, {}).empty());
}

TEST(AuditReference, FindsARefusedCartThatHoldsUnits) {
    EXPECT_FALSE(audited({}, {picture("a", {.held = 2})}).empty());
}

TEST(AuditReference, FindsUnitsThatChangedBehindTheAnswers) {
    const auto differences =
        audited({picture("a", {.committed = 2})}, {picture("a", {.committed = 1, .released = 1})});
    ASSERT_EQ(differences.size(), 2U);
    EXPECT_EQ(differences[0].what, "committed");
    EXPECT_EQ(differences[0].expected, 2);
    EXPECT_EQ(differences[0].found, 1);
}

TEST(AuditSku, WhatIsSellableIsForItsClassToSay) {
    SkuFigures told = figures();
    told.sellable = 7;
    EXPECT_EQ(whats(tally(), told), Names{"sellable"});
    EXPECT_EQ(whats(tally(), told, {.assigned = true}), Names{});
}

TEST(AuditSku, ABackorderIsNotOversold) {
    SkuTally tallied = tally();
    tallied.units.committed = 29;
    SkuFigures told = figures();
    told.committed = 29;
    told.sellable = 0;
    told.deficit = 9;
    EXPECT_EQ(whats(tallied, told), Names{"oversold"});
    EXPECT_EQ(whats(tallied, told, {.backorder_max = 6}), Names{});
}

client::Json explanation(std::int64_t on_hand, std::int64_t term) {
    const client::Json pool = client::Json::Object{
        {"pool", "default"},
        {"on_hand", on_hand},
        {"sellable", on_hand},
        {"on_hand_terms",
         client::Json::Array{client::Json::Object{{"term", "receipts"}, {"units", term}}}}};
    return client::Json::Object{{"pools", client::Json::Array{pool}}};
}

TEST(AuditExplanation, AddsUpAndToWhatTheAnswersSay) {
    std::vector<Difference> found;
    audit_explanation("mug", tally(), explanation(21, 21), found);
    EXPECT_TRUE(found.empty());
    audit_explanation("mug", tally(), explanation(20, 20), found);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].what, "explained on_hand");
    audit_explanation("mug", tally(), explanation(21, 19), found);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].what, "explained: pool default: on_hand is 21, its terms come to 19");
}

}  // namespace
}  // namespace holdfast::replay

#include "model/event_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/check.hpp"
#include "model/event_samples_test.hpp"

namespace holdfast::model {
namespace {

using base::ErrorCode;

constexpr std::size_t kHeaderBytes = 6;

const Event& sample(std::string_view name) {
    for (const auto& each : event_samples()) {
        if (each.name == name) {
            return each.event;
        }
    }
    UNREACHABLE();
}

TEST(EventCodec, EverySampleComesBackAsItWent) {
    for (const auto& [name, event] : event_samples()) {
        const auto bytes = encoded(event);
        const auto back = decode(bytes);
        ASSERT_TRUE(back) << name << ": " << back.error().message;
        EXPECT_TRUE(same(*back, event)) << name;
    }
}

TEST(EventCodec, EveryTypeHasASample) {
    std::vector<bool> seen(kEventTypes);
    for (const auto& each : event_samples()) {
        seen[each.event.index()] = true;
    }
    EXPECT_EQ(seen, std::vector<bool>(kEventTypes, true));
}

class EventCodecOfType : public testing::TestWithParam<std::size_t> {};

TEST_P(EventCodecOfType, RandomAndExtremeValuesComeBackAsTheyWent) {
    base::Prng dice(GetParam());
    for (int round = 0; round < 3'000; ++round) {
        const auto event = random_event(dice, GetParam());
        const auto bytes = encoded(event);
        const auto back = decode(bytes);
        ASSERT_TRUE(back) << "round " << round << ": " << back.error().message;
        ASSERT_TRUE(same(*back, event)) << "round " << round;
    }
}

TEST_P(EventCodecOfType, AnEventOfDefaultsComesBackAsItWent) {
    auto samples = event_samples();
    for (auto& each : samples) {
        if (each.event.index() != GetParam()) {
            continue;
        }
        std::visit([]<typename Body>(Body& body) { body = Body{}; }, each.event);
        if (auto* refusal = std::get_if<RefusalRecorded>(&each.event)) {
            refusal->refusal.code = RefusalCode::expired;  // `none` is no refusal
        }
        const auto bytes = encoded(each.event);
        const auto back = decode(bytes);
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_TRUE(same(*back, each.event));
    }
}

INSTANTIATE_TEST_SUITE_P(Every, EventCodecOfType, testing::Range(std::size_t{0}, kEventTypes));

TEST(EventCodec, NeverIsADeadlineThatSurvives) {
    auto event = std::get<ReservationChanged>(sample("reservation_changed_hold"));
    event.image.expires_at = base::kNever;
    const auto bytes = encoded(event);
    const auto back = decode(bytes).value();
    EXPECT_EQ(std::get<ReservationChanged>(back).image.expires_at, base::kNever);
}

TEST(EventCodec, TextsAreViewsIntoTheBytes) {
    const auto bytes = encoded(sample("reservation_changed_hold"));
    const auto event = decode(bytes).value();
    const auto text = std::get<ReservationChanged>(event).image.texts.reference;
    const auto* const first = reinterpret_cast<const std::byte*>(text.data());
    EXPECT_EQ(text, "order-536365");
    EXPECT_GE(first, bytes.data());
    EXPECT_LE(first + text.size(), bytes.data() + bytes.size());
}

// A ledger of a thousand million holds is read, hashed and shipped: its size is a promise.
TEST(EventCodec, AHoldOfOneLineWithKeyAndReferenceFitsIn128Bytes) {
    auto event = std::get<ReservationChanged>(sample("reservation_changed_hold"));
    ASSERT_EQ(event.image.texts.reference.size(), 12u);
    EXPECT_LE(encoded(event).size(), 75u);
    // With the longest id, a large SKU number, an agent and a buyer as well.
    event.image.id = ReservationId((1ULL << 48) - 1);
    event.image.lines[0].sku = SkuId(10'000'000);
    event.image.texts.agent_id = "agent-123456";
    event.image.customer = {.high = 1, .low = 2};
    EXPECT_LE(encoded(event).size(), 128u);
}

TEST(EventCodec, AnotherPoolsPartOfALineCostsSixBytes) {
    auto event = std::get<ReservationChanged>(sample("reservation_changed_hold"));
    const auto whole = encoded(event).size();
    event.image.lines.push_back({.sku = event.image.lines[0].sku,
                                 .pool = PoolId(3),
                                 .continues = true,
                                 .units = {.accepted = 4, .held = 4}});
    EXPECT_EQ(encoded(event).size(), whole + 6);
}

// The names of a class or pool outlive the bytes they were read from.
TEST(EventCodec, WhatAMerchantDecidedOwnsItsTexts) {
    auto bytes = encoded(sample("pool_defined_full"));
    const auto event = decode(bytes).value();
    std::ranges::fill(bytes, std::byte{0xee});
    EXPECT_TRUE(same(event, sample("pool_defined_full")));
}

TEST(EventCodec, ARecordedRefusalOfOneLineHasABodyOfAtMost64Bytes) {
    auto event = std::get<RefusalRecorded>(sample("refusal_recorded_sold_out"));
    EXPECT_LE(encoded(event).size() - kHeaderBytes, 54u);
    event.tenant = TenantId(100'000);
    event.refusal.lines = {
        {.line = 1'999, .sku = SkuId(10'000'000), .requested = 8'000, .sellable = 7'999}};
    EXPECT_LE(encoded(event).size() - kHeaderBytes, 64u);
}

TEST(EventCodec, ALineOfALargeCartCostsFiveToEightBytes) {
    auto event = std::get<ReservationChanged>(sample("reservation_changed_hold"));
    const auto line = event.image.lines.front();
    const auto small = encoded(event).size();
    event.image.lines.assign(101, line);
    EXPECT_LE(encoded(event).size() - small, 100u * 5);
    for (auto& each : event.image.lines) {
        each.sku = SkuId(1'000'000);
    }
    EXPECT_LE(encoded(event).size() - small, 101u * 8);
}

TEST(EventCodec, EncodingAppendsAndLeavesWhatIsThere) {
    base::Buffer payload(80, std::byte{0x5a});
    encode(sample("downtime_recorded"), payload);
    encode(sample("state_hash_logged"), payload);
    EXPECT_EQ(base::Buffer(payload.begin(), payload.begin() + 80),
              base::Buffer(80, std::byte{0x5a}));
    auto expected = encoded(sample("downtime_recorded"));
    const auto second = encoded(sample("state_hash_logged"));
    expected.insert(expected.end(), second.begin(), second.end());
    EXPECT_EQ(base::Buffer(payload.begin() + 80, payload.end()), expected);
}

TEST(EventCodec, ANewerTypeOrVersionIsToldFromDamage) {
    auto newer_version = encoded(sample("state_hash_logged"));
    newer_version[1] = std::byte{2};
    EXPECT_EQ(decode(newer_version).error().code, ErrorCode::newer_format);
    auto newer_type = encoded(sample("state_hash_logged"));
    newer_type[0] = std::byte{kEventTypes + 1};
    EXPECT_EQ(decode(newer_type).error().code, ErrorCode::newer_format);
    EXPECT_NE(decode(newer_type).error().message.find("type 21"), std::string::npos);
}

TEST(EventCodec, TheCursorWalksAPayloadAndCountsSequences) {
    base::Buffer payload;
    for (const auto& each : event_samples()) {
        encode(each.event, payload);
    }
    EventCursor cursor(payload, Sequence(41));
    std::uint64_t expected = 41;
    for (const auto& each : event_samples()) {
        const auto item = cursor.next().value();
        ASSERT_TRUE(item);
        EXPECT_EQ(item->sequence, Sequence(expected++));
        EXPECT_TRUE(same(decode(item->bytes).value(), each.event)) << each.name;
    }
    EXPECT_EQ(cursor.next().value().has_value(), false);
    EXPECT_EQ(cursor.next().value().has_value(), false) << "the end stays the end";
}

TEST(EventCodec, TheCursorOfNothingIsAtItsEnd) {
    EventCursor cursor({}, Sequence(1));
    EXPECT_EQ(cursor.next().value().has_value(), false);
}

TEST(EventCodec, TheCursorNamesTheEventThatIsCutShort) {
    auto payload = encoded(sample("state_hash_logged"));
    encode(sample("downtime_recorded"), payload);
    payload.pop_back();
    EventCursor cursor(payload, Sequence(7));
    ASSERT_TRUE(cursor.next());
    const auto second = cursor.next();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::corrupted);
    EXPECT_NE(second.error().message.find("event 8"), std::string::npos);
}

TEST(EventCodec, TheKeyOfAnEventIsFoundWhateverItsType) {
    const auto& hold = sample("reservation_changed_hold");
    EXPECT_EQ(key_of(hold), &std::get<ReservationChanged>(hold).key);
    const auto& refusal = sample("refusal_recorded_full");
    EXPECT_EQ(key_of(refusal), &std::get<RefusalRecorded>(refusal).key);
    ASSERT_NE(key_of(sample("downtime_recorded")), nullptr);
    EXPECT_TRUE(key_of(sample("downtime_recorded"))->empty());
}

}  // namespace
}  // namespace holdfast::model

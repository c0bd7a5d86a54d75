// What the codec makes of bytes that no encoder wrote.
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <limits>
#include <utility>

#include "model/event_body.hpp"
#include "model/event_codec.hpp"
#include "model/event_samples_test.hpp"

namespace holdfast::model {
namespace {

using base::ErrorCode;

constexpr std::size_t kHeaderBytes = 6;
constexpr std::uint8_t kReservationChanged = 8;
constexpr std::uint8_t kReleasedByName = 9;
constexpr std::uint8_t kRefusalRecorded = 10;
constexpr std::uint8_t kSafetyStockSet = 7;
constexpr std::uint8_t kPoolDefined = 14;
constexpr std::uint8_t kTransferChanged = 17;

base::Buffer framed(std::uint8_t type, std::span<const std::byte> body) {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(type);
    writer.fixed(std::uint8_t{1});
    writer.fixed(static_cast<std::uint32_t>(body.size()));
    writer.bytes(body);
    return out;
}

// Samples, and a few random events of each type.
std::vector<Event> events_to_damage() {
    std::vector<Event> out;
    base::Prng dice(7);
    for (const auto& each : event_samples()) {
        out.push_back(each.event);
    }
    for (std::size_t type = 0; type < kEventTypes; ++type) {
        out.push_back(random_event(dice, type));
    }
    return out;
}

// Damage that reads as an event must be an event: it can be written and read again.
void expect_refused_or_sound(const base::Buffer& bytes) {
    const auto event = decode(bytes);
    if (!event) {
        return;
    }
    const auto again = encoded(*event);
    const auto back = decode(again);
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_TRUE(same(*back, *event));
    ASSERT_EQ(encoded(*back), again);
}

void expect_corrupted(const base::Buffer& bytes) {
    const auto event = decode(bytes);
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().code, ErrorCode::corrupted) << event.error().message;
}

TEST(EventDamage, AnEventCutAnywhereIsCorrupted) {
    for (const auto& event : events_to_damage()) {
        const auto bytes = encoded(event);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            expect_corrupted(base::Buffer(bytes.begin(), bytes.begin() + std::ptrdiff_t(size)));
        }
    }
}

TEST(EventDamage, ABodyCutAnywhereUnderAMatchingLengthIsCorrupted) {
    for (const auto& event : events_to_damage()) {
        const auto bytes = encoded(event);
        const auto body = std::span(bytes).subspan(kHeaderBytes);
        for (std::size_t size = 0; size < body.size(); ++size) {
            expect_corrupted(framed(std::to_integer<std::uint8_t>(bytes[0]), body.first(size)));
        }
    }
}

TEST(EventDamage, BytesLeftOverAreCorrupted) {
    for (const auto& event : events_to_damage()) {
        auto bytes = encoded(event);
        bytes.push_back(std::byte{0});
        expect_corrupted(bytes);
        expect_corrupted(framed(std::to_integer<std::uint8_t>(bytes[0]),
                                std::span(bytes).subspan(kHeaderBytes)));
    }
}

TEST(EventDamage, EveryChangeOfOneByteIsRefusedOrReadsAsASoundEvent) {
    for (const auto& each : event_samples()) {
        auto bytes = encoded(each.event);
        for (auto& byte : bytes) {
            const auto original = byte;
            for (int change = 1; change < 256; ++change) {
                byte = original ^ static_cast<std::byte>(change);
                ASSERT_NO_FATAL_FAILURE(expect_refused_or_sound(bytes)) << each.name;
            }
            byte = original;
        }
    }
}

TEST(EventDamage, RandomBytesAreRefusedOrReadAsASoundEvent) {
    base::Prng dice(11);
    for (int round = 0; round < 50'000; ++round) {
        base::Buffer body(dice.below(120));
        for (auto& byte : body) {
            byte = static_cast<std::byte>(dice.next() >> dice.below(8));
        }
        const auto type = static_cast<std::uint8_t>(dice.between(1, kEventTypes));
        ASSERT_NO_FATAL_FAILURE(expect_refused_or_sound(framed(type, body))) << "round " << round;
    }
}

// -- bodies made by hand, to say exactly what is wrong with them

class BodyOf {
  public:
    explicit BodyOf(std::uint8_t type) : type_(type), out_(body_) {}
    BodyWriter& operator*() { return out_; }
    [[nodiscard]] base::Buffer bytes() {
        out_.finish();
        return framed(type_, body_);
    }

  private:
    std::uint8_t type_;
    base::Buffer body_;
    BodyWriter out_;
};

// A hold without options, up to the count of its lines.
void begin_hold(BodyWriter& out, std::uint8_t verb = 0, std::uint32_t image_mask = 0) {
    out.byte(verb);
    out.varint(0);  // no key, no document
    out.varint(image_mask);
    out.varint(5);             // id
    out.varint(0);             // tenant
    out.varint(1);             // version
    out.byte(0x60);            // waiting: held, ended as: released
    out.signed_varint(1'000);  // created
}

void add_line(BodyWriter& out, std::int64_t accepted, std::int64_t held) {
    out.byte(0);
    out.byte(0b11);  // accepted, held
    out.varint(0);
    out.varint(static_cast<std::uint64_t>(accepted));
    out.varint(static_cast<std::uint64_t>(held));
}

TEST(EventDamage, TheHandMadeHoldIsSoundAsLongAsNothingIsWrongWithIt) {
    BodyOf body(kReservationChanged);
    begin_hold(*body);
    (*body).varint(1);
    add_line(*body, 3, 3);
    EXPECT_TRUE(decode(body.bytes()));
}

// With the count believed, these would ask for gigabytes before the first line is read.
TEST(EventDamage, ACountBeyondTheBytesThatAreLeftAllocatesNothing) {
    for (const auto count : {std::uint64_t{2}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
        BodyOf hold(kReservationChanged);
        begin_hold(*hold);
        (*hold).varint(count);
        add_line(*hold, 3, 3);
        expect_corrupted(hold.bytes());

        BodyOf release(kReleasedByName);
        (*release).varint(0);
        (*release).varint(0);
        (*release).digest({});
        (*release).varint(count);
        expect_corrupted(release.bytes());

        BodyOf refusal(kRefusalRecorded);
        (*refusal).varint(1u << 4);  // with lines
        (*refusal).varint(0);
        (*refusal).byte(1);
        (*refusal).byte(15);
        (*refusal).signed_varint(0);
        (*refusal).varint(count);
        expect_corrupted(refusal.bytes());

        BodyOf pool(kPoolDefined);
        (*pool).varint(1u << 3);  // with channels
        for (int field = 0; field < 6; ++field) {
            (*pool).byte(0);  // tenant, id, version, no name, kind, priority
        }
        (*pool).varint(count);
        expect_corrupted(pool.bytes());
    }
}

TEST(EventDamage, ALineThatDoesNotAddUpIsCorrupted) {
    BodyOf body(kReservationChanged);
    begin_hold(*body);
    (*body).varint(1);
    add_line(*body, 3, 2);
    expect_corrupted(body.bytes());
}

TEST(EventDamage, MoreReturnedThanShippedIsCorrupted) {
    BodyOf body(kReservationChanged);
    begin_hold(*body);
    (*body).varint(1);
    (*body).byte(0);
    (*body).byte(0b1000'1001);  // accepted, shipped, returned
    (*body).varint(0);
    for (const auto units : std::to_array<std::uint64_t>({2, 2, 3})) {
        (*body).varint(units);
    }
    expect_corrupted(body.bytes());
}

// An entry with flags of its own: units of one SKU, all of them held.
void add_part(BodyWriter& out, std::uint8_t flags, std::uint64_t sku, std::int64_t units) {
    out.byte(flags);
    out.byte(0b11);
    out.varint(sku);
    out.not_negative(units);
    out.not_negative(units);
}

TEST(EventDamage, AnEntryThatContinuesNoLineIsCorrupted) {
    constexpr std::uint8_t kContinues = 1u << 5;
    const auto hold_of = [](std::initializer_list<std::pair<std::uint8_t, std::uint64_t>> parts) {
        BodyOf body(kReservationChanged);
        begin_hold(*body);
        (*body).varint(parts.size());
        for (const auto& [flags, sku] : parts) {
            add_part(*body, flags, sku, 1);
        }
        return body.bytes();
    };
    EXPECT_TRUE(decode(hold_of({{0, 4}, {kContinues, 4}, {kContinues, 4}, {0, 4}})));
    expect_corrupted(hold_of({{kContinues, 4}}));
    expect_corrupted(hold_of({{0, 4}, {kContinues, 5}}));
    expect_corrupted(hold_of({{0, 4}, {1u << 7, 4}}));
}

TEST(EventDamage, AnEntryThatContinuesALineAndAsksForMoreIsCorrupted) {
    for (const auto flags : {1u << 2, 1u << 3, 1u << 4}) {  // requested, line id, group
        BodyOf body(kReservationChanged);
        begin_hold(*body);
        (*body).varint(2);
        add_part(*body, 0, 4, 1);
        add_part(*body, static_cast<std::uint8_t>(1u << 5 | flags), 4, 1);
        (*body).varint(1);  // one unit, or a text of one letter
        if (flags != 1u << 2) {
            (*body).byte('x');
        }
        expect_corrupted(body.bytes());
    }
}

// One who waits, without options, up to the count of its lines.
void begin_queued(BodyWriter& out) {
    out.byte(13);
    out.varint(0);
    out.varint(0);
    out.varint(5);
    out.varint(0);
    out.varint(1);
    out.byte(0x69);  // waiting: queued, ended as: released
    out.signed_varint(1'000);
}

TEST(EventDamage, AQueuedReservationThatHasUnitsIsCorrupted) {
    const auto queued = [](bool with_units, std::uint64_t requested) {
        BodyOf body(kReservationChanged);
        begin_queued(*body);
        (*body).varint(1);
        (*body).byte(1u << 2);  // with what was requested
        (*body).byte(with_units ? 0b11 : 0);
        (*body).varint(4);
        if (with_units) {
            (*body).varint(1);
            (*body).varint(1);
        }
        (*body).varint(requested);
        return body.bytes();
    };
    EXPECT_TRUE(decode(queued(false, 2)));
    expect_corrupted(queued(true, 2));
    expect_corrupted(queued(false, 0));
}

TEST(EventDamage, AQueuedReservationInTwoPoolsIsCorrupted) {
    constexpr std::uint8_t kContinues = 1u << 5;
    const auto queued = [](std::uint8_t second_flags) {
        BodyOf body(kReservationChanged);
        begin_queued(*body);
        (*body).varint(2);
        (*body).byte(1u << 2);  // with what was requested
        (*body).byte(0);
        (*body).varint(4);
        (*body).varint(2);
        (*body).byte(second_flags);
        (*body).byte(0);
        (*body).varint(4);
        if (second_flags != kContinues) {
            (*body).varint(2);
        }
        return body.bytes();
    };
    EXPECT_TRUE(decode(queued(1u << 2))) << "two lines";
    expect_corrupted(queued(1u << 2 | kContinues));
    expect_corrupted(queued(kContinues));
}

TEST(EventDamage, QuantitiesWhoseSumsWouldOverflowAreCorrupted) {
    BodyOf one(kReservationChanged);
    begin_hold(*one);
    (*one).varint(1);
    add_line(*one, kLineUnitsBound, kLineUnitsBound);
    expect_corrupted(one.bytes());

    BodyOf many(kReservationChanged);
    begin_hold(*many);
    (*many).varint(5);
    for (int i = 0; i < 5; ++i) {
        add_line(*many, kLineUnitsBound - 1, kLineUnitsBound - 1);
    }
    expect_corrupted(many.bytes());
}

// A value has one encoding: what may be left out is not there unless it says something.
TEST(EventDamage, APresentFieldWithNothingToSayIsCorrupted) {
    const auto safety_stock = [](std::uint64_t pool) {
        BodyOf body(kSafetyStockSet);
        (*body).varint(1u << 2);  // with a pool
        (*body).varint(0);        // tenant
        (*body).varint(1);        // SKU
        for (int figure = 0; figure < 6; ++figure) {
            (*body).varint(0);
        }
        (*body).varint(pool);
        return body.bytes();
    };
    EXPECT_TRUE(decode(safety_stock(3)).has_value());
    expect_corrupted(safety_stock(kDefaultPool.value()));
}

TEST(EventDamage, AnUnknownVerbStateOrMaskBitIsCorrupted) {
    BodyOf verb(kReservationChanged);
    begin_hold(*verb, 18);
    (*verb).varint(0);
    expect_corrupted(verb.bytes());

    BodyOf mask(kReservationChanged);
    begin_hold(*mask, 0, 1u << 18);
    (*mask).varint(0);
    expect_corrupted(mask.bytes());

    BodyOf good(kReservationChanged);
    begin_hold(*good);
    (*good).varint(0);
    auto bytes = good.bytes();
    constexpr std::size_t kStates = kHeaderBytes + 6;
    ASSERT_EQ(bytes[kStates], std::byte{0x60});
    for (const int states : {0x6a, 0x96, 0xa0, 0x0f, 0xf0}) {
        bytes[kStates] = static_cast<std::byte>(states);
        expect_corrupted(bytes);
    }
}

TEST(EventDamage, AReservationIdThatHasNoPublicFormIsCorrupted) {
    BodyOf body(kReleasedByName);
    (*body).varint(0);
    (*body).varint(0);
    (*body).digest({});
    (*body).varint(1);
    (*body).varint(kReservationIdBound);
    expect_corrupted(body.bytes());
}

TEST(EventDamage, AnUnknownRefusalOrOneOfAReadIsCorrupted) {
    const auto refusal = [](std::uint8_t operation, std::uint8_t code) {
        BodyOf body(kRefusalRecorded);
        (*body).varint(0);
        (*body).varint(0);
        (*body).byte(operation);
        (*body).byte(code);
        (*body).signed_varint(0);
        return body.bytes();
    };
    EXPECT_TRUE(decode(refusal(1, 10)));
    for (const auto code : std::to_array<std::uint8_t>({0, 27, 63, 100, 255})) {
        expect_corrupted(refusal(1, code));
    }
    for (const auto operation : std::to_array<std::uint8_t>({0, 26, 64, 255})) {
        expect_corrupted(refusal(operation, 10));
    }
}

TEST(EventDamage, ACellBelowZeroAnywhereButOnHandIsCorrupted) {
    const auto all = [](std::int64_t on_hand, const std::array<std::uint64_t, 5>& others) {
        BodyOf body(kSafetyStockSet);
        (*body).varint(0);
        (*body).varint(0);
        (*body).varint(0);
        (*body).signed_varint(on_hand);
        for (const auto units : others) {
            (*body).varint(units);
        }
        return body.bytes();
    };
    const auto cell = [&](std::int64_t on_hand, std::uint64_t held, std::uint64_t committed) {
        return all(on_hand, {0, held, committed, 0, 0});
    };
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    EXPECT_TRUE(decode(cell(-5, 1, 1)));
    // What can be sold saturates, so that no sum of recorded facts is ever unreadable.
    EXPECT_TRUE(decode(cell(-5, kMax, kMax)));
    for (std::size_t which = 0; which < 5; ++which) {
        std::array<std::uint64_t, 5> others{};
        others.at(which) = kMax;
        EXPECT_TRUE(decode(all(0, others)));
        ++others.at(which);
        expect_corrupted(all(0, others));
    }
}

TEST(EventDamage, MoreArrivedAndLostThanLeftIsCorrupted) {
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto transfer = [](std::uint64_t quantity, std::uint64_t arrived, std::uint64_t lost) {
        BodyOf body(kTransferChanged);
        (*body).varint(0);
        (*body).byte(1);
        for (int field = 0; field < 6; ++field) {
            (*body).byte(0);  // units, id, tenant, SKU, from, to
        }
        for (const auto units : {quantity, arrived, lost}) {
            (*body).varint(units);
        }
        for (int field = 0; field < 1 + 2 * 6; ++field) {
            (*body).byte(0);  // sent at, both cells
        }
        return body.bytes();
    };
    EXPECT_TRUE(decode(transfer(5, 3, 2)));
    EXPECT_TRUE(decode(transfer(kMax, kMax, 0)));
    expect_corrupted(transfer(5, 3, 3));
    expect_corrupted(transfer(5, 6, 0));
    expect_corrupted(transfer(kMax, kMax, kMax));
    expect_corrupted(transfer(kMax + 1, 0, 0));
    expect_corrupted(transfer(0, kMax + 1, 0));
    expect_corrupted(transfer(0, 0, kMax + 1));
}

TEST(EventDamage, APriorityBeyond32BitsIsCorrupted) {
    const auto pool = [](std::int64_t priority) {
        BodyOf body(kPoolDefined);
        (*body).varint(0);
        for (int field = 0; field < 5; ++field) {
            (*body).byte(0);  // tenant, id, version, no name, kind
        }
        (*body).signed_varint(priority);
        return body.bytes();
    };
    EXPECT_TRUE(decode(pool(std::numeric_limits<std::int32_t>::min())));
    EXPECT_TRUE(decode(pool(std::numeric_limits<std::int32_t>::max())));
    expect_corrupted(pool(std::int64_t{std::numeric_limits<std::int32_t>::min()} - 1));
    expect_corrupted(pool(std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1));
}

void write(const Event& event) { static_cast<void>(encoded(event)); }

// The encoder demands what the decoder demands: nothing unreadable ever reaches a ledger.
TEST(EventDamageDeathTest, TheEncoderStopsOnWhatTheDecoderWouldRefuse) {
    ReservationChanged event;
    event.image.lines = {{.requested = 1, .units = {.accepted = 1}}};
    EXPECT_DEATH(write(event), "is_sound");
    event.image.lines = {{.continues = true}};
    EXPECT_DEATH(write(event), "is_in_place");
    event.image.lines = {{.requested = 1, .units = {.accepted = 1, .held = 1}}};
    event.image.waiting = ReservationState::queued;
    EXPECT_DEATH(write(event), "states_are_sound");
    event.image = {.ended_as = ReservationState::queued};
    EXPECT_DEATH(write(event), "states_are_sound");
    EXPECT_DEATH(write(FactParked{.quantities = {1}}), "quantities");
    EXPECT_DEATH(write(SafetyStockSet{.cell = {.held = -1}}), "is_sound");
    EXPECT_DEATH(write(SafetyStockSet{.cell = {.soft_held = -1}}), "is_sound");
    EXPECT_DEATH(write(TransferChanged{.transfer = {.quantity = 2, .arrived = 1, .lost = 2}}),
                 "is_sound");
    EXPECT_DEATH(write(CapsSet{.caps = {{{.units = -1}}}}), "value >= 0");
    EXPECT_DEATH(write(CaseOpened{.image = {.id = CaseId(1ULL << 48)}}), "Bound");
    EXPECT_DEATH(write(RefusalRecorded{}), "is_known");
    EXPECT_DEATH(write(ReleasedByName{.released = {ReservationId(1ULL << 48)}}), "Bound");
}

}  // namespace
}  // namespace holdfast::model

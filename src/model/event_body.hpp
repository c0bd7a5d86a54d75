// The pieces that event bodies are made of. Internal to event_codec*.cpp; nobody else includes it.
//
// `write_body` and `read_body` of a type are mirror images, field by field, and are written side by
// side. The writer CHECKs what the reader demands: an event that cannot be read back must never
// reach a ledger. The reader never CHECKs: it remembers the first thing that is wrong, reads on
// with zeros, and is asked once at the end. docs/formats/events.md is the specification.
// Thread rule: values on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/event.hpp"

namespace holdfast::model {

// Bounds of the format, far above every limit of the product: they keep sums of what was read
// within 64 bits. Every quantity of a line, the units of all lines and ids stay below them.
inline constexpr std::int64_t kLineUnitsBound = 1LL << 60;
inline constexpr std::int64_t kReservationUnitsBound = 1LL << 62;
inline constexpr std::uint64_t kReservationIdBound = 1ULL << 48;  // see model/public_id.hpp

inline constexpr Reason kLastReason = static_cast<Reason>(kReasonCount - 1);

// Appends fields. Room is made in blocks and given back at the end, because a vector that grows
// field by field costs more than the fields.
class BodyWriter {
  public:
    explicit BodyWriter(base::Buffer& out) : out_(out) { grow(0); }

    void byte(std::uint8_t value) {
        make_room(1);
        *at_++ = static_cast<std::byte>(value);
    }
    template <typename Integer>
    void fixed(Integer value) {
        make_room(sizeof value);
        std::memcpy(at_, &value, sizeof value);
        at_ += sizeof value;
    }
    void varint(std::uint64_t value) {
        make_room(kVarintBytesMax);
        std::byte* to = at_;  // not the member: bytes may alias it
        while (value >= 0x80) {
            *to++ = static_cast<std::byte>(value | 0x80);
            value >>= 7;
        }
        *to++ = static_cast<std::byte>(value);
        at_ = to;
    }
    void signed_varint(std::int64_t value) {  // zigzag
        varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    void text(std::string_view value) {
        varint(value.size());
        make_room(value.size());
        value.copy(reinterpret_cast<char*>(at_), value.size());
        at_ += value.size();
    }
    void digest(base::Digest128 value) {
        fixed(value.high);
        fixed(value.low);
    }
    template <typename Enum>
        requires std::is_enum_v<Enum>
    void enumerator(Enum value) {
        byte(std::to_underlying(value));
    }
    template <typename Id>
    void id(Id value) {
        varint(value.value());
    }
    // Of a reservation, case or transfer: clients see it, so it must have a public form.
    template <typename Id>
    void public_id(Id value) {
        CHECK(value.value() < kReservationIdBound);
        id(value);
    }
    void reservation(ReservationId value) { public_id(value); }
    void not_negative(std::int64_t value) {
        CHECK(value >= 0);
        varint(static_cast<std::uint64_t>(value));
    }
    void duration(base::Duration value) { not_negative(value.count()); }
    // Distances wrap around, so that every pair of times survives.
    void time(base::Time value, base::Time origin = {}) {
        signed_varint(static_cast<std::int64_t>(static_cast<std::uint64_t>(base::to_ms(value)) -
                                                static_cast<std::uint64_t>(base::to_ms(origin))));
    }

    // Of the buffer, up to the last field.
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - out_.data()); }
    // Gives back the room that was not needed. The last call.
    void finish() { out_.resize(size()); }

  private:
    static constexpr std::size_t kVarintBytesMax = 10;
    static constexpr std::size_t kBlockBytes = 192;  // an ordinary event needs one block

    void make_room(std::size_t size) {
        if (static_cast<std::size_t>(end_ - at_) < size) [[unlikely]] {
            grow(size);
        }
    }
    void grow(std::size_t size);

    base::Buffer& out_;
    std::byte* at_ = nullptr;
    std::byte* end_ = nullptr;
};

// Reads fields and remembers whether everything so far was as the format demands. Replaying a
// ledger is mostly this, so its fields are read in place: base::ByteReader makes a call for each.
class BodyReader {
  public:
    explicit BodyReader(std::span<const std::byte> body)
        : at_(body.data()), end_(body.data() + body.size()) {}

    void require(bool holds) { sound_ = sound_ && holds; }
    [[nodiscard]] bool sound() const { return sound_; }
    // Everything was there, in range, and nothing is left over.
    [[nodiscard]] bool finished() const { return sound_ && at_ == end_; }

    template <typename Integer>
    [[nodiscard]] Integer fixed() {
        if (left() < sizeof(Integer)) [[unlikely]] {
            fail();
            return {};
        }
        Integer value{};
        std::memcpy(&value, at_, sizeof value);
        at_ += sizeof value;
        return value;
    }
    [[nodiscard]] std::uint64_t varint() {
        if (at_ != end_ && std::to_integer<std::uint8_t>(*at_) < 0x80) [[likely]] {
            return std::to_integer<std::uint64_t>(*at_++);
        }
        return long_varint();
    }
    template <typename Integer>
    [[nodiscard]] Integer number() {
        const auto value = varint();
        require(value <= static_cast<std::uint64_t>(std::numeric_limits<Integer>::max()));
        return static_cast<Integer>(value);
    }
    [[nodiscard]] std::int64_t signed_varint() {
        const auto value = varint();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    [[nodiscard]] std::int64_t not_negative() { return number<std::int64_t>(); }
    [[nodiscard]] base::Duration duration() { return base::Duration(not_negative()); }
    [[nodiscard]] std::string_view text() {
        const std::uint64_t size = varint();
        if (size > left()) [[unlikely]] {
            fail();
            return {};
        }
        const std::byte* const begin = std::exchange(at_, at_ + size);
        return {reinterpret_cast<const char*>(begin), size};
    }
    [[nodiscard]] base::Digest128 digest() {
        const auto high = fixed<std::uint64_t>();
        const auto low = fixed<std::uint64_t>();
        return {.high = high, .low = low};
    }

    // Enumerators that run from 0 to `last`.
    template <typename Enum>
        requires std::is_enum_v<Enum>
    [[nodiscard]] Enum enumerator(Enum last) {
        return in_range(fixed<std::underlying_type_t<Enum>>(), last);
    }
    template <typename Enum>
    [[nodiscard]] Enum in_range(std::underlying_type_t<Enum> value, Enum last) {
        require(value <= std::to_underlying(last));
        return static_cast<Enum>(value <= std::to_underlying(last) ? value : 0);
    }
    template <typename Id>
    [[nodiscard]] Id id() {
        return Id(number<typename Id::rep>());
    }
    template <typename Id>
    [[nodiscard]] Id public_id() {
        const auto value = id<Id>();
        require(value.value() < kReservationIdBound);
        return value;
    }
    [[nodiscard]] ReservationId reservation() { return public_id<ReservationId>(); }
    // Bits that this version of the type does not know are damage.
    [[nodiscard]] std::uint32_t mask(std::uint32_t known) {
        const auto value = number<std::uint32_t>();
        require((value & ~known) == 0);
        return value;
    }
    // How many items follow: never more than the bytes that are left can hold.
    [[nodiscard]] std::size_t count(std::size_t item_bytes_min) {
        const auto value = varint();
        const bool fits = value <= left() / item_bytes_min;
        require(fits);
        return fits ? value : 0;
    }
    [[nodiscard]] base::Time time(base::Time origin = {}) {
        const auto distance = static_cast<std::uint64_t>(signed_varint());
        return base::time_from_ms(
            static_cast<std::int64_t>(static_cast<std::uint64_t>(base::to_ms(origin)) + distance));
    }

  private:
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    // What follows reads as zero.
    void fail() {
        sound_ = false;
        at_ = end_;
    }
    // One of several bytes, or a broken one: needless or too large, by the rule of
    // base::ByteReader.
    [[nodiscard]] std::uint64_t long_varint();

    const std::byte* at_;
    const std::byte* end_;
    bool sound_ = true;
};

// The two lowest bits of every mask that speaks of a key.
inline constexpr std::uint32_t kHasKey = 1u << 0;
inline constexpr std::uint32_t kHasSource = 1u << 1;

[[nodiscard]] inline std::uint32_t flag(bool set, std::uint32_t bit) { return set ? bit : 0; }
[[nodiscard]] std::uint32_t mask_of(const KeyUse& key);
void write_key(BodyWriter& out, std::uint32_t mask, const KeyUse& key);
void read_key(BodyReader& in, std::uint32_t mask, KeyUse& key);

void write_image(BodyWriter& out, const ReservationImage& image);
void read_image(BodyReader& in, ReservationImage& image);

// event_codec_line.cpp; `before` is the entry before it, null for the first.
void write_line(BodyWriter& out, const LineImage* before, const LineImage& line);
void read_line(BodyReader& in, const LineImage* before, LineImage& line);

// event_codec_stock.cpp
void write_cell(BodyWriter& out, const CellImage& cell);
void read_cell(BodyReader& in, CellImage& cell);

// event_codec_count.cpp
void write_count(BodyWriter& out, const PendingCount& count);
void read_count(BodyReader& in, PendingCount& count);

// event_codec_policy.cpp
void write_caps(BodyWriter& out, const CapsByKind& caps);
void read_caps(BodyReader& in, CapsByKind& caps);

// event_codec_base.cpp: the ledger, tenants, SKUs
void write_body(BodyWriter& out, const LedgerCreated& event);
void write_body(BodyWriter& out, const TenantRegistered& event);
void write_body(BodyWriter& out, const SkuRegistered& event);
void write_body(BodyWriter& out, const SkuUpdated& event);
void write_body(BodyWriter& out, const DowntimeRecorded& event);
void write_body(BodyWriter& out, const StateHashLogged& event);
void read_body(BodyReader& in, LedgerCreated& event);
void read_body(BodyReader& in, TenantRegistered& event);
void read_body(BodyReader& in, SkuRegistered& event);
void read_body(BodyReader& in, SkuUpdated& event);
void read_body(BodyReader& in, DowntimeRecorded& event);
void read_body(BodyReader& in, StateHashLogged& event);

// event_codec_policy.cpp: what a merchant decides: classes, pools, caps, where selling is stopped
void write_body(BodyWriter& out, const ClassDefined& event);
void write_body(BodyWriter& out, const PoolDefined& event);
void write_body(BodyWriter& out, const CapsSet& event);
void write_body(BodyWriter& out, const SellingChanged& event);
void read_body(BodyReader& in, ClassDefined& event);
void read_body(BodyReader& in, PoolDefined& event);
void read_body(BodyReader& in, CapsSet& event);
void read_body(BodyReader& in, SellingChanged& event);

// event_codec_stock.cpp
void write_body(BodyWriter& out, const StockMoved& event);
void write_body(BodyWriter& out, const SafetyStockSet& event);
void read_body(BodyReader& in, StockMoved& event);
void read_body(BodyReader& in, SafetyStockSet& event);

// event_codec_transfer.cpp
void write_body(BodyWriter& out, const TransferChanged& event);
void read_body(BodyReader& in, TransferChanged& event);

// event_codec_count.cpp
void write_body(BodyWriter& out, const StockCounted& event);
void read_body(BodyReader& in, StockCounted& event);

// event_codec_case.cpp
void write_body(BodyWriter& out, const CaseOpened& event);
void write_body(BodyWriter& out, const CaseResolved& event);
void read_body(BodyReader& in, CaseOpened& event);
void read_body(BodyReader& in, CaseResolved& event);

// event_codec_reservation.cpp
void write_body(BodyWriter& out, const ReservationChanged& event);
void write_body(BodyWriter& out, const FactParked& event);
void read_body(BodyReader& in, ReservationChanged& event);
void read_body(BodyReader& in, FactParked& event);

// event_codec_release.cpp: releases by name and refusals
void write_body(BodyWriter& out, const ReleasedByName& event);
void write_body(BodyWriter& out, const RefusalRecorded& event);
void read_body(BodyReader& in, ReleasedByName& event);
void read_body(BodyReader& in, RefusalRecorded& event);

}  // namespace holdfast::model

// Dice for the codec's tests: any value of any field, where extreme ones are likely.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "base/prng.hpp"
#include "model/event_body.hpp"

namespace holdfast::model {

using base::Prng;

// Every length of varint is as likely as every other, and the ends of the range are common.
template <typename Integer>
Integer any(Prng& dice) {
    constexpr int kBits = std::numeric_limits<Integer>::digits;
    const auto raw = dice.next() >> dice.below(64);
    const auto value = static_cast<Integer>(raw);
    switch (dice.below(8)) {
        case 0: return 0;
        case 1: return std::numeric_limits<Integer>::max();
        case 2: return std::numeric_limits<Integer>::min();
        case 3: return static_cast<Integer>(std::uint64_t{1} << dice.below(kBits));
        default: return dice.chance(1, 2) ? value : static_cast<Integer>(-value);
    }
}

inline std::int64_t any_up_to(Prng& dice, std::int64_t most) {
    switch (dice.below(6)) {
        case 0: return 0;
        case 1: return most;
        default: return dice.between(0, std::max<std::int64_t>(most >> dice.below(62), 1) - 1);
    }
}

template <typename Id>
Id any_id(Prng& dice) {
    return Id(any<typename Id::rep>(dice));
}

// Of what has a public form.
template <typename Id>
Id any_public_id(Prng& dice) {
    return Id(any<std::uint64_t>(dice) % kReservationIdBound);
}

inline ReservationId any_reservation(Prng& dice) { return any_public_id<ReservationId>(dice); }

inline base::Time any_time(Prng& dice) {
    return dice.chance(1, 8) ? base::kNever : base::time_from_ms(any<std::int64_t>(dice));
}

inline base::Duration any_duration(Prng& dice) {
    return base::Duration(any_up_to(dice, std::numeric_limits<std::int64_t>::max()));
}

inline base::Digest128 any_digest(Prng& dice) {
    return dice.chance(1, 4)
               ? base::Digest128{}
               : base::Digest128{.high = dice.next(), .low = any<std::uint64_t>(dice)};
}

template <typename Enum>
Enum any_of(Prng& dice, Enum last) {
    return static_cast<Enum>(dice.below(std::to_underlying(last) + std::uint64_t{1}));
}

inline bool coin(Prng& dice) { return dice.chance(1, 2); }

// Texts are views: all of them look into one page of every byte there is.
inline std::string_view any_text(Prng& dice) {
    static const std::string page = [] {
        std::string out;
        for (int i = 0; i < 1'024; ++i) {
            out.push_back(static_cast<char>(i * 7));
        }
        return out;
    }();
    constexpr std::array<std::size_t, 6> kLengths = {0, 0, 1, 127, 128, 255};
    const auto length = coin(dice) ? kLengths[dice.below(kLengths.size())] : dice.below(300);
    return std::string_view(page).substr(dice.below(256), length);
}

inline KeyUse any_key(Prng& dice) {
    if (dice.chance(1, 4)) {
        return {};
    }
    return {.key = any_digest(dice),
            .fingerprint = any_digest(dice),
            .source = any_text(dice),
            .source_sequence = any<std::int64_t>(dice)};
}

// Makes any event of its type.
void fill(Prng& dice, LedgerCreated& out);
void fill(Prng& dice, TenantRegistered& out);
void fill(Prng& dice, ClassDefined& out);
void fill(Prng& dice, PoolDefined& out);
void fill(Prng& dice, CapsSet& out);
void fill(Prng& dice, SellingChanged& out);
void fill(Prng& dice, SkuRegistered& out);
void fill(Prng& dice, SkuUpdated& out);
void fill(Prng& dice, StockMoved& out);
void fill(Prng& dice, TransferChanged& out);
void fill(Prng& dice, StockCounted& out);
void fill(Prng& dice, CaseOpened& out);
void fill(Prng& dice, CaseResolved& out);
void fill(Prng& dice, SafetyStockSet& out);
void fill(Prng& dice, ReservationChanged& out);
void fill(Prng& dice, ReleasedByName& out);
void fill(Prng& dice, RefusalRecorded& out);
void fill(Prng& dice, FactParked& out);
void fill(Prng& dice, DowntimeRecorded& out);
void fill(Prng& dice, StateHashLogged& out);

}  // namespace holdfast::model

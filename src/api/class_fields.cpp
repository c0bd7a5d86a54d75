#include "api/class_fields.hpp"

#include <array>
#include <chrono>

#include "base/check.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using model::SkuClass;

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 2> kPaymentTimeouts = {"release", "review"};
constexpr std::array<std::string_view, 2> kLateCommits = {"retake", "refuse"};
constexpr std::array<std::string_view, 2> kTrackings = {"counted", "none"};
constexpr std::array<std::string_view, 3> kAllocations = {"priority", "single", "nearest"};
constexpr std::array<std::string_view, 2> kShortageOrders = {"newest_first", "oldest_first"};
constexpr std::array<std::string_view, 3> kConsistencies = {"strict", "verified", "tolerant"};

constexpr std::int64_t kSecondsMax = model::kTtlSecondsMax;
// From first creation through all supersedes and extensions, or in review: a year.
constexpr std::int64_t kLongSecondsMax = 366LL * 24 * 3600;
constexpr std::int64_t kUnitsMax = model::kLineQuantityMax;
constexpr std::int64_t kExtensionsMax = UINT16_MAX;  // what a reservation can count
constexpr std::int64_t kHoldFactorMax = 1000LL * model::kPermille;

template <base::Duration SkuClass::* Member>
constexpr ClassField seconds(std::string_view name, std::int64_t least, std::int64_t most) {
    return {
        .name = name,
        .kind = FieldKind::whole,
        .least = least,
        .most = most,
        .words = {},
        .get = [](const SkuClass& from) -> std::int64_t {
            return std::chrono::floor<std::chrono::seconds>(from.*Member).count();
        },
        .set = [](SkuClass& to, std::int64_t value) { to.*Member = std::chrono::seconds(value); }};
}

template <auto Member>
constexpr ClassField number(std::string_view name, FieldKind kind, std::int64_t least,
                            std::int64_t most, Words words = {}) {
    return {.name = name,
            .kind = kind,
            .least = least,
            .most = most,
            .words = words,
            .get = [](const SkuClass& from) { return static_cast<std::int64_t>(from.*Member); },
            .set =
                [](SkuClass& to, std::int64_t value) {
                    using Value = std::remove_reference_t<decltype(to.*Member)>;
                    to.*Member = static_cast<Value>(value);
                }};
}

template <auto Member>
constexpr ClassField units(std::string_view name) {
    return number<Member>(name, FieldKind::whole, 0, kUnitsMax);
}

template <auto Member>
constexpr ClassField share(std::string_view name) {
    return number<Member>(name, FieldKind::thousandths, 0, model::kPermille);
}

template <auto Member>
constexpr ClassField flag(std::string_view name) {
    return number<Member>(name, FieldKind::flag, 0, 1);
}

template <auto Member>
constexpr ClassField word(std::string_view name, Words words) {
    return number<Member>(name, FieldKind::word, 0, static_cast<std::int64_t>(words.size()) - 1,
                          words);
}

// In the order in which a class is shown.
constexpr std::array kFields = {
    seconds<&SkuClass::hold_ttl>("hold_ttl_seconds", 1, kSecondsMax),
    seconds<&SkuClass::hold_ttl_max>("hold_ttl_max_seconds", 1, kSecondsMax),
    seconds<&SkuClass::payment_ttl>("payment_ttl_seconds", 1, kSecondsMax),
    seconds<&SkuClass::payment_ttl_max>("payment_ttl_max_seconds", 1, kSecondsMax),
    seconds<&SkuClass::lifetime_max>("lifetime_max_seconds", 1, kLongSecondsMax),
    seconds<&SkuClass::review_max>("review_max_seconds", 1, kLongSecondsMax),
    number<&SkuClass::extensions_max>("extensions_max", FieldKind::whole, 0, kExtensionsMax),
    word<&SkuClass::on_payment_timeout>("on_payment_timeout", kPaymentTimeouts),
    word<&SkuClass::late_commit>("late_commit", kLateCommits),
    word<&SkuClass::tracking>("tracking", kTrackings),
    seconds<&SkuClass::held_downtime_grace>("held_downtime_grace_seconds", 0, kSecondsMax),
    seconds<&SkuClass::payment_downtime_grace>("payment_downtime_grace_seconds", 0, kSecondsMax),
    units<&SkuClass::safety_units>("safety_units"),
    share<&SkuClass::safety_permille>("safety_share"),
    units<&SkuClass::backorder_max>("backorder_max"),
    number<&SkuClass::hold_permille>("hold_factor", FieldKind::thousandths, model::kPermille,
                                     kHoldFactorMax),
    units<&SkuClass::stop_selling_at>("stop_selling_at"),
    word<&SkuClass::allocation>("allocation", kAllocations),
    flag<&SkuClass::split>("split"),
    seconds<&SkuClass::wait_max>("wait_max_seconds", 0, kSecondsMax),
    units<&SkuClass::line_units_max>("line_units_max"),
    word<&SkuClass::shortage_order>("shortage_order", kShortageOrders),
    units<&SkuClass::count_units_max>("count_units_max"),
    share<&SkuClass::count_permille_max>("count_share_max"),
    word<&SkuClass::consistency>("consistency", kConsistencies),
    flag<&SkuClass::banded>("banded"),
    units<&SkuClass::low_units>("low_units"),
};

}  // namespace

std::span<const ClassField> class_fields() { return kFields; }

std::string thousandths_text(std::int64_t value) {
    std::string out = std::to_string(value / model::kPermille);
    const std::int64_t rest = value % model::kPermille;
    if (rest != 0) {
        std::string digits = std::to_string(model::kPermille + rest).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        out += '.' + digits;
    }
    return out;
}

std::string class_field_text(const ClassField& field, std::int64_t value) {
    switch (field.kind) {
        case FieldKind::whole: return std::to_string(value);
        case FieldKind::thousandths: return thousandths_text(value);
        case FieldKind::flag: return value != 0 ? "true" : "false";
        case FieldKind::word: return std::string(field.words[static_cast<std::size_t>(value)]);
    }
    UNREACHABLE();
}

}  // namespace holdfast::api

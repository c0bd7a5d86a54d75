// ClassFields: the fields of a SKU class as clients name them, in one table.
//
// Reading, judging, showing and comparing classes all walk this table, so a field cannot be known
// to one of them only. Values are numbers in the unit of the wire: seconds, units, thousandths,
// 0 or 1, or the place of a word among its words. Caps are an object of their own and not here.
// Thread rule: a constant table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/sku_class.hpp"

namespace holdfast::api {

enum class FieldKind : std::uint8_t {
    whole,        // seconds, units, counts
    thousandths,  // a number with up to three decimals
    flag,
    word,
};

struct ClassField {
    std::string_view name{};
    FieldKind kind = FieldKind::whole;
    std::int64_t least = 0;
    std::int64_t most = 1;
    std::span<const std::string_view> words{};
    std::int64_t (*get)(const model::SkuClass& from) = nullptr;
    void (*set)(model::SkuClass& to, std::int64_t value) = nullptr;
};

[[nodiscard]] std::span<const ClassField> class_fields();

// As on the wire, words without quotes.
[[nodiscard]] std::string class_field_text(const ClassField& field, std::int64_t value);
// 1500 -> "1.5", 1000 -> "1".
[[nodiscard]] std::string thousandths_text(std::int64_t value);

}  // namespace holdfast::api

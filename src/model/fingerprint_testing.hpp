// What the tests of fingerprints share: a command in which nothing is optional any more, so that
// every change is one of value and not of presence; and a list of such changes.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "model/command.hpp"

namespace holdfast::model {

inline constexpr std::string_view kTenant = "acme";
inline constexpr base::Time kThen = base::time_from_ms(1'764'590'400'000);

inline PersonalText personal(std::string_view text) {
    return {.digest = base::digest128({text}), .text = std::string(text)};
}

inline Command make(Operation operation, Request request) {
    return {.operation = operation, .tenant = tenant_name(kTenant), .request = std::move(request)};
}

struct Change {
    const char* name;
    Command (*base)();
    void (*change)(Command&);
};

inline void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

inline void expect_another_fingerprint(const Change& row) {
    const auto before = row.base();
    auto after = before;
    row.change(after);
    EXPECT_NE(fingerprint(before), fingerprint(after));
}

inline void expect_no_two_alike(std::span<const Change> rows) {
    std::map<base::Digest128, const char*> seen;
    for (const auto& row : rows) {
        auto command = row.base();
        row.change(command);
        const auto [at, inserted] = seen.emplace(fingerprint(command), row.name);
        EXPECT_TRUE(inserted) << row.name << " and " << at->second;
    }
}

}  // namespace holdfast::model

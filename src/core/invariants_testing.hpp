// One damage to a sound state, and what check_invariants says of it. Thread rule: values.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/invariants.hpp"

namespace holdfast::core::testing {

struct Damage {
    const char* name;
    std::function<void(State&)> break_it;
    const char* says;
};

inline std::string name_of(const ::testing::TestParamInfo<Damage>& tested) {
    return tested.param.name;
}

inline void expect_found_and_named(State& state, const Damage& damage) {
    ASSERT_EQ(check_invariants(state), std::nullopt);
    damage.break_it(state);
    const auto violation = check_invariants(state);
    ASSERT_TRUE(violation.has_value());
    EXPECT_NE(violation->find(damage.says), std::string::npos) << *violation;
}

}  // namespace holdfast::core::testing

// The small worlds that are explored: what is there, and what can be done.
//
// Each is chosen so that few units, holds, keys and seconds make the questions of one part of the
// machine collide. Thread rule: values.
#pragma once

#include <string>
#include <vector>

#include "tests/explore/twin.hpp"

namespace holdfast::explore {

struct Scope {
    std::string name;
    std::vector<core::testing::Ask> setup;
    std::vector<Action> actions;
    std::size_t reservations_max = 3;  // further creates are not tried
    int depth = 6;                     // that takes a few seconds
};

[[nodiscard]] std::vector<Scope> scopes();

}  // namespace holdfast::explore

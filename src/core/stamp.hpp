// Stamp: the only time and the only number the core knows.
//
// The writer gives every decision the sequence its first event will have and the partition's time.
// Thread rule: a value.
#pragma once

#include "base/time.hpp"
#include "model/ids.hpp"

namespace holdfast::core {

struct Stamp {
    model::Sequence next;  // of the first event of this decision
    base::Time time{};
};

}  // namespace holdfast::core

// One event on its way through the judgement. Internal to promises*.cpp.
#pragma once

#include "audit/promises.hpp"

namespace holdfast::audit {

struct Promises::Change {
    const model::ReservationChanged& event;
    model::Sequence at;
    base::Time time;
    ReservationRecord* record = nullptr;  // null: the reservation is new
};

}  // namespace holdfast::audit

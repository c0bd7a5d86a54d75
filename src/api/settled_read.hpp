// SettledRead: a read of a reservation that, while it waits for units, is answered when it does not
// any more, or when the time is up.
//
// It costs no thread: the read is parked with the reservation's id (partition::QueueExits) and done
// again when that rings or the timer ends. Thread rule: as CommandRunner.
#pragma once

#include <string>

#include "api/command_runner.hpp"
#include "api/principal.hpp"
#include "model/command.hpp"

namespace holdfast::api {

// `read`: a ReadReservation. `longest`: how long the answer may take.
void read_when_settled(CommandRunner& runner, model::Command read, base::Duration longest,
                       Callback callback);

}  // namespace holdfast::api

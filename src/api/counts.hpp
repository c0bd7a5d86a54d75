// Counts: reconciliation of what somebody counted with what the ledger says.
//
// The drift is the count minus what was on hand at `as_of`, by when movements occurred and without
// those that the count does not know of; the history knows that (History::on_hand_at). The command
// carries the drift with the position it was computed at, and the core refuses it as stale if
// another count, or a movement from before `as_of`, came in between: it is computed anew, a few
// times. A repetition of an attempt is answered with the first answer, whatever the drift would be
// today, because drift and position are no part of its fingerprint.
// Thread rule: any thread; the callback runs on an executor's thread, or at once.
#pragma once

#include "api/command_runner.hpp"
#include "api/principal.hpp"
#include "api/stock_requests.hpp"
#include "api/waiters.hpp"

namespace holdfast::api {

// Attempts at one count while stock moves under it.
inline constexpr int kCountTriesMax = 6;

class Counts {
  public:
    Counts(CommandRunner& runner, Waiters& waiters) : runner_(runner), waiters_(waiters) {}

    void count(const Principal& principal, const CountRequest& request, Callback callback);

  private:
    CommandRunner& runner_;
    Waiters& waiters_;
};

}  // namespace holdfast::api

/* downtime: a buyer who was paying when the service went away is not the one who pays for it.
 *
 * A hold in payment that was alive when the service stopped gets the time of the outage added to its
 * deadline, up to a grace. The outage is measured at the next start, from the last sign of life (the
 * file `alive`, rewritten every second by app/operations, or the newest batch) to the start, and is
 * recorded by an event in the first batch (writer_fill.cpp append_downtime, apply_reservation.cpp
 * apply_downtime). A start may fail before that batch is durable, any number of times.
 *
 * The sign of life is written only once the first batch is durable (writer.hpp downtime_is_durable).
 *
 * Left out, and why that is sound: all but one hold, because deadlines move one by one; how a hold ends
 * otherwise (lifecycle.pml); clocks that jump, because the partition's time stands still then, and
 * the confirmation records the outage as a start does.
 * Scope: -DTICKS, -DTTL, -DGRACE.
 */
#include "property.pml"

#ifndef TICKS
#define TICKS 8
#endif
#ifndef TTL
#define TTL 2
#endif
#ifndef GRACE
#define GRACE 2
#endif

byte now;
byte alive;     /* the sign of life: outlives the process */
byte tail_time; /* of the newest durable batch */
byte deadline = TTL;
bit held = true;
bit up, serving;
byte from, resumed; /* the outage as this process measured it */
byte away;          /* ticks without a process: what a buyer sees */

#define LATER(a, b) (a > b -> a : b)
#define LESS(a, b) (a < b -> a : b)

inline start() {
    up = true; resumed = now; from = LATER(tail_time, alive)
}

inline stop() {
    up = false; serving = false; from = 0; resumed = 0
}

inline first_batch() {
#ifndef BUG_DOWNTIME_IS_NOT_RECORDED
    if
#ifdef BUG_THE_DEAD_ARE_MOVED_TOO
    :: held ->
        PROPERTY(the_dead_stay_dead, deadline > from);
#else
    :: held && deadline > from ->
#endif
        deadline = deadline + LESS(resumed - from, GRACE)
    :: else
    fi;
#endif
    tail_time = now; serving = true; from = 0; resumed = 0
}

active proctype service() {
end:
    do
    :: d_step { now < TICKS -> now++; away = away + (1 - up) }
    :: d_step { !up -> start() }
    :: d_step { up -> stop() }
    :: d_step { up && !serving -> first_batch() }
#ifdef BUG_SIGNS_OF_LIFE_BEFORE_THE_FIRST_BATCH
    :: d_step { up -> alive = now }
#else
    :: d_step { up && serving -> alive = now }
#endif
    :: d_step { serving && held && now >= deadline ->
           PROPERTY(grace_is_given, now >= TTL + LESS(away, GRACE));
           held = false }
    od
}

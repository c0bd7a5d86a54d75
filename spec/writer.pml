/* writer: nothing acknowledged is lost, and nothing that anybody saw is later untrue.
 *
 * What the state is made of does not matter here, so the state is one number: how many events have been
 * decided. An answer, a view, a feed show such a number; it must be true of the ledger for ever after.
 *
 * Modelled as the code does it (writer.cpp, writer_fill.cpp, flusher.cpp, rocksdb_ledger.cpp, steps 4 to
 * 6 of "Opening" in docs/formats/ledger.md): a step takes finished batches, publishes, releases answers,
 * then decides the next batch; at most two in flight; the writer appends by itself when nothing is;
 * what needs no event waits for the newest batch in flight, or for nothing if there is none; after an
 * append that failed or whose outcome is unknown the process acknowledges nothing and ends. A batch is
 * written, then synced. A killed process leaves what it wrote in the page cache; a power cut takes what
 * was not synced, or not. After a failed sync the pages count as clean: they read back, and the next
 * sync says yes without writing them. Opening writes what it reads back into new files and syncs those.
 *
 * Left out, and why that is sound:
 * - Torn and damaged bytes: a batch is whole or not there; the ledger's tests flip every bit.
 * - What a command means, keys: lifecycle.pml, keys.pml. Every command here wants an answer.
 * - Threads: writer, flusher and readers interleave between the steps below; each of them is one access
 *   to a queue, to the published views or to the disk. That the queues and seqlocks themselves are right
 *   under the C++ memory model is shown by their tests and by ThreadSanitizer, not here.
 *
 * Scope: -DEVENTS decided in all, -DCRASHES.
 */
#include "property.pml"

#ifndef EVENTS
#define EVENTS 6
#endif
#ifndef CRASHES
#define CRASHES 3
#endif

mtype = { unused, handed_over, durable, failed };

/* The disk. */
byte synced;   /* survives everything */
byte written;  /* reads back until a power cut */
bit clean;     /* pages of `written` that no sync will write any more */

/* The process. */
bit running;
byte decided;
byte tail;        /* where the ledger's object ends: what feeds and the replayer may read */
bit stopped;      /* fail stop */
bit in_doubt;     /* an outcome of this process is unknown */
byte view;        /* the published position and, at once, the published figures */
byte first[2], last[2], rests_on[2]; /* batches in flight; answers rest on a position */
mtype state[2] = unused;
byte oldest, in_flight;
byte crashes;

byte seen; /* the greatest number that anybody outside has seen */

#define NEWEST ((oldest + in_flight + 1) % 2)

inline observe(position) {
    PROPERTY(only_durable_is_seen, position <= synced);
    if
    :: position > seen -> seen = position
    :: else
    fi
}

/* The ledger's append of batch b: conditional, written, synced. */
inline append(b, outcome) {
    PROPERTY(batches_in_order, in_doubt || first[b] == tail + 1);
    PROPERTY(fail_stop, !in_doubt);
    if
    :: outcome == 0 -> /* fine */
        written = last[b];
        synced = (clean -> synced : last[b]);
        tail = last[b]; state[b] = durable
    :: outcome == 1 -> /* no room, and nothing was written */
        state[b] = failed; in_doubt = true
    :: outcome == 2 -> /* written, and the sync failed */
        written = last[b]; clean = true; in_doubt = true;
#ifdef BUG_SYNCS_AGAIN
        tail = last[b]; state[b] = durable; in_doubt = false
#else
        state[b] = failed
#endif
    :: outcome == 3 -> /* synced, and something went wrong afterwards */
        written = last[b]; synced = (clean -> synced : last[b]); state[b] = failed; in_doubt = true
    fi
}

inline publish(b) {
#ifdef BUG_PUBLISHES_LIVE_MEMORY
    view = decided
#else
    view = last[b]
#endif
}

inline release_answers(b) {
    PROPERTY(own_writes_are_visible, view >= rests_on[b]);
    observe(rests_on[b])
}

/* Takes the oldest batch if it is finished. */
inline finish() {
    if
    :: state[oldest] == failed ->
        stopped = true;
#ifdef BUG_ANSWERS_WHAT_FAILED
        view = rests_on[oldest];
        release_answers(oldest)
#endif
    :: state[oldest] == durable ->
#ifdef BUG_ANSWERS_BEFORE_VIEWS
        release_answers(oldest);
        publish(oldest);
#else
        publish(oldest);
        release_answers(oldest);
#endif
        state[oldest] = unused; first[oldest] = 0; last[oldest] = 0; rests_on[oldest] = 0;
        oldest = 1 - oldest; in_flight--
    fi
}

/* Decides a batch of `events`; none: only reads, refusals and replays were asked for. */
inline fill(events, outcome) {
    decided = decided + events;
    if
    :: events == 0 && in_flight > 0 ->
#ifdef BUG_READS_DO_NOT_WAIT
        observe(decided)
#else
        rests_on[NEWEST] = decided
#endif
    :: events == 0 && in_flight == 0 -> observe(decided)
    :: else ->
        in_flight++;
        PROPERTY(two_in_flight, in_flight <= 2 && state[NEWEST] == unused);
        first[NEWEST] = decided - events + 1; last[NEWEST] = decided;
        rests_on[NEWEST] = decided; state[NEWEST] = handed_over;
        if
#ifdef BUG_APPENDS_ITSELF_TOO_EARLY
        :: outcome < 4 -> append(NEWEST, outcome)
#else
        :: outcome < 4 && in_flight == 1 -> append(NEWEST, outcome)
#endif
        :: else /* for the flusher */
        fi
    fi
}

#ifdef BUG_THREE_IN_FLIGHT
#define MAY_FILL (in_flight < 3)
#else
#define MAY_FILL (in_flight < 2)
#endif

active proctype writer() {
    byte events, outcome;
end:
    do
    :: d_step { running && !stopped && in_flight > 0 && (state[oldest] == durable ||
           state[oldest] == failed) -> finish() }
    :: atomic {
        running && !stopped && MAY_FILL && !(in_flight > 0 && state[oldest] == failed);
        if
        :: events = 0
        :: decided + 1 <= EVENTS -> events = 1
        :: decided + 2 <= EVENTS -> events = 2
        fi;
        if
        :: outcome = 4 /* left to the flusher */
        :: select(outcome : 0 .. 3)
        fi;
        d_step { fill(events, outcome); events = 0; outcome = 0 }
    }
    od
}

/* The oldest batch that was handed over; after a failure every batch fails. */
#define FLUSH_OLDEST (in_flight > 0 && state[oldest] == handed_over)
#define FLUSH_SECOND (in_flight > 1 && state[1 - oldest] == handed_over && !FLUSH_OLDEST)

active proctype flusher() {
    byte b, outcome;
end:
    do
    :: atomic {
        running && (FLUSH_OLDEST || FLUSH_SECOND);
        if
        :: FLUSH_OLDEST -> b = oldest
        :: FLUSH_SECOND -> b = 1 - oldest
        fi;
        select(outcome : 0 .. 3);
        d_step {
            if
#ifndef BUG_APPENDS_AFTER_A_FAILURE
            :: in_doubt -> state[b] = failed
            :: else -> append(b, outcome)
#else
            :: true -> append(b, outcome)
#endif
            fi;
            b = 0; outcome = 0
        }
    }
    od
}

/* Availability, and everybody who follows the ledger. */
active proctype readers() {
end:
    do
    :: d_step { running && view > seen -> observe(view) }
#ifdef BUG_FEEDS_READ_WHAT_IS_WRITTEN
    :: d_step { running && written > seen -> observe(written) }
#else
    :: d_step { running && tail > seen -> observe(tail) }
#endif
    od
}

inline forget_the_process() {
    running = false; stopped = false; in_doubt = false; decided = 0; tail = 0; view = 0;
    first[0] = 0; first[1] = 0; last[0] = 0; last[1] = 0; rests_on[0] = 0; rests_on[1] = 0;
    state[0] = unused; state[1] = unused; oldest = 0; in_flight = 0
}

inline open() {
    tail = written;
    /* What was read back is written anew, and synced; the disk takes writes again or it is not opened. */
#ifndef BUG_OPENS_WITHOUT_SYNC
#ifdef BUG_OPENS_WITH_NOTHING_BUT_A_SYNC
    synced = (clean -> synced : written);
#else
    synced = written; clean = false;
#endif
#endif
    PROPERTY(nothing_seen_is_lost, tail >= seen);
    decided = tail; view = tail; running = true
}

active proctype world() {
end:
    do
    :: d_step { !running -> open() }
    :: d_step { running && crashes < CRASHES -> crashes++; forget_the_process() }
    :: d_step { crashes < CRASHES -> crashes++; forget_the_process(); written = synced; clean = false }
    :: d_step { crashes < CRASHES && !clean -> /* the power went after the pages did */
        crashes++; forget_the_process(); synced = written }
    od
}

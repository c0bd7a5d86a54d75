/* owners: two processes believe that they own a partition, and the ledger knows better.
 *
 * The contract for whoever builds ownership: the condition of Ledger::append (expected tail, epoch),
 * takeover by raising the epoch first and reading the tail afterwards, fail stop when an outcome is
 * unknown, and reads only under a lease. Either process may be paused between any two steps for any
 * time, because nothing makes it move; its append may be on its way for any time and arrive although its
 * sender has given up. A command is asked for again, by key, of whoever seems to be the owner.
 *
 * Modelled after: ledger.hpp and append_check.cpp (the condition), the plan for PostgreSQL (the
 * epoch is raised by an update of the row that every append updates, so an append in doubt is either in
 * the chain when the tail is read or never gets there), writer and flusher (one pending batch here: with
 * two the second is decided on the first and fails with it).
 * What exists today is one process with a lock on its directory; the epoch guards a handle that
 * outlived its owner. Leases and their margin are for the cluster that is not built yet.
 *
 * Left out, and why that is sound:
 * - What is decided: a command is in the memory of the owner, then its key answers; or it is not, then
 *   it has an effect. keys.pml shows that memory may stand for the ledger in this.
 * - The chain's hash: an owner's memory is a list of commands here, compared with the chain's.
 * - Durability of the chain: writer.pml.
 * - More owners: a third is an old one to the newest, as the second is, and to each other nothing.
 *
 * Time is the store's; an owner's clock is behind it or ahead by at most SKEW, whenever it looks.
 * Scope: -DCOMMANDS, -DTICKS, -DEPOCHS (takeovers), -DSKEW. -DNO_LEASES: anybody may take over at any time,
 * and a read is promised to be true of its position, not to be new.
 */
#include "property.pml"

#ifndef COMMANDS
#define COMMANDS 3
#endif
#ifndef TICKS
#define TICKS 6
#endif
#ifndef EPOCHS
#define EPOCHS 4
#endif
#ifndef SKEW
#define SKEW 1
#endif
#ifdef BUG_LEASE_HAS_NO_MARGIN
#define MARGIN 0
#else
#define MARGIN SKEW
#endif
#ifdef ASK_READS_WITHOUT_A_BOUND_ON_CLOCKS
#define REAL_SKEW (SKEW + 1)
#else
#define REAL_SKEW SKEW
#endif
#define LENGTH 3
#define TTL 2

mtype = { down, taking_over, reading_tail, serving };

/* The store: chain of commands, its epoch, and until when the owner may answer from memory. */
byte chain[LENGTH];
byte tail;
byte epoch;
byte lease_end;
byte now;

typedef Owner {
    mtype is = down;
    byte epoch;
    byte memory[LENGTH]; /* what it has applied: durable or pending */
    byte tail;           /* of what it knows to be in the chain */
    byte lease_end;
    byte pending;        /* the command decided and not known to be in the chain */
}
Owner o[2];

/* Appends on their way; they arrive when they like. */
typedef Append {
    byte command, epoch, expected;
    byte belief[LENGTH];
    bit answered; /* the sender hears of it; otherwise the outcome is unknown to him */
}
Append way[2];

byte acknowledged; /* length of the chain that somebody was told of */
hidden byte j, known;

/* Nobody else has to be asked for this. */
#ifdef BUG_EPOCH_IS_NOT_CHECKED
#define EPOCH_FITS(e) true
#else
#define EPOCH_FITS(e) (e == epoch)
#endif
#ifdef BUG_TAIL_IS_NOT_CHECKED
#define TAIL_FITS(t) true
#else
#define TAIL_FITS(t) (t == tail)
#endif

inline acknowledge(me, what) {
    known = false;
    for (j : 0 .. LENGTH - 1) {
        known = known || (j < tail && chain[j] == what)
    }
    PROPERTY(acknowledged_is_in_the_chain, known);
    if
    :: o[me].tail > acknowledged -> acknowledged = o[me].tail
    :: else
    fi
}

inline fail(me) {
    o[me].is = down; o[me].epoch = 0; o[me].tail = 0; o[me].lease_end = 0; o[me].pending = 0;
    for (j : 0 .. LENGTH - 1) { o[me].memory[j] = 0 }
}

/* The condition, and the effect, in one step of the store. */
inline arrive(me) {
    if
    :: EPOCH_FITS(way[me].epoch) && TAIL_FITS(way[me].expected) && tail < LENGTH ->
        known = true;
        for (j : 0 .. LENGTH - 1) {
            known = known && (j >= tail || chain[j] == way[me].belief[j]);
            PROPERTY(one_effect, j >= tail || chain[j] != way[me].command)
        }
        PROPERTY(decided_on_this_history, known && way[me].expected == tail);
        chain[tail] = way[me].command;
        tail++;
        if
        :: way[me].answered && o[me].pending == way[me].command && o[me].epoch == way[me].epoch ->
            o[me].tail++; o[me].pending = 0;
            acknowledge(me, way[me].command)
        :: else
        fi
    :: else -> /* conflict: somebody else owns it, or owned it */
        if
        :: way[me].answered && o[me].pending == way[me].command && o[me].epoch == way[me].epoch ->
            fail(me)
        :: else
        fi
    fi;
    way[me].command = 0; way[me].epoch = 0; way[me].expected = 0; way[me].answered = false;
    for (j : 0 .. LENGTH - 1) { way[me].belief[j] = 0 }
}

inline send(me, what, heard) {
    way[me].command = what; way[me].epoch = o[me].epoch; way[me].expected = o[me].tail;
    way[me].answered = heard;
    for (j : 0 .. LENGTH - 1) { way[me].belief[j] = (j < o[me].tail -> o[me].memory[j] : 0) }
}

/* Somebody asks `me` for a command, perhaps not for the first time. */
inline ask(me, what, heard) {
    known = false;
    for (j : 0 .. LENGTH - 1) {
        known = known || (j < o[me].tail && o[me].memory[j] == what)
    }
    if
    :: known /* its key answers, as a read does */
    :: !known && o[me].tail < LENGTH && way[me].command == 0 ->
        o[me].memory[o[me].tail] = what; o[me].pending = what;
        send(me, what, heard)
    :: else
    fi
}

/* The outcome stays unknown: the connection broke. */
inline give_up(me) {
#ifdef BUG_ACKNOWLEDGES_THE_UNKNOWN
    acknowledge(me, o[me].pending);
#endif
    fail(me)
}

inline raise_epoch(me) {
    epoch++; o[me].epoch = epoch;
    lease_end = now + TTL; o[me].lease_end = lease_end
}

inline read_tail(me) {
    o[me].tail = tail;
    for (j : 0 .. LENGTH - 1) { o[me].memory[j] = chain[j] }
}

/* Only a lease that has run out may be taken, or the one who holds it is known to be gone. Writes do
   not need this. */
#if defined(BUG_TAKES_A_LEASE_THAT_RUNS) || defined(NO_LEASES)
#define LEASE_IS_OVER true
#else
#define LEASE_IS_OVER (now >= lease_end)
#endif

/* What `me` believes the time to be is anything within the skew; the latest reading matters. */
#define HOLDS_LEASE(me, behind) \
    (now + MARGIN < o[me].lease_end + behind && behind <= REAL_SKEW)

/* An answer from memory, of the chain as far as `me` knows it. */
inline answer_read(me) {
    known = true;
    for (j : 0 .. LENGTH - 1) {
#ifdef BUG_READS_SHOW_WHAT_IS_PENDING
        known = known && (o[me].memory[j] == 0 || (j < tail && o[me].memory[j] == chain[j]))
#else
        known = known && (j >= o[me].tail || (j < tail && o[me].memory[j] == chain[j]))
#endif
    }
    PROPERTY(reads_are_true_of_their_position, known);
#ifndef NO_LEASES
    PROPERTY(reads_are_not_old, o[me].tail >= acknowledged)
#endif
}

/* The newest owner, once it serves, knows the whole chain but for what it has on its way. */
inline check_newest(me) {
    if
    :: o[me].is == serving && o[me].epoch == epoch && o[me].pending == 0 ->
        PROPERTY(the_owner_knows_the_chain, o[me].tail == tail)
    :: else
    fi
}

inline check() {
    check_newest(0);
    check_newest(1)
}

proctype owner(bit me) {
    byte command, behind;
    bit answered;
end:
    do
    :: d_step { o[me].is == down && way[me].command == 0 && epoch < EPOCHS && LEASE_IS_OVER ->
#ifdef BUG_READS_THE_TAIL_BEFORE_ITS_EPOCH
           read_tail(me); o[me].is = taking_over
#else
           raise_epoch(me); o[me].is = reading_tail
#endif
           ; check() }
    :: d_step { o[me].is == taking_over -> raise_epoch(me); o[me].is = serving; check() }
    :: d_step { o[me].is == reading_tail -> read_tail(me); o[me].is = serving; check() }
    :: atomic {
        o[me].is == serving && o[me].pending == 0 && way[me].command == 0;
        select(command : 1 .. COMMANDS);
        if
        :: answered = true
        :: answered = false
        fi;
        d_step { ask(me, command, answered); command = 0; answered = false }
    }
#ifdef BUG_TAIL_IS_NOT_CHECKED /* and an append that nothing was heard of is sent again */
    :: d_step { o[me].pending != 0 && way[me].command == 0 -> send(me, o[me].pending, true); check() }
#else
    :: d_step { o[me].pending != 0 && (way[me].command == 0 || !way[me].answered) ->
           give_up(me); check() }
#endif
    :: d_step { o[me].is != down -> fail(me); check() } /* a crash */
    :: d_step { o[me].is == serving && o[me].epoch == epoch && now + TTL > lease_end ->
           lease_end = now + TTL; o[me].lease_end = lease_end } /* renewed at the store */
    :: atomic {
        o[me].is == serving && HOLDS_LEASE(me, REAL_SKEW);
        select(behind : 0 .. REAL_SKEW);
        if
        :: d_step { HOLDS_LEASE(me, behind) -> answer_read(me); behind = 0 }
        :: d_step { !HOLDS_LEASE(me, behind) -> behind = 0 }
        fi
    }
#ifdef ASK_READS_WITHOUT_A_LEASE
    :: d_step { o[me].is == serving -> answer_read(me) }
#endif
    od
}

proctype store() {
end:
    do
    :: d_step { now < TICKS -> now++ }
    :: d_step { way[0].command != 0 -> arrive(0); check() }
    :: d_step { way[1].command != 0 -> arrive(1); check() }
    od
}

init {
    atomic {
        run owner(0);
        run owner(1);
        run store()
    }
}

/* lifecycle: what may happen to the units of a hold, whoever asks for what and whenever.
 *
 * The machine of src/core decides one command after another, so a step here is one command, decided
 * and applied, or one tick of the clock, or one expiry by the sweeper. Any verb may come at any time,
 * for any reservation, any number of times: that is every retry, reordering and race there can be.
 *
 * Modelled as the code does it (decide_create, decide_waiting, decide_sold, decide_late_commit,
 * machine.cpp make_way, apply_reservation): lines with quantities, a cell per SKU that `apply` moves by
 * the difference, deadlines, dead holds that end first within a budget, payment with its own timer and
 * review, partial commit, supersede, cancel, ship, return, late commit with a successor, and stock that
 * turns out not to be there.
 *
 * Left out, and why that is sound:
 * - Keys, batches, crashes: here every command takes effect or not at all; keys.pml and writer.pml show
 *   that. Without keys a verb that comes twice is judged twice, which is more than the code allows.
 * - Pools, classes, soft holds, caps, queues, stops: they only refuse more, or choose between cells.
 *   A cell is strict here: no safety stock and no backorders, which only shift the figure compared with.
 * - The order in which the sweeper works and when: it may expire any dead hold, or none, at any time.
 *   The code takes them in order of deadline; that is one of these runs.
 * - Versions, texts, cases, events: they move no units.
 * - Deadlines beyond the last tick are not given out, so time needs no more ticks than that.
 *
 * Scope: -DRESERVATIONS, -DTICKS, -DSTOCK units of each of two SKUs, -DQUANTITY of a line, -DBUDGET.
 * Properties: see README.md; each is named where it is checked. States and time: `check.py` prints them.
 */
#include "property.pml"

#ifndef RESERVATIONS
#define RESERVATIONS 3
#endif
#ifndef TICKS
#define TICKS 2
#endif
#ifndef STOCK
#define STOCK 1
#endif
#ifndef QUANTITY
#define QUANTITY 1
#endif
#ifndef BUDGET
#define BUDGET 1
#endif

#define NEVER 15
#define WHOLE 7 /* in place of a quantity: no lines named, all there is */
#define NONE 15 /* no reservation */

mtype = { nothing, holding, paying, reviewed, committed, fulfilled, released_, expired_, superseded_ };
mtype = { by_client, by_timer, by_supersede };
mtype = { create, begin_payment, extend, commit, release, cancel, ship, return_ };

typedef Reservation {
    bit exists;
    mtype waiting = nothing;
    mtype ended_as = nothing;
    unsigned deadline : 4 = NEVER;
    bit extended;
    unsigned replaced_by : 4 = NONE;
    unsigned replaces : 4 = NONE;
    unsigned accepted0 : 2; unsigned accepted1 : 2;
    unsigned held0 : 2; unsigned held1 : 2;
    unsigned sold0 : 2; unsigned sold1 : 2;       /* committed, not yet shipped */
    unsigned shipped0 : 2; unsigned shipped1 : 2;
    unsigned released0 : 2; unsigned released1 : 2;
    unsigned expired0 : 2; unsigned expired1 : 2;
    unsigned returned0 : 2; unsigned returned1 : 2;
}

Reservation r[RESERVATIONS];
unsigned count : 4; /* of reservations made so far */
unsigned now : 4;
byte on_hand[2];    /* the cells, as `apply` keeps them */
byte cell_held[2];
byte cell_sold[2];
bit damaged;
bit review_class;   /* on_payment_timeout: review */

/* The image that an event carries: the whole reservation after the change. */
hidden byte h0, h1, s0, s1, p0, p1, l0, l1, e0, e1, b0, b1;
hidden byte waiting_, ended_, deadline_;
hidden byte j, budget, due;
hidden byte free0, free1, mine0, mine1;
hidden byte undecided, refused, changed, held_before;

#define DEAD(i) (r[i].exists && r[i].deadline <= now)
#define HELD(i) (r[i].held0 + r[i].held1)
#define SOLD(i) (r[i].sold0 + r[i].sold1)
#define SHIPPED(i) (r[i].shipped0 + r[i].shipped1)
#define STATE(i) \
    (HELD(i) > 0 -> r[i].waiting : (SOLD(i) > 0 -> committed : \
        (SHIPPED(i) > 0 -> fulfilled : r[i].ended_as)))

inline load(i) {
    h0 = r[i].held0; h1 = r[i].held1; s0 = r[i].sold0; s1 = r[i].sold1;
    p0 = r[i].shipped0; p1 = r[i].shipped1; l0 = r[i].released0; l1 = r[i].released1;
    e0 = r[i].expired0; e1 = r[i].expired1; b0 = r[i].returned0; b1 = r[i].returned1;
    waiting_ = r[i].waiting; ended_ = r[i].ended_as; deadline_ = r[i].deadline
}

inline check_line(all, was_h, was_s, was_p, was_l, was_e, was_b, h, s, p, l, e, b, who) {
    PROPERTY(conservation, h + s + p + l + e == all && b <= p);
    /* A unit is held at first, leaves once, and what it became is never taken back: a sold one may be
       shipped or cancelled, everything else stays. */
    PROPERTY(one_outcome, h <= was_h && p >= was_p && l >= was_l && e >= was_e && b >= was_b);
    if
    :: who == by_timer -> PROPERTY(timer_spares_sales, s == was_s && p == was_p && l == was_l)
    :: else
    fi
}

/* The only way anything changes. */
inline apply(i, who) {
    check_line(r[i].accepted0, r[i].held0, r[i].sold0, r[i].shipped0, r[i].released0, r[i].expired0,
               r[i].returned0, h0, s0, p0, l0, e0, b0, who);
    check_line(r[i].accepted1, r[i].held1, r[i].sold1, r[i].shipped1, r[i].released1, r[i].expired1,
               r[i].returned1, h1, s1, p1, l1, e1, b1, who);
    PROPERTY(states_move_forward,
             (waiting_ == r[i].waiting || r[i].waiting == nothing || r[i].waiting == holding ||
              (r[i].waiting == paying && waiting_ == reviewed)) &&
             (HELD(i) > 0 || h0 + h1 == 0));
    PROPERTY(review_waits_for_people, !(who == by_timer && r[i].waiting == reviewed));
#ifdef BUG_EXPIRY_KEEPS_THE_CELL
    if
    :: who == by_timer
    :: else
#endif
    cell_held[0] = cell_held[0] + h0 - r[i].held0; cell_held[1] = cell_held[1] + h1 - r[i].held1;
#ifdef BUG_EXPIRY_KEEPS_THE_CELL
    fi;
#endif
    cell_sold[0] = cell_sold[0] + s0 - r[i].sold0; cell_sold[1] = cell_sold[1] + s1 - r[i].sold1;
    on_hand[0] = on_hand[0] + (b0 - r[i].returned0) - (p0 - r[i].shipped0);
    on_hand[1] = on_hand[1] + (b1 - r[i].returned1) - (p1 - r[i].shipped1);
    r[i].held0 = h0; r[i].held1 = h1; r[i].sold0 = s0; r[i].sold1 = s1;
    r[i].shipped0 = p0; r[i].shipped1 = p1; r[i].released0 = l0; r[i].released1 = l1;
    r[i].expired0 = e0; r[i].expired1 = e1; r[i].returned0 = b0; r[i].returned1 = b1;
    r[i].waiting = waiting_; r[i].ended_as = ended_;
    r[i].deadline = (h0 + h1 == 0 -> NEVER : deadline_)
}

/* decide_expiry */
inline expire(i) {
    load(i);
    deadline_ = NEVER;
    if
    :: waiting_ == paying && review_class ->
        waiting_ = reviewed;
#ifdef BUG_REVIEW_KEEPS_ITS_TIMER
        deadline_ = now
#endif
    :: else ->
        e0 = e0 + h0; e1 = e1 + h1; h0 = 0; h1 = 0; ended_ = expired_;
#ifdef BUG_TIMER_UNDOES_A_SALE
        e0 = e0 + s0; e1 = e1 + s1; s0 = 0; s1 = 0
#endif
    fi;
    apply(i, by_timer)
}

/* What there is if time is exact: seen from the reservations, dead holds do not count, and those of
   `old`, which is about to be superseded, neither. The cells and the sweeper have no part in it. */
inline look(old) {
    free0 = on_hand[0]; free1 = on_hand[1];
    for (j : 0 .. RESERVATIONS - 1) {
        free0 = (free0 < r[j].sold0 -> 0 : free0 - r[j].sold0);
        free1 = (free1 < r[j].sold1 -> 0 : free1 - r[j].sold1);
        if
        :: DEAD(j) || j == old
        :: else ->
            free0 = (free0 < r[j].held0 -> 0 : free0 - r[j].held0);
            free1 = (free1 < r[j].held1 -> 0 : free1 - r[j].held1)
        fi
    }
}

#define SHORT0(q) (q > 0 && q + cell_held[0] + cell_sold[0] > on_hand[0] + mine0)
#ifdef BUG_GUARDS_THE_FIRST_LINE_ONLY
#define SHORT1(q) (q > 7)
#else
#define SHORT1(q) (q > 0 && q + cell_held[1] + cell_sold[1] > on_hand[1] + mine1)
#endif

/* The dead of a cell that looks short end first, as far as the budget goes. */
inline make_way(q0, q1) {
    budget = BUDGET;
    undecided = false;
    do
    :: undecided -> break
    :: else ->
        due = NONE;
        for (j : 0 .. RESERVATIONS - 1) {
            if
            :: DEAD(j) && ((SHORT0(q0) && r[j].held0 > 0) || (SHORT1(q1) && r[j].held1 > 0)) ->
                due = j
            :: else
            fi
        }
#ifdef BUG_COUNTS_DEAD_HOLDS
        due = NONE;
#endif
        if
        :: due == NONE -> break
        :: due != NONE && budget == 0 -> undecided = true
        :: due != NONE && budget > 0 -> budget--; expire(due)
        fi
    od;
#ifdef BUG_REFUSES_OUT_OF_BUDGET
    undecided = false;
#endif
    refused = SHORT0(q0) || SHORT1(q1)
}

/* Makes the next reservation, of what the guard let through. */
inline make(q0, q1, h, s) {
    PROPERTY(no_oversell, q0 <= free0 && q1 <= free1);
    r[count].exists = true;
    r[count].waiting = holding; r[count].ended_as = released_;
    r[count].accepted0 = q0; r[count].accepted1 = q1;
    r[count].held0 = q0 * h; r[count].held1 = q1 * h;
    r[count].sold0 = q0 * s; r[count].sold1 = q1 * s;
    cell_held[0] = cell_held[0] + q0 * h; cell_held[1] = cell_held[1] + q1 * h;
    cell_sold[0] = cell_sold[0] + q0 * s; cell_sold[1] = cell_sold[1] + q1 * s;
    count++
}

/* The old hold gives up what it holds in the step that makes the new one. */
inline close_superseded(old) {
    load(old);
    l0 = l0 + h0; l1 = l1 + h1; h0 = 0; h1 = 0; ended_ = superseded_;
    apply(old, by_supersede)
}

/* A hold of up to two lines, perhaps instead of `old`; or the late commit of `old`, which takes what
   expired of it again as a new reservation that is sold at once. All of it or nothing. */
inline promise(q0, q1, ttl, old, late) {
    mine0 = 0; mine1 = 0;
    held_before = (old == NONE -> 0 : HELD(old));
#ifdef BUG_SUPERSEDE_CLOSES_FIRST
    if
    :: old != NONE && !late && HELD(old) > 0 -> close_superseded(old)
    :: else
    fi;
#endif
#ifndef BUG_BLOCKED_BY_ITS_OWN_HOLD
    if
    :: old != NONE && !late -> mine0 = r[old].held0; mine1 = r[old].held1
    :: else
    fi;
#endif
    make_way(q0, q1);
    look((late -> NONE : old));
#ifdef BUG_LATE_COMMIT_IS_NOT_GUARDED
    refused = refused && !late;
#endif
    if
    :: undecided /* it moves to the next batch: whoever sent it goes on waiting */
    :: !undecided && refused ->
        PROPERTY(no_phantom_scarcity, q0 > free0 || q1 > free1);
        PROPERTY(refused_changes_nothing, old == NONE || HELD(old) == held_before)
    :: !undecided && !refused && late ->
        PROPERTY(one_successor, r[old].replaced_by == NONE);
        r[old].replaced_by = count; r[count].replaces = old;
        make(q0, q1, 0, 1)
    :: !undecided && !refused && !late ->
        if
        :: old != NONE && HELD(old) > 0 -> close_superseded(old)
        :: else
        fi;
        r[count].deadline = now + ttl;
        make(q0, q1, 1, 0)
    fi
}

/* A verb names units of each line, or nothing: then it means all that it can act on. */
#define PART(q, has) (q == WHOLE -> has : q)
#define FITS(q0, q1, has0, has1) (PART(q0, has0) <= has0 && PART(q1, has1) <= has1)

/* What the verbs that change one reservation make of its image. */
inline change(verb, i, q0, q1) {
    load(i);
    changed = true;
    if
    :: verb == begin_payment && STATE(i) == holding && now + 1 <= TICKS ->
        waiting_ = paying; deadline_ = now + 1
#ifdef BUG_PAYMENT_REVIVES_THE_DEAD
    :: verb == begin_payment && STATE(i) == expired_ && now + 1 <= TICKS ->
        h0 = e0; h1 = e1; e0 = 0; e1 = 0; waiting_ = paying; deadline_ = now + 1
#endif
    :: verb == extend && STATE(i) == holding && !r[i].extended && r[i].deadline < now + 2 &&
       now + 2 <= TICKS ->
        deadline_ = now + 2; r[i].extended = true
#ifdef BUG_EXTEND_ENDS_PAYMENT
    :: verb == extend && STATE(i) == paying && now + 2 <= TICKS ->
        deadline_ = now + 2; waiting_ = holding
#endif
    :: verb == commit && HELD(i) > 0 && FITS(q0, q1, r[i].held0, r[i].held1) ->
        PROPERTY(time_is_exact, r[i].deadline > now);
        s0 = s0 + PART(q0, r[i].held0); s1 = s1 + PART(q1, r[i].held1);
        h0 = h0 - PART(q0, r[i].held0); h1 = h1 - PART(q1, r[i].held1);
#ifdef BUG_PARTIAL_COMMIT_DISARMS
        deadline_ = NEVER
#endif
    :: verb == release && HELD(i) > 0 && FITS(q0, q1, r[i].held0, r[i].held1) ->
        l0 = l0 + PART(q0, r[i].held0); l1 = l1 + PART(q1, r[i].held1);
        h0 = h0 - PART(q0, r[i].held0); h1 = h1 - PART(q1, r[i].held1);
        ended_ = released_
#ifdef BUG_RELEASE_COUNTS_TWICE
    :: verb == release && HELD(i) == 0 && r[i].released0 > 0 -> l0 = r[i].accepted0 + 1
#endif
    :: verb == cancel && HELD(i) + SOLD(i) > 0 ->
        l0 = l0 + h0 + s0; l1 = l1 + h1 + s1; h0 = 0; h1 = 0; s0 = 0; s1 = 0; ended_ = released_
    :: verb == ship && SOLD(i) > 0 -> p0 = p0 + s0; p1 = p1 + s1; s0 = 0; s1 = 0
    :: verb == return_ && SHIPPED(i) > r[i].returned0 + r[i].returned1 -> b0 = p0; b1 = p1
    :: else -> changed = false /* refused, or already so */
    fi;
    if
    :: changed -> apply(i, by_client)
    :: else
    fi
}

#ifdef BUG_LATE_COMMIT_FORGETS_ITS_SUCCESSOR
#define HAS_SUCCESSOR(i) false
#else
#define HAS_SUCCESSOR(i) (r[i].replaced_by != NONE)
#endif

/* decide_change and what is like it. Nobody acts on a hold whose deadline has passed: it ends first. */
inline execute(verb, i, q0, q1, ttl) {
#ifndef BUG_ACTS_ON_DEAD_HOLDS
    if
    :: i != NONE && DEAD(i) -> expire(i)
    :: else
    fi;
#endif
    if
    :: verb == create && (i == NONE || STATE(i) != reviewed) -> promise(q0, q1, ttl, i, false)
    :: verb == commit && STATE(i) == expired_ && q0 == WHOLE && count < RESERVATIONS &&
       !HAS_SUCCESSOR(i) ->
        promise(r[i].expired0, r[i].expired1, 0, i, true)
    :: else ->
        change(verb, i, q0, q1);
#ifdef ASK_A_COMMIT_SELLS_EVERYTHING
        /* The answer to a whole commit when a part was sold before and the rest has expired: success. */
        PROPERTY(a_commit_sells_everything,
                 !(verb == commit && q0 == WHOLE && !changed && r[i].replaced_by == NONE &&
                   SOLD(i) + SHIPPED(i) > 0 && r[i].expired0 + r[i].expired1 > 0))
#endif
    fi;
    check_cells()
}

/* What holds between any two events. */
inline check_cells() {
    free0 = 0; free1 = 0; mine0 = 0; mine1 = 0;
    for (j : 0 .. RESERVATIONS - 1) {
        free0 = free0 + r[j].held0; free1 = free1 + r[j].held1;
        mine0 = mine0 + r[j].sold0; mine1 = mine1 + r[j].sold1;
        PROPERTY(no_hold_without_an_end,
                 HELD(j) == 0 || r[j].waiting == reviewed || r[j].deadline <= TICKS);
        PROPERTY(one_successor,
                 r[j].replaces == NONE || r[r[j].replaces].replaced_by == j)
    }
    PROPERTY(conservation, cell_held[0] == free0 && cell_held[1] == free1 &&
             cell_sold[0] == mine0 && cell_sold[1] == mine1)
}

/* Anybody asks for anything. A step is one command; `i` is the reservation it names. */
proctype clients() {
    byte i, q0, q1, ttl;
    mtype verb = begin_payment;
end:
    do
    :: atomic {
        if
        :: count < RESERVATIONS && now < TICKS -> verb = create;
            if
            :: i = NONE
            :: count > 0 -> select(i : 0 .. count - 1)
            fi;
            if
            :: q0 = QUANTITY
            :: q0 = 1
#ifndef ONE_LINE
            :: q0 = QUANTITY; q1 = 1
            :: q1 = 1
#endif
            fi;
            if
            :: now + 1 <= TICKS -> ttl = 1
            :: now + 2 <= TICKS -> ttl = 2
            fi
        :: count > 0 ->
            select(i : 0 .. count - 1);
            if
            :: verb = begin_payment :: verb = extend :: verb = cancel :: verb = ship :: verb = return_
            :: verb = commit; q0 = WHOLE; q1 = WHOLE
            :: verb = commit; q0 = 1
#ifndef ONE_LINE
            :: verb = commit; q1 = 1
#endif
            :: verb = release; q0 = WHOLE; q1 = WHOLE
            :: verb = release; q0 = 1
            fi
        fi;
        d_step {
            execute(verb, i, q0, q1, ttl);
            i = 0; q0 = 0; q1 = 0; ttl = 0; verb = begin_payment
        }
    }
    :: d_step { !damaged && on_hand[0] > 0 -> damaged = true; on_hand[0] = on_hand[0] - 1 }
    od
}

/* Time passes, and now and then somebody sweeps. */
proctype timer() {
    byte i;
end:
    do
    :: d_step { now < TICKS -> now++ }
    :: atomic {
        if
        :: DEAD(0) -> i = 0
        :: DEAD(1) -> i = 1
#if RESERVATIONS > 2
        :: DEAD(2) -> i = 2
#endif
#if RESERVATIONS > 3
        :: DEAD(3) -> i = 3
#endif
        fi;
        d_step { expire(i); check_cells(); i = 0 }
    }
    od
}

init {
    atomic {
        on_hand[0] = STOCK * QUANTITY; on_hand[1] = STOCK;
        if
        :: review_class = true
        :: review_class = false
        fi;
        run clients();
        run timer()
    }
}

#ifdef LIVENESS
/* With no help from anybody but the clock and the sweeper, every hold ends or waits for a person. */
ltl every_hold_ends {
    [] ((r[0].exists && HELD(0) > 0) -> <> (HELD(0) == 0 || r[0].waiting == reviewed))
}
#endif

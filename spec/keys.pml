/* keys: one effect per key, for ever, and the same answer to every retry.
 *
 * Requests are creates and releases under a few keys. Any of them may arrive at any time and any
 * number of times: concurrent duplicates, retries after hours, and whatever the network delays.
 *
 * Modelled as the code does it (decide.cpp judge_key and may_record, decide_create judge_tombstone,
 * decide_release_by_name, apply_keys; for the archive core/missing and partition/parked_commands,
 * forgetter, archiver): key, result and effect are one event; what is decided is in memory at once and
 * durable later, and only then are answers released; a crash keeps what is durable and perhaps the
 * batch that was being written; refusals are recorded or not, bounded, oldest out first; a release by a
 * key that nobody has seen leaves a tombstone. The archive follows the durable ledger; a key may leave
 * memory when the archive has it. A filter that is never wrong when it says no is asked first, and a
 * command that it says "maybe" to (also because a part of it was not made yet) is parked, looked up by
 * somebody else, and decided later; what it was looked up for is pinned until then.
 *
 * Left out, and why that is sound:
 * - Stock: whether a create succeeds or is refused is a free choice here, so every history of stock is
 *   among the runs. Which of the two it was before must not matter, and that is the point.
 * - How batches are cut and queued: the difference between decided and durable is all that counts
 *   here; writer.pml shows that answers wait for the right batch.
 * - Fingerprints: another one under the same key is refused without an effect, whatever the state.
 * - The end of tombstones after lifetime_max, which is documented.
 * - A sequence that was given out, lost in a crash and given out again is the same number here and in
 *   the code; nobody was told of the first one.
 *
 * Scope: -DKEYS, -DEVENTS in all, -DREFUSALS remembered, two commands parked at a time; -DNO_ARCHIVE leaves
 * the archive out, which makes room for more keys.
 */
#include "property.pml"

#ifndef KEYS
#define KEYS 2
#endif
#ifndef EVENTS
#define EVENTS 3
#endif
#ifndef REFUSALS
#define REFUSALS 1
#endif
#define PARKED 2

/* The history as decided: the event that each key's effect or remembered refusal is in; 0: none. */
byte effect[KEYS];
byte refusal[KEYS];
bit tombstone[KEYS];
byte sequence;
/* The same, as far as the ledger is durable. */
byte d_effect[KEYS];
byte d_refusal[KEYS];
bit d_tombstone[KEYS];
byte d_sequence;
/* Where an effect's key is kept. */
bit in_memory[KEYS];
bit in_filter[KEYS];
byte archived[KEYS]; /* what the archive has; durable */

/* Commands that wait for a look into the archive. */
byte parked[PARKED]; /* key + 1; 0: free */
bit parked_release[PARKED];
byte found[PARKED];  /* the effect found, ABSENT, or 0: not looked yet */
#define ABSENT 15

/* Answers that wait for durability. */
byte answer[KEYS];      /* the event it shows */
bit answer_is_no[KEYS];
bit answer_release[KEYS];

/* What clients were told. */
byte told[KEYS];     /* the effect */
byte told_no[KEYS];  /* the recorded refusal, as long as it is remembered */
bit told_gone[KEYS];

hidden byte j, oldest, remembered, by;

#ifdef BUG_KEYS_COUNT_WHEN_DURABLE
#define KNOWN(k) (in_memory[k] && d_effect[k] != 0)
#else
#define KNOWN(k) (in_memory[k] && effect[k] != 0)
#endif

inline tell(k) {
    if
    :: answer[k] != 0 && !answer_is_no[k] ->
        PROPERTY(an_effect_is_final, told[k] == 0 || told[k] == answer[k]);
        PROPERTY(refusals_repeat, told_no[k] == 0);
        PROPERTY(replays_are_true, d_effect[k] == answer[k]);
        told[k] = answer[k]
    :: answer[k] != 0 && answer_is_no[k] ->
        PROPERTY(an_effect_is_final, told[k] == 0);
        PROPERTY(refusals_repeat, told_no[k] == 0 || told_no[k] == answer[k]);
        told_no[k] = answer[k]
    :: else
    fi;
    if
    :: answer_release[k] != 0 -> told_gone[k] = answer_release[k]
    :: else
    fi;
    answer[k] = 0; answer_is_no[k] = 0; answer_release[k] = 0
}

inline reply(k, event, no) {
    PROPERTY(an_effect_is_final, answer[k] == 0 || answer[k] == event || answer_is_no[k]);
    answer[k] = event; answer_is_no[k] = no;
#ifdef BUG_ANSWERS_AT_ONCE
    tell(k)
#endif
}

inline new_effect(k) {
    PROPERTY(one_effect, effect[k] == 0);
    PROPERTY(released_stays_away, told_gone[k] == 0);
    sequence++;
    effect[k] = sequence; in_memory[k] = true;
    reply(k, sequence, 0)
}

inline count_refusals() {
    remembered = 0; oldest = ABSENT;
    for (j : 0 .. KEYS - 1) {
        if
        :: refusal[j] != 0 ->
            remembered++;
#ifdef BUG_FORGETS_THE_NEWEST_REFUSAL
            if :: oldest == ABSENT || refusal[j] > refusal[oldest] -> oldest = j
#else
            if :: oldest == ABSENT || refusal[j] < refusal[oldest] -> oldest = j
#endif
            :: else
            fi
        :: else
        fi
    }
}

inline record_refusal(k) {
    sequence++;
    count_refusals();
#ifndef BUG_REFUSALS_ARE_NOT_BOUNDED
    if
    :: remembered >= REFUSALS ->
        for (j : 0 .. KEYS - 1) {
            PROPERTY(oldest_refusal_goes_first, refusal[j] == 0 || refusal[j] >= refusal[oldest])
        }
        if /* nobody has heard of it yet: then it need not be repeated either */
        :: answer_is_no[oldest] -> answer[oldest] = 0; answer_is_no[oldest] = 0
        :: else
        fi;
        refusal[oldest] = 0; told_no[oldest] = 0;
#ifdef BUG_FORGETS_EFFECTS_WITH_REFUSALS
        for (j : 0 .. KEYS - 1) { in_memory[j] = false }
#endif
    :: else
    fi;
#endif
#ifndef BUG_REFUSAL_IS_NOT_IN_THE_RECORD
    refusal[k] = sequence;
#endif
    reply(k, sequence, 1);
    count_refusals();
    PROPERTY(refusals_are_bounded, remembered <= REFUSALS)
}

/* A create under a key that neither memory nor archive knows. `luck` is what stock says. */
inline judge_create(k, luck) {
    if
    :: KNOWN(k) -> reply(k, effect[k], 0)
    :: !KNOWN(k) && refusal[k] != 0 -> reply(k, refusal[k], 1)
    :: !KNOWN(k) && refusal[k] == 0 ->
        if
#ifndef BUG_TOMBSTONES_ARE_IGNORED
        :: tombstone[k] ->
            if
            :: luck == 0 && sequence < EVENTS -> record_refusal(k)
            :: else -> PROPERTY(an_effect_is_final, told[k] == 0)
            fi
        :: !tombstone[k] && luck == 1 && sequence < EVENTS -> new_effect(k)
#else
        :: luck == 1 && sequence < EVENTS -> new_effect(k)
#endif
        :: !tombstone[k] && luck == 0 && sequence < EVENTS -> record_refusal(k)
        :: else /* answered, not recorded: beyond the tenant's rate */
            -> PROPERTY(an_effect_is_final, told[k] == 0)
        fi
    fi
}

inline judge_release(k) {
    if
    :: KNOWN(k) -> answer_release[k] = 1
#ifdef BUG_A_REFUSED_KEY_NEEDS_NO_TOMBSTONE
    :: !KNOWN(k) && refusal[k] != 0 -> answer_release[k] = 1
    :: !KNOWN(k) && refusal[k] == 0 && tombstone[k] -> answer_release[k] = 1
    :: !KNOWN(k) && refusal[k] == 0 && !tombstone[k] && sequence < EVENTS ->
#else
    :: !KNOWN(k) && tombstone[k] -> answer_release[k] = 1
    :: !KNOWN(k) && !tombstone[k] && sequence < EVENTS ->
#endif
        sequence++; tombstone[k] = true; answer_release[k] = 1
    :: else
    fi
}

/* Nothing in memory says anything about the key: the filter is asked. */
#define NEEDS_A_LOOK(k) (!KNOWN(k) && refusal[k] == 0)
#ifdef BUG_FILTER_IS_NOT_ASKED
#define SAYS_NO(k) true
#else
#define SAYS_NO(k) (!in_filter[k])
#endif

proctype clients() {
    byte k, luck, p;
    bit release;
end:
    do
    :: atomic {
        select(k : 0 .. KEYS - 1);
        if
        :: release = true
        :: luck = 0
        :: luck = 1
        :: luck = 2
        fi;
        if
        :: !NEEDS_A_LOOK(k) || SAYS_NO(k) ->
            d_step {
                if
                :: release -> judge_release(k)
                :: else -> judge_create(k, luck)
                fi
            }
#ifndef NO_ARCHIVE
        :: NEEDS_A_LOOK(k) && (in_filter[k] || luck == 0) && (parked[0] == 0 || parked[1] == 0) ->
            d_step { /* "maybe", perhaps wrongly */
                p = (parked[0] == 0 -> 0 : 1);
                parked[p] = k + 1; parked_release[p] = release
            }
        :: NEEDS_A_LOOK(k) && in_filter[k] && parked[0] != 0 && parked[1] != 0 /* overloaded */
#endif
        fi;
        d_step { k = 0; luck = 0; release = 0; p = 0 }
    }
    :: atomic { /* a parked command comes back */
        if
        :: found[0] != 0 -> p = 0
        :: found[1] != 0 -> p = 1
        fi;
        if
        :: luck = 0
        :: luck = 1
        fi;
        d_step {
            k = parked[p] - 1; release = parked_release[p];
            if
            :: found[p] != ABSENT && effect[k] == 0 -> reply(k, found[p], 0) /* only if broken */
            :: else ->
                if
                :: found[p] != ABSENT -> in_memory[k] = true /* thawed */
                :: else
                fi;
                if
                :: release -> judge_release(k)
                :: else -> judge_create(k, luck)
                fi
            fi;
            parked[p] = 0; parked_release[p] = 0; found[p] = 0;
            k = 0; luck = 0; release = 0; p = 0
        }
    }
    od
}

/* The writer's batch becomes durable, then its answers are released. */
inline durable() {
    for (by : 0 .. KEYS - 1) {
        d_effect[by] = effect[by]; d_refusal[by] = refusal[by]; d_tombstone[by] = tombstone[by]
    }
    d_sequence = sequence
}

inline crash(survives) {
    if
    :: survives -> durable()
    :: else
    fi;
    for (by : 0 .. KEYS - 1) {
        effect[by] = d_effect[by]; refusal[by] = d_refusal[by]; tombstone[by] = d_tombstone[by];
        answer[by] = 0; answer_is_no[by] = 0; answer_release[by] = 0;
        /* What the archive has need not come back; everything else does, from checkpoint and ledger. */
        in_memory[by] = effect[by] != 0 && archived[by] == 0;
        in_filter[by] = archived[by] != 0;
#ifdef BUG_FILTER_IS_LOST_IN_A_CRASH
        in_filter[by] = false;
#endif
#ifdef BUG_KEY_IS_IN_ANOTHER_RECORD
        in_memory[by] = in_memory[by] && !survives;
#endif
#ifdef BUG_TOMBSTONES_ARE_IN_MEMORY_ONLY
        tombstone[by] = false;
#endif
    }
    for (by : 0 .. PARKED - 1) {
        parked[by] = 0; parked_release[by] = 0; found[by] = 0
    }
    sequence = d_sequence
}

#ifdef BUG_ARCHIVES_WHAT_IS_NOT_DURABLE
#define TO_ARCHIVE(k) effect[k]
#else
#define TO_ARCHIVE(k) d_effect[k]
#endif
#ifdef BUG_FORGETS_BEFORE_THE_ARCHIVE_HAS_IT
#define MAY_FORGET(k) (in_memory[k] && effect[k] != 0)
#else
#define MAY_FORGET(k) (in_memory[k] && effect[k] != 0 && archived[k] == effect[k])
#endif

/* What a parked command was looked up for stays where it is until that command was decided: so what
   was not found can only have come into memory meanwhile. */
#ifdef BUG_NOTHING_IS_PINNED
#define PINNED(k) false
#else
#define PINNED(k) (parked[0] == k + 1 || parked[1] == k + 1)
#endif

inline forget(k) {
    in_memory[k] = false; in_filter[k] = true
}

proctype machinery() {
    byte k;
end:
    do
    :: d_step {
        sequence > d_sequence || answer[0] + answer[KEYS - 1] + answer_release[0] +
            answer_release[KEYS - 1] > 0 ->
        durable();
        for (by : 0 .. KEYS - 1) { tell(by) }
    }
    :: d_step { crash(false) }
    :: d_step { crash(true) }
#ifndef NO_ARCHIVE
    :: atomic {
        select(k : 0 .. KEYS - 1);
        if
        :: d_step { TO_ARCHIVE(k) != 0 && archived[k] == 0 ->
               archived[k] = TO_ARCHIVE(k); in_filter[k] = true }
        :: d_step { MAY_FORGET(k) && !PINNED(k) -> forget(k) }
        :: else
        fi;
        k = 0
    }
    :: d_step { /* the look into the archive, by a thread of its own */
        parked[0] != 0 && found[0] == 0 ->
        found[0] = (archived[parked[0] - 1] != 0 -> archived[parked[0] - 1] : ABSENT)
    }
    :: d_step {
        parked[1] != 0 && found[1] == 0 ->
        found[1] = (archived[parked[1] - 1] != 0 -> archived[parked[1] - 1] : ABSENT)
    }
#endif
    od
}

init {
    atomic {
        run clients();
        run machinery()
    }
}

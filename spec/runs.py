"""What is searched, how far, and which broken variant must break which property.

`Run`: a model as it is, which must hold. `Mutant`: the model with one `BUG_...` switched on, which
must break the property named. `Limit`: one `ASK_...`, a promise that is *not* kept, searched too so
that nobody has to wonder.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Run:
    model: str
    scope: tuple = ()
    liveness: str = ""  # the ltl formula to check instead of the assertions


@dataclasses.dataclass(frozen=True)
class Mutant:
    model: str
    switch: str
    breaks: str
    scope: tuple = ()
    liveness: str = ""


class Limit(Mutant):
    pass


TWO_LINES = ("RESERVATIONS=2",)
ONE_LINE = ("ONE_LINE",)
MANY_KEYS = ("KEYS=3", "NO_ARCHIVE")
LIVENESS = ("LIVENESS", "RESERVATIONS=2", "ONE_LINE", "QUANTITY=2")

FAST = [
    Run("lifecycle", TWO_LINES),
    Run("lifecycle", ONE_LINE),
    Run("lifecycle", LIVENESS, liveness="every_hold_ends"),
    Run("keys"),
    Run("keys", (*MANY_KEYS, "REFUSALS=2")),
    Run("writer"),
    Run("owners"),
    Run("owners", ("NO_LEASES", "TICKS=0")),
    Run("downtime"),
]

FULL = [
    Run("lifecycle", ("RESERVATIONS=2", "QUANTITY=2", "TICKS=3")),
    Run("keys", ("EVENTS=5",)),
    Run("writer", ("EVENTS=20", "CRASHES=6")),
    Run("owners", ("COMMANDS=3", "TICKS=10", "EPOCHS=6", "SKEW=2")),
    Run("owners", ("NO_LEASES", "TICKS=0", "EPOCHS=7")),
    Run("downtime", ("TICKS=12", "TTL=4", "GRACE=3")),
]

MUTANTS = [
    Mutant("lifecycle", "BUG_ACTS_ON_DEAD_HOLDS", "time_is_exact", ONE_LINE),
    Mutant("lifecycle", "BUG_BLOCKED_BY_ITS_OWN_HOLD", "no_phantom_scarcity", ONE_LINE),
    Mutant("lifecycle", "BUG_COUNTS_DEAD_HOLDS", "no_phantom_scarcity", ONE_LINE),
    Mutant("lifecycle", "BUG_REFUSES_OUT_OF_BUDGET", "no_phantom_scarcity",
           (*ONE_LINE, "BUDGET=0")),
    Mutant("lifecycle", "BUG_GUARDS_THE_FIRST_LINE_ONLY", "no_oversell", TWO_LINES),
    Mutant("lifecycle", "BUG_LATE_COMMIT_IS_NOT_GUARDED", "no_oversell", ONE_LINE),
    Mutant("lifecycle", "BUG_LATE_COMMIT_FORGETS_ITS_SUCCESSOR", "one_successor", ONE_LINE),
    Mutant("lifecycle", "BUG_EXPIRY_KEEPS_THE_CELL", "conservation", ONE_LINE),
    Mutant("lifecycle", "BUG_RELEASE_COUNTS_TWICE", "conservation", ONE_LINE),
    Mutant("lifecycle", "BUG_PAYMENT_REVIVES_THE_DEAD", "one_outcome", ONE_LINE),
    Mutant("lifecycle", "BUG_EXTEND_ENDS_PAYMENT", "states_move_forward", ONE_LINE),
    Mutant("lifecycle", "BUG_TIMER_UNDOES_A_SALE", "timer_spares_sales", TWO_LINES),
    Mutant("lifecycle", "BUG_REVIEW_KEEPS_ITS_TIMER", "review_waits_for_people", ONE_LINE),
    Mutant("lifecycle", "BUG_SUPERSEDE_CLOSES_FIRST", "refused_changes_nothing", ONE_LINE),
    Mutant("lifecycle", "BUG_PARTIAL_COMMIT_DISARMS", "no_hold_without_an_end", TWO_LINES),
    Mutant("lifecycle", "BUG_PARTIAL_COMMIT_DISARMS", "every_hold_ends", LIVENESS,
           liveness="every_hold_ends"),
    Limit("lifecycle", "ASK_A_COMMIT_SELLS_EVERYTHING", "a_commit_sells_everything", TWO_LINES),
    Mutant("keys", "BUG_KEYS_COUNT_WHEN_DURABLE", "one_effect"),
    Mutant("keys", "BUG_KEY_IS_IN_ANOTHER_RECORD", "one_effect"),
    Mutant("keys", "BUG_FORGETS_BEFORE_THE_ARCHIVE_HAS_IT", "one_effect"),
    Mutant("keys", "BUG_FILTER_IS_NOT_ASKED", "one_effect"),
    Mutant("keys", "BUG_FILTER_IS_LOST_IN_A_CRASH", "one_effect"),
    Mutant("keys", "BUG_NOTHING_IS_PINNED", "one_effect"),
    Mutant("keys", "BUG_FORGETS_EFFECTS_WITH_REFUSALS", "one_effect",
           (*MANY_KEYS, "EVENTS=4")),
    Mutant("keys", "BUG_FILTER_IS_NOT_ASKED", "an_effect_is_final"),
    Mutant("keys", "BUG_ANSWERS_AT_ONCE", "replays_are_true"),
    Mutant("keys", "BUG_ARCHIVES_WHAT_IS_NOT_DURABLE", "replays_are_true"),
    Mutant("keys", "BUG_ANSWERS_AT_ONCE", "refusals_repeat"),
    Mutant("keys", "BUG_REFUSAL_IS_NOT_IN_THE_RECORD", "refusals_repeat"),
    Mutant("keys", "BUG_REFUSALS_ARE_NOT_BOUNDED", "refusals_are_bounded"),
    Mutant("keys", "BUG_FORGETS_THE_NEWEST_REFUSAL", "oldest_refusal_goes_first",
           (*MANY_KEYS, "REFUSALS=2")),
    Mutant("keys", "BUG_TOMBSTONES_ARE_IGNORED", "released_stays_away"),
    Mutant("keys", "BUG_TOMBSTONES_ARE_IN_MEMORY_ONLY", "released_stays_away"),
    Mutant("keys", "BUG_A_REFUSED_KEY_NEEDS_NO_TOMBSTONE", "released_stays_away", MANY_KEYS),
    Mutant("writer", "BUG_READS_DO_NOT_WAIT", "only_durable_is_seen"),
    Mutant("writer", "BUG_PUBLISHES_LIVE_MEMORY", "only_durable_is_seen"),
    Mutant("writer", "BUG_FEEDS_READ_WHAT_IS_WRITTEN", "only_durable_is_seen"),
    Mutant("writer", "BUG_ANSWERS_WHAT_FAILED", "nothing_seen_is_lost"),
    Mutant("writer", "BUG_SYNCS_AGAIN", "nothing_seen_is_lost"),
    Mutant("writer", "BUG_OPENS_WITHOUT_SYNC", "nothing_seen_is_lost"),
    Mutant("writer", "BUG_OPENS_WITH_NOTHING_BUT_A_SYNC", "nothing_seen_is_lost"),
    Mutant("writer", "BUG_ANSWERS_BEFORE_VIEWS", "own_writes_are_visible"),
    Mutant("writer", "BUG_APPENDS_ITSELF_TOO_EARLY", "batches_in_order"),
    Mutant("writer", "BUG_APPENDS_AFTER_A_FAILURE", "fail_stop"),
    Mutant("writer", "BUG_THREE_IN_FLIGHT", "two_in_flight"),
    Mutant("owners", "BUG_TAIL_IS_NOT_CHECKED", "one_effect"),
    Mutant("owners", "BUG_TAIL_IS_NOT_CHECKED", "decided_on_this_history"),
    Mutant("owners", "BUG_EPOCH_IS_NOT_CHECKED", "the_owner_knows_the_chain"),
    Mutant("owners", "BUG_READS_THE_TAIL_BEFORE_ITS_EPOCH", "the_owner_knows_the_chain"),
    Mutant("owners", "BUG_ACKNOWLEDGES_THE_UNKNOWN", "acknowledged_is_in_the_chain"),
    Mutant("owners", "BUG_READS_SHOW_WHAT_IS_PENDING", "reads_are_true_of_their_position"),
    Mutant("owners", "BUG_LEASE_HAS_NO_MARGIN", "reads_are_not_old"),
    Mutant("owners", "BUG_TAKES_A_LEASE_THAT_RUNS", "reads_are_not_old"),
    Limit("owners", "ASK_READS_WITHOUT_A_LEASE", "reads_are_not_old"),
    Limit("owners", "ASK_READS_WITHOUT_A_BOUND_ON_CLOCKS", "reads_are_not_old"),
    Mutant("downtime", "BUG_DOWNTIME_IS_NOT_RECORDED", "grace_is_given"),
    Mutant("downtime", "BUG_THE_DEAD_ARE_MOVED_TOO", "the_dead_stay_dead"),
    Mutant("downtime", "BUG_SIGNS_OF_LIFE_BEFORE_THE_FIRST_BATCH", "grace_is_given"),
]

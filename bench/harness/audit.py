"""The audit after every run: did the technique sell what it did not have, twice, or into nowhere?

The same judgement for every server: it gets plain rows and knows no technique.
"""

import collections
import dataclasses

HELD, COMMITTED, RELEASED, EXPIRED = range(4)
STATES = {"commit": COMMITTED, "release": RELEASED}


@dataclasses.dataclass(frozen=True)
class Hold:
    id: str
    sku: str
    quantity: int
    state: int
    key: str
    overdue: bool = False  # its deadline has passed and every sweeper had its turn


@dataclasses.dataclass(frozen=True)
class Stock:
    on_hand: int
    available: int  # what the technique believes it may still promise


@dataclasses.dataclass(frozen=True)
class Acked:
    """An answer that a client has got: what it must be able to rely on."""
    key: str
    verb: str  # reserve, commit, release, refused
    hold: str


@dataclasses.dataclass
class Findings:
    oversold: int = 0    # units promised that are not there, or that would be promised again
    duplicates: int = 0  # holds beyond the first of a key
    leaked: int = 0      # units that nobody holds and nobody can get
    lost: int = 0        # acknowledged and not there any more
    different: int = 0   # two answers to one key

    @property
    def clean(self):
        return not any(dataclasses.asdict(self).values())

    def words(self):
        """"12 oversold, 3 duplicates", or "clean"."""
        found = [f"{count:,} {name}" for name, count in dataclasses.asdict(self).items() if count]
        return ", ".join(found) or "clean"


def judge(holds, stock, acked=(), different=0):
    """`holds`: every Hold there is; `stock`: SKU to Stock; `acked`: what clients were told."""
    out = Findings(different=different)
    promised = collections.Counter()
    by_key = collections.Counter()
    overdue = 0
    for hold in holds:
        by_key[hold.key] += 1
        if hold.state in (HELD, COMMITTED):
            promised[hold.sku] += hold.quantity
        if hold.state == HELD and hold.overdue:
            overdue += hold.quantity
    for sku, units in stock.items():
        taken = units.on_hand - units.available
        # Either the counter forgot a promise, or more was promised than there is.
        out.oversold += max(0, promised[sku] - taken, promised[sku] - units.on_hand)
        out.leaked += max(0, taken - promised[sku])
    out.leaked += overdue
    out.duplicates = sum(count - 1 for count in by_key.values())
    out.lost = count_lost(holds, acked)
    return out


def count_lost(holds, acked):
    states = {hold.id: hold.state for hold in holds}
    lost = 0
    for answer in acked:
        if answer.verb == "refused":
            continue
        state = states.get(answer.hold)
        wanted = STATES.get(answer.verb)
        lost += state is None or (wanted is not None and state != wanted)
    return lost


def judge_counts(on_hand, held, committed, made, asked, acked, different=0):
    """For a server that tells sums: units, reservations made, keys asked, creates acknowledged."""
    return Findings(oversold=max(0, held + committed - on_hand), duplicates=max(0, made - asked),
                    lost=max(0, acked - made), different=different)


def read_acked(path):
    with open(path, encoding="ascii") as lines:
        return [Acked(*line.rstrip("\n").split("\t")) for line in lines]

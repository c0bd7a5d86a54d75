"""A history: what clients called, when, and what they were told; and a naive shop to judge it by.

All times are of one monotonic clock. One operation is one idempotency key (or one read): its call
is the first attempt, its return the first answer, or never.
"""

import dataclasses
import math
import typing

NEVER = math.inf


@dataclasses.dataclass
class Told:
    """An answer, the same for REST and gRPC."""
    done: bool  # False: refused
    code: str = ""  # of a refusal
    position: typing.Optional[int] = None  # refusals tell none
    sellable: typing.Optional[int] = None  # of a refused create
    figures: typing.Optional[tuple] = None  # (on_hand, committed, held) after it, or as read
    staleness_ms: int = 0  # of a read


@dataclasses.dataclass
class Operation:
    kind: str  # receive, create, commit, release, extend, read
    sku: str
    key: str
    call: float
    units: int = 0
    hold: str = ""  # of commit, release, extend: the key of the create
    client: str = ""
    ret: float = NEVER
    told: typing.Optional[Told] = None  # None: not known

    def __repr__(self):
        about = self.hold or self.units or ""
        end = "never" if self.ret == NEVER else f"{self.ret:.6f}"
        return (f"{self.kind} {self.sku} {about} key={self.key} [{self.call:.6f}, {end}]: "
                f"{self.told}")


HELD, COMMITTED, RELEASED = "held", "committed", "released"
CHANGES = ("receive", "create", "commit", "release", "extend")


class Shop:
    """One SKU as everybody would write it down: immutable, so that a search may go back."""

    __slots__ = ("committed", "held", "holds", "on_hand")

    def __init__(self, on_hand=0, held=0, committed=0, holds=None):
        self.on_hand = on_hand
        self.held = held
        self.committed = committed
        self.holds = holds or {}  # create key -> (units, state)

    @property
    def sellable(self):
        return self.on_hand - self.held - self.committed

    @property
    def figures(self):
        return self.on_hand, self.committed, self.held

    def identity(self):
        """Equal for equal shops."""
        return self.on_hand, frozenset(self.holds.items())

    def after(self, operation):
        """(the next shop, whether it is done, the code of a refusal)"""
        if operation.kind == "receive":
            return Shop(self.on_hand + operation.units, self.held, self.committed,
                        self.holds), True, ""
        if operation.kind == "create":
            return self._create(operation)
        if operation.kind == "read":
            return self, True, ""
        return self._change(operation)

    def _create(self, operation):
        if operation.units > self.sellable:
            return self, False, "insufficient_stock"
        holds = {**self.holds, operation.key: (operation.units, HELD)}
        return Shop(self.on_hand, self.held + operation.units, self.committed, holds), True, ""

    def _change(self, operation):
        units, state = self.holds.get(operation.hold, (0, None))
        wanted = {"commit": COMMITTED, "release": RELEASED, "extend": HELD}[operation.kind]
        if state == wanted:
            return self, True, ""  # already so; an extension moves no units
        if state != HELD:
            return self, False, "illegal_transition"
        holds = {**self.holds, operation.hold: (units, wanted)}
        committed = self.committed + (units if wanted == COMMITTED else 0)
        return Shop(self.on_hand, self.held - units, committed, holds), True, ""

    def explains(self, operation, after, done, code):
        """Whether what was told is what this shop would have told; the position apart."""
        told = operation.told
        if told.done != done or (not done and told.code != code):
            return False
        if not done and operation.kind == "create":
            return told.sellable == self.sellable
        return told.figures is None or told.figures == after.figures

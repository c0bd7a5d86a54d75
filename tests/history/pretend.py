"""A pretended service that answers in memory at random speed and, if told so, cheats once. The
checkers are checked with it: without a cheat its histories are sound."""

import dataclasses
import random

from history import HELD, NEVER, Operation, Shop, Told

# What cheats, on which kind of operation, and whether it shows without positions.
CHEATS = {
    "lost acknowledgement": ("receive", True),
    "double effect": ("create", True),
    "stale read": ("read", True),
    "oversell": ("create", True),
    "order inversion": ("receive", False),
}
CLIENTS = 4
BEFORE_CHEATING = 30
BACK = 15  # positions, or reads


class Pretended:
    def __init__(self, seed, cheat=None):
        self._dice = random.Random(seed)
        self.cheat = cheat  # None once it was done
        self._shop = Shop()
        self._position = 0
        self._figures = []  # after each operation

    def run(self, count=80):
        """Each client calls, at some moment it happens, it returns: times of one clock."""
        free = [0.0] * CLIENTS
        happening = []
        for number in range(count):
            client = min(range(CLIENTS), key=lambda n: free[n])
            operation = self._draw(number, free[client] + self._dice.random())
            moment = operation.call + 2 * self._dice.random()
            free[client] = operation.ret = moment + 2 * self._dice.random()
            happening.append((moment, operation))
        for moment, operation in sorted(happening, key=lambda each: each[0]):
            self._happen(operation)
        operations = [operation for _, operation in happening]
        end = max(free)
        last = Operation("read", "sku", "last", end + 1, ret=end + 2)
        self._happen(last, may_cheat=False)
        return [*operations, last]

    def _draw(self, number, call):
        kind = self._dice.choice(("receive", "create", "create", "commit", "release", "read"))
        if number < CLIENTS:
            kind = "receive"
        units = self._dice.randint(1, 3) if kind in ("receive", "create") else 0
        hold = f"k{self._dice.randrange(number)}" if kind in ("commit", "release") else ""
        return Operation(kind, "sku", f"k{number}", call, units=units, hold=hold)

    def _happen(self, operation, may_cheat=True):
        if operation.hold and operation.hold not in self._shop.holds:
            operation.kind, operation.hold = "read", ""
        before = self._shop
        after, done, code = before.after(operation)
        self._position += operation.kind != "read"
        shows = operation.kind == "read" or (operation.kind == "receive" and done)
        operation.told = Told(done, code, self._position if done else None,
                              None if done else before.sellable,
                              after.figures if shows else None)
        self._shop = after
        if may_cheat and self._may_cheat(operation, before, done):
            self._do_cheat(operation, before, after)
        self._figures.append(self._shop.figures)

    def _may_cheat(self, operation, before, done):
        if self.cheat is None or len(self._figures) < BEFORE_CHEATING or \
                CHEATS[self.cheat][0] != operation.kind:
            return False
        return {"oversell": not done,
                "double effect": done and 2 * operation.units <= before.sellable,
                "stale read": self._figures[-1] != self._figures[-BACK]}.get(self.cheat, True)

    def _do_cheat(self, operation, before, after):
        cheat, self.cheat = self.cheat, None
        if cheat == "lost acknowledgement":
            self._shop = before
        elif cheat == "double effect":
            self._shop = Shop(after.on_hand, after.held + operation.units, after.committed,
                              after.holds)
        elif cheat == "stale read":
            operation.told.figures = self._figures[-BACK]
        elif cheat == "oversell":
            operation.told = Told(True, position=self._position)
            self._shop = Shop(before.on_hand, before.held + operation.units, before.committed,
                              {**before.holds, operation.key: (operation.units, HELD)})
        else:
            operation.told = dataclasses.replace(operation.told,
                                                 position=self._position - BACK - 0.5)


def forget_some(history, dice):
    """The same history as clients know it whose answers got lost."""
    return [dataclasses.replace(each, told=None, ret=NEVER)
            if each.kind != "read" and dice.random() < 0.08 else each for each in history]

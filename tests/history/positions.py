"""Checks a long history by the positions that answers name; returns what is wrong, as sentences.

  order      who had an answer before another was called stands before it, reads too
  outcome    one key, one answer; one position, one change
  replay     in the order of positions a naive shop explains every answer
  reads      show at least what their position says, and nothing that was called after them
  refusals   name no position: some moment between call and return must explain them
"""

import bisect
import collections
import itertools

from history import CHANGES, NEVER, Shop


def check(history):
    known = [each for each in history if each.told is not None]
    found = list(_order(known))
    by_sku = collections.defaultdict(list)
    for each in known:
        by_sku[each.sku].append(each)
    for operations in by_sku.values():
        found += _SkuCheck(operations).run()
    return found


def _order(known):
    """Positions respect real time. A read may be as old as it says, and no older."""
    placed = [each for each in known if each.told.position is not None]
    returns = sorted(placed, key=lambda each: each.ret)
    newest = None
    at = 0
    for later in sorted(placed, key=_sees_from):
        while at < len(returns) and returns[at].ret < _sees_from(later):
            if newest is None or returns[at].told.position > newest.told.position:
                newest = returns[at]
            at += 1
        if newest is not None and later.told.position < newest.told.position:
            yield f"stands before what had been answered: {later!r} after {newest!r}"
    yield from _reads_of_the_future(placed)


def _sees_from(operation):
    return operation.call - operation.told.staleness_ms / 1000


def _reads_of_the_future(placed):
    """No read shows a change that was called after the read had returned."""
    reads = sorted((each for each in placed if each.kind == "read"), key=lambda each: each.ret,
                   reverse=True)
    later = sorted((each for each in placed if each.kind in CHANGES), key=lambda each: each.call,
                   reverse=True)
    oldest = None
    at = 0
    for read in reads:
        while at < len(later) and later[at].call > read.ret:
            if oldest is None or later[at].told.position < oldest.told.position:
                oldest = later[at]
            at += 1
        if oldest is not None and read.told.position >= oldest.told.position:
            yield f"reads the future: {read!r} of {oldest!r}"


class _SkuCheck:
    def __init__(self, operations):
        self._operations = operations
        self._changes = sorted(
            (each for each in operations if each.kind in CHANGES and each.told.done),
            key=lambda each: each.told.position)
        self._positions = [0]  # where the shop changed
        self._shops = [Shop()]  # as of there
        self._returned = sorted((each.ret, each.told.position) for each in self._changes)
        self._called = sorted((each.call, each.told.position) for each in self._changes)
        # Of all that had returned, of all that was called from here on.
        self._newest_returned = [0, *itertools.accumulate(
            (position for _, position in self._returned), max)]
        self._oldest_called = [*itertools.accumulate(
            (position for _, position in reversed(self._called)), min)][::-1] + [NEVER]

    def run(self):
        found = list(self._replay())
        for each in self._operations:
            if each.kind == "read" and not self._is_explained(each, each.told.position):
                found.append(f"reads what is not so at its position, nor soon after: {each!r}")
            elif not each.told.done and not self._is_explained(each, 0):
                found.append(f"refused although nothing between call and return says so: {each!r}")
        return found

    def _replay(self):
        seen = {}
        for each in self._changes:
            before = self._shops[-1]
            after, done, code = before.after(each)
            if not before.explains(each, after, done, code):
                yield (f"not what a shop with {before.figures} and these holds answers: {each!r}, "
                       f"but {code or after.figures}")
            if after is not before:
                if each.told.position in seen:
                    yield f"one position, two changes: {each!r} and {seen[each.told.position]!r}"
                seen[each.told.position] = each
            self._positions.append(each.told.position)
            self._shops.append(after)

    def _is_explained(self, told, at_least):
        """Some shop between what had been answered at its call and what was called after it."""
        answered = bisect.bisect_left(self._returned, (told.call,))
        first = max(self._newest_returned[answered], at_least)
        called = bisect.bisect_right(self._called, (told.ret, NEVER))
        last = self._oldest_called[called]
        at = bisect.bisect_right(self._positions, first) - 1
        while at < len(self._shops) and self._positions[at] < last:
            shop = self._shops[at]
            if shop.explains(told, *shop.after(told)):
                return True
            at += 1
        return False

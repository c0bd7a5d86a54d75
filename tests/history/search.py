"""Linearizability of one SKU without positions: the search of Wing and Gong with Lowe's memory.

Is there an order of all operations in which each takes effect once between its call and its return,
and a naive shop gives the answers that were given? An operation without an answer may take effect
at any moment after its call, or never. (set of operations done, shop) is tried once.
"""

from history import NEVER, Shop

LIMIT = 2_000_000


class TooLong(Exception):
    """The window has too many orders to look at."""


def linearizable(operations):
    """True, or False and the longest beginning of an order that was found."""
    operations = sorted(operations, key=lambda each: each.call)
    required = sum(1 << n for n, each in enumerate(operations) if each.ret != NEVER)
    stack = [(0, Shop(), _candidates(operations, 0))]
    tried = set()
    path = []
    longest = []
    while stack:
        done, shop, candidates = stack[-1]
        if done & required == required:
            return True, path
        step = next(candidates, None)
        if step is None:
            stack.pop()
            if path:
                path.pop()
            continue
        after = _effect(operations[step], shop)
        if after is None:
            continue
        key = (done | 1 << step, after.identity())
        if key in tried:
            continue
        tried.add(key)
        if len(tried) > LIMIT:
            raise TooLong(f"{len(operations)} operations")
        path.append(operations[step])
        longest = max(longest, list(path), key=len) if len(path) > len(longest) else longest
        stack.append((key[0], after, _candidates(operations, key[0])))
    return False, longest


def _candidates(operations, done):
    """Those that may be next: called before anything that is not done has returned; first those
    that have to be next soon."""
    first_return = NEVER
    found = []
    for n in range(_first_zero(done), len(operations)):
        if operations[n].call > first_return:
            break
        if not done >> n & 1:
            found.append(n)
            first_return = min(first_return, operations[n].ret)
    found = [n for n in found if operations[n].call <= first_return]
    return iter(sorted(found, key=lambda n: operations[n].ret))


def _first_zero(bits):
    return (~bits & bits + 1).bit_length() - 1


def _effect(operation, shop):
    """The shop after it; None if it would have answered otherwise."""
    after, done, code = shop.after(operation)
    if operation.told is None:
        return after if after is not shop else None  # without effect it need not happen
    return after if shop.explains(operation, after, done, code) else None

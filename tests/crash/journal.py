"""What a client knows: every attempt before it was sent, every answer, and what they add up to.

The model is folded from answers alone. A reservation's newest picture counts; a receipt counts once
per key. Nothing here asks the service.
"""

import collections
import json


class Violation(AssertionError):
    """The service broke a promise."""


class Attempt:
    """One key: what was sent under it, and the first answer, if one came."""

    __slots__ = ("answer", "body", "cycle", "key", "kind", "path")

    def __init__(self, cycle, kind, key, path, body):
        self.cycle = cycle
        self.kind = kind
        self.key = key
        self.path = path
        self.body = body
        self.answer = None  # (status, body)

    @property
    def is_final(self):
        """Whether the service owes the same answer again: effects for ever, noes if recorded."""
        status, body = self.answer
        return status < 300 or bool(json.loads(body).get("recorded"))

    def __repr__(self):
        return f"{self.kind} {self.path} key={self.key} (cycle {self.cycle})"


class Figures:
    """Of one SKU: what the answers add up to."""

    __slots__ = ("committed", "held", "on_hand")

    def __init__(self):
        self.on_hand = self.committed = self.held = 0

    def as_dict(self):
        return {"on_hand": self.on_hand, "committed": self.committed, "held": self.held}


def picture_of(document):
    """(sku, held, committed, shipped) of every line."""
    return [(line["sku"], line["held"], line["committed"], line["shipped"])
            for line in document["lines"]]


class Model:
    def __init__(self):
        self.skus = collections.defaultdict(Figures)
        self.reservations = {}  # id -> (version, picture)

    def add(self, attempt):
        """Folds in the first answer of an attempt."""
        status, body = attempt.answer
        if status >= 300:
            return
        document = json.loads(body)
        if attempt.kind == "receipt":
            self.skus[document["sku"]].on_hand += document["delta"]
        else:
            self._keep(document)

    def _keep(self, document):
        version, before = self.reservations.get(document["id"], (0, []))
        if document["version"] <= version:
            return
        for sku, held, committed, shipped in before:
            self._move(sku, -held, -committed, -shipped)
        after = picture_of(document)
        for sku, held, committed, shipped in after:
            self._move(sku, held, committed, shipped)
        self.reservations[document["id"]] = (document["version"], after)

    def _move(self, sku, held, committed, shipped):
        figures = self.skus[sku]
        figures.held += held
        figures.committed += committed
        figures.on_hand -= shipped


class Journal:
    def __init__(self):
        self.attempts = []
        self.model = Model()
        self.open = []  # sent, not answered
        self.unequal = []  # sent twice at once, answered differently
        self.position = None

    def intend(self, attempt):
        self.open.append(attempt)

    def answered(self, attempt, status, body):
        """The first answer of an attempt."""
        attempt.answer = (status, body)
        self.open.remove(attempt)
        self.attempts.append(attempt)
        self.model.add(attempt)
        self.position = json.loads(body).get("position", self.position)

"""Compares a restarted service with the journal; raises Violation at the first broken promise.

  every acknowledged change is there    the service knows the last acknowledged position; quantities
                                        are what the answers add up to; sampled reservations too
  nothing else is there, nor half       what is there beyond it is exactly the whole effect of
                                        attempts whose retry says that they had happened
  the same keys give the same answers   byte for byte: all of the last cycle, a sample of the rest
"""

import json

from journal import Violation, picture_of
from load import SKUS
from wire import Wire

SAMPLE = 60
AT_ONCE = 50  # requests; the service takes 64 of a connection before it waits


class Checker:
    def __init__(self, port, journal, dice):
        self._wire = Wire(port)
        self._journal = journal
        self._dice = dice

    def close(self):
        self._wire.close()

    async def check(self, cycle):
        """After a restart, without load."""
        found = await self._figures()
        await self._settle_open(found)
        await self._retry_answered(cycle)
        await self._read_reservations()
        self._compare(await self._figures(), "after all retries")

    async def _figures(self):
        """What the service says of every SKU, as of the newest acknowledged change or later."""
        query = "&".join(f"sku={sku}" for sku in SKUS)
        if self._journal.position:
            query += f"&min_position={self._journal.position}"
        status, _, body = await self._wire.ask("GET", f"/availability?{query}")
        if status != 200:
            raise Violation(f"position {self._journal.position} was acknowledged and is not "
                            f"there: {status} {body!r}")
        out = {}
        for item in json.loads(body)["items"]:
            if item["deficit"] != 0:
                raise Violation(f"oversold: {item}")
            out[item["sku"]] = {name: item[name] for name in ("on_hand", "committed", "held")}
        return out

    async def _settle_open(self, found):
        """Retries what was open at the kill. What had happened must be all that is beyond the
        acknowledged changes."""
        fresh = []
        for attempt, status, replayed, body in await self._retry(list(self._journal.open)):
            if replayed:
                self._journal.answered(attempt, status, body)
            else:
                fresh.append((attempt, status, body))
        self._compare(found, "before any retry")
        for attempt, status, body in fresh:
            self._journal.answered(attempt, status, body)

    async def _ask_all(self, requests):
        """Many at once: alone, each would wait for the way there and back."""
        out = []
        for begin in range(0, len(requests), AT_ONCE):
            out += await self._wire.ask_all(requests[begin:begin + AT_ONCE])
        return out

    async def _retry(self, attempts):
        """(attempt, status, replayed, body) of each, sent again."""
        answers = await self._ask_all([("POST", attempt.path, attempt.body, attempt.key)
                                       for attempt in attempts])
        for attempt, (status, _, body) in zip(attempts, answers):
            if status >= 500 or status in (400, 404, 422):
                raise Violation(f"{attempt} is answered {status} {body!r}")
        return [(attempt, *answer) for attempt, answer in zip(attempts, answers)]

    async def _retry_answered(self, cycle):
        attempts = self._journal.attempts
        owed = [attempt for attempt in reversed(attempts)
                if attempt.cycle == cycle and attempt.is_final]
        owed += [attempt for attempt in self._sample(attempts) if attempt.is_final]
        for attempt, status, replayed, body in await self._retry(owed):
            if (status, body) != attempt.answer:
                raise Violation(f"{attempt} was answered {attempt.answer}, is answered "
                                f"{(status, body)}")
            if not replayed:
                raise Violation(f"{attempt} had been answered and happened again")

    async def _read_reservations(self):
        known = self._journal.model.reservations
        newest = list(known)[-SAMPLE:]
        asked = newest + self._sample(list(known))
        answers = await self._ask_all([("GET", f"/reservations/{identity}", b"", None)
                                       for identity in asked])
        for identity, (status, _, body) in zip(asked, answers):
            version, picture = known[identity]
            document = json.loads(body)
            if status != 200:
                raise Violation(f"{identity} was acknowledged and is gone: {body!r}")
            if (document["version"], picture_of(document)) != (version, picture):
                raise Violation(f"{identity}: acknowledged {version} {picture}, found {document}")

    def _sample(self, things):
        return self._dice.sample(things, min(SAMPLE, len(things)))

    def _compare(self, found, when):
        for sku in SKUS:
            expected = self._journal.model.skus[sku].as_dict()
            if found.get(sku, {"on_hand": 0, "committed": 0, "held": 0}) != expected:
                raise Violation(f"{sku} {when}: answers add up to {expected}, found "
                                f"{found.get(sku)}")

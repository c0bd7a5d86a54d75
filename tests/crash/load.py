"""A random shop: several clients at once that receive, hold, commit, release and ship."""

import asyncio
import json

from journal import Attempt
from wire import Gone, Wire

SKUS = tuple(f"sku-{n}" for n in range(8))
WORKERS = 16
# A hold outlives every run, so that only answers move units.
TTL_SECONDS = 24 * 3600


class Worker:
    """Owns its reservations; so at most one request about any of them is open at a time."""

    def __init__(self, port, journal, dice, cycle, name):
        self._wire = Wire(port)
        self._echo = Wire(port)
        self._journal = journal
        self._dice = dice
        self._prefix = f"c{cycle}-{name}"
        self._cycle = cycle
        self._count = 0
        self._held = []
        self._sold = []
        self._done = []

    async def run(self):
        """Until the service is gone."""
        try:
            while True:
                await self._step()
        except Gone:
            pass
        finally:
            self._wire.close()
            self._echo.close()

    async def _step(self):
        dice = self._dice.random()
        if dice < 0.05:
            await self._receive()
        elif dice < 0.25 and self._held:
            await self._commit()
        elif dice < 0.35 and self._held:
            await self._release()
        elif dice < 0.42 and self._sold:
            await self._ship()
        elif dice < 0.46 and self._done:
            await self._verb("commit", self._dice.choice(self._done))
        else:
            await self._create()

    async def _send(self, kind, path, document):
        """Intent first, then the call, then the answer; now and then everything twice at once."""
        self._count += 1
        body = json.dumps(document).encode()
        attempt = Attempt(self._cycle, kind, f"{self._prefix}-{self._count}", path, body)
        self._journal.intend(attempt)
        calls = [self._wire.ask("POST", path, body, attempt.key)]
        if self._dice.random() < 0.1:
            calls.append(self._echo.ask("POST", path, body, attempt.key))
        results = await asyncio.gather(*calls, return_exceptions=True)
        answers = {(result[0], result[2]) for result in results
                   if not isinstance(result, BaseException)}
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, Gone):
                raise result
        if not answers:
            raise Gone
        first = next(iter(answers))
        self._journal.answered(attempt, *first)
        if len(answers) > 1 and attempt.is_final:
            self._journal.unequal.append((attempt, answers))
        if len(answers) < len(results) and any(isinstance(r, Gone) for r in results):
            raise Gone
        return first[0], json.loads(first[1])

    async def _receive(self):
        await self._send("receipt", "/stock/receipts", {
            "sku": self._dice.choice(SKUS), "quantity": self._dice.randint(1, 40)})

    async def _create(self):
        lines = [{"sku": sku, "quantity": self._dice.randint(1, 3)}
                 for sku in self._dice.sample(SKUS, self._dice.randint(1, 3))]
        status, document = await self._send("create", "/reservations", {
            "lines": lines, "ttl_seconds": TTL_SECONDS, "reference": self._prefix})
        if status == 201:
            self._held.append(document)

    async def _verb(self, verb, reservation, document=None):
        return await self._send(verb, f"/reservations/{reservation['id']}/{verb}", document or {})

    def _take(self, reservations):
        return reservations.pop(self._dice.randrange(len(reservations)))

    async def _commit(self):
        reservation = self._take(self._held)
        line = reservation["lines"][0]
        if line["held"] > 1 and self._dice.random() < 0.3:
            status, document = await self._verb("commit", reservation, {
                "lines": [{"line_id": line["line_id"], "quantity": 1}]})
            if status == 200:
                self._held.append(document)
            return
        status, document = await self._verb("commit", reservation)
        if status == 200:
            self._sold.append(document)

    async def _release(self):
        status, document = await self._verb("release", self._take(self._held))
        if status == 200:
            self._done.append(document)

    async def _ship(self):
        await self._verb("ship", self._take(self._sold))


async def stock_every_sku(port, journal, cycle):
    """Before the first load: an unknown SKU would be judged anew with every retry."""
    wire = Wire(port)
    for sku in SKUS:
        body = json.dumps({"sku": sku, "quantity": 20}).encode()
        attempt = Attempt(cycle, "receipt", f"stock-{sku}", "/stock/receipts", body)
        journal.intend(attempt)
        status, _, answer = await wire.ask("POST", attempt.path, body, attempt.key)
        journal.answered(attempt, status, answer)
    wire.close()


async def run_load(port, journal, dice, cycle, workers=WORKERS):
    """Returns once every worker has noticed that the service is gone."""
    await asyncio.gather(*(Worker(port, journal, dice, cycle, n).run() for n in range(workers)))

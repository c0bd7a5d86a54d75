"""One customer who asks one thing after the other and keeps a journal, for scripted tests."""

import json

from journal import Attempt
from load import SKUS, TTL_SECONDS
from wire import Wire


class Shopper:
    """`name` begins every key. Use the calls on one service until it is gone (wire.Gone)."""

    def __init__(self, port, journal, name):
        self.wire = Wire(port)
        self._journal = journal
        self._name = name
        self._count = 0

    def close(self):
        self.wire.close()

    async def send(self, kind, path, document):
        """(status, the answer); in the journal before and after."""
        self._count += 1
        body = json.dumps(document).encode()
        attempt = Attempt(1, kind, f"{self._name}-{self._count}", path, body)
        self._journal.intend(attempt)
        status, _, answer = await self.wire.ask("POST", path, body, attempt.key)
        self._journal.answered(attempt, status, answer)
        return status, json.loads(answer)

    async def stock(self, units):
        for sku in SKUS:
            await self.send("receipt", "/stock/receipts", {"sku": sku, "quantity": units})

    async def create(self, turn, ttl=TTL_SECONDS):
        lines = [{"sku": SKUS[(turn + n) % len(SKUS)], "quantity": 1 + n} for n in range(2)]
        return await self.send("create", "/reservations", {
            "lines": lines, "ttl_seconds": ttl, "reference": f"{self._name}-{turn}"})

    async def verb(self, verb, reservation):
        return await self.send(verb, f"/reservations/{reservation['id']}/{verb}", {})

    async def get(self, path):
        status, _, answer = await self.wire.ask("GET", path)
        return status, json.loads(answer)

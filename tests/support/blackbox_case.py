"""What the black-box tests share: a service per test class, and sentences about it."""

import atexit
import contextlib
import datetime
import json
import os
import pathlib
import sys
import time
import unittest

from holdfast_process import Service, temporary_directory
from rest_client import Client, exercised, fresh_key

FIGURES = ("sellable", "on_hand", "committed", "held", "unavailable", "safety_stock", "deficit")


@atexit.register
def _save_exercised():
    """Leaves the exercised routes for routes_exercised.py."""
    directory = os.environ.get("HOLDFAST_EXERCISED_DIR")
    if directory and exercised:
        path = pathlib.Path(directory)
        path.mkdir(parents=True, exist_ok=True)
        name = pathlib.Path(sys.argv[0]).stem + ".json"
        (path / name).write_text(json.dumps(sorted(exercised)), encoding="utf-8")


class ServiceCase(unittest.TestCase):
    """Each class has a service with an empty ledger; each test uses SKUs of its own."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.directory = cls.enterClassContext(temporary_directory())
        cls.service = Service(cls.directory / "ledger", *cls.options)
        cls.addClassCleanup(lambda: cls.service.kill())
        cls.client = Client(cls.service.url)
        cls.addClassCleanup(lambda: cls.client.close())

    @classmethod
    def restart(cls, hard=True):
        """SIGKILL (or SIGTERM) and a new start on the same ledger."""
        cls.client.close()
        if hard:
            cls.service.kill()
        else:
            assert cls.service.stop() == 0
        cls.service = Service(cls.directory / "ledger", *cls.options)
        cls.client = Client(cls.service.url)

    # -- doing ---------------------------------------------------------------------------------
    def stock(self, units, sku=None):
        """A SKU with so many units on hand."""
        sku = sku or fresh_key(self.id().rsplit(".", 1)[1][:60])
        self.ok(self.client.post("/stock/receipts", {"sku": sku, "quantity": units},
                                 key=fresh_key()))
        return sku

    def pool(self):
        """A further pool."""
        name = fresh_key("pool")
        self.ok(self.client.put(f"/pools/{name}", {}))
        return name

    def count(self, sku, counted, **more):
        """A physical count as of now. Of two of one millisecond the second would be outdated."""
        time.sleep(0.002)
        body = {"sku": sku, "counted": counted, "as_of": now(), **more}
        return self.ok(self.client.post("/stock/counts", body, key=fresh_key()))

    def hold(self, *lines, ttl=600, **more):
        """Holds (sku, quantity) pairs and returns the reservation."""
        body = {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines],
                "ttl_seconds": ttl, **more}
        answer = self.client.post("/reservations", body, key=fresh_key())
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def verb(self, reservation, verb, body=None, key=None, **more):
        identity = reservation if isinstance(reservation, str) else reservation["id"]
        return self.client.post(f"/reservations/{identity}/{verb}", body,
                                key=key or fresh_key(), **more)

    def read(self, reservation):
        identity = reservation if isinstance(reservation, str) else reservation["id"]
        return self.ok(self.client.get(f"/reservations/{identity}"))

    def figures(self, sku):
        """The quantities of a SKU by name."""
        shown = self.ok(self.client.get(f"/availability/{sku}"))
        return {name: shown[name] for name in FIGURES}

    def position(self):
        return self.ok(self.client.get("/status"))["position"]

    # -- saying --------------------------------------------------------------------------------
    def ok(self, answer, status=None):
        self.assertTrue(answer.status == status if status else answer.status < 300, answer)
        return answer.json

    def refused(self, answer, status, code, pointer=None):
        """A refusal with this status and code, about this part of the request."""
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        if pointer is not None:
            self.assertIn(pointer, answer.pointers, answer)
        return answer.json

    def assert_figures(self, sku, **expected):
        """The named quantities of a SKU; those not named must be 0."""
        everything = {name: expected.get(name, 0) for name in FIGURES}
        self.assertEqual(self.figures(sku), everything)

    @contextlib.contextmanager
    def nothing_changes(self):
        """Not even an event is written."""
        before = self.position()
        yield
        self.assertEqual(self.position(), before, "an event was written")


def now(ahead=0.1):
    """A time that everything answered so far was before."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=ahead)
    return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment():
    """A time between all that was answered so far and all that is asked from now on."""
    then = now()
    time.sleep(0.2)
    return then


def units(reservation, line=0):
    """The quantities of a line that are not 0, without what was accepted."""
    names = ("held", "committed", "shipped", "released", "expired", "short", "returned")
    shown = reservation["lines"][line]
    return {name: shown[name] for name in names if shown[name]}

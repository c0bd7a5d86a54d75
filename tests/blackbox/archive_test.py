#!/usr/bin/python3
"""What is finished leaves memory at once here, and no answer shows it; after a restart neither."""

import os
import shutil
import unittest
import unittest.mock

from blackbox_case import ServiceCase, units
from holdfast_process import wait_until
from rest_client import fresh_key


class Archive(ServiceCase):
    # Nothing is hot, and checkpoints forget as well.
    options = ("--hot-events", "0", "--checkpoint-every", "25")

    def status(self):
        return self.ok(self.client.get("/status"))

    def wait_until_archived(self, reservations):
        wait_until(lambda: self.status()["archived_reservations"] >= reservations,
                   f"{reservations} reservations are in the archive")

    def shipped(self, sku, key):
        body = {"sku": sku, "quantity": 2, "ttl_seconds": 600}
        first = self.client.post("/reservations", body, key=key)
        self.ok(self.verb(first.json, "commit"))
        self.ok(self.verb(first.json, "ship"))
        return body, first

    def test_the_life_of_what_was_archived(self):
        sku, key = self.stock(20), fresh_key()
        before = self.status()["archived_reservations"]
        body, first = self.shipped(sku, key)
        expired = self.hold((sku, 3), ttl=1)
        wait_until(lambda: self.read(expired)["state"] == "expired", "the hold expired")
        self.wait_until_archived(before + 2)

        with self.subTest("a retry is the first answer, with the present state in a header"):
            again = self.client.post("/reservations", body, key=key)
            self.assertEqual((again.status, again.body), (first.status, first.body))
            self.assertTrue(again.replayed)
            self.assertEqual(again.headers["reservation-state"], "fulfilled")
        with self.subTest("another request under its key is refused"):
            other = self.client.post("/reservations", {**body, "quantity": 1}, key=key)
            self.refused(other, 422, "idempotency_key_reused")
        with self.subTest("it can be read and listed"):
            self.assertEqual(units(self.read(first.json)), {"shipped": 2})
        with self.subTest("a return of it is booked"):
            part = {"lines": [{"sku": sku, "quantity": 1}], "disposition": "restock"}
            self.assertEqual(units(self.ok(self.verb(first.json, "return", part))),
                             {"shipped": 2, "returned": 1})
        with self.subTest("money that comes late takes the units again"):
            late = self.ok(self.verb(expired, "commit"))
            self.assertTrue(late["committed_late"])
            self.assertEqual(late["replaces"], expired["id"])
        self.assert_figures(sku, on_hand=19, committed=3, sellable=16)

    def test_after_restarts(self):
        sku, key = self.stock(100), fresh_key()
        before = self.status()["archived_reservations"]
        body, first = self.shipped(sku, key)
        for _ in range(20):
            self.shipped(sku, fresh_key())
        self.wait_until_archived(before + 21)
        for hard, loses_archive in ((True, False), (False, False), (True, True)):
            with self.subTest(hard=hard, loses_archive=loses_archive):
                if loses_archive:
                    self.client.close()
                    self.service.kill()
                    shutil.rmtree(self.directory / "ledger" / "archive")
                self.restart(hard)
                again = self.client.post("/reservations", body, key=key)
                self.assertEqual((again.body, again.replayed), (first.body, True))
                if not loses_archive:
                    part = {"lines": [{"sku": sku, "quantity": 1}], "disposition": "damaged"}
                    self.ok(self.verb(first.json, "return", part), 200)
                self.wait_until_archived(20)  # what was asked for stays for a while
        self.assertEqual(units(self.read(first.json)), {"shipped": 2, "returned": 2})


class RottenBits(ServiceCase):
    """A batch of long ago that cannot be read any more, under a running service."""

    options = Archive.options

    @classmethod
    def setUpClass(cls):
        with unittest.mock.patch.dict(os.environ, HOLDFAST_LEDGER_KIND="segments"):
            super().setUpClass()

    def test_cost_the_answers_that_need_them_and_nothing_else(self):
        sku = self.stock(20)
        reference = fresh_key("rotten")
        lost = self.hold((sku, 2), reference=reference)
        self.ok(self.verb(lost, "commit"))
        self.ok(self.verb(lost, "ship"))
        wait_until(lambda: self.ok(self.client.get("/status"))["archived_reservations"] == 1,
                   "it is in the archive")
        segment, = (self.directory / "ledger" / "segments").glob("*1.segment")
        with segment.open("r+b") as file:
            at = file.read().rindex(reference.encode())
            file.seek(at)
            file.write(b"R")
        for _ in range(2):
            self.refused(self.client.get(f"/reservations/{lost['id']}"), 503, "unavailable")
            self.refused(self.verb(lost, "return", {"lines": [{"sku": sku, "quantity": 1}],
                                                    "disposition": "restock"}), 503, "unavailable")
        self.assertIn("an old event of the ledger cannot be read", "\n".join(self.service.log))
        self.hold((sku, 3))
        self.assert_figures(sku, on_hand=18, held=3, sellable=15)
        self.assertTrue((self.directory / "ledger" / "archive").is_dir())
        self.assertEqual(self.service.stop(), 0)


if __name__ == "__main__":
    unittest.main()

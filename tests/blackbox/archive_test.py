#!/usr/bin/python3
"""What is finished leaves memory at once here, and no answer shows it; after a restart neither."""

import os
import shutil
import unittest
import unittest.mock

from blackbox_case import ServiceCase, units
from holdfast_process import Service, temporary_directory, wait_until
from rest_client import Client, fresh_key


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


class RottenBitsBehindTheArchive(unittest.TestCase):
    """The archiver begins where the checkpoint's state forgot up to: the archive is further."""

    OPTIONS = ("--hot-events", 100, "--checkpoint-every", 200)

    def setUp(self):
        # A start reads the newest segment whole.
        self.enterContext(unittest.mock.patch.dict(os.environ, HOLDFAST_LEDGER_KIND="rocksdb"))
        self.ledger = self.enterContext(temporary_directory()) / "ledger"

    def hold(self, client, reference):
        answer = client.post("/reservations", {"sku": "tea", "quantity": 1, "ttl_seconds": 3600,
                                               "reference": reference}, key=reference)
        self.assertEqual(answer.status, 201, answer)
        return int(answer.json["position"].split(".")[-1])

    def hold_until(self, client, position):
        """The references of single holds by their positions."""
        out = {}
        while max(out, default=0) < position:
            reference = fresh_key("rotten") + "."  # no other begins so
            out[self.hold(client, reference)] = reference
        return out

    def make_ledger(self):
        """With a checkpoint at some 200 that forgot up to some 100, and an archive up to 130."""
        with Service(self.ledger, *self.OPTIONS) as service:
            client = Client(service.url)
            client.post("/stock/receipts", {"sku": "tea", "quantity": 1000}, key="receipt")
            references = self.hold_until(client, 201)
            wait_until(lambda: any((self.ledger / "checkpoints").glob("*.ckpt")),
                       "there is a checkpoint", limit=120)
            self.hold_until(client, 231)
            wait_until(lambda: 'view="archive"} 13' in client.get("//metrics").body.decode(),
                       "the archive has 130 events", limit=120)
            client.close()
            self.assertEqual(service.stop(), 0)
        with Service(self.ledger, *self.OPTIONS) as service:
            self.assertEqual(service.stop(), 0)  # the start made tables of the log
        return references

    def rot(self, reference):
        """In the tables: the database reads its logs at every start."""
        files = [file for file in (self.ledger / "db").glob("*.sst")
                 if reference.encode() in file.read_bytes()]
        for file in files:
            data = file.read_bytes()
            file.write_bytes(data.replace(reference.encode(), reference.upper().encode()))
        self.assertTrue(files)

    def test_leave_the_archive_and_the_service_alone(self):
        self.rot(self.make_ledger()[120])
        for start in range(2):
            with Service(self.ledger, *self.OPTIONS) as service:
                wait_until(lambda: "the archive stands still" in "\n".join(service.log),
                           "the archiver came upon it", limit=120)
                self.assertIn("the ledger is damaged", "\n".join(service.log))
                client = Client(service.url)
                self.hold(client, f"after-{start}")
                client.close()
                self.assertEqual(service.stop(), 0)
            self.assertTrue((self.ledger / "archive" / "CURRENT").exists())

    def test_let_a_history_stand_still_that_has_to_be_made_again(self):
        self.rot(self.make_ledger()[120])
        shutil.rmtree(self.ledger / "history")
        with Service(self.ledger, *self.OPTIONS) as service:
            wait_until(lambda: "the history stands still" in "\n".join(service.log),
                       "the history came upon it", limit=120)
            client = Client(service.url)
            self.hold(client, "after")
            client.close()
            self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    unittest.main()

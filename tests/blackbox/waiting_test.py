#!/usr/bin/python3
"""Waiting for units that others hold: places, grants, long polls, the end of patience."""

import threading
import time
import unittest

from blackbox_case import ServiceCase
from rest_client import Client, fresh_key


class Waiting(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        answer = cls.client.put("/classes/drop", {"wait_max_seconds": 600})
        assert answer.status == 201, answer

    def stock(self, units, sku=None):
        sku = sku or fresh_key("sku")
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": "drop"}), 201)
        return super().stock(units, sku)

    def wait(self, sku, quantity=1, seconds=300, key=None):
        return self.client.post("/reservations", {
            "lines": [{"sku": sku, "quantity": quantity}], "wait_seconds": seconds},
            key=key or fresh_key())

    def queued(self, sku, **more):
        return self.ok(self.wait(sku, **more), 202)

    def poll(self, reservation, seconds, out):
        """In a thread: the answer of a long poll goes to `out`."""
        def run():
            client = Client(self.service.url)
            out.append(client.get(f"/reservations/{reservation['id']}?wait_seconds={seconds}"))
            client.close()
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)
        return thread

    def test_who_is_too_late_gets_an_honest_place(self):
        sku = self.stock(1)
        holder = self.hold((sku, 1))
        answer = self.wait(sku)
        first = self.ok(answer, 202)
        self.assertEqual(answer.headers["location"], f"/inventory/v1/reservations/{first['id']}")
        self.assertEqual((first["state"], first["queue"]["ahead"]), ("queued", 0))
        self.assertEqual(first["queue"]["estimate_at"], holder["expires_at"])
        self.assertEqual(first["lines"][0]["held"], 0)
        second = self.queued(sku)
        self.assertEqual(second["queue"]["ahead"], 1)
        self.ok(self.verb(holder, "release"))
        self.assertEqual(self.read(first)["state"], "held")
        self.assertNotIn("queue", self.read(first))
        self.assertEqual(self.read(second)["queue"]["ahead"], 0)
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=fresh_key())
        self.refused(answer, 409, "insufficient_stock")
        self.assertEqual(self.ok(self.verb(first, "commit"))["state"], "committed")

    def test_units_go_to_the_oldest_that_fits(self):
        sku = self.stock(3)
        holder = self.hold((sku, 3))
        large, small = self.queued(sku, quantity=3), self.queued(sku, quantity=1)
        self.ok(self.verb(holder, "release", {"lines": [{"sku": sku, "quantity": 1}]}))
        self.assertEqual((self.read(large)["state"], self.read(small)["state"]),
                         ("queued", "held"))

    def test_only_held_units_are_waited_for_and_only_so_long(self):
        sku = self.stock(1)
        self.ok(self.verb(self.hold((sku, 1)), "commit"))
        self.refused(self.wait(sku), 409, "insufficient_stock")
        self.refused(self.wait(sku, seconds=601), 422, "ttl_out_of_bounds", "#/wait_seconds")
        self.refused(self.wait(sku, seconds=-1), 422, "validation_failed", "#/wait_seconds")
        plain = super().stock(1)
        self.hold((plain, 1))
        self.refused(self.wait(plain), 422, "ttl_out_of_bounds", "#/wait_seconds")

    def test_a_retry_of_a_wait(self):
        sku, key = self.stock(1), fresh_key()
        holder = self.hold((sku, 1))
        first = self.wait(sku, key=key)
        again = self.wait(sku, key=key)
        self.assertEqual((again.status, again.replayed, again.json["id"]),
                         (202, True, first.json["id"]))
        self.ok(self.verb(holder, "release"))
        late = self.wait(sku, key=key)
        self.assertEqual((late.status, late.headers["reservation-state"]), (202, "held"))

    def test_a_long_poll_ends_with_the_grant(self):
        sku = self.stock(1)
        holder = self.hold((sku, 1))
        waiter = self.queued(sku)
        out = []
        thread = self.poll(waiter, 60, out)
        begun = time.monotonic()
        self.ok(self.verb(holder, "release"))
        thread.join()
        self.assertEqual(self.ok(out[0])["state"], "held")
        self.assertLess(time.monotonic() - begun, 20)

    def test_a_long_poll_ends_with_the_time_and_with_the_wait(self):
        sku = self.stock(1)
        self.hold((sku, 1))
        waiter = self.queued(sku, seconds=300)
        answer = self.client.get(f"/reservations/{waiter['id']}?wait_seconds=1")
        self.assertEqual(self.ok(answer)["state"], "queued")
        short = self.queued(sku, seconds=1)
        answer = self.client.get(f"/reservations/{short['id']}?wait_seconds=30")
        self.assertEqual(self.ok(answer)["state"], "expired")
        out = []
        thread = self.poll(waiter, 60, out)
        self.ok(self.verb(waiter, "release"))
        thread.join()
        self.assertEqual(self.ok(out[0])["state"], "released")
        for bad in ("61", "-1", "soon"):
            answer = self.client.get(f"/reservations/{waiter['id']}?wait_seconds={bad}")
            self.refused(answer, 422, "validation_failed", "wait_seconds")

    def test_many_polls_of_one_queue(self):
        sku = self.stock(20)
        holder = self.hold((sku, 20))
        waiters = [self.queued(sku) for _ in range(20)]
        out = []
        threads = [self.poll(waiter, 60, out) for waiter in waiters]
        self.ok(self.verb(holder, "release"))
        for thread in threads:
            thread.join()
        self.assertEqual([answer.json["state"] for answer in out], ["held"] * 20)

    def test_a_queue_survives_a_kill(self):
        sku = self.stock(1)
        holder = self.hold((sku, 1))
        waiter = self.queued(sku)
        self.restart()
        self.assertEqual(self.read(waiter)["queue"]["ahead"], 0)
        self.ok(self.verb(holder, "release"))
        self.assertEqual(self.read(waiter)["state"], "held")

    def test_a_service_that_drains_keeps_no_poll(self):
        sku = self.stock(1)
        self.hold((sku, 1))
        waiter = self.queued(sku)
        out = []
        thread = self.poll(waiter, 60, out)
        self.restart(hard=False)
        thread.join()
        # Answered, or refused because it came when the service had stopped listening.
        self.assertEqual([answer.json["state"] for answer in out], ["queued"] * len(out))
        self.assertEqual(self.read(waiter)["state"], "queued")


if __name__ == "__main__":
    unittest.main()

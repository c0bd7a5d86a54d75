#!/usr/bin/python3
"""A wall clock that is moved under the running service: far away it is not believed until somebody
says so, near by it is followed slowly; holds live as long as was promised, by what has elapsed."""

import datetime
import mmap
import os
import struct
import sys
import time
import unittest

from holdfast_process import Service, temporary_directory, wait_until
from rest_client import Client, fresh_key

SHIM = os.environ.get("FAULTCLOCK_SHIM")
DAY = 24 * 3600
FAR = DAY + 3600  # beyond clock_jump_max


def read_time(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class Clock(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(temporary_directory())
        path = self.directory / "shift"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self._shift = mmap.mmap(file.fileno(), 8)
        self.addCleanup(self._shift.close)
        self.start()

    def start(self):
        environment = {"LD_PRELOAD": SHIM, "FAULTCLOCK_FILE": str(self.directory / "shift")}
        self.service = Service(self.directory / "ledger", environment=environment)
        self.addCleanup(self.service.kill)
        self.client = Client(self.service.url)
        self.addCleanup(self.client.close)

    def move(self, seconds):
        self._shift[:] = struct.pack("<q", int(seconds * 1_000_000_000))

    def hold(self, ttl, quantity=1):
        answer = self.client.post("/reservations", {"sku": "tea", "quantity": quantity,
                                                    "ttl_seconds": ttl}, key=fresh_key())
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def receive(self, quantity):
        answer = self.client.post("/stock/receipts", {"sku": "tea", "quantity": quantity},
                                  key=fresh_key())
        self.assertEqual(answer.status, 200, answer)

    def state(self, reservation):
        return self.client.get(f"/reservations/{reservation['id']}").json["state"]

    def clock(self):
        return self.client.get("/status").json["clock_state"]

    def until_clock(self, state):
        # The writer reads its clock when it has something to do, or ten times a second.
        wait_until(lambda: self.clock() == state, f"the clock is {state}")

    def ready(self):
        return self.client.get("//readyz").status

    def now(self):
        """Partition time, as a new answer shows it."""
        self.receive(1)
        return read_time(self.client.get("/availability/tea").json["as_of"])

    def test_far_ahead_releases_nothing_until_somebody_confirms(self):
        self.receive(5)
        made = self.hold(600)
        self.move(FAR)
        self.until_clock("jumped")
        self.assertEqual(self.ready(), 503)
        self.assertEqual(self.state(made), "held")
        self.assertLess(self.now(), time.time() + 60)
        sold = self.client.post(f"/reservations/{self.hold(600)['id']}/commit", {},
                                key=fresh_key())
        self.assertEqual(sold.status, 200, sold)
        confirmed = self.client.post("/admin/clock/confirm")
        self.assertEqual(confirmed.json["confirmed"], True)
        self.until_clock("ok")
        wait_until(lambda: self.state(made) == "expired", "the confirmed time ends the hold")
        self.assertGreater(self.now(), time.time() + DAY)
        self.assertEqual(self.ready(), 200)

    def test_far_behind_keeps_nothing_longer(self):
        self.receive(5)
        self.move(-FAR)
        self.until_clock("jumped")
        made = self.hold(1)
        began = time.monotonic()
        wait_until(lambda: self.state(made) == "expired", "a second is a second")
        self.assertGreaterEqual(time.monotonic() - began, 0.9)
        self.assertGreater(self.now(), time.time() - 60)

    def test_near_by_is_followed_slowly(self):
        self.receive(5)
        made = self.hold(5)
        before = self.now() - time.time()
        self.move(60)
        for _ in range(20):
            self.assertEqual(self.state(made), "held", "a hold of 5 s is not over by a clock")
        self.assertEqual(self.clock(), "ok")
        # At most half a percent of what has elapsed, and some for the calls between.
        self.assertLess(self.now() - time.time() - before, 1)

    def test_time_never_goes_back(self):
        last = self.now()
        for shift in (30, -30, FAR, -FAR, 0):
            self.move(shift)
            for _ in range(5):
                now = self.now()
                self.assertGreaterEqual(now, last)
                last = now

    def test_a_start_far_ahead_is_not_believed_either(self):
        self.receive(5)
        made = self.hold(600)
        self.assertEqual(self.service.stop(), 0)
        self.move(FAR)
        self.start()
        self.until_clock("jumped")
        self.assertEqual(self.state(made), "held")


if __name__ == "__main__":
    if not SHIM:
        print("FAULTCLOCK_SHIM names no shim: skipped", file=sys.stderr)
        sys.exit(77)
    unittest.main()

#!/usr/bin/python3
"""A wall clock that is moved under the running service: far away it is not believed until somebody
says so, near by it is followed slowly; holds live as long as was promised, by what has elapsed. A
start goes on from where time was, however quiet the ledger and whatever was done to the clock."""

import datetime
import mmap
import os
import struct
import sys
import time
import unittest

from holdfast_process import Service, run, temporary_directory, wait_until
from rest_client import Client, fresh_key

SHIM = os.environ.get("FAULTCLOCK_SHIM")
DAY = 24 * 3600
FAR = DAY + 3600  # beyond clock_jump_max
NANOSECONDS = 1_000_000_000  # in a second


def read_time(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class Clock(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(temporary_directory())
        path = self.directory / "shift"
        path.write_bytes(bytes(16))
        with open(path, "r+b") as file:
            self._shifts = mmap.mmap(file.fileno(), 16)
        self.addCleanup(self._shifts.close)
        self._passed = self._ahead = 0  # seconds
        self.start()

    def start(self, *options):
        environment = {"LD_PRELOAD": SHIM, "FAULTCLOCK_FILE": str(self.directory / "shift")}
        self.service = Service(self.directory / "ledger", *options, environment=environment)
        self.addCleanup(self.service.kill)
        self.client = Client(self.service.url)
        self.addCleanup(self.client.close)

    def move(self, seconds):
        """The wall clock is so far ahead of what has elapsed."""
        self._ahead = seconds
        self._write_shifts()

    def let_pass(self, seconds):
        self._passed += seconds
        self._write_shifts()

    def _write_shifts(self):
        self._shifts[:] = struct.pack("<2q", (self._passed + self._ahead) * NANOSECONDS,
                                      self._passed * NANOSECONDS)

    def until_alive(self):
        """Until the service has left a sign of life at the present wall clock."""
        path = self.directory / "ledger" / "alive"
        now = (time.time() + self._passed + self._ahead) * 1000
        wait_until(lambda: path.exists() and int(path.read_text().split()[0]) >= now,
                   "a sign of life")

    def restart(self, away=0):
        self.until_alive()
        self.assertEqual(self.service.stop(), 0)
        self.let_pass(away)
        self.start()

    def hold(self, ttl, quantity=1):
        answer = self.client.post("/reservations", {"sku": "tea", "quantity": quantity,
                                                    "ttl_seconds": ttl}, key=fresh_key())
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def receive(self, quantity):
        answer = self.client.post("/stock/receipts", {"sku": "tea", "quantity": quantity},
                                  key=fresh_key())
        self.assertEqual(answer.status, 200, answer)

    def pay(self, reservation, **more):
        answer = self.client.post(f"/reservations/{reservation['id']}/payment", more)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def assert_moved(self, paying, seconds):
        """A payment goes on, and its deadline is that much later."""
        now = self.client.get(f"/reservations/{paying['id']}").json
        self.assertEqual(now["state"], "payment_pending")
        self.assertAlmostEqual(read_time(now["expires_at"]) - read_time(paying["expires_at"]),
                               seconds, delta=60)

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
        self.assertNotEqual(self.clock(), "jumped")
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

    def test_a_start_after_a_quiet_day_is_an_ordinary_one(self):
        self.receive(5)
        self.let_pass(FAR)
        self.restart()
        self.assertEqual(self.clock(), "ok")
        self.assertEqual(self.ready(), 200)
        self.assertGreater(read_time(self.hold(60)["expires_at"]), time.time() + FAR)

    def test_a_start_does_not_do_at_once_what_is_followed_slowly(self):
        self.receive(5)
        held, paying = self.hold(900), self.pay(self.hold(900))
        self.move(3600)  # it was slow by an hour, and has been put right
        self.restart()
        self.until_clock("lags")
        self.assertEqual(self.state(held), "held")
        self.assertEqual(self.state(paying), "payment_pending")
        self.assertLess(self.now(), time.time() + 60)

    def test_a_stop_counts_as_long_as_it_was_also_while_the_clock_is_followed(self):
        self.receive(5)
        held, paying = self.hold(900), self.pay(self.hold(900))
        self.move(3600)
        self.restart(away=1200)
        wait_until(lambda: self.state(held) == "expired", "the hold ends by what has elapsed")
        self.assert_moved(paying, 1200)

    def test_what_is_followed_slowly_can_be_confirmed(self):
        """A machine that came up hours behind and was then put right: else it takes two months."""
        self.receive(5)
        paying = self.pay(self.hold(900), ttl_seconds=8 * 3600 - 900)
        self.move(8 * 3600)
        self.until_clock("lags")
        self.assertEqual(self.ready(), 200)
        self.restart()
        self.until_clock("lags")
        self.assertEqual(self.client.post("/admin/clock/confirm").json["confirmed"], True)
        self.until_clock("ok")
        self.assertGreater(self.now(), time.time() + 7.9 * 3600)
        self.assert_moved(paying, 1800)
        self.assertEqual(self.client.post("/admin/clock/confirm").json["confirmed"], False)
        self.assertEqual(self.service.stop(), 0)
        verified = run("ledger", "verify", self.directory / "ledger")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_what_is_hot_is_so_by_the_time_that_has_passed(self):
        self.assertEqual(self.service.stop(), 0)
        self.start("--hot-window", "1h")
        self.receive(5)
        made = self.hold(600)
        released = self.client.post(f"/reservations/{made['id']}/release", key=fresh_key())
        self.assertEqual(released.status, 200, released)

        def archived():
            return self.client.get("/status").json["archived_reservations"]

        self.move(2 * 3600)
        self.until_clock("lags")
        time.sleep(1)  # nothing tells that it stays; the archiver looks twenty times a second
        self.assertEqual(archived(), 0)
        self.let_pass(2 * 3600)
        wait_until(lambda: archived() == 1, "it has left the hot window")

    def test_payments_have_their_grace_after_a_stop_that_had_to_be_confirmed(self):
        self.receive(5)
        paying = self.pay(self.hold(900), ttl_seconds=FAR - 900)
        self.restart(away=FAR)
        self.until_clock("jumped")
        self.assertEqual(self.client.post("/admin/clock/confirm").json["confirmed"], True)
        self.until_clock("ok")
        self.assert_moved(paying, 1800)
        self.assertEqual(self.service.stop(), 0)
        verified = run("ledger", "verify", self.directory / "ledger")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


if __name__ == "__main__":
    if not SHIM:
        print("FAULTCLOCK_SHIM names no shim: skipped", file=sys.stderr)
        sys.exit(77)
    unittest.main()

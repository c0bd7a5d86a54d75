#!/usr/bin/python3
"""The service at the limits of its process: descriptors, memory, threads; and stopped for a while.

It says why it ends, or goes on; what it acknowledged is there afterwards.
"""

import asyncio
import os
import random
import resource
import signal
import socket
import time
import unittest

from blackbox_case import units
from checker import Checker
from holdfast_process import START_LIMIT, Service, run, temporary_directory, wait_until
from journal import Journal
from rest_client import Client, fresh_key
from shopper import Shopper
from wire import Gone

THREADS = os.environ.get("FAULTCLOCK_SHIM")
MIB = 1 << 20


def limit(what, amount):
    return lambda: resource.setrlimit(what, (amount, amount))


# Sanitizers need descriptors and memory themselves, and call what they cannot look at damaged.
@unittest.skipUnless(THREADS, "no shim in this build: it has sanitizers")
class AtALimit(unittest.TestCase):
    def setUp(self):
        self.ledger = self.enterContext(temporary_directory()) / "ledger"

    def start(self, **more):
        """The exit code and all words of a service that may or may not come up; None: it did."""
        service = Service(self.ledger, wait=False, **more)
        service._listening.wait(START_LIMIT)
        code = None
        if service.url:
            service.kill()
        else:
            code = service.wait()
        return code, "\n".join(service.log)

    def assert_sound(self):
        """Without the limit nothing is missing."""
        with Service(self.ledger) as service:
            self.assertEqual(service.stop(), 0)
        verified = run("ledger", "verify", self.ledger)
        self.assertEqual(verified.returncode, 0, verified)

    def test_too_few_descriptors_to_start(self):
        for count in (8, 16, 24, 32):
            code, words = self.start(before_start=limit(resource.RLIMIT_NOFILE, count))
            self.assertEqual(code, 1, words)
            self.assertIn("Too many open files", words)
        self.assert_sound()

    def test_too_little_memory_to_start(self):
        for mebibytes in (40, 80, 120, 160, 200, 240, 280, 320):
            code, words = self.start(before_start=limit(resource.RLIMIT_AS, mebibytes * MIB))
            self.assertIn(code, (None, 1, 7, -signal.SIGABRT, 127), words)
            if code not in (None, 127):  # 127: the system could not even load it
                self.assertRegex(words, "memory|emporarily|alloc|gave up|Memory")
        self.assert_sound()

    def test_no_more_threads(self):
        """While a ledger is made, and, each thread in turn, while it is opened."""
        making = random.Random(time.time_ns()).sample(range(1, 18), 3)
        for count in (*making, *range(1, 18)):
            code, words = self.start(environment={"LD_PRELOAD": THREADS,
                                                  "FAULTCLOCK_THREADS": str(count)})
            self.assertIn(code, (1, -signal.SIGABRT), f"thread {count}: {words}")
            self.assertIn('"level":"error"', words, f"thread {count}")
        self.assert_sound()

    def ask_until_admitted(self, url):
        """That connections were closed is seen a little later; until then one more is refused."""
        end = time.monotonic() + 20
        while True:
            client = Client(url)
            answer = client.get("/availability/tea")
            client.close()
            if answer.status != 503 or time.monotonic() > end:
                return answer

    def test_connections_take_all_descriptors(self):
        service = self.enterContext(
            Service(self.ledger, before_start=limit(resource.RLIMIT_NOFILE, 96)))
        first = Client(service.url)
        self.assertEqual(first.post("/stock/receipts", {"sku": "tea", "quantity": 9},
                                    key="receipt").status, 200)
        idle = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(120)]
        for turn in range(20):  # what it writes needs files: connections left it some
            self.assertEqual(first.get("/availability/tea").json["on_hand"], 9)
            self.assertEqual(first.post("/stock/receipts", {"sku": "tea", "quantity": 1},
                                        key=f"more-{turn}").status, 200)
            self.assertEqual(first.post("/stock/adjustments",
                                        {"sku": "tea", "delta": -1, "reason": "damage"},
                                        key=f"less-{turn}").status, 200)
        for each in idle:
            each.close()
        first.close()
        self.assertEqual(self.ask_until_admitted(service.url).json["on_hand"], 9)
        self.assertEqual(service.stop(), 0, service.log)
        self.assert_sound()

    def test_memory_runs_out_while_it_serves(self):
        """It ends with a message, and what it had acknowledged is there."""
        journal = Journal()
        with Service(self.ledger) as service:
            with open(f"/proc/{service.process.pid}/statm", encoding="ascii") as file:
                size = int(file.read().split()[0]) * resource.getpagesize()
            resource.prlimit(service.process.pid, resource.RLIMIT_AS, (size, size))
            asyncio.run(shop_until_gone(service.port, journal))
            if service.process.poll() is None:
                service.kill()
            else:
                code = service.wait()
                self.assertIn(code, (1, -signal.SIGABRT), service.log)
                self.assertIn('"level":"error"', service.log[-1])
        with Service(self.ledger) as service:
            asyncio.run(check(service.port, journal))
        self.assert_sound()


async def shop_until_gone(port, journal):
    shopper = Shopper(port, journal, "hungry")
    try:
        await shopper.stock(1_000_000)
        for turn in range(400):
            await shopper.create(turn)
            if turn % 40 == 0:
                await shopper.get("/reservations?state=held")
    except Gone:
        pass
    finally:
        shopper.close()


async def check(port, journal):
    checker = Checker(port, journal, random.Random(1))
    await checker.check(1)
    checker.close()


class Stopped(unittest.TestCase):
    """SIGSTOP for longer than a hold lives: time went on."""

    def test_a_hold_that_ended_meanwhile_is_gone_at_once(self):
        ledger = self.enterContext(temporary_directory()) / "ledger"
        service = self.enterContext(Service(ledger))
        client = Client(service.url)
        self.addCleanup(client.close)
        client.post("/stock/receipts", {"sku": "tea", "quantity": 5}, key="receipt")
        made = [client.post("/reservations", {"sku": "tea", "quantity": 2, "ttl_seconds": ttl},
                            key=fresh_key()).json for ttl in (1, 600)]
        service.process.send_signal(signal.SIGSTOP)
        time.sleep(1.2)  # time itself is what is tested
        service.process.send_signal(signal.SIGCONT)
        # Three units are free: one that nobody had, and two whose hold is over.
        taken = client.post("/reservations", {"sku": "tea", "quantity": 3}, key=fresh_key())
        self.assertEqual(taken.status, 201, taken)
        late = client.post(f"/reservations/{made[0]['id']}/commit", {}, key=fresh_key())
        self.assertEqual((late.status, late.code), (409, "late_commit_shortfall"), late)
        sold = client.post(f"/reservations/{made[1]['id']}/commit", {}, key=fresh_key())
        self.assertEqual(units(sold.json), {"committed": 2})
        wait_until(lambda: client.get(f"/reservations/{made[0]['id']}").json["state"] == "expired",
                   "the hold that ended is closed")
        shown = client.get("/availability/tea").json
        self.assertEqual((shown["on_hand"], shown["held"], shown["committed"], shown["deficit"]),
                         (5, 3, 2, 0))


if __name__ == "__main__":
    unittest.main()

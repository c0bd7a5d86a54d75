#!/usr/bin/python3
"""Kills the real service at random moments under load, again and again, and checks every promise.

    crash_test.py --cycles 200 [--seed N]      or --seconds N
    crash_test.py --births 40        kills while a new ledger is being made
    crash_test.py --self-test        the checker must notice what is planted

Each cycle starts the service, checks it against everything that was ever answered, loads it, and
kills it. A violation prints seed and cycle and ends with exit code 1. The same seed makes the same
choices; what the machine does in between is its own.
"""

import argparse
import asyncio
import random
import shutil
import sys
import time

from checker import Checker
from counts import tell
from holdfast_process import DidNotStart, Service, run, temporary_directory
from journal import Attempt, Journal, Violation
from load import SKUS, run_load, stock_every_sku
from wire import Wire

LOAD_SECONDS = (0.01, 0.15)
EARLY_KILL_SHARE = 0.1
EARLY_KILL_SECONDS = 0.1
OPTIONS = ("--checkpoint-every", "5000")


class Run:
    def __init__(self, ledger, seed):
        self.ledger = ledger
        self.dice = random.Random(seed)
        self.journal = Journal()
        self.early_kills = 0

    def start(self):
        """Sometimes the first attempts are killed while they recover."""
        while self.dice.random() < EARLY_KILL_SHARE:
            service = Service(self.ledger, *OPTIONS, wait=False)
            time.sleep(self.dice.uniform(0, EARLY_KILL_SECONDS))
            service.kill()
            self.early_kills += 1
        return Service(self.ledger, *OPTIONS)

    async def check(self, service, cycle):
        """Against everything up to and with this cycle."""
        checker = Checker(service.port, self.journal, self.dice)
        try:
            await checker.check(cycle)
        finally:
            checker.close()

    async def load(self, service, cycle):
        """Until the kill."""
        workers = asyncio.create_task(run_load(service.port, self.journal, self.dice, cycle))
        await asyncio.sleep(self.dice.uniform(*LOAD_SECONDS))
        service.process.kill()
        await workers
        service.kill()
        for attempt, answers in self.journal.unequal:
            raise Violation(f"{attempt}, sent twice at once, had the answers {answers}")

    async def cycle(self, cycle):
        service = self.start()
        try:
            await self.check(service, cycle - 1)
            if not self.journal.attempts:
                await stock_every_sku(service.port, self.journal, cycle)
            await self.load(service, cycle)
        finally:
            service.kill()

    async def finish(self, cycle):
        """The killed ledger verifies, serves, stops and verifies once more."""
        self.verify()
        with Service(self.ledger, *OPTIONS) as service:
            await self.check(service, cycle)
            if service.stop() != 0:
                raise Violation(f"the service did not stop cleanly: {service.log}")
        self.verify()

    def verify(self):
        verified = run("ledger", "verify", self.ledger)
        if verified.returncode != 0:
            raise Violation(f"ledger verify: {verified.stdout}{verified.stderr}")


async def torture(seed, cycles, seconds):
    """Ends with whichever bound comes first."""
    began = time.monotonic()
    with temporary_directory() as directory:
        tortured = Run(directory / "ledger", seed)
        cycle = 0
        try:
            while cycle < cycles and time.monotonic() - began < seconds:
                cycle += 1
                await tortured.cycle(cycle)
            await tortured.finish(cycle)
        except (Violation, DidNotStart) as violation:
            print(f"VIOLATION with seed {seed} in cycle {cycle}: {violation}")
            return 1
        journal = tortured.journal
        counts = {}
        for attempt in journal.attempts:
            name = f"{attempt.kind} {attempt.answer[0]}"
            counts[name] = counts.get(name, 0) + 1
        print(f"seed {seed}: {cycle} kills under load, {tortured.early_kills} during recovery, "
              f"{len(journal.attempts)} answers, {time.monotonic() - began:.0f} s")
        print(", ".join(f"{name}: {count}" for name, count in sorted(counts.items())))
        tell(kills=cycle, kills_during_recovery=tortured.early_kills, answers=len(journal.attempts))
    return 0


def births(seed, count):
    """A ledger whose making was killed, even several times, is made by the next start."""
    dice = random.Random(seed)
    for birth in range(count):
        with temporary_directory() as directory:
            ledger = directory / "ledger"
            for _ in range(dice.randint(1, 3)):
                service = Service(ledger, wait=False)
                time.sleep(dice.uniform(0, EARLY_KILL_SECONDS))
                service.kill()
            try:
                with Service(ledger) as service:
                    service.stop()
            except DidNotStart as failure:
                print(f"VIOLATION with seed {seed} in birth {birth}: {failure}")
                return 1
            verified = run("ledger", "verify", ledger)
            if verified.returncode != 0:
                print(f"VIOLATION with seed {seed} in birth {birth}: {verified}")
                return 1
    print(f"seed {seed}: {count} ledgers made in spite of kills")
    return 0


# -- the checker is checked ---------------------------------------------------------------------
async def plant_lost_acknowledgement(tortured):
    """The service comes back with the ledger it had before the last load."""
    old = tortured.ledger.with_name("old")
    shutil.copytree(tortured.ledger, old)
    await tortured.cycle(2)
    shutil.rmtree(tortured.ledger)
    old.rename(tortured.ledger)


async def plant_lost_acknowledgement_and_later_work(tortured):
    """The same, and enough has happened since that the position alone would not tell."""
    await plant_lost_acknowledgement(tortured)
    last = int(tortured.journal.position.split(".")[1])
    shadow = Journal()
    with Service(tortured.ledger, *OPTIONS) as service:
        wire = Wire(service.port)
        while shadow.position is None or int(shadow.position.split(".")[1]) < last:
            attempt = Attempt(2, "receipt", f"later-{len(shadow.attempts)}", "/stock/receipts",
                              b'{"sku":"elsewhere","quantity":1}')
            shadow.intend(attempt)
            status, _, body = await wire.ask("POST", attempt.path, attempt.body, attempt.key)
            shadow.answered(attempt, status, body)
        wire.close()


async def plant_duplicate(tortured):
    """An acknowledged create has its effect a second time."""
    copied = next(attempt for attempt in tortured.journal.attempts
                  if attempt.kind == "create" and attempt.answer[0] == 201)
    shadow = Journal()
    await send_once(tortured, shadow, Attempt(2, "receipt", "plant-1", "/stock/receipts", (
        b'{"sku":"%s","quantity":1000}' % SKUS[0].encode())))
    await send_once(tortured, shadow, Attempt(2, "create", "plant-2", copied.path, copied.body))


async def plant_half_effect(tortured):
    """A receipt is there that nobody was told of and nobody asked for."""
    await send_once(tortured, Journal(), Attempt(2, "receipt", "plant-3", "/stock/receipts", (
        b'{"sku":"%s","quantity":1}' % SKUS[0].encode())))


async def plant_other_answer(tortured):
    """A key is remembered with another answer than the first one."""
    # A refusal shows no position: take the newest answer that does.
    attempt = next(each for each in reversed(tortured.journal.attempts)
                   if each.answer and b'"position":"0.' in each.answer[1])
    status, body = attempt.answer
    attempt.answer = (status, body.replace(b'"position":"0.', b'"position":"0.1'))


async def send_once(tortured, journal, attempt):
    with Service(tortured.ledger, *OPTIONS) as service:
        wire = Wire(service.port)
        journal.intend(attempt)
        status, _, body = await wire.ask("POST", attempt.path, attempt.body, attempt.key)
        journal.answered(attempt, status, body)
        wire.close()
        service.stop()


async def self_test(seed):
    failures = 0
    for plant in (None, plant_lost_acknowledgement, plant_lost_acknowledgement_and_later_work,
                  plant_duplicate, plant_half_effect, plant_other_answer):
        name = plant.__name__ if plant else "nothing planted"
        with temporary_directory() as directory:
            tortured = Run(directory / "ledger", seed)
            await tortured.cycle(1)
            # Whatever was open at the kill is settled before something is planted.
            with Service(tortured.ledger, *OPTIONS) as service:
                await tortured.check(service, 1)
            if plant:
                await plant(tortured)
            noticed = None
            with Service(tortured.ledger, *OPTIONS) as service:
                try:
                    await tortured.check(service, tortured.journal.attempts[-1].cycle)
                except Violation as violation:
                    noticed = str(violation)
        good = (noticed is not None) == (plant is not None)
        failures += not good
        print(f"{'ok' if good else 'NOT OK'}: {name}: {(noticed or 'nothing noticed')[:300]}")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--births", type=int, default=0)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return asyncio.run(self_test(options.seed))
    if options.births:
        return births(options.seed, options.births)
    cycles = options.cycles or (sys.maxsize if options.seconds else 200)
    return asyncio.run(torture(options.seed, cycles, options.seconds or float("inf")))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""Cuts the power of the real service at random moments under load and checks every promise.

    power_cut_test.py --cycles 200 [--seed N]      or --seconds N
    power_cut_test.py --self-test        a disk that lies about its syncs must be noticed

Each cycle serves what the disk held after the last cut, checks it against everything that was ever
answered, loads it, and kills it. What the next cycle finds is made from the shim's journal: synced
writes are there; of all others none, all, a torn beginning or any sectors (see disk.py). Some cuts
come while the service starts, the first of them while the ledger is being made.
"""

import argparse
import asyncio
import collections
import contextlib
import pathlib
import random
import shutil
import sys
import time

from checker import Checker
from counts import tell
from disk import Disk, Unseen
from holdfast_process import DidNotStart, run, temporary_directory
from journal import Journal, Violation
from load import run_load, stock_every_sku
from shimmed import LEDGER, serve, shim

LOAD_SECONDS = (0.02, 0.2)
EARLY_CUT_SHARE = 0.25
EARLY_CUT_SECONDS = 0.15
LOGS = ("*/db/*.log", "*.segment")  # where the kinds of ledgers append
SYNC_MICROSECONDS = (0, 500, 5000)
OPTIONS = ("--checkpoint-every", "500", "--hot-events", "500")


class Run:
    def __init__(self, directory, seed, lies_about=()):
        self.directory = directory
        self.lies_about = lies_about
        self.root = directory / "power-0"
        self.root.mkdir()
        self.dice = random.Random(seed)
        self.journal = Journal()
        self.counts = collections.Counter()

    def _log(self):
        return self.directory / f"{self.root.name}.journal"

    def serve(self, wait=True):
        """On a disk of any speed: a slow one has more that is not synced yet when it is cut."""
        slow = self.dice.choice(SYNC_MICROSECONDS)
        return serve(self.root, self._log(), *OPTIONS, wait=wait, slow=f"sync:{slow}")

    def cut(self, disk):
        """After the kill: the next directory is what the disk would hold."""
        disk.replay(self._log(), self.dice)
        disk.check_seen(self.root)
        image = disk.cut(self.dice)
        before, log = self.root, self._log()
        self.counts["cuts"] += 1
        self.root = self.directory / f"power-{self.counts['cuts']}"
        image.write_to(self.root)
        shutil.rmtree(before)
        log.unlink()

    def cut_early(self):
        """While the service starts."""
        disk = Disk(self.root, self.lies_about)
        service = self.serve(wait=False)
        time.sleep(self.dice.uniform(0, EARLY_CUT_SECONDS))
        service.kill()
        if self._log().exists():  # else it had not even begun
            self.cut(disk)
            self.counts["early"] += 1

    async def check(self, service, cycle):
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
        for attempt, answers in self.journal.unequal:
            raise Violation(f"{attempt}, sent twice at once, had the answers {answers}")

    async def cycle(self, cycle):
        while self.dice.random() < EARLY_CUT_SHARE:
            self.cut_early()
        disk = Disk(self.root, self.lies_about)
        service = self.serve()
        try:
            await self.check(service, cycle - 1)
            if not self.journal.attempts:
                await stock_every_sku(service.port, self.journal, cycle)
            await self.load(service, cycle)
        finally:
            service.kill()
        self.cut(disk)

    async def finish(self, cycle):
        disk = Disk(self.root, self.lies_about)
        with self.serve() as service:
            await self.check(service, cycle)
            if service.stop() != 0:
                raise Violation(f"the service did not stop cleanly: {service.log}")
        disk.replay(self._log(), self.dice)
        disk.check_seen(self.root, killed=False)
        verified = run("ledger", "verify", self.root / LEDGER)
        if verified.returncode != 0:
            raise Violation(f"ledger verify: {verified.stdout}{verified.stderr}")


@contextlib.contextmanager
def workplace(keep):
    """A directory that goes in the end, unless it was named."""
    if keep is None:
        with temporary_directory() as directory:
            yield directory
    else:
        pathlib.Path(keep).mkdir(parents=True)
        yield pathlib.Path(keep)


async def torture(seed, cycles, seconds=float("inf"), lies_about=(), keep=None):
    """Ends with whichever bound comes first."""
    began = time.monotonic()
    with workplace(keep) as directory:
        tortured = Run(directory, seed, lies_about)
        cycle = 0
        try:
            while cycle < cycles and time.monotonic() - began < seconds:
                cycle += 1
                await tortured.cycle(cycle)
            await tortured.finish(cycle)
        except (Violation, DidNotStart, Unseen) as violation:
            print(f"VIOLATION with seed {seed} in cycle {cycle}: {violation}")
            return 1
        counts = tortured.counts
        print(f"seed {seed}: {counts['cuts']} power cuts, {counts['early']} of them while it "
              f"started, {len(tortured.journal.attempts)} answers, "
              f"{time.monotonic() - began:.0f} s")
        tell(cuts=counts["cuts"], cuts_during_start=counts["early"],
             answers=len(tortured.journal.attempts))
    return 0


async def self_test(seed):
    """Syncs of the log that are none: what is acknowledged after them is lost."""
    noticed = await torture(seed, 20, lies_about=LOGS) != 0
    print("ok: noticed" if noticed else "NOT OK: nothing noticed")
    return 0 if noticed else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--keep", help="a new directory, kept as it is at a violation")
    options = parser.parse_args()
    shim()
    if options.self_test:
        return asyncio.run(self_test(options.seed))
    cycles = options.cycles or (sys.maxsize if options.seconds else 20)
    return asyncio.run(torture(options.seed, cycles, options.seconds or float("inf"),
                               keep=options.keep))


if __name__ == "__main__":
    sys.exit(main())

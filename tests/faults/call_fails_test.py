#!/usr/bin/python3
"""Fails the Nth call of a kind in a scripted run of the real service, for every N.

    call_fails_test.py [--all] [--seed N]         syncs: a sample that fits a test run, or every N
    call_fails_test.py --call write --error 28    other calls (shim/plan.hpp); error 0: cut short
    call_fails_test.py --only LIFE.N              one of them, and what the service said

The script has two lives, with a stop and a start between. Each receives, holds, commits, releases
and ships, while checkpoints are written and the archive fills. A failed sync loses what it was for,
although the process goes on seeing it (disk.py). Whatever N: either the service ends with a message
and exit code 1, or it goes on because the file can be made again; nothing that it acknowledged,
before or after, is missing once it is started again and once more after a power cut; no key has two
outcomes; `ledger verify` finds nothing.
"""

import argparse
import asyncio
import collections
import errno
import os
import random
import sys
import time

from checker import Checker
from disk import (EXTEND, FAULT, LINK, MKDIR, OPEN, PUNCH, RENAME, RMDIR, START, SYNC_BEGIN,
                  TRUNCATE, UNLINK, WRITE, Disk, Unseen, read_journal)
from holdfast_process import DidNotStart, run, temporary_directory
from journal import Journal, Violation
from shimmed import LEDGER, serve, shim
from shopper import Shopper
from wire import Gone

OPTIONS = ("--checkpoint-every", "40", "--hot-events", "40")
ROUNDS = 30
LIVES = (1, 2)
CALLS = {"sync": (SYNC_BEGIN,), "write": (WRITE,), "space": (TRUNCATE, EXTEND, PUNCH),
         "name": (OPEN, RENAME, UNLINK, MKDIR, RMDIR, LINK)}
CLEAN_END, FAIL_STOP = 0, 1


async def shop(port, journal, name):
    """The same requests in the same order, one at a time; whether they came to their end."""
    shopper = Shopper(port, journal, name)
    try:
        await shopper.stock(90)
        for turn in range(ROUNDS):
            status, made = await shopper.create(turn)
            if status != 201:
                raise Violation(f"a create is answered {status}: {made}")
            await shopper.verb(("commit", "release", "commit")[turn % 3], made)
            if turn % 3 == 2:
                await shopper.verb("ship", made)
        return True
    except Gone:
        return False
    finally:
        shopper.close()


class Trial:
    """One scripted run with one sync that fails."""

    def __init__(self, directory, dice):
        self.root = directory / "disk"
        self.root.mkdir()
        self.log = directory / "journal"
        self.dice = dice
        self.journal = Journal()
        self.words = {}  # life -> what the service said
        self.disk = Disk(self.root)

    async def script(self, faulty_life=0, **plan):
        """Two lives of the service, the second if the first ended well; the last exit code."""
        code = CLEAN_END
        for life in LIVES:
            if code == CLEAN_END:
                code = await self._live(life, **(plan if life == faulty_life else {}))
        return code

    async def _live(self, life, **plan):
        service = serve(self.root, self.log, *OPTIONS, wait=False, **plan)
        try:
            try:
                service.wait_until_listening()
                finished = await shop(service.port, self.journal, f"life-{life}")
            except DidNotStart:
                finished = False
            code = service.stop() if finished else service.wait()
        finally:
            service.kill()
            self.words[life] = service.log
        return code

    async def check(self):
        """Serves what is there and compares it with every answer."""
        service = serve(self.root, self.log, *OPTIONS)
        try:
            if not self.journal.attempts and not self.journal.open:
                return
            checker = Checker(service.port, self.journal, self.dice)
            await checker.check(1)
            checker.close()
        finally:
            service.kill()

    def cut_power(self, elsewhere):
        self.disk.replay(self.log, self.dice)
        self.disk.check_seen(self.root)
        self.disk.cut(self.dice).write_to(elsewhere)
        self.root = elsewhere
        self.log = elsewhere.with_suffix(".journal")

    def verify(self):
        verified = run("ledger", "verify", self.root / LEDGER)
        if verified.returncode != 0:
            raise Violation(f"ledger verify: {verified.stdout}{verified.stderr}")

    def failed_path(self):
        """What was synced in vain; of a directory the name that had changed in it."""
        renamed = {}
        for each in read_journal(self.log):
            if each.kind == RENAME:
                renamed[each.thread] = each.other
            elif each.kind == FAULT:
                newest = renamed.get(each.thread, "")
                return newest if newest.rpartition("/")[0] == each.path else each.path
        return None


def calls_of_a_sound_run(dice, kinds):
    """(life, number) of all calls of that kind."""
    with temporary_directory() as directory:
        trial = Trial(directory, dice)
        code = asyncio.run(trial.script())
        if code != CLEAN_END:
            raise Violation(f"without any fault the exit code is {code}: {trial.words}")
        counts = collections.Counter()
        life = 0
        for each in read_journal(trial.log):
            life += each.kind == START
            counts[life] += each.kind in kinds and not is_free(each)
        return [(life, number) for life in LIVES for number in range(1, counts[life] + 1)]


def is_free(record):
    """Opening what is there makes no name."""
    return record.kind == OPEN and not record.offset & os.O_CREAT


def store_of(path):
    """What the file is part of: the ledger's own parts by name."""
    parts = path.split("/")[1:]
    if parts and parts[-1].startswith("OPTIONS"):
        return "a record of options"  # RocksDB writes them down for people
    if parts and parts[-1].startswith("LOG"):
        return "RocksDB's own log"
    if parts == ["alive"]:
        return "sign of life"  # only how long the service was down depends on it
    if parts == ["tail"]:
        return "tail mark"  # against damage; what is acknowledged never depends on it
    if parts and parts[0] == "segments":
        return "segments"  # one that is made ahead may fail; what counts is what is there later
    return parts[0] if parts and parts[0] in ("index", "history", "archive", "checkpoints") \
        else "ledger"


def judge(fault, path, code, words, said):
    """Whether the service did what its manual says."""
    store = store_of(path)
    what = f"a {fault.call} of {path} failed"
    served = any('"listening"' in line for line in words)
    if store == "RocksDB's own log":
        return  # Debian builds RocksDB with assertions, and one of them is about this file
    if code not in (CLEAN_END, FAIL_STOP):
        raise Violation(f"{what}: exit code {code}: {words[-5:]}")
    if store not in ("ledger", "segments", "tail mark") and served and code != CLEAN_END:
        raise Violation(f"{what}, which can be made again, and the service stopped: {said}")
    # Room taken ahead, old files removed, a write cut short: they can do without, or try again.
    if fault.call in ("space", "name") or not fault.error:
        return
    if store == "ledger" and code != FAIL_STOP:
        raise Violation(f"{what} and the service went on")
    # RocksDB tells nobody of a flush that fails while a view is closed; the next start reads on.
    if not said and store in ("ledger", "tail mark", "archive", "checkpoints"):
        raise Violation(f"{what} and nobody was told")


async def attempt(fault, place, seed, talk=False):
    """Returns (store, what the service did), or nothing if there was no such call."""
    life, number = place
    dice = random.Random(f"{seed}/{place}")
    with temporary_directory() as directory:
        trial = Trial(directory, dice)
        code = await trial.script(faulty_life=life, fail=f"{fault.call}:{number}:{fault.error}")
        path = trial.failed_path()
        if path is None:
            return None
        words = trial.words[life]
        said = [line for line in words if '"error"' in line or '"warning"' in line]
        if talk:
            print(path, code, *said, sep="\n")
        judge(fault, path, code, words, said)
        await trial.check()
        trial.cut_power(directory / "after")
        await trial.check()
        trial.verify()
        return store_of(path), "stopped" if code == FAIL_STOP else "went on"


def try_each(fault, places, seed):
    """How many of them broke a promise; prints what the service did."""
    outcomes = collections.Counter()
    failures = 0
    for place in places:
        try:
            outcomes[asyncio.run(attempt(fault, place, seed))] += 1
        except (Violation, DidNotStart, Unseen) as violation:
            failures += 1
            life, number = place
            print(f"VIOLATION with seed {seed}, {fault.call} {life}.{number}: {violation}")
    for (store, what), times in sorted(each for each in outcomes.items() if each[0]):
        print(f"{store}: {what} {times} times")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--call", choices=CALLS, default="sync")
    parser.add_argument("--error", type=int, default=errno.EIO)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--only", metavar="LIFE.N")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    shim()
    if options.only:
        place = tuple(map(int, options.only.split(".")))
        print(asyncio.run(attempt(options, place, options.seed, talk=True)))
        return 0
    dice = random.Random(options.seed)
    places = calls_of_a_sound_run(dice, CALLS[options.call])
    chosen = places if options.all else \
        sorted(dice.sample(places, min(options.sample, len(places))))
    failures = try_each(options, chosen, options.seed)
    print(f"seed {options.seed}: {len(chosen)} of {len(places)} calls ({options.call}) failed with "
          f"error {options.error}, one at a time")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""A disk that somebody else fills: refused are the commands that need room, not the reads.

    disk_full_test.py [--all] [--left MiB]     how much is left on the disk: a sample, all, or one

Needs root, for a small file system in memory; is skipped otherwise.
"""

import argparse
import asyncio
import contextlib
import os
import random
import subprocess
import sys
import time

from checker import Checker
from holdfast_process import Service, run, temporary_directory
from journal import Journal, Violation
from shopper import Shopper
from wire import Gone

MIB = 1 << 20
DISK_MIB = 320  # the log alone is preallocated with 70
RESERVE_MIB = 24
FLOOR_MIB = 9  # an append asks for 8 MiB and four times its size (docs/formats/ledger.md)
SAMPLE = (0, 6, 12, 20)
OPTIONS = ("--storage-reserve", f"{RESERVE_MIB}MiB", "--checkpoint-every", "50",
           "--hot-events", "50")
SKIPPED = 77


def expect(condition, what):
    if not condition:
        raise Violation(what)


class FullDisk:
    def __init__(self, directory, left):
        self.disk = directory / "disk"
        self.ledger = self.disk / "ledger"
        self.filler = self.disk / "somebody-elses"
        self.left = left
        self.journal = Journal()
        self.held = []

    def mount(self):
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "none", self.disk],
                       check=True)

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.disk], check=True)

    def fill(self):
        """The service goes on taking room meanwhile, for a moment."""
        with open(self.filler, "wb") as file:
            for _ in range(20):
                stat = os.statvfs(self.disk)
                spare = stat.f_bavail * stat.f_frsize - self.left * MIB
                if spare <= 0:
                    return
                with contextlib.suppress(OSError):
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, spare)

    async def until_status(self, shopper, full):
        """The service looks at its disk once a second."""
        end = time.monotonic() + 20
        while (await shopper.get("/status"))[1]["storage_full"] != full:
            expect(time.monotonic() < end, f"storage_full is not {full}")
            await asyncio.sleep(0.05)

    async def before(self, shopper):
        await shopper.stock(500)
        for turn in range(40):
            status, made = await shopper.create(turn)
            expect(status == 201, f"a create on a disk with room: {status} {made}")
            self.held.append(made)

    async def while_full(self, shopper):
        """Whether the service is still there after it."""
        await self.until_status(shopper, True)
        for status, answer in (await shopper.create(99),
                               await shopper.send("receipt", "/stock/receipts",
                                                  {"sku": "sku-0", "quantity": 1})):
            expect((status, answer["code"]) == (503, "storage_full"), f"{status} {answer}")
        await self.read(shopper)
        try:
            await self.change_and_replay(shopper)
        except Gone:
            return False
        await self.read(shopper)
        return True

    async def read(self, shopper):
        for path in ("/availability/sku-0", f"/reservations/{self.held[0]['id']}",
                     "/reservations?state=held", "/status"):
            status, answer = await shopper.get(path)
            expect(status == 200, f"{path} on a full disk: {status} {answer}")

    async def change_and_replay(self, shopper):
        for verb in ("commit", "release"):
            status, answer = await shopper.verb(verb, self.held.pop())
            expect(status == 200, f"{verb} on a full disk: {status} {answer}")
        first = next(each for each in self.journal.attempts if each.kind == "create")
        status, replayed, body = await shopper.wire.ask("POST", first.path, first.body, first.key)
        expect(replayed and (status, body) == first.answer, "a retry needs no room")

    async def check(self, service):
        checker = Checker(service.port, self.journal, random.Random(1))
        await checker.check(1)
        checker.close()

    def judge_end(self, service):
        """It stopped because even what was promised finds no room."""
        code = service.wait()
        words = "\n".join(service.log)
        expect(self.left < FLOOR_MIB, f"stopped with {self.left} MiB left: {words}")
        expect(code == 1 and "storage_full" in words and str(self.ledger) in words,
               f"exit code {code} and {words}")

    def start_while_full(self):
        """Comes up, or says that it needs room."""
        service = Service(self.ledger, *OPTIONS, wait=False)
        service._listening.wait(60)
        came_up = bool(service.url)
        service.kill()
        words = "\n".join(service.log)
        expect(came_up or ("storage_full" in words and "free space" in words), words)
        return came_up

    async def run(self):
        """What happened, in words."""
        service = Service(self.ledger, *OPTIONS)
        try:
            shopper = Shopper(service.port, self.journal, "one")
            await self.before(shopper)
            self.fill()
            stayed = await self.while_full(shopper)
            if not stayed:
                self.judge_end(service)
                came_up = self.start_while_full()
            self.filler.unlink()
            if stayed:
                await self.until_status(shopper, False)
                status, made = await shopper.create(7)
                expect(status == 201, f"a create with room again: {status} {made}")
                service.kill()
                came_up = True
            shopper.close()
        finally:
            service.kill()
        with Service(self.ledger, *OPTIONS) as service:
            await self.check(service)
            expect(service.stop() == 0, f"{service.log}")
        verified = run("ledger", "verify", self.ledger)
        expect(verified.returncode == 0, f"ledger verify: {verified.stdout}{verified.stderr}")
        return ("went on" if stayed else
                f"stopped at a commit, {'came up' if came_up else 'said what to do'} while full")


def attempt(left):
    with temporary_directory() as directory:
        trial = FullDisk(directory, left)
        trial.mount()
        try:
            return asyncio.run(trial.run())
        finally:
            trial.unmount()


def in_own_namespace():
    """Mounts that nobody else sees, and that end with this process."""
    if os.environ.get("HOLDFAST_TEST_NAMESPACE"):
        return
    os.environ["HOLDFAST_TEST_NAMESPACE"] = "1"
    command = ["unshare", "--mount", "--propagation", "private"]
    if os.geteuid() != 0 or subprocess.run([*command, "true"], check=False).returncode != 0:
        print("needs root and mount namespaces: skipped", file=sys.stderr)
        sys.exit(SKIPPED)
    os.execvp(command[0], [*command, sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--left", type=int)
    options = parser.parse_args()
    in_own_namespace()
    sizes = range(RESERVE_MIB) if options.all else SAMPLE
    failures = 0
    for left in sizes if options.left is None else [options.left]:
        try:
            print(f"{left} MiB left: {attempt(left)}", flush=True)
        except Violation as violation:
            failures += 1
            print(f"VIOLATION with {left} MiB left: {violation}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

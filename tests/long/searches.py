"""The searches that can go on for any time: what each needs built, and how one turn of it runs.

A turn is one process that ends by itself; a long run is many turns, each with fresh dice, so that
whatever ends the whole takes at most one turn's counts with it.
"""

import dataclasses
import os
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
PYTHON = "/usr/bin/python3"  # the system's, as in tests/support/python_test.cmake
TURN_SECONDS = 300
# At idle priority, beside builds, a process may not be run for minutes: that is no broken promise.
PATIENCE_SECONDS = 1800
KINDS = ("rocksdb", "segments")


@dataclasses.dataclass(frozen=True)
class Turn:
    """What the worker is asked for; a worker that counts takes `count`, the others `seconds`."""
    build: pathlib.Path
    seconds: int
    count: int | None = None
    kind: str = "rocksdb"
    target: str | None = None

    @property
    def limit(self):
        """The words that bound a Python worker."""
        return ["--cycles", self.count] if self.count else ["--seconds", self.seconds]


@dataclasses.dataclass(frozen=True)
class Search:
    what: str            # for people
    needs: tuple         # targets of the build
    command: object      # Turn -> the words of the command
    settings: object = staticmethod(lambda turn: {})  # Turn -> more environment
    counted: str = ""    # what --cycles, --runs, --commands count; empty: only seconds bound it
    share: float = 0     # of the time of `all`
    kinds: tuple = ()    # ledgers it can be run on; empty: it has none
    turn_count: int = 0  # at most so many in a turn
    target_turn_count: int = 0  # the same where one target is named
    repeats: bool = False  # tries the same again: runs are not added up


def python(script):
    return lambda turn: [PYTHON, TESTS / script, *turn.limit]


def outside(turn):
    """What a script that drives the real binary needs to find."""
    folders = ("support", "crash", "history", "faults", "blackbox")
    return {"HOLDFAST_BINARY": turn.build / "src/app/holdfast",
            "HOLDFAST_PATIENCE": PATIENCE_SECONDS,
            "HOLDFAST_LEDGER_KIND": turn.kind,
            "FAULTDISK_SHIM": turn.build / "tests/faults/libfaultdisk.so",
            "PYTHONPATH": os.pathsep.join(str(TESTS / folder) for folder in folders),
            "PYTHONDONTWRITEBYTECODE": "1"}


def flipped(turn):
    return outside(turn) | {"HOLDFAST_FLIP_SECONDS": turn.seconds}


def naive(turn):
    """From episodes that no other turn has had, as far as dice can tell."""
    return {"HOLDFAST_COMMANDS": turn.count, "HOLDFAST_EPISODE": random.randrange(2**40)}


def fuzzer(turn):
    limit = ["--runs", turn.count] if turn.count else ["--seconds", turn.seconds]
    return [TESTS / "fuzz/run", *limit, *([turn.target] if turn.target else [])]


def guided(turn):
    return [fuzzer(turn)[0], "--optimised", *fuzzer(turn)[1:]]


def dice(turn):
    return [turn.build / "tests/fuzz/fuzz_smoke", TESTS / "fuzz/corpus", "--runs", turn.count,
            *([turn.target] if turn.target else [])]


SEARCHES = {
    "sim": Search(
        "the simulator, fresh seeds, each twice", ("holdfast-sim",),
        lambda turn: [turn.build / "sim/holdfast-sim", "--seconds", turn.seconds], share=0.35),
    "kill": Search(
        "SIGKILL of the real service under load", ("holdfast",), python("crash/crash_test.py"),
        outside, "cycles", 0.25, KINDS, turn_count=250),
    "power": Search(
        "power cuts of the real service", ("holdfast", "faultdisk"),
        python("faults/power_cut_test.py"), outside, "cycles", 0.08, KINDS, turn_count=100),
    "history": Search(
        "histories of many clients, judged", ("holdfast",),
        lambda turn: [PYTHON, TESTS / "history/history_test.py", "--seconds", turn.seconds],
        outside, share=0.08, kinds=KINDS),
    "model": Search(
        "random commands against the naive model", ("core_tests",),
        lambda turn: [turn.build / "src/core/core_tests", "--gtest_filter=NaiveModel.*"],
        naive, "commands", 0.08, turn_count=1_000_000),
    "flip": Search(
        "flipped bits of a stopped ledger", ("holdfast",),
        lambda turn: [PYTHON, TESTS / "blackbox/flipped_bit_test.py"], flipped, share=0.04,
        kinds=KINDS),
    "dice": Search(
        "the fuzz targets, fed by dice, optimised build", ("fuzz_smoke",), dice, counted="runs",
        share=0.06, turn_count=100_000, target_turn_count=10_000_000),
    "fuzz": Search(
        "libFuzzer with address and undefined-behaviour sanitizers", (), fuzzer, counted="runs",
        share=0.06),
    "guided": Search(
        "libFuzzer, optimised build without sanitizers", (), guided, counted="runs"),
    "explore": Search(
        "every interleaving in small worlds", ("explore",),
        lambda turn: [turn.build / "tests/explore/explore"], repeats=True),
}

if __name__ == "__main__":
    sys.exit("run me through tests/long/run")

"""One run of the harness: where things are, and the log of everything that was measured.

A record is one line of JSON: phase, name, labels, the shape that was asked, the driver's result,
what the audit found.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
QUICK_LIMIT = 570.0
RESULTS = ROOT / "bench" / "results"


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of everything: both kinds of run measure the same, the full one for longer."""
    repetitions: int          # of what is compared
    seconds: float            # of each of them
    sweep_seconds: float      # of each candidate for the best concurrency
    burst_seconds: int        # of the whole service taking all it can
    half_seconds: int         # of the whole service at half of what it sustains
    half_burst_seconds: int   # ... and at half of what it takes in a burst
    archive_seconds: int      # of reservations that come and go
    archive_hot_events: int   # that the archive leaves in memory
    grown: tuple[int, ...]    # live holds before a run
    ledger_events: int        # behind which a service starts again; 0: only a short ledger


QUICK = Size(repetitions=2, seconds=1.0, sweep_seconds=0.6, burst_seconds=2, half_seconds=20,
             half_burst_seconds=5, archive_seconds=6, archive_hot_events=100_000,
             grown=(1_000_000,), ledger_events=0)
FULL = Size(repetitions=3, seconds=4.0, sweep_seconds=1.5, burst_seconds=8, half_seconds=600,
            half_burst_seconds=15, archive_seconds=200, archive_hot_events=1_000_000,
            grown=(1_000_000, 10_000_000), ledger_events=100_000_000)


class Bench:
    def __init__(self, quick, build, workspace, out):
        self.quick = quick
        self.tools = build / "bench"
        self.binary = build / "src" / "app" / "holdfast"
        self.workspace = pathlib.Path(workspace)
        self.records = []
        self.out = pathlib.Path(out)
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self.out.write_text("")
        self.begin = time.monotonic()
        self.size = QUICK if quick else FULL
        self.repetitions = self.size.repetitions
        self.seconds = self.size.seconds

    def has_time(self):
        """A quick run keeps its promise on a busy machine too, by leaving out what comes last."""
        return not self.quick or time.monotonic() - self.begin < QUICK_LIMIT

    def note(self, text):
        print(f"[{time.monotonic() - self.begin:5.0f} s] {text}", file=sys.stderr, flush=True)

    def record(self, phase, name, result, audit=None, shape=None, **labels):
        entry = {"phase": phase, "name": name, **labels, "result": result}
        if shape is not None:
            entry["shape"] = dataclasses.asdict(shape)
        if audit is not None:
            entry["audit"] = dataclasses.asdict(audit)
            entry["audit_ok"] = audit.clean
        self.records.append(entry)
        with open(self.out, "a", encoding="ascii") as out:
            out.write(json.dumps(entry) + "\n")
        rate = result.get("per_second")
        self.note(f"{phase}: {name} {labels or ''} "
                  + (f"{rate:,.0f}/s " if rate is not None else "")
                  + (audit.words() if audit is not None else ""))
        return entry

    def last(self, phase, name):
        """What was found before."""
        return next(entry["result"] for entry in reversed(self.records)
                    if (entry["phase"], entry["name"]) == (phase, name))

    def measure(self, phase, subject, shape, audited=True, prepare=True, **labels):
        """Prepares, loads, audits. A subject that fails is recorded as such, not passed over."""
        if not self.has_time():
            return self.record("left out", f"{phase}: {subject.name}", {})
        try:
            if prepare:
                subject.prepare(shape)
            result = subject.load(shape)
            found = subject.judge(shape, result) if audited else None
        except Exception as problem:  # noqa: BLE001 - whatever it is, the other runs go on
            self.note(f"{phase}: {subject.name} FAILED: {problem}")
            return self.record(phase, subject.name, {"problem": str(problem)[-500:]},
                               shape=shape, **labels)
        return self.record(phase, subject.name, result, found, shape, **labels)

    @contextlib.contextmanager
    def step(self, text):
        self.note(text)
        try:
            yield
        except Exception as problem:  # noqa: BLE001
            self.note(f"{text} FAILED: {problem}")
            self.record("problem", text, {"problem": str(problem)[-500:]})


    @contextlib.contextmanager
    def section(self, text):
        """A step that the page knows of: one without this record was not finished."""
        begin = time.monotonic()
        with self.step(text):
            yield
        self.record("section", text, {"seconds": time.monotonic() - begin})


def again(section):
    """A record that says when, and of what, a section was measured once more."""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    return {"phase": "again", "name": section, "result": {"when": when, "commit": commit()}}


def replaced(before, fresh):
    """`before` without what `fresh` has anew: all records of its phases, but of the bookkeeping
    (sections, what was measured again) only those of the same name."""
    phases = {entry["phase"] for entry in fresh} - {"section", "again"}
    named = {(entry["phase"], entry["name"]) for entry in fresh}
    kept = [entry for entry in before if entry["phase"] not in phases
            and (entry["phase"], entry["name"]) not in named]
    return kept + fresh


def machine():
    """What the figures were measured on."""
    cpu = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as lines:
        kilobytes = int(lines.readline().split()[1])
    return {"cores": os.cpu_count(), "cpu": cpu, "memory_gib": round(kilobytes / 2**20),
            "kernel": platform.release(), "load_before": os.getloadavg()[0],
            "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "commit": commit(),
            "versions": versions()}


def commit():
    """With a mark if anything but results and documents differs from it."""
    def git(*words):
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True,
                              check=False).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs",
                  ":!bench/results")
    return git("describe", "--always") + ("-dirty" if changed else "")


def versions():
    out = {}
    for package in ("postgresql-15", "redis-server", "librocksdb-dev", "g++"):
        run = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                             capture_output=True, text=True, check=False)
        out[package] = run.stdout.strip()
    return out

#!/usr/bin/python3
"""Searches every model to the end, and shows that every property can fail.

    spec/check.py                 the fast scopes and all mutants: under a minute on one core
    spec/check.py --full          larger scopes too
    spec/check.py --only keys     what has this in its name
    spec/check.py --explain NAME  a shortest counterexample, step by step

Exit code 0 only if every model held in a search that went to its end (nothing cut off by depth or
memory), every mutant broke the property it should break, and no property or mutant is without the
other. 77: spin or a C compiler is not there.
"""

import argparse
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import runs  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
COMPILER = "gcc"
DEPTH_MAX = 5_000_000
DEPTH_MAX_FAST = 100_000
MEMORY_MAX_MB = 8_000
STEERING = re.compile(r"\[(\.?\(?goto|IF|DO|break|else|sub-sequence|skip|\(1\))"
                      r"|printf|\[\((\(?j<=|\(?by<=)|\[(j|by) = ")
CUT_OFF = re.compile(r"max search depth too small|Search not completed|out of memory"
                     r"|reached -DMEMLIM|truncated|aborted", re.IGNORECASE)


class Outcome:
    """What one search found. `broken`: the property that failed; empty: none did. `signal`: what
    killed it from outside, memory running out for one."""

    def __init__(self, output, seconds, broken, signal=0):
        self.signal = signal
        self.output = output
        self.seconds = seconds
        self.broken = broken
        self.states = self._number(r"(\d+(?:\.\d+e\+\d+)?) states, stored")
        self.depth = self._number(r"depth reached (\d+)")
        self.errors = self._number(r"errors: (\d+)")

    def _number(self, pattern):
        found = re.search(pattern, self.output)
        return int(float(found[1])) if found else -1

    @property
    def exhaustive(self):
        return self.errors == 0 and self.states > 0 and not CUT_OFF.search(self.output)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def source_of(model, watched):
    """The model with every property but the watched one switched off; none watched: all stay."""
    text = (HERE / f"{model}.pml").read_text(encoding="utf-8")
    if watched:
        text = re.sub(rf"\bPROPERTY\((?!{watched}\b)", "IGNORED(", text)
    return text


def name_of(run):
    words = [run.model, *run.scope]
    if isinstance(run, runs.Mutant):
        words = [run.model, run.switch, run.breaks]
    return " ".join(words)


class Search:
    """One run of spin in a directory of its own."""

    def __init__(self, run, directory, depth=DEPTH_MAX_FAST, shortest=False):
        self.run = run
        self.shortest = shortest and not run.liveness
        self.mutant = isinstance(run, runs.Mutant)
        self.directory = directory
        self.depth = depth

    def call(self, *words):
        return subprocess.run(words, cwd=self.directory, capture_output=True, text=True,
                              check=False)

    def defines(self):
        switches = [self.run.switch] if self.mutant else []
        return [f"-D{word}" for word in (*self.run.scope, *switches)]

    def build(self):
        watched = self.run.liveness or (self.run.breaks if self.mutant else "")
        (self.directory / "model.pml").write_text(source_of(self.run.model, watched),
                                                  encoding="utf-8")
        shutil.copy(HERE / "property.pml", self.directory)
        # Another kind of search; what must always hold has been searched without it.
        kind = ["-DNFAIR=3", "-DNOREDUCE"] if self.run.liveness else ["-DSAFETY", "-DNOCLAIM"]
        memory = ["-DCOLLAPSE"] if self.depth > DEPTH_MAX_FAST else []
        memory += ["-DREACH"] if self.shortest else []
        optimise = "-O0" if self.mutant else "-O1"
        made = self.call("spin", *self.defines(), "-a", "model.pml")
        if made.returncode == 0 and "rror" not in made.stdout:
            made = self.call(COMPILER, "-w", optimise, *kind, f"-DMEMLIM={MEMORY_MAX_MB}",
                             *memory,
                             "-o", "pan", "pan.c")
        if not (self.directory / "pan").exists():
            raise RuntimeError(f"{name_of(self.run)}: {made.stdout}{made.stderr}")

    def go(self):
        self.build()
        words = ["./pan", f"-m{self.depth}", "-n", "-w20", *(["-i"] if self.shortest else [])]
        if self.run.liveness:
            words += ["-a", "-f", "-N", self.run.liveness]
        began = cpu_seconds()
        ended = self.call(*words)
        return Outcome(ended.stdout, cpu_seconds() - began, self.broken(ended.stdout),
                       max(-ended.returncode, 0))

    def broken(self, output):
        """The name that the trail of a counterexample prints before its assertion fails."""
        if "errors: 0" in output:
            return ""
        if self.run.liveness:
            return self.run.liveness if "acceptance cycle" in output else "?"
        if "assertion violated" not in output:
            return "?"
        names = re.findall(r"^([a-z_]+)$", self.call("./pan", "-r", "-S").stdout, re.MULTILINE)
        return names[-1] if names else "?"

    def explain(self):
        """The statements on the way to the counterexample, without those that only steer."""
        self.go()
        steps = self.call("spin", *self.defines(), "-t", "-p", "-B", "model.pml").stdout
        return "\n".join(line for line in steps.splitlines() if not STEERING.search(line))


def judge(run, outcome):
    """Nothing, or what is wrong."""
    if outcome.signal:
        return f"the search was killed by signal {outcome.signal}"
    if isinstance(run, runs.Mutant):
        if outcome.broken == run.breaks:
            return ""
        return f"survived; broken instead: {outcome.broken or 'nothing'}"
    if outcome.broken:
        return f"BROKEN: {outcome.broken}"
    return "" if outcome.exhaustive else "the search did not reach its end"


def search(run, depth=DEPTH_MAX_FAST):
    with tempfile.TemporaryDirectory(prefix="holdfast-spec-") as directory:
        return Search(run, pathlib.Path(directory), depth).go()


def missing_partners():
    """Properties that nothing breaks, switches that no run has, and the other way round."""
    problems = []
    for path in sorted(HERE.glob("*.pml")):
        text = path.read_text(encoding="utf-8")
        entries = [m for m in runs.MUTANTS if m.model == path.stem]
        switches = set(re.findall(r"\b(?:BUG|ASK)_[A-Z_]+", text))
        properties = set(re.findall(r"\bPROPERTY\((\w+),", text)) - {"name"}
        properties |= set(re.findall(r"\bltl (\w+)", text))
        for what, here, there in (("switch", switches, {m.switch for m in entries}),
                                  ("property", properties, {m.breaks for m in entries})):
            problems += [f"{path.name}: {what} {name} is in no run" for name in here - there]
            problems += [f"{path.name}: {what} {name} is in no model" for name in there - here]
    return problems


def canary():
    """A search that is cut off is not taken for one that found nothing."""
    outcome = search(runs.Run("lifecycle", runs.ONE_LINE), depth=20)
    return [] if judge(runs.Run("lifecycle"), outcome) else ["a search that was cut off passed"]


def report(run, outcome, problem):
    kind = {runs.Run: "holds", runs.Mutant: "killed", runs.Limit: "not promised"}[type(run)]
    print(f"{problem or kind:14} {outcome.states:>10} states  depth {outcome.depth:>6}"
          f"  {outcome.seconds:7.2f} s  {name_of(run)}", flush=True)


def check(chosen, depth):
    failed = []
    killed = 0
    for run in chosen:
        outcome = search(run, depth)
        problem = judge(run, outcome)
        report(run, outcome, problem)
        failed += [f"{name_of(run)}: {problem}"] if problem else []
        killed += type(run) is runs.Mutant and not problem
    mutants = sum(type(run) is runs.Mutant for run in chosen)
    print(f"{len(chosen)} searches, {killed} of {mutants} mutants killed,"
          f" {cpu_seconds():.0f} s of CPU so far")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="larger scopes too")
    parser.add_argument("--only", default="", help="what has this in its name")
    parser.add_argument("--explain", metavar="NAME", help="steps of a counterexample")
    arguments = parser.parse_args()
    if not shutil.which("spin") or not shutil.which(COMPILER):
        print("needs spin and gcc: apt-get install spin gcc", file=sys.stderr)
        return 77
    wanted = arguments.explain or arguments.only
    chosen = [run for run in (*runs.FAST, *runs.MUTANTS) if wanted in name_of(run)]
    if arguments.explain:
        with tempfile.TemporaryDirectory(prefix="holdfast-spec-") as directory:
            print(Search(chosen[0], pathlib.Path(directory), shortest=True).explain())
        return 0
    failed = missing_partners() + canary() + check(chosen, DEPTH_MAX_FAST)
    if arguments.full:
        failed += check([run for run in runs.FULL if wanted in name_of(run)], DEPTH_MAX)
    for problem in failed:
        print(problem, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

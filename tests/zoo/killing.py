"""Killing mutants: which test programs there are, and which of their tests fails first."""

import dataclasses
import json
import os
import pathlib
import re
import resource
import signal
import subprocess

FAILED = re.compile(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", re.MULTILINE)
BEGUN = re.compile(r"^\[ RUN      \] (\S+)", re.MULTILINE)
CTEST_FAILED = re.compile(r"^\s*\d+ - (\S+) \(", re.MULTILINE)
EXPLORED = re.compile(r"scope (\w+)\n((?:  .*\n)*)")
SIM_FAILED = re.compile(r"--seed (\d+)")


@dataclasses.dataclass(frozen=True)
class Suite:
    """A test program. `kind` says how thin a guard is that nothing before it notices."""
    name: str
    kind: str       # unit, model, explored, simulated, outside
    target: str     # what the build has to make
    command: tuple  # relative to the build folder
    seconds: int = 900  # a run that computes for longer hangs


def gtest(folder, kind="unit", only="*", name=None):
    binary = f"src/{folder}/{folder.replace('/', '_')}_tests"
    return Suite(name or folder, kind, pathlib.PurePosixPath(binary).name,
                 (binary, f"--gtest_filter={only}"))


SLOW_CORE = "NaiveModel*:Allocation*"

# In the order in which they are asked, except that a mutant's own folder goes first.
SUITES = (
    gtest("model"),
    gtest("core", only=f"-{SLOW_CORE}"),
    gtest("ledger"),
    gtest("partition"),
    gtest("projection"),
    gtest("api"),
    gtest("transport/http"),
    gtest("transport/grpc"),
    Suite("explore", "explored", "explore", ("tests/explore/explore",)),
    gtest("core", "model", only="NaiveModel*", name="naive model"),
    Suite("sim tests", "simulated", "sim_tests", ("sim/sim_tests",)),
    Suite("simulator", "simulated", "holdfast-sim",
          ("sim/holdfast-sim", "--seed", "1", "--runs", "40")),
    Suite("black box", "outside", "holdfast",
          ("ctest", "-L", "blackbox", "-LE", "slow", "--stop-on-failure")),
)


@dataclasses.dataclass(frozen=True)
class Verdict:
    killed: bool
    suite: str = ""
    kind: str = ""
    test: str = ""
    how: str = ""
    seconds: float = 0


def first_failure(suite, output, code):
    """The test that failed, as well as the output tells."""
    if suite.command[0] == "ctest":
        found = CTEST_FAILED.search(output)
        return found[1] if found else "?"
    if suite.name == "simulator":
        found = SIM_FAILED.search(output)
        return f"seed {found[1]}" if found else "?"
    if suite.name == "explore":
        found = EXPLORED.search(output)
        return f"{found[1]}: {found[2].count(chr(10))} steps" if found else "?"
    found = FAILED.findall(output)
    if found:
        return found[0]
    begun = BEGUN.findall(output)
    return begun[-1] if begun else f"exit code {code}"


# Of a run that only waits. Others may need the machine meanwhile: computing is what is measured.
WALL_FACTOR = 10


def run_suite(suite, build, tree, mutant):
    """None if it passes, else (test, how). Tests read their golden files from the sources."""
    environment = dict(os.environ, HOLDFAST_MUTANT=mutant, GTEST_FAIL_FAST="1",
                       GTEST_COLOR="no")
    command = list(suite.command)
    folder = build
    if command[0] != "ctest":
        command[0] = str(build / command[0])
        folder = tree
    seconds = int(suite.seconds)

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))

    try:
        done = subprocess.run(command, cwd=folder, env=environment, preexec_fn=limit,
                              timeout=seconds * WALL_FACTOR, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace")
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode(errors="replace")
        return first_failure(suite, output, "none"), "hung"
    if done.returncode == 0:
        return None
    how = "failed" if done.returncode > 0 else f"died of signal {-done.returncode}"
    if -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        how = "hung"
    return first_failure(suite, done.stdout, done.returncode), how


def computed():
    """Seconds that the processes of this one have computed: waiting for others does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def suites_for(mutant, suites):
    """Those beside the mutant's code first."""
    return sorted(suites, key=lambda suite: suite.name != mutant.folder)


def kill(mutant, suites, build, tree):
    begun = computed()
    for suite in suites_for(mutant, suites):
        failure = run_suite(suite, build, tree, mutant.name)
        if failure:
            return Verdict(True, suite.name, suite.kind, *failure,
                           round(computed() - begun, 1))
    return Verdict(False, seconds=round(computed() - begun, 1))


def hurried(suites, seconds):
    """The suites, each with the time that a mutant may take for it."""
    return [dataclasses.replace(suite, seconds=10 + 4 * seconds[suite.name]) for suite in suites]


def control(suites, build, tree):
    """Without a mutant everything passes, or no death means anything. Seconds per suite."""
    seconds = {}
    for suite in suites:
        begun = computed()
        failure = run_suite(suite, build, tree, "")
        if failure:
            raise SystemExit(f"{suite.name} fails without any mutant: {failure}")
        seconds[suite.name] = round(computed() - begun, 1)
        print(f"control: {suite.name} passes in {seconds[suite.name]} s", flush=True)
    return seconds


class Memory:
    """Verdicts of this run and, where asked for, the deaths of earlier ones."""

    def __init__(self, path, resume, writes=True):
        self.path = path
        self.writes = writes
        self.deaths = {}
        if resume and path.is_file():
            for line in path.read_text().splitlines():
                row = json.loads(line)
                if row["verdict"]["killed"]:
                    self.deaths[json.dumps(row["mutant"])] = Verdict(**row["verdict"])
        elif writes and path.is_file():
            path.unlink()

    def death_of(self, mutant):
        return self.deaths.get(json.dumps(dataclasses.asdict(mutant)))

    def keep(self, mutant, verdict):
        if self.writes and self.death_of(mutant) is None:
            row = {"mutant": dataclasses.asdict(mutant), "verdict": dataclasses.asdict(verdict)}
            with self.path.open("a") as out:
                out.write(json.dumps(row) + "\n")
        return verdict

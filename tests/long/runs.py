"""The journal of long runs, docs/reliability/runs.jsonl: a line per finished run, only ever added.

    search      which one                        commit      what was run, by `git describe`
    kind        of the ledger, where it has one  date        of the beginning, UTC
    seconds     on the wall                      counts      what was tried, by name
    violations  0, or 1: a run ends at its first one          note        in words, where needed
"""

import fcntl
import json
import pathlib

from searches import ROOT, SEARCHES

JOURNAL = ROOT / "docs/reliability/runs.jsonl"
REPORT = ROOT / "docs/RELIABILITY.md"
BEGIN = "<!-- runs: written by tests/long/run -->"
END = "<!-- runs: end -->"
FIELDS = {"search": str, "commit": str, "date": str, "seconds": (int, float), "counts": dict,
          "violations": int}
OPTIONAL = {"kind": str, "note": str}
HEAD = """| search | runs | hours | tried | violations | commits |
|---|---|---|---|---|---|
"""


class Malformed(Exception):
    """A line that is no run."""


def checked(run):
    missing = [name for name, kind in FIELDS.items() if not isinstance(run.get(name), kind)]
    unknown = set(run) - set(FIELDS) - set(OPTIONAL)
    if missing or unknown or run["search"] not in SEARCHES:
        raise Malformed(f"missing {missing}, unknown {sorted(unknown)}: {run}")
    if not all(isinstance(count, int) for count in run["counts"].values()):
        raise Malformed(f"counts are whole numbers: {run}")
    return run


def read(journal=JOURNAL):
    return [checked(json.loads(line)) for line in pathlib.Path(journal).read_text().splitlines()]


def add(run, journal=JOURNAL, report=REPORT):
    """Also brings the report's section up to date. Safe beside other runs."""
    with open(journal, "a") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.write(json.dumps(checked(run)) + "\n")
        out.flush()
        text = report.read_text()
        report.write_text(with_section(text, read(journal)))


def figure(number):
    return f"{number:,}"


def tried(search, runs):
    """Sums, or of a search that tries the same again the longest run."""
    if SEARCHES[search].repeats:
        longest = max(runs, key=lambda run: run["seconds"])
        counts = longest["counts"]
    else:
        counts = {}
        for run in runs:
            for name, count in run["counts"].items():
                counts[name] = counts.get(name, 0) + count
    return ", ".join(f"{figure(count)} {name.replace('_', ' ')}" for name, count in counts.items())


def section(runs):
    """The table of all runs, a row per search and kind of ledger."""
    groups = {}
    for run in runs:
        groups.setdefault((run["search"], run.get("kind", "")), []).append(run)
    rows = []
    for search, kind in sorted(groups, key=lambda key: (list(SEARCHES).index(key[0]), key[1])):
        some = groups[search, kind]
        commits = list(dict.fromkeys(run["commit"] for run in some))
        rows.append(f"| `{search}`{f' ({kind})' if kind else ''}: {SEARCHES[search].what} "
                    f"| {len(some)} | {sum(run['seconds'] for run in some) / 3600:.1f} "
                    f"| {tried(search, some)} | {sum(run['violations'] for run in some)} "
                    f"| {', '.join(commits)} |\n")
    return HEAD + "".join(rows)


def parts(text):
    """What is before the section, the section, and what is after it."""
    before, _, rest = text.partition(BEGIN + "\n")
    inside, mark, after = rest.partition(END)
    if not mark:
        raise Malformed(f"the report has no lines {BEGIN} and {END}")
    return before, inside, after


def with_section(text, runs):
    before, _, after = parts(text)
    return f"{before}{BEGIN}\n{section(runs)}{END}{after}"

#!/usr/bin/python3
"""Reads what `llvm-cov export` writes to stdin and prints, for each part of the machine and the
codec, covered and all lines, branches and conditions, and then every gap.

A branch is one outcome of one condition. A condition is covered (MC/DC) when two runs differ in it
and in the decision it is part of, and in no other condition of that decision. Not counted: what a
CHECK or UNREACHABLE asks, whose other outcome is a bug by definition, and what the compiler
decides. What several instances of a template saw is added up.
"""

import collections
import fnmatch
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = {
    "decisions": ["src/core/decide*", "src/core/allotment*", "src/core/consequences*",
                  "src/core/look_ahead*", "src/core/missing*", "src/core/offer*"],
    "effects": ["src/core/apply*", "src/core/forget*", "src/core/owners*"],
    "machine and state": ["src/core/machine*", "src/core/replay*", "src/core/state*",
                          "src/core/extras*", "src/core/records*", "src/core/invariants*"],
    "tables": ["src/core/*table*", "src/core/*heap*", "src/core/*queue*", "src/core/*vector*",
               "src/core/packed*"],
    "checkpoints": ["src/core/snapshot*"],
    "events": ["src/model/event*"],
    "batches and segments": ["src/ledger/format*", "src/ledger/segment_format*"],
}
TESTS = ["*_test.?pp", "*testing.hpp", "src/core/naive_*"]
BUG_DOOR = re.compile(r"\s*(?:CHECK|DCHECK|UNREACHABLE)\b")
# What the compiler decides; a switch that names every value has a last way out that nobody takes.
CONSTANT = re.compile(r"\bif constexpr\b|\bwhile \(true\)|\bswitch \(")


class File:
    """What is known of one file; places are (line, column, last line, last column)."""

    def __init__(self, path):
        self.name = str(path.relative_to(ROOT))
        self.text = path.read_text().splitlines()
        self.lines = {}
        self.branches = collections.defaultdict(lambda: [0, 0])
        self.conditions = {}

    def source(self, place):
        first, column, last, end = place
        if first == last:
            return self.text[first - 1][column - 1:end - 1]
        inner = [line.strip() for line in self.text[first:last - 1]]
        return " ".join([self.text[first - 1][column - 1:], *inner,
                         self.text[last - 1][:end - 1].strip()])

    def counts(self, line):
        text = self.text[line - 1]
        return not BUG_DOOR.match(text) and not CONSTANT.search(text)

    def add(self, exported):
        self.add_lines(exported["segments"])
        for branch in exported["branches"]:
            self.add_branch(tuple(branch[:4]), tuple(branch[:4]), branch[4:6])
        for expansion in exported["expansions"]:
            where = tuple(expansion["source_region"][:4])
            if self.source(where).startswith("TRY"):
                for branch in expansion["branches"]:
                    self.add_branch((*where, *branch[:4]), where, branch[4:6])
        for record in exported["mcdc_records"]:
            place = tuple(record[:4])
            # A record of a macro's parameter is listed under the file that uses the macro, with
            # the parameter's place.
            if self.counts(place[0]) and re.search(r"&&|\|\|", self.source(place)):
                known = self.conditions.setdefault(place, [False] * len(record[-1]))
                self.conditions[place] = [a or b for a, b in zip(known, record[-1])]

    def add_lines(self, segments):
        """A segment says how often what follows it ran, up to the next."""
        for segment, following in zip(segments, segments[1:]):
            line, _, count, has_count, _, is_gap = segment
            if has_count and not is_gap:
                for number in range(line, following[0] + (following[1] > 1)):
                    if number <= len(self.text) and self.text[number - 1].strip() not in ("", "}"):
                        self.lines[number] = max(self.lines.get(number, 0), count)

    def add_branch(self, key, place, counts):
        if self.counts(place[0]):
            known = self.branches[key]
            known[0] += counts[0]
            known[1] += counts[1]

    def figures(self):
        taken = [count > 0 for counts in self.branches.values() for count in counts]
        shown = [one for each in self.conditions.values() for one in each]
        ran = [count > 0 for line, count in self.lines.items() if self.counts(line)]
        return [sum(ran), len(ran), sum(taken), len(taken), sum(shown), len(shown)]

    def gaps(self):
        for line, count in sorted(self.lines.items()):
            if not count and self.counts(line):
                yield line, f"never run: {self.text[line - 1].strip()}"
        for key, (true, false) in sorted(self.branches.items()):
            if not true or not false:
                what = "never asked" if true == false else "never true" if false else "never false"
                yield key[0], f"{what}: {self.source(key[:4])}"
        for place, shown in sorted(self.conditions.items()):
            missing = ", ".join(str(n) for n, one in enumerate(shown, 1) if not one)
            if missing:
                yield place[0], f"alone decides nothing: {missing} of {self.source(place)}"


def part_of(name):
    for part, patterns in PARTS.items():
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            return part
    return None


def read(document):
    parts = {part: [] for part in PARTS}
    for exported in document["data"][0]["files"]:
        path = pathlib.Path(exported["filename"]).resolve()
        if not path.is_relative_to(ROOT):
            continue
        name = str(path.relative_to(ROOT))
        part = part_of(name)
        if part and not any(fnmatch.fnmatch(name, pattern) for pattern in TESTS):
            file = File(path)
            file.add(exported)
            parts[part].append(file)
    return parts


def print_row(name, figures):
    pairs = [f"{figures[i]}/{figures[i + 1]}" for i in (0, 2, 4)]
    print(f"{name:<44}" + "".join(f"{pair:>14}" for pair in pairs))


def main():
    parts = read(json.load(sys.stdin))
    print(f"{'':<44}{'lines':>14}{'branches':>14}{'conditions':>14}")
    for part, files in parts.items():
        if not files:
            sys.exit(f"coverage_report.py: nothing was built of {part}")
        rows = [file.figures() for file in files]
        print_row(part, [sum(column) for column in zip(*rows)])
        for file, row in sorted(zip(files, rows), key=lambda pair: pair[0].name):
            print_row("  " + file.name, row)
    print()
    for files in parts.values():
        for file in sorted(files, key=lambda file: file.name):
            for line, gap in file.gaps():
                print(f"{file.name}:{line}: {gap}")


if __name__ == "__main__":
    main()

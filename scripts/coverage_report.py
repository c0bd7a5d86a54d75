#!/usr/bin/python3
"""Reads gcov's figures: coverage_report.py OBJECTS SOURCES.

Prints lines and branches per .cpp and .hpp of SOURCES (a folder from the root), without tests, and
then every branch that was never taken. Not counted: the edges that only an exception takes, and
lines with CHECK or UNREACHABLE, whose other side is a bug by definition.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUG_DOOR = re.compile(r"\b(?:CHECK|DCHECK|UNREACHABLE)\s*\(")


def read(objects, sources):
    """{path: {line: [count, [branch counts]]}}, the best of all objects that saw the line."""
    files = collections.defaultdict(dict)
    for data in sorted(objects.rglob("*.gcda")):
        text = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities",
                               str(data)], check=True, capture_output=True, text=True).stdout
        for document in text.splitlines():
            for file in json.loads(document)["files"]:
                path = pathlib.Path(ROOT, file["file"])
                inside = path.is_relative_to(ROOT / sources)
                if not inside or path.name.endswith(("_test.cpp", "testing.hpp", "_model.hpp")):
                    continue
                add(files[str(path.relative_to(ROOT))], file["lines"])
    return files


def add(known, lines):
    """A line is seen by many objects, once per instance of a template: what one took, is taken."""
    for line in lines:
        branches = [b["count"] for b in line["branches"] if not b["throw"]]
        entry = known.setdefault(line["line_number"], [0, []])
        entry[0] += line["count"]
        if len(entry[1]) == len(branches):
            entry[1] = [a + b for a, b in zip(entry[1], branches)]
        elif len(branches) > len(entry[1]):
            entry[1] = branches


def main():
    files = read(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2])
    never = []
    total = [0, 0, 0, 0]
    print(f"{'file':<40}{'lines':>14}{'branches':>14}")
    for path, lines in sorted(files.items()):
        text = (ROOT / path).read_text().splitlines()
        counted = {n: entry for n, entry in lines.items() if not BUG_DOOR.search(text[n - 1])}
        branches = [count for _, counts in counted.values() for count in counts]
        figures = [sum(1 for count, _ in counted.values() if count), len(counted),
                   sum(1 for count in branches if count), len(branches)]
        total = [a + b for a, b in zip(total, figures)]
        print(f"{path:<40}{figures[0]:>8}/{figures[1]:<5}{figures[2]:>8}/{figures[3]:<5}")
        for number, (count, counts) in sorted(counted.items()):
            missed = sum(1 for taken in counts if not taken)
            if not count or missed:
                what = f"{missed} of {len(counts)} branches" if count else "never run"
                never.append(f"{path}:{number}: {what}: {text[number - 1].strip()}")
    print(f"{'all':<40}{total[0]:>8}/{total[1]:<5}{total[2]:>8}/{total[3]:<5}")
    print("\n".join(never))


if __name__ == "__main__":
    main()

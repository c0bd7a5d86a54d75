#!/usr/bin/python3
"""The floor test: includes go down only, as scripts/layers.toml says, and never in a circle.

Prints one line per violation; exit code 0 only without any.
"""

import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


class Floors:
    """The allowed edges between folders."""

    def __init__(self, table):
        self.allowed = {}
        src = list(table["src"])
        beside = list(table.get("beside", {}))
        for folder, down in table["src"].items():
            self.allowed[folder] = set(src) if "*" in down else set(down)
        for folder, down in table.get("beside", {}).items():
            self.allowed[folder] = set(src + beside) if "*" in down else set(down)
        self.beside = set(beside)

    def folder_of(self, path):
        """The floor that a path (from src/ or from the root) is on, or None."""
        fits = [name for name in self.allowed if path.startswith(name + "/")]
        return max(fits, key=len, default=None)

    def check_includes(self, path, text):
        """Violations of one file, and the edges it uses."""
        inside = path.removeprefix("src/")
        folder = self.folder_of(inside)
        known = folder and (inside != path or folder in self.beside)
        if not known:
            return [f"{path}: its folder is on no floor of scripts/layers.toml"], set()
        problems = []
        edges = set()
        for match in INCLUDE.finditer(text):
            target = self.folder_of(match[1])
            line = text.count("\n", 0, match.start()) + 1
            if target is None:
                problems.append(f'{path}:{line}: "{match[1]}" is not written from src/')
            elif target != folder:
                edges.add((folder, target))
                if target not in self.allowed[folder]:
                    problems.append(f"{path}:{line}: {folder} may not include {target}")
        return problems, edges


def find_cycle(edges):
    """Some circle of folders as a list that ends where it starts, or None."""
    down = {}
    for above, below in sorted(edges):
        down.setdefault(above, []).append(below)
    done = set()

    def visit(folder, trail):
        if folder in trail:
            return trail[trail.index(folder):] + [folder]
        if folder in done:
            return None
        done.add(folder)
        for below in down.get(folder, []):
            cycle = visit(below, trail + [folder])
            if cycle:
                return cycle
        return None

    for folder in sorted(down):
        cycle = visit(folder, [])
        if cycle:
            return cycle
    return None


def check(floors, files):
    """All violations of a mapping from path to text."""
    problems = []
    edges = set()
    for path, text in sorted(files.items()):
        found, used = floors.check_includes(path, text)
        problems += found
        edges |= used
    declared = {(a, b) for a, downs in floors.allowed.items() for b in downs
                if a != b and a != "app" and a not in floors.beside}
    for name, graph in (("layers.toml", declared), ("the includes", edges)):
        cycle = find_cycle(graph)
        if cycle:
            problems.append(f"{name}: a circle: " + " -> ".join(cycle))
    return problems


def main():
    table = tomllib.loads((ROOT / "scripts/layers.toml").read_text())
    listed = subprocess.run(["git", "ls-files", "-z", "--", "*.cpp", "*.hpp"], cwd=ROOT,
                            check=True, capture_output=True, text=True).stdout
    paths = [path for path in listed.split("\0") if path and (ROOT / path).exists()]
    problems = check(Floors(table), {path: (ROOT / path).read_text() for path in paths})
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

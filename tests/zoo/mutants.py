"""Mutants: known bugs, written as a place in the sources and what to put there instead.

A mutant is a table in mutants/*.toml:

    [expired-hold-commits]              # its name, for ever
    bug = "expiry races commit"         # what goes wrong, in words
    known = "expiry-races-commit"       # its pattern in patterns.toml; none: a guard of our own
    file = "src/core/decide.cpp"
    from = "text that occurs exactly once in the file"
    to = "what stands there in the mutant"
    form = "statement"                  # or "expression", the default
    below = "text that occurs once"     # then `from` is its first occurrence after that

All of them are planted into one copy of the sources, each asleep behind a switch (zoo_switch.hpp),
so that one build serves them all. A text that is not there exactly once fails: the sources have
moved on, and the mutant has to follow.
"""

import dataclasses
import pathlib
import subprocess
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FORMS = ("expression", "statement")
FIELDS = {"bug", "known", "file", "from", "to", "form", "below"}
SWITCH = "zoo_switch.hpp"


class Stale(Exception):
    """A mutant does not fit the sources."""


@dataclasses.dataclass(frozen=True)
class Pattern:
    """What has gone wrong elsewhere, and where; `elsewhere`: what of ours looks after it."""
    what: str
    seen_in: tuple
    elsewhere: str = ""


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    bug: str
    file: str
    original: str
    mutated: str
    form: str = "expression"
    known: str = ""
    below: str = ""

    def span(self, text):
        """Where the mutant's text begins and ends in its file."""
        begin = 0
        if self.below:
            begin = self.once(text, self.below) + len(self.below)
            at = text.find(self.original, begin)
            if at < 0:
                raise Stale(f"{self.name}: its text is not below `below` in {self.file}")
        else:
            at = self.once(text, self.original)
        return at, at + len(self.original)

    def once(self, text, what):
        count = text.count(what)
        if count != 1:
            raise Stale(f"{self.name}: its text is {count} times in {self.file}, not once")
        return text.index(what)

    @property
    def number(self):
        """FNV-1a of the name, as zoo_switch.hpp computes it of HOLDFAST_MUTANT."""
        value = 2166136261
        for byte in self.name.encode():
            value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
        return value

    @property
    def folder(self):
        return str(pathlib.PurePosixPath(self.file).parent).removeprefix("src/")

    def around(self, code):
        """`code` with the mutant asleep beside it."""
        test = f"::zoo::is({self.number}U)"
        if self.form == "expression":
            return f"({test} ? ({self.mutated}) : ({code}))"
        return f"if ({test}) {{ {self.mutated} }} else {{ {code} }}"


def load_patterns(path=HERE / "patterns.toml"):
    """All patterns by name, in the order of the file."""
    return {name: Pattern(fields["what"], tuple(fields["seen_in"]), fields.get("elsewhere", ""))
            for name, fields in tomllib.loads(path.read_text()).items()}


def load(folder=HERE / "mutants"):
    """All mutants by name, in the order of the files."""
    out = {}
    patterns = load_patterns()
    for path in sorted(pathlib.Path(folder).glob("*.toml")):
        for name, fields in tomllib.loads(path.read_text()).items():
            unknown = set(fields) - FIELDS
            if unknown or name in out or fields.get("form", "expression") not in FORMS:
                raise Stale(f"{path.name}: {name} is told twice or in other words: {unknown}")
            if fields.get("known", "") not in {"", *patterns}:
                raise Stale(f"{path.name}: {name} is of no known pattern: {fields['known']}")
            out[name] = Mutant(name, fields["bug"], fields["file"], fields["from"], fields["to"],
                               fields.get("form", "expression"), fields.get("known", ""),
                               fields.get("below", ""))
    numbers = {mutant.number for mutant in out.values()}
    if len(numbers) != len(out):
        raise Stale("two names have the same number: rename one")
    return out


def plant(text, mutants):
    """The file's text with all its mutants asleep in it."""
    places = {}
    for mutant in mutants:
        places.setdefault(mutant.span(text), []).append(mutant)
    spans = sorted(places)
    for before, after in zip(spans, spans[1:]):
        if after[0] < before[1]:
            names = f"{places[before][0].name} and {places[after][0].name}"
            raise Stale(f"{names} overlap without being about the same text")
    for span in reversed(spans):
        code = text[span[0]:span[1]]
        for mutant in places[span]:
            code = mutant.around(code)
        text = text[:span[0]] + code + text[span[1]:]
    return f'#include "{SWITCH}"\n{text}'


def plant_all(mutants, root=ROOT):
    """File -> its text with mutants, for the files that have some."""
    by_file = {}
    for mutant in mutants:
        by_file.setdefault(mutant.file, []).append(mutant)
    return {file: plant((root / file).read_text(), some) for file, some in by_file.items()}


def write_tree(mutants, tree, root=ROOT):
    """A copy of the sources with the mutants in it. Files that are as they were keep their time."""
    planted = plant_all(mutants, root)
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root,
                            check=True, capture_output=True, text=True).stdout.split("\0")
    wanted = {name for name in listed if name and (root / name).is_file()}
    for name in wanted:
        text = planted[name].encode() if name in planted else (root / name).read_bytes()
        put(tree / name, text, (root / name).stat().st_mode)
    put(tree / "src" / SWITCH, (HERE / SWITCH).read_bytes(), 0o644)
    for old in tree.rglob("*"):
        name = old.relative_to(tree).as_posix()
        if old.is_file() and name not in wanted and name != f"src/{SWITCH}":
            old.unlink()


def put(path, content, mode):
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode & 0o777)

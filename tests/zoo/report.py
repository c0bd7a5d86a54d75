"""The kill table, as people read it."""

HEAD = """# The bug zoo

Written by `tests/zoo/run`; [tests/zoo](../tests/zoo/README.md) says how it works. A mutant is the
production code with one known bug in it; the table says which test noticed it first, beside the
mutant's own code first and then from the cheapest suite to the dearest. "Known" names one of the
[patterns](#patterns) that have cost others stock, money or data; without one it is a guard of ours.

"""

KINDS = {
    "unit": "tests of a folder",
    "explored": "exhaustive exploration of the machine",
    "model": "random commands against the naive model",
    "simulated": "the simulator",
    "outside": "black-box tests of the real binary",
}


def line(mutant, verdict):
    if not verdict.killed:
        return f"ALIVE  {mutant.name} ({mutant.file}) after {verdict.seconds} s"
    return (f"killed {mutant.name}: {verdict.suite}: {verdict.test} {verdict.how}, "
            f"{verdict.seconds} s")


def summary(planted, verdicts):
    dead = [verdict for verdict in verdicts.values() if verdict.killed]
    known = {mutant.known for mutant in planted.values() if mutant.known}
    out = [f"{len(dead)} of {len(planted)} mutants died, in "
           f"{round(sum(v.seconds for v in verdicts.values()) / 60)} CPU minutes; "
           f"{len(known)} known patterns are among them.", ""]
    for kind, words in KINDS.items():
        count = sum(verdict.kind == kind for verdict in dead)
        if count:
            out.append(f"- {count} by {words}")
    out.append(f"- median {sorted(v.seconds for v in dead)[len(dead) // 2]} CPU s, longest "
               f"{max(v.seconds for v in dead)} CPU s")
    return out


def killer(verdict):
    if verdict is None:
        return "not run"
    return f"{verdict.suite}: {verdict.test}" if verdict.killed else "**nobody**"


def table(planted, verdicts, patterns):
    rows = ["", "| mutant | the bug | known | where | killed by | CPU s |",
            "|---|---|---|---|---|---|"]
    for name, mutant in planted.items():
        verdict = verdicts.get(name)
        rows.append(f"| {name} | {mutant.bug} | {mutant.known} "
                    f"| {mutant.file.removeprefix('src/')} | {killer(verdict)} "
                    f"| {verdict.seconds if verdict else ''} |")
    rows += pattern_table(planted, patterns)
    return HEAD + "\n".join(summary(planted, verdicts) + rows) + "\n"


def pattern_table(planted, patterns):
    rows = ["", "## Patterns", "", "| pattern | what goes wrong | seen in | mutants |",
            "|---|---|---|---|"]
    for name, pattern in patterns.items():
        count = sum(mutant.known == name for mutant in planted.values())
        rows.append(f"| {name} | {pattern.what} | {', '.join(pattern.seen_in)} "
                    f"| {count or 'none: ' + pattern.elsewhere} |")
    return rows

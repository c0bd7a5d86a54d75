#!/usr/bin/python3
"""What the stories in docs/stories print is what the real commands print.

A story is a document with `console` blocks: lines that begin with `$ ` are commands, the lines
below each are its output. They are run in order, in one shell and an empty directory, against a
service with an empty ledger. What differs from run to run (ids, times, positions, durations) is
compared by its shape. `--write` puts the present output into the documents instead of comparing.
"""

import pathlib
import re
import subprocess
import sys

from holdfast_process import Service, binary, clean_environment, temporary_directory

STORIES = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "stories"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "== end of command: "
# What changes from run to run, in the order in which it is replaced.
SHAPES = [
    (re.compile(r"\b(rsv|cas|trf)_[0-9a-z]{13}\b"), r"\1_…"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<digest>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "<day>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "<clock>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<key>"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s|min|h)\b"), "<duration>"),
    (re.compile(r"\b0\.\d+\b"), "<position>"),
    (re.compile(r"\b(staleness_ms|age_seconds) +\d+"), r"\1 <n>"),
    (re.compile(r"[ \t]+"), " "),
]


class Shell:
    """One shell for a whole story, because later commands use what earlier ones set."""

    def __init__(self, directory, url):
        self._directory = directory
        self._count = 0
        environment = clean_environment(HOLDFAST_URL=url, NO_COLOR="1", COLUMNS="100",
                                        PATH=f"{directory}/bin:/usr/bin:/bin")
        (directory / "bin").mkdir()
        (directory / "bin" / "holdfast").symlink_to(binary())
        self._process = subprocess.Popen(
            ["bash"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1, env=environment)

    def run(self, command):
        """The output of one command, of both streams."""
        self._count += 1
        script = self._directory / f".command-{self._count}.sh"
        script.write_text(command + "\n", encoding="utf-8")
        self._process.stdin.write(f'source "{script}" </dev/null\necho "{MARK}$?"\n')
        lines = []
        for line in self._process.stdout:
            # A command whose output lacks its last newline shares a line with the mark.
            text, mark, _ = line.partition(MARK)
            if text:
                lines.append(text if text.endswith("\n") else text + "\n")
            if mark:
                break
        return "".join(lines)

    def end(self):
        self._process.stdin.close()
        self._process.wait()


def commands_of(block):
    """[command, expected output] of a block; a command goes on while its lines end in \\ or are
    inside a here document."""
    out = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            out.append([line[2:], ""])
        elif out and (out[-1][0].endswith("\\\n") or inside_here_document(out[-1][0])):
            out[-1][0] += line
        else:
            out[-1][1] += line
    return out


def inside_here_document(command):
    opened = re.search(r"<<'?(\w+)'?", command)
    return bool(opened) and f"\n{opened.group(1)}\n" not in command


def shape(text):
    for pattern, replacement in SHAPES:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def tell(path, write):
    """Runs a story; True if everything it prints was printed."""
    text = path.read_text(encoding="utf-8")
    same = True
    with temporary_directory() as directory:
        work = directory / "work"
        work.mkdir()
        with Service(directory / "ledger") as service:
            shell = Shell(work, service.url)

            def replay(block):
                nonlocal same
                told = []
                for command, expected in commands_of(block.group(1)):
                    printed = shell.run(command.rstrip("\n"))
                    told.append(f"$ {command}{printed}")
                    if shape(printed) != shape(expected):
                        same = False
                        print(f"-- {path.name}: $ {command}-- expected\n{expected}"
                              f"-- printed\n{printed}")
                return "```console\n" + "".join(told) + "```"

            told = BLOCK.sub(replay, text)
            shell.end()
    if write:
        path.write_text(told, encoding="utf-8")
    return same or write


def main():
    stories = sorted(STORIES.glob("*.md"))
    if not stories:
        print(f"no story in {STORIES}")
        return 1
    results = [tell(path, "--write" in sys.argv[1:]) for path in stories]
    print(f"{sum(results)} of {len(stories)} stories are as told")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

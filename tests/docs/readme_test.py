#!/usr/bin/python3
"""What the README prints works as printed.

Runs every `sh` block of README.md behind the comment <!-- tested -->, in order and in one shell, in
an empty directory and against a service with the demo catalogue. Between two blocks the service is
killed and started again, as the README's story goes. A block passes if its last command succeeds,
no output speaks of an error, and every message it prints behind `&&` was printed.
"""

import pathlib
import re
import subprocess
import sys

from holdfast_process import Service, clean_environment, free_port, temporary_directory

README = pathlib.Path(__file__).resolve().parent.parent.parent / "README.md"
BLOCK = re.compile(r"^<!-- tested -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "== end of block: "


class Shell:
    """One shell for all blocks, because later ones use what earlier ones defined."""

    def __init__(self, directory, url):
        self._directory = directory
        self._process = subprocess.Popen(
            ["bash"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1,
            env=clean_environment(HOLDFAST_URL=url))

    def run(self, number, block):
        """(exit code of the last command, output)"""
        script = self._directory / f".block-{number}.sh"
        script.write_text(block, encoding="utf-8")
        self._process.stdin.write(f'source "{script}" </dev/null\necho "{MARK}$?"\n')
        lines = []
        for line in self._process.stdout:
            if line.startswith(MARK):
                return int(line[len(MARK):]), "".join(lines)
            lines.append(line)
        return self._process.wait(), "".join(lines)

    def end(self):
        self._process.stdin.close()
        self._process.wait()


def complaints(block, code, output):
    out = [] if code == 0 else [f"exit code {code}"]
    if re.search(r"No such file|command not found|curl: \(\d+\)|differ: |cmp: ", output):
        out.append("the output speaks of an error")
    for message in re.findall(r'&& echo "([^"$]*)"', block):
        if message not in output:
            out.append(f'"{message}" was not printed')
    return out


def main():
    blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
    if not blocks:
        print(f"no tested block in {README}")
        return 1
    failed = False
    with temporary_directory() as directory:
        work = directory / "work"
        work.mkdir()
        port = free_port()
        service = Service(directory / "ledger", "--demo", port=port)
        shell = Shell(work, service.url)
        try:
            for number, block in enumerate(blocks, 1):
                code, output = shell.run(number, block)
                wrong = complaints(block, code, output)
                failed = failed or bool(wrong)
                print(f"-- block {number}: {'; '.join(wrong) or 'ok'}\n{output}")
                service.kill()
                service = Service(directory / "ledger", "--demo", port=port)
        finally:
            shell.end()
            service.kill()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

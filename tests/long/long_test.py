#!/usr/bin/python3
"""The journal of long runs is well-formed, adds up, and is what docs/RELIABILITY.md shows."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import counts  # noqa: E402
import runs  # noqa: E402


def run(search="kill", commit="abc", seconds=1800, kind="rocksdb", violations=0, **tried):
    out = {"search": search, "commit": commit, "date": "2026-01-01T00:00:00Z", "seconds": seconds,
           "counts": tried, "violations": violations}
    return out | ({"kind": kind} if kind else {})


class Journal(unittest.TestCase):
    def test_the_report_shows_the_journal(self):
        _, shown, _ = runs.parts(runs.REPORT.read_text())
        self.assertEqual(shown, runs.section(runs.read()), "tests/long/run totals repairs it")

    def test_counts_of_several_runs_add_up_each_with_its_commit(self):
        table = runs.section([run(kills=1000), run(kills=250, commit="def"),
                              run(kills=7, kind="segments")])
        self.assertIn("(rocksdb): SIGKILL of the real service under load | 2 | 1.0 "
                      "| 1,250 kills | 0 | abc, def |", table)
        self.assertIn("(segments): SIGKILL of the real service under load | 1 | 0.5 | 7 kills",
                      table)

    def test_what_is_tried_again_does_not_add_up(self):
        table = runs.section([run("explore", kind=None, seconds=5, states=40),
                              run("explore", kind=None, seconds=9, states=70)])
        self.assertIn("| 70 states |", table)

    def test_a_violation_stays_visible(self):
        self.assertIn("| 1 | abc |", runs.section([run(violations=1), run()]))

    def test_a_line_that_is_no_run_is_refused(self):
        for broken in ({"search": "kill"}, run("nothing"), run() | {"mood": "good"},
                       run(kills="many")):
            with self.assertRaises(runs.Malformed):
                runs.checked(broken)

    def test_adding_a_run_brings_the_report_along(self):
        with tempfile.TemporaryDirectory() as folder:
            journal, report = pathlib.Path(folder, "runs"), pathlib.Path(folder, "report")
            report.write_text(f"before\n{runs.BEGIN}\nold\n{runs.END}\nafter\n")
            for kills in (3, 4):
                runs.add(run(kills=kills), journal, report)
            self.assertEqual([json.loads(line)["counts"]["kills"]
                              for line in journal.read_text().splitlines()], [3, 4])
            before, shown, after = runs.parts(report.read_text())
            self.assertEqual((before, after), ("before\n", "\nafter\n"))
            self.assertIn("| 7 kills |", shown)


class Counts(unittest.TestCase):
    def test_lines_of_one_run_add_up_among_whatever_else_it_prints(self):
        self.assertEqual(counts.told('seed 1\ncounts: {"a": 1}\nwords\ncounts: {"a": 2, "b": 5}\n'),
                         {"a": 3, "b": 5})


if __name__ == "__main__":
    unittest.main()

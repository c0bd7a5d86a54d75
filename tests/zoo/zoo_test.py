#!/usr/bin/env python3
"""The zoo fits the sources: each mutant's text is there exactly once. Nothing is built here."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import killing  # noqa: E402
import mutants as zoo  # noqa: E402
import report  # noqa: E402


def mutant(name, original, mutated, form="expression", below=""):
    return zoo.Mutant(name, "a bug", "src/x.cpp", original, mutated, form, "check-then-act", below)


class Sources(unittest.TestCase):
    def test_every_mutant_fits(self):
        planted = zoo.load()
        stale = []
        for each in planted.values():
            try:
                each.span((zoo.ROOT / each.file).read_text())
            except zoo.Stale as error:
                stale.append(str(error))
        self.assertEqual(stale, [], "the code has moved on; let the mutant follow")
        zoo.plant_all(planted.values())

    def test_there_are_many(self):
        self.assertGreaterEqual(len(zoo.load()), 200)

    def test_every_known_pattern_has_a_mutant_or_says_who_looks_after_it(self):
        known = {each.known for each in zoo.load().values()}
        for name, pattern in zoo.load_patterns().items():
            self.assertTrue(pattern.what and pattern.seen_in, name)
            self.assertNotEqual(name in known, bool(pattern.elsewhere), name)

    def test_a_mutant_of_a_pattern_that_nobody_knows_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            text = '[late]\nbug = "b"\nknown = "unheard-of"\nfile = "x"\nfrom = "a"\nto = "b"\n'
            (pathlib.Path(folder) / "some.toml").write_text(text)
            with self.assertRaises(zoo.Stale):
                zoo.load(folder)


class Planting(unittest.TestCase):
    def test_an_expression_keeps_what_was_there(self):
        some = mutant("late", "a < b", "a <= b")
        self.assertEqual(zoo.plant("if (a < b) {}", [some]),
                         '#include "zoo_switch.hpp"\n'
                         f"if ((::zoo::is({some.number}U) ? (a <= b) : (a < b))) {{}}")

    def test_two_mutants_may_have_one_place(self):
        text = zoo.plant("x = a;", [mutant("one", "x = a;", "x = b;", "statement"),
                                    mutant("two", "x = a;", "", "statement")])
        self.assertEqual(text.count("::zoo::is("), 2)
        self.assertEqual(text.count("x = a;"), 1)

    def test_below_chooses_among_many(self):
        text = zoo.plant("f() { a; } g() { a; }", [mutant("late", "a;", "b;", "statement", "g()")])
        self.assertTrue(text.endswith("{ b; } else { a; } }"), text)
        self.assertIn("f() { a; }", text)

    def test_a_stale_mutant_is_an_error(self):
        for text in ("nothing of it", "a < b or a < b"):
            with self.assertRaises(zoo.Stale):
                zoo.plant(text, [mutant("late", "a < b", "a <= b")])
        with self.assertRaises(zoo.Stale):
            zoo.plant("a; g()", [mutant("late", "a;", "b;", below="g()")])

    def test_overlapping_mutants_are_an_error(self):
        with self.assertRaises(zoo.Stale):
            zoo.plant("a < b", [mutant("one", "a <", "a >"), mutant("two", "< b", "> b")])

    def test_the_number_is_that_of_the_switch(self):
        self.assertEqual(mutant("a", "", "").number, 0xE40C292C)

    def test_a_tree_follows_and_keeps_the_time_of_what_did_not_change(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            zoo.put(tree / "a", b"1", 0o644)
            before = (tree / "a").stat().st_mtime_ns
            zoo.put(tree / "a", b"1", 0o644)
            self.assertEqual((tree / "a").stat().st_mtime_ns, before)
            zoo.put(tree / "a", b"2", 0o755)
            self.assertEqual((tree / "a").read_bytes(), b"2")


class Judging(unittest.TestCase):
    core = killing.SUITES[1]

    def test_a_failed_test_is_named(self):
        output = ("[ RUN      ] A.B\n[  FAILED  ] A.B (3 ms)\n[ RUN      ] A.C\n"
                  "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] A.B\n")
        self.assertEqual(killing.first_failure(self.core, output, 1), "A.B")

    def test_a_failed_test_with_a_parameter_is_named(self):
        output = ("[ RUN      ] All/A.B/0\n[  FAILED  ] All/A.B/0, where GetParam() = 1 (3 ms)\n"
                  "[ RUN      ] All/A.C/0\n[  SKIPPED ] All/A.C/0 (0 ms)\n")
        self.assertEqual(killing.first_failure(self.core, output, 1), "All/A.B/0")

    def test_a_death_is_the_running_tests(self):
        output = "[ RUN      ] A.B\n[       OK ] A.B (0 ms)\n[ RUN      ] A.C\nCHECK failed\n"
        self.assertEqual(killing.first_failure(self.core, output, -6), "A.C")

    def test_the_folders_own_tests_come_first(self):
        some = zoo.Mutant("x", "", "src/partition/writer.cpp", "", "")
        self.assertEqual(killing.suites_for(some, killing.SUITES)[0].name, "partition")

    def test_a_run_that_goes_on_believes_deaths_of_the_same_mutant_only(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "verdicts"
            dead = killing.Verdict(True, "core", "unit", "A.B", "failed", 1.5)
            memory = killing.Memory(path, resume=False)
            memory.keep(mutant("late", "a", "b"), dead)
            memory.keep(mutant("alive", "a", "b"), killing.Verdict(False))
            memory = killing.Memory(path, resume=True)
            self.assertEqual(memory.death_of(mutant("late", "a", "b")), dead)
            self.assertIsNone(memory.death_of(mutant("late", "a", "c")))
            self.assertIsNone(memory.death_of(mutant("alive", "a", "b")))
            self.assertIsNone(killing.Memory(path, resume=False).death_of(mutant("late", "a", "b")))

    def test_a_survivor_is_told(self):
        some = mutant("late", "a", "b")
        text = report.table({"late": some, "dead": mutant("dead", "a", "b"),
                             "new": mutant("new", "a", "b")},
                            {"late": killing.Verdict(False, seconds=3),
                             "dead": killing.Verdict(True, "core", "unit", "A.B", "failed", 1)},
                            zoo.load_patterns())
        self.assertIn("1 of 3 mutants died", text)
        self.assertIn("not run", text)
        self.assertIn("**nobody**", text)
        self.assertIn("core: A.B", text)
        self.assertIn("saleor #543", text)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""The audits find what is planted, the statistics are those of the textbook, the page says what was
measured. None of it needs a server."""

import pathlib
import sys
import tempfile
import unittest
import xml.dom.minidom

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from harness import bench, report, stats, svg  # noqa: E402
from harness.audit import (Acked, COMMITTED, EXPIRED, HELD, Hold, RELEASED, Stock,  # noqa: E402
                           judge, judge_counts, read_acked)
from harness.goals import Records, all_goals  # noqa: E402


def hold(number, state=HELD, key=None, quantity=1, sku="A", overdue=False):
    return Hold(str(number), sku, quantity, state, key or f"k{number}", overdue)


class Again(unittest.TestCase):
    def test_a_section_that_is_measured_again_replaces_its_phases_and_nothing_else(self):
        def entry(phase, name, result):
            return {"phase": phase, "name": name, "result": result}
        before = [entry("machine room", "full", 1), entry("half load", "segments", 2),
                  entry("storm", "holds", 3), entry("section", "a storm", 4),
                  entry("section", "latency", 5)]
        fresh = [entry("half load", "in process", 6), entry("section", "latency", 7),
                 entry("again", "latency", 8)]
        self.assertEqual([found["result"] for found in bench.replaced(before, fresh)],
                         [1, 3, 4, 6, 7, 8])


class Audits(unittest.TestCase):
    def test_a_clean_shop_is_clean(self):
        holds = [hold(1), hold(2, COMMITTED), hold(3, RELEASED), hold(4, EXPIRED)]
        found = judge(holds, {"A": Stock(10, 8)}, [Acked("k1", "reserve", "1"),
                                                   Acked("k2", "commit", "2"),
                                                   Acked("k3", "release", "3"),
                                                   Acked("k9", "refused", "")])
        self.assertTrue(found.clean, found.words())

    def test_more_promised_than_there_is_is_oversold(self):
        found = judge([hold(i) for i in range(12)], {"A": Stock(10, 0)})
        self.assertEqual(found.oversold, 2)

    def test_a_counter_that_forgot_a_promise_would_sell_it_again(self):
        found = judge([hold(1), hold(2, COMMITTED)], {"A": Stock(10, 9)})
        self.assertEqual((found.oversold, found.leaked), (1, 0))

    def test_one_sku_does_not_make_up_for_another(self):
        holds = [hold(1, sku="A"), hold(2, sku="A")]
        found = judge(holds, {"A": Stock(1, 0), "B": Stock(5, 4)})
        self.assertEqual((found.oversold, found.leaked), (1, 1))

    def test_units_that_nobody_holds_and_nobody_can_get_are_leaked(self):
        found = judge([hold(1), hold(2, RELEASED, quantity=3)], {"A": Stock(10, 6)})
        self.assertEqual(found.leaked, 3)

    def test_a_hold_that_outlives_its_deadline_is_leaked(self):
        found = judge([hold(1, overdue=True)], {"A": Stock(10, 9)})
        self.assertEqual(found.leaked, 1)

    def test_a_key_with_two_holds_is_a_duplicate(self):
        holds = [hold(1, key="same"), hold(2, key="same"), hold(3, RELEASED, key="same")]
        self.assertEqual(judge(holds, {"A": Stock(10, 8)}).duplicates, 2)

    def test_what_was_acknowledged_must_be_there_and_in_its_state(self):
        holds = [hold(1), hold(2, HELD), hold(3, COMMITTED)]
        acked = [Acked("k1", "reserve", "1"), Acked("k2", "commit", "2"),
                 Acked("k3", "release", "3"), Acked("k4", "reserve", "4")]
        self.assertEqual(judge(holds, {"A": Stock(10, 7)}, acked).lost, 3)

    def test_two_answers_to_one_key_are_no_clean_run(self):
        self.assertFalse(judge([], {}, different=1).clean)

    def test_sums_show_the_same_faults(self):
        found = judge_counts(on_hand=10, held=8, committed=4, made=7, asked=5, acked=9)
        self.assertEqual((found.oversold, found.duplicates, found.lost), (2, 2, 2))

    def test_answers_are_read_as_the_drivers_write_them(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("key-1\treserve\t17\nkey-2\trefused\t\n")
            file.flush()
            self.assertEqual(read_acked(file.name), [Acked("key-1", "reserve", "17"),
                                                     Acked("key-2", "refused", "")])


class Statistics(unittest.TestCase):
    def test_a_spread_is_median_least_and_most(self):
        self.assertEqual(stats.spread([5, 1, 9, None]), stats.Spread(5, 1, 9))
        self.assertIsNone(stats.spread([None]))

    def test_ratios_are_of_medians_or_of_pairs(self):
        self.assertEqual(stats.ratio(stats.spread([10, 30, 20]), stats.spread([2, 4, 3])), 20 / 3)
        self.assertIsNone(stats.ratio(stats.spread([1]), None))
        self.assertEqual(stats.paired_ratios([10, 30], [5, 10]), [2, 3])

    def test_the_best_point_is_the_fastest(self):
        self.assertEqual(stats.best([((4, 1), 10), ((16, 1), 30), ((64, 1), 20)]), (16, 1))

    def test_numbers_have_three_digits(self):
        self.assertEqual([stats.short(n) for n in (0, 7, 1234, 56_789, 1_234_567)],
                         ["0", "7", "1.23 k", "56.8 k", "1.23 M"])
        self.assertEqual(stats.milliseconds(1234), "1.23 ms")


class Page(unittest.TestCase):
    def entry(self, phase, name, audit=None, **result):
        out = {"phase": phase, "name": name, "result": result}
        if audit is not None:
            out["audit"] = audit
        return out

    def test_a_missed_goal_says_so_with_its_reason_and_an_unmeasured_one_too(self):
        records = Records([self.entry("durable", "uniform", per_second=400_000.0)])
        goals = {goal.id: goal for goal in all_goals(records)}
        self.assertIs(goals["durable"].met, False)
        self.assertIsNone(goals["pg-rest"].met)

    def test_every_goal_has_a_reason_ready_for_a_miss(self):
        half = dict.fromkeys(("p50_us", "p99_us", "max_us", "fdatasync_p50_us",
                              "fdatasync_p99_us", "seconds"), 1.0)
        storm = dict.fromkeys(("all_expired_ms", "storm_p99_us", "calm_p99_us", "refused",
                               "overloaded", "commands"), 1.0)
        records = Records([self.entry("half load", "x", **half), self.entry("storm", "x", **storm)])
        misses = report.read_notes()["misses"]
        for goal in all_goals(records):
            if goal.id != "machine-allocations" and goal.id != "storm-refusals":
                self.assertIn(goal.id, misses)

    def test_who_only_syncs_keeps_requests_for_the_rest_of_one_sync_and_all_of_the_next(self):
        self.assertEqual(stats.waits_behind_syncs([100.0, 100.0], points=2), [125.0, 175.0])
        # One sync in ten takes ten times as long: more than a third of the time is behind it.
        waits = stats.waits_behind_syncs(([100.0] * 9 + [1_000.0]) * 10)
        self.assertGreater(waits[len(waits) * 2 // 3], 500.0)

    def test_an_audit_that_failed_is_in_the_table(self):
        entries = [self.entry("hot", "naive", audit={"oversold": 7, "leaked": 0}, per_second=10.0,
                              commands=10, server_cpu=1.0)]
        page = report.Report(entries, "quick").page()
        self.assertIn("**7 oversold**", page)
        self.assertNotIn("0 leaked", page)

    def test_a_run_that_was_interrupted_names_what_it_has_not(self):
        entries = [{"phase": "machine room", "name": "full",
                    "result": {"versions": {}, "sections": ["durable", "gRPC"]}},
                   self.entry("section", "durable", seconds=90.0)]
        page = report.Report(entries, "full").page()
        self.assertIn("interrupted*: gRPC.", page)
        self.assertIn("durable 90 s", page)

    def test_half_load_is_half_of_what_is_sustained_and_says_how_far_views_are_behind(self):
        open_loop = dict.fromkeys(("p50_us", "p90_us", "p99_us", "p999_us", "max_us",
                                   "batch_commands", "batch_bytes", "fdatasync_p50_us",
                                   "fdatasync_p99_us", "only_syncs_p99_us",
                                   "only_syncs_max_us"), 1.0)
        burst = {"per_second": 600_000.0, "seconds": 2.0, "events_behind": 900_000.0,
                 "commands": 1_200_000, "batch_commands": 5_000.0, "p99_us": 1.0, "cpu": 4.0}
        sustained = {**burst, "catch_up_seconds": 10.0, "sustained_per_second": 100_000.0,
                     "left_behind": 0,
                     "disk_bytes": 120.0, "events_in_files": 1.0}
        page = report.Report([
            {"phase": "service", "name": "0 live", "live": 0, "result": {**burst, "audit": True}},
            {"phase": "sustained", "name": "in process", "result": {**sustained, "audit": True}},
            self.entry("half load", "in process", rate=50_000.0, seconds=600.0, events_behind=17.0,
                       events_behind_before=5.0, **open_loop),
            self.entry("half burst", "segments", rate=300_000.0, seconds=15.0,
                       events_behind=2_000_000.0, events_behind_before=5.0, **open_loop)],
            "full").page()
        self.assertIn("It sustains 100 k/s", page)
        self.assertIn("RocksDB: 50 k/s for 600 s", page)
        self.assertIn("views 5 events behind at its beginning, 17 at its end", page)
        self.assertIn("*Half of a burst*, in process with all views, ledger in segment files: "
                      "300 k/s for 15 s", page)
        self.assertIn("| 300 k |", page)  # per CPU-second

    def test_recovery_shows_the_long_ledger_and_replays_the_short_one(self):
        back = {"live": 1e6, "tail_events": 2e6, "first_answer_seconds": 1.5}
        records = Records([
            self.entry("recovery", "short ledger", events=3e6, replay_per_second=6e6, **back),
            self.entry("recovery", "long ledger", events=100e6, **back)])
        goals = {goal.id: goal for goal in all_goals(records)}
        self.assertIs(goals["replay"].met, True)
        self.assertIn("behind a ledger of 100 M", goals["first-answer"].measured)

    def test_plots_are_xml_for_light_and_dark(self):
        for text in (svg.bars("a < b", [("one", 10, "c0"), ("none", None, "c1")], stats.short),
                     svg.lines("t", {"x": [(1, 10), (4096, 1e6)]}, "clients", stats.short),
                     svg.bars("empty", [], stats.short)):
            xml.dom.minidom.parseString(text)
            self.assertIn("prefers-color-scheme: dark", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/python3
"""Physical counts, compared with what the ledger had for their time."""

import threading
import unittest

from blackbox_case import ServiceCase, moment, now
from rest_client import Client, fresh_key


class Counts(ServiceCase):
    def resolve(self, case, resolution, **more):
        return self.client.post(f"/cases/{case}/resolve", {"resolution": resolution, **more})

    def test_what_fits_matches_and_small_drift_applies(self):
        sku = self.stock(100)
        self.assertEqual(self.count(sku, 100)["outcome"], "matched")
        counted = self.count(sku, 98)
        self.assertEqual((counted["outcome"], counted["drift"], counted["on_hand"]),
                         ("applied", -2, 98))

    def test_large_drift_waits_for_another_person(self):
        sku = self.stock(100)
        counted = self.count(sku, 60, by="ann")
        self.assertEqual((counted["outcome"], counted["disputed"]), ("pending", 40))
        self.assert_figures(sku, on_hand=100, unavailable=40, sellable=60)
        approval = {"plan": counted["plan"], "by": "ann"}
        self.refused(self.resolve(counted["case"], "approve", **approval), 403,
                     "approval_by_submitter")
        self.refused(self.resolve(counted["case"], "approve", plan="0" * 32, by="bob"), 409,
                     "plan_changed")
        approval["by"] = "bob"
        self.assertEqual(self.ok(self.resolve(counted["case"], "approve", **approval))["status"],
                         "resolved")
        self.assert_figures(sku, on_hand=60, sellable=60)

    def test_override_needs_a_reason(self):
        counted = self.count(self.stock(100), 60)
        approval = {"plan": counted["plan"], "override": True}
        self.refused(self.resolve(counted["case"], "approve", **approval), 422,
                     "validation_failed", "#/reason")
        self.ok(self.resolve(counted["case"], "approve", reason="manual_override", **approval))

    def test_rejected_the_units_are_sold_again(self):
        sku = self.stock(100)
        counted = self.count(sku, 60)
        self.ok(self.resolve(counted["case"], "reject", reason="mispick"))
        self.assert_figures(sku, on_hand=100, sellable=100)

    def test_a_newer_count_takes_the_place_of_one_that_waits(self):
        sku = self.stock(100)
        first = self.count(sku, 60)
        self.assertEqual(self.count(sku, 99)["outcome"], "applied")
        self.assert_figures(sku, on_hand=99, sellable=99)
        case = self.ok(self.client.get(f"/cases/{first['case']}"))
        self.assertEqual((case["status"], case["resolution"]), ("resolved", "replaced"))

    def test_what_the_counter_has_deducted_is_not_deducted_twice(self):
        sku, as_of = self.stock(10), moment()
        order = fresh_key("order")
        self.ok(self.client.post("/stock/adjustments", {
            "sku": sku, "delta": -3, "reason": "unrecorded_outbound", "reference": order},
            key=fresh_key()))
        counted = self.ok(self.client.post("/stock/counts", {
            "sku": sku, "counted": 7, "as_of": as_of, "includes": {"references": [order]}},
            key=fresh_key()))
        self.assertEqual((counted["outcome"], counted["drift"]), ("matched", 0))

    def test_a_watermark_names_all_of_a_source(self):
        sku, as_of, wms = self.stock(10), moment(), fresh_key("wms")
        for number in range(3):
            self.ok(self.client.post("/stock/adjustments", {
                "source": wms, "source_sequence": number, "sku": sku, "delta": -1,
                "reason": "unrecorded_outbound"}))
        counted = self.ok(self.client.post("/stock/counts", {
            "sku": sku, "counted": 8, "as_of": as_of,
            "includes": {"watermarks": [{"source": wms, "sequence": 1}]}}, key=fresh_key()))
        self.assertEqual(counted["outcome"], "matched")

    def test_an_attempt_is_answered_once(self):
        sku, source = self.stock(100), fresh_key("scanner")
        body = {"source": source, "source_sequence": 1, "sku": sku, "counted": 99,
                "as_of": now()}
        first = self.ok(self.client.post("/stock/counts", body))
        self.stock(5, sku)
        again = self.client.post("/stock/counts", body)
        self.assertEqual((again.replayed, again.json), (True, first))
        body["counted"] = 98
        self.refused(self.client.post("/stock/counts", body), 422, "idempotency_key_reused")

    def test_older_counts_change_nothing(self):
        sku, before = self.stock(100), moment()
        self.assertEqual(self.count(sku, 100)["outcome"], "matched")
        self.assertEqual(self.count(sku, 1, as_of=before)["outcome"], "outdated")
        self.assert_figures(sku, on_hand=100, sellable=100)

    def test_what_was_counted_and_is_reported_later_counts_once(self):
        sku, unloaded = self.stock(10), moment()
        self.assertEqual(self.count(sku, 12)["outcome"], "applied")
        late = self.ok(self.client.post("/stock/receipts", {
            "sku": sku, "quantity": 2, "occurred_at": unloaded}, key=fresh_key()))
        self.assertEqual(late["on_hand"], 14, "the answer is that of its own event")
        self.assert_figures(sku, on_hand=12, sellable=12)
        [pool] = self.ok(self.client.get(f"/stock/{sku}/explain"))["pools"]
        self.assertEqual({(t["term"], t.get("reason")): t["units"] for t in pool["on_hand_terms"]},
                         {("receipts", None): 12, ("counts", None): 2,
                          ("adjustments", "cycle_count"): -2})
        self.assertEqual(self.count(sku, 12)["outcome"], "matched")

    def test_what_a_fast_clock_says_is_still_to_come_happens_now(self):
        sku = self.stock(10)
        self.ok(self.client.post("/stock/adjustments", {
            "sku": sku, "delta": -3, "reason": "unrecorded_outbound",
            "occurred_at": now(300)}, key=fresh_key()))
        self.assertEqual(self.count(sku, 7)["outcome"], "matched")
        self.assert_figures(sku, on_hand=7, sellable=7)

    def test_a_rejected_count_leaves_room_for_its_correction(self):
        sku, as_of = self.stock(100), moment()
        mistyped = self.count(sku, 8, as_of=as_of)
        self.ok(self.resolve(mistyped["case"], "reject", reason="data_entry_error"))
        self.assertEqual(self.count(sku, 98, as_of=as_of)["outcome"], "applied")
        self.assert_figures(sku, on_hand=98, sellable=98)

    def test_counts_while_stock_moves_lose_nothing(self):
        sku = self.stock(1_000)
        stop = threading.Event()

        def receive():
            client = Client(self.service.url)
            while not stop.is_set():
                client.post("/stock/receipts", {"sku": sku, "quantity": 1}, key=fresh_key())
            client.close()

        thread = threading.Thread(target=receive)
        thread.start()
        try:
            for _ in range(20):
                answer = self.client.post("/stock/counts", {
                    "sku": sku, "counted": 1, "as_of": "2020-01-01T00:00:00Z"}, key=fresh_key())
                self.assertIn(answer.status, (200, 409), answer)
        finally:
            stop.set()
            thread.join()

    def test_what_is_wrong_is_named(self):
        sku = self.stock(1)
        good = {"sku": sku, "counted": 1, "as_of": now()}
        for change, code, pointer in (
                ({"counted": -1}, "validation_failed", "#/counted"),
                ({"as_of": now(60)}, "validation_failed", "#/as_of"),
                ({"as_of": "today"}, "validation_failed", "#/as_of"),
                ({"sku": fresh_key("sku")}, "unknown_sku", "#/sku"),
                ({"pool": "moon"}, "unknown_pool", "#/pool"),
                ({"includes": {"watermarks": [{"source": "a"}]}}, "validation_failed",
                 "#/includes/watermarks/0/sequence"),
                ({"includes": {"odd": 1}}, "validation_failed", "#/includes/odd")):
            with self.subTest(change):
                answer = self.client.post("/stock/counts", {**good, **change}, key=fresh_key())
                self.refused(answer, 422, code, pointer)
        self.refused(self.client.post("/stock/counts", good), 400, "idempotency_key_required")


if __name__ == "__main__":
    unittest.main()

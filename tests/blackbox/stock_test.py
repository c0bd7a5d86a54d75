#!/usr/bin/python3
"""Stock movements, settings and what is told about availability."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Movements(ServiceCase):
    def test_a_receipt_registers_its_sku_and_says_so(self):
        sku = fresh_key("sku")
        first = self.ok(self.client.post("/stock/receipts", {
            "sku": sku, "pool": "default", "quantity": 7, "reference": "delivery-1",
            "occurred_at": "2026-05-04T10:00:00+02:00"}, key=fresh_key()))
        self.assertEqual((first["sku_registered"], first["delta"], first["on_hand"]), (True, 7, 7))
        self.assertEqual(first["occurred_at"], "2026-05-04T08:00:00.000Z")
        second = self.ok(self.client.post("/stock/receipts", {"sku": sku, "quantity": 1},
                                          key=fresh_key()))
        self.assertEqual((second["sku_registered"], second["on_hand"]), (False, 8))

    def test_an_adjustment_has_a_reason_and_may_leave_a_deficit(self):
        sku = self.stock(3)
        self.hold((sku, 2))
        down = self.ok(self.client.post("/stock/adjustments", {
            "sku": sku, "delta": -2, "reason": "damage"}, key=fresh_key()))
        self.assertEqual((down["on_hand"], down["deficit"]), (1, 1))
        self.assert_figures(sku, on_hand=1, held=2, deficit=1)
        up = self.ok(self.client.post("/stock/adjustments", {
            "sku": sku, "delta": 1, "reason": "other", "note": "under the shelf"},
            key=fresh_key()))
        self.assertEqual((up["reason"], up["deficit"]), ("other", 0))

    def test_an_adjustment_registers_nothing(self):
        answer = self.client.post("/stock/adjustments", {
            "sku": fresh_key("nobody"), "delta": 1, "reason": "found"}, key=fresh_key())
        self.refused(answer, 422, "unknown_sku", "#/sku")

    def test_only_the_default_pool_exists(self):
        sku = self.stock(1)
        answer = self.client.post("/stock/receipts", {"sku": sku, "quantity": 1,
                                                      "pool": "attic"}, key=fresh_key())
        self.refused(answer, 422, "unknown_pool", "#/pool")
        answer = self.client.post("/reservations", {"lines": [
            {"sku": sku, "quantity": 1, "pool": "attic"}]}, key=fresh_key())
        self.refused(answer, 422, "unknown_pool", "#/lines/0/pool")

    def test_safety_stock_is_never_offered(self):
        sku = self.stock(5)
        cell = self.ok(self.client.put("/stock/safety", {"sku": sku, "quantity": 4}))
        self.assertEqual((cell["safety_stock"], cell["sellable"]), (4, 1))
        with self.nothing_changes():
            self.ok(self.client.put("/stock/safety", {"sku": sku, "quantity": 4}))
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 2}, key=fresh_key())
        self.refused(answer, 409, "insufficient_stock")
        self.ok(self.client.put("/stock/safety", {"sku": sku, "quantity": 0}))
        self.assert_figures(sku, on_hand=5, sellable=5)

    def test_units_are_conserved_up_to_the_largest_cell(self):
        sku = self.stock(2**62)
        answer = self.client.post("/stock/receipts", {"sku": sku, "quantity": 1},
                                  key=fresh_key())
        self.refused(answer, 422, "limit_exceeded")
        self.assert_figures(sku, on_hand=2**62, sellable=2**62)


class Settings(ServiceCase):
    def test_a_sku_is_registered_once(self):
        sku = fresh_key("sku")
        answer = self.client.put(f"/skus/{sku}", {"sku_class": "default"})
        self.assertEqual(self.ok(answer, 201)["version"], 1)
        self.assertEqual(answer.headers["location"], f"/inventory/v1/skus/{sku}")
        with self.nothing_changes():
            self.ok(self.client.put(f"/skus/{sku}"), 200)
        self.assertEqual(self.ok(self.client.get(f"/skus/{sku}"))["sku_class"], "default")
        self.assert_figures(sku)

    def test_names_with_awkward_characters(self):
        for name, encoded in (("a/b c%", "a%2Fb%20c%25"), ("größe \U0001f4a1", None),
                              ("..", "%2E%2E"), ("x" * 128, None)):
            if encoded is None:
                encoded = "".join(f"%{byte:02X}" for byte in name.encode())
            self.ok(self.client.put(f"/skus/{encoded}"), 201)
            self.assertEqual(self.ok(self.client.get(f"/skus/{encoded}"))["sku"], name)
            self.stock(1, sku=name)
            self.assertEqual(self.ok(self.client.get(f"/availability/{encoded}"))["on_hand"], 1)
            self.assertEqual(self.hold((name, 1))["lines"][0]["sku"], name)

    def test_an_unknown_class_or_sku(self):
        answer = self.client.put(f"/skus/{fresh_key('sku')}", {"sku_class": "perishable"})
        self.refused(answer, 422, "unknown_class", "#/sku_class")
        self.refused(self.client.get("/skus/nobody"), 404, "not_found")

    def test_an_unchanged_thing_needs_no_body(self):
        sku = self.stock(1)
        tag = self.client.get(f"/skus/{sku}").headers["etag"]
        answer = self.client.get(f"/skus/{sku}", headers=[("If-None-Match", tag)])
        self.assertEqual((answer.status, answer.body, answer.headers["etag"]), (304, b"", tag))
        made = self.hold((sku, 1))
        path = f"/reservations/{made['id']}"
        tag = self.client.get(path).headers["etag"]
        for value in (tag, f'"0", {tag}', f"W/{tag}", "*"):
            answer = self.client.get(path, headers=[("If-None-Match", value)])
            self.assertEqual((answer.status, answer.body), (304, b""), value)
        self.ok(self.verb(made, "commit"))
        self.ok(self.client.get(path, headers=[("If-None-Match", tag)]), 200)


class Availability(ServiceCase):
    def test_status_words(self):
        sku = self.stock(10)
        for taken, word in ((0, "in_stock"), (6, "low"), (4, "all_held")):
            if taken:
                self.hold((sku, taken))
            self.assertEqual(self.ok(self.client.get(f"/availability/{sku}"))["status"], word)
        gone = fresh_key("sku")
        self.ok(self.client.put(f"/skus/{gone}"), 201)
        self.assertEqual(self.ok(self.client.get(f"/availability/{gone}"))["status"], "out")

    def test_many_at_once_and_which_are_unknown(self):
        first, second = self.stock(1), self.stock(2)
        many = self.ok(self.client.get(f"/availability?sku={first}&sku={second}&sku=nobody"))
        self.assertEqual([item["on_hand"] for item in many["items"]], [1, 2])
        self.assertEqual(many["unknown"], ["nobody"])
        self.refused(self.client.get("/availability"), 422, "validation_failed", "sku")
        self.refused(self.client.get("/availability/nobody"), 404, "not_found")

    def test_one_can_wait_for_ones_own_writes(self):
        sku = self.stock(5)
        for expected in (4, 3, 2):
            made = self.hold((sku, 1))
            shown = self.ok(self.client.get(
                f"/availability/{sku}?min_position={made['position']}"))
            self.assertEqual(shown["sellable"], expected)

    def test_a_position_of_the_future_or_of_nobody(self):
        sku = self.stock(1)
        answer = self.client.get(f"/availability/{sku}?min_position=nonsense")
        self.refused(answer, 422, "validation_failed", "min_position")

    def test_the_next_deadline_is_told(self):
        sku = self.stock(5)
        self.hold((sku, 1), ttl=900)
        soon = self.hold((sku, 1), ttl=300)
        shown = self.ok(self.client.get(f"/availability/{sku}"))
        self.assertEqual(shown["next_expiry_at"], soon["expires_at"])


if __name__ == "__main__":
    unittest.main()

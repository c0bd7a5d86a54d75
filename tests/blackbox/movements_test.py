#!/usr/bin/python3
"""Units that cannot be sold, what is written off from them, and taking back what was wrong."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Movements(ServiceCase):
    def unavailable(self, sku, delta, reason="damage", **more):
        return self.client.post("/stock/unavailable", {
            "sku": sku, "delta": delta, "reason": reason, **more}, key=fresh_key())

    def adjust(self, sku, delta, reason="damage", **more):
        return self.client.post("/stock/adjustments", {
            "sku": sku, "delta": delta, "reason": reason, **more}, key=fresh_key())

    def test_what_cannot_be_sold_stays_on_hand(self):
        sku = self.stock(5)
        moved = self.ok(self.unavailable(sku, 2, "quality_hold", note="wet", reference="qc-1"))
        self.assertEqual((moved["delta"], moved["unavailable_delta"]), (0, 2))
        self.assert_figures(sku, on_hand=5, unavailable=2, sellable=3)
        self.ok(self.unavailable(sku, -2, "quality_hold"))
        self.assert_figures(sku, on_hand=5, sellable=5)

    def test_balances_are_per_reason_and_never_below_zero(self):
        sku = self.stock(5)
        self.ok(self.unavailable(sku, 2))
        self.refused(self.unavailable(sku, -1, "theft"), 409, "quantity_exceeded")
        self.refused(self.unavailable(sku, -3), 409, "quantity_exceeded")
        self.refused(self.unavailable(fresh_key("sku"), 1), 422, "unknown_sku", "#/sku")
        self.refused(self.unavailable(sku, 0), 422, "validation_failed", "#/delta")
        self.refused(self.unavailable(sku, 1, "odd"), 422, "validation_failed", "#/reason")

    def test_writing_off_what_is_broken_counts_once(self):
        sku = self.stock(5)
        self.ok(self.unavailable(sku, 2))
        self.ok(self.adjust(sku, -2, from_unavailable="damage"))
        self.assert_figures(sku, on_hand=3, sellable=3)
        self.refused(self.adjust(sku, -1, from_unavailable="damage"), 409, "quantity_exceeded")
        self.refused(self.adjust(sku, 1, from_unavailable="damage"), 422, "validation_failed",
                     "#/delta")

    def test_an_undo_names_what_it_takes_back(self):
        sku = self.stock(5)
        wrong = self.ok(self.adjust(sku, -2, "theft"))["position"]
        self.refused(self.adjust(sku, 3, "data_entry_error", undoes=wrong), 422,
                     "validation_failed", "#/delta")
        self.refused(self.adjust(self.stock(1), 2, "data_entry_error", undoes=wrong), 422,
                     "validation_failed", "#/undoes")
        self.refused(self.adjust(sku, 2, "data_entry_error", undoes="odd"), 422,
                     "validation_failed", "#/undoes")
        undone = self.ok(self.adjust(sku, 2, "data_entry_error", undoes=wrong))
        self.assertEqual((undone["undoes"], undone["on_hand"]), (wrong, 5))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Sales that were made elsewhere are facts: recorded, whatever the stock says."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Sales(ServiceCase):
    def sell(self, body, key=None):
        return self.client.post("/stock/sales", body, key=key)

    def test_a_sale_is_a_committed_reservation_and_happens_once(self):
        sku, till = self.stock(3), fresh_key("till")
        body = {"source": till, "source_sequence": 7, "channel": "shop",
                "reference": fresh_key("receipt"), "customer_id": "ann",
                "lines": [{"sku": sku, "quantity": 2, "line_id": "a"}]}
        sold = self.ok(self.sell(body), 201)
        self.assertEqual((sold["state"], sold["lines"][0]["committed"]), ("committed", 2))
        self.assertTrue(self.sell(body).replayed)
        self.assert_figures(sku, on_hand=3, committed=2, sellable=1)
        self.refused(self.sell({**body, "shipped": True}), 422, "idempotency_key_reused")
        self.assertEqual(self.ok(self.verb(sold, "ship"))["state"], "fulfilled")

    def test_it_is_recorded_although_nothing_is_left(self):
        sku = self.stock(1)
        self.ok(self.sell({"lines": [{"sku": sku, "quantity": 3}]}, fresh_key()), 201)
        self.assert_figures(sku, on_hand=1, committed=3, deficit=2)
        [case] = self.ok(self.client.get(f"/cases?kind=shortage&sku={sku}"))["cases"]
        self.assertEqual((case["missing"], case["units"]), (2, 2))

    def test_goods_that_left_and_skus_that_nobody_knew(self):
        sku = fresh_key("sku")
        sold = self.ok(self.sell({"shipped": True, "occurred_at": "2026-05-04T10:00:00Z",
                                  "lines": [{"sku": sku, "quantity": 1}]}, fresh_key()), 201)
        self.assertEqual(sold["state"], "fulfilled")
        self.assert_figures(sku, on_hand=-1, deficit=1)

    def test_what_is_wrong_is_named(self):
        sku = self.stock(1)
        line = {"sku": sku, "quantity": 1}
        self.refused(self.sell({"lines": [line]}), 400, "idempotency_key_required")
        self.refused(self.sell({"lines": []}, fresh_key()), 422, "validation_failed", "#/lines")
        self.refused(self.sell({"lines": [{**line, "quantity": 0}]}, fresh_key()), 422,
                     "validation_failed", "#/lines/0/quantity")
        self.refused(self.sell({"lines": [line, {**line, "pool": "moon"}]}, fresh_key()), 422,
                     "unknown_pool", "#/lines/1/pool")


if __name__ == "__main__":
    unittest.main()

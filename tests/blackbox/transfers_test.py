#!/usr/bin/python3
"""Units on their way between two pools are in neither."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Transfers(ServiceCase):
    def stock(self, units, sku=None):
        """Once there are several pools, a receipt has to name one."""
        sku = sku or fresh_key("sku")
        self.ok(self.client.post("/stock/receipts", {
            "sku": sku, "quantity": units, "pool": "default"}, key=fresh_key()))
        return sku

    def send(self, sku, to, quantity, key=None, **more):
        return self.client.post("/stock/transfers", {
            "sku": sku, "from": "default", "to": to, "quantity": quantity, **more},
            key=key or fresh_key())

    def settle(self, transfer, verb, body=None):
        return self.client.post(f"/stock/transfers/{transfer['id']}/{verb}", body,
                                key=fresh_key())

    def on_hand(self, sku):
        shown = self.ok(self.client.get(f"/availability/{sku}"))
        return {pool["pool"]: pool["on_hand"] for pool in shown["pools"]}

    def test_sent_arrived_and_lost(self):
        east, sku, key = self.pool(), self.stock(10), fresh_key()
        sent = self.ok(self.send(sku, east, 4, key, reference="van-1"), 201)
        again = self.send(sku, east, 4, key, reference="van-1")
        self.assertEqual((again.replayed, again.json), (True, sent))
        self.assertEqual(self.on_hand(sku)["default"], 6)
        [listed] = self.ok(self.client.get(f"/stock/transfers?sku={sku}"))["transfers"]
        self.assertEqual((listed["id"], listed["in_transit"], listed["reference"]),
                         (sent["id"], 4, "van-1"))
        self.refused(self.settle(sent, "arrive", {"quantity": 5}), 409, "quantity_exceeded")
        self.assertEqual(self.ok(self.settle(sent, "arrive", {"quantity": 3}))["in_transit"], 1)
        self.refused(self.settle(sent, "lose", {}), 422, "validation_failed", "#/reason")
        self.assertEqual(self.ok(self.settle(sent, "lose", {"reason": "theft"}))["lost"], 1)
        self.assertEqual(self.on_hand(sku), {"default": 6, east: 3})
        self.refused(self.settle(sent, "arrive"), 404, "unknown_transfer")
        self.assertEqual(self.ok(self.client.get(f"/stock/transfers?sku={sku}"))["transfers"], [])

    def test_at_once(self):
        east, sku = self.pool(), self.stock(2)
        moved = self.ok(self.send(sku, east, 3, instant=True), 201)
        self.assertEqual((moved["step"], moved["in_transit"]), ("moved", 0))
        self.assertEqual(self.on_hand(sku), {"default": -1, east: 3})

    def test_what_is_wrong_is_named(self):
        sku = self.stock(2)
        self.refused(self.send(sku, "default", 1), 422, "validation_failed", "#/to")
        self.refused(self.send(sku, "moon", 1), 422, "unknown_pool", "#/to")
        self.refused(self.settle({"id": "trf_0"}, "arrive"), 404, "unknown_transfer")
        self.refused(self.client.get("/stock/transfers?limit=0"), 422, "validation_failed",
                     "limit")


if __name__ == "__main__":
    unittest.main()

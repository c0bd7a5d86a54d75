#!/usr/bin/python3
"""Several pools: fences, overflow, allocation, moving what is promised."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Pools(ServiceCase):
    def pool(self, name=None, **settings):
        name = name or fresh_key("pool")
        self.ok(self.client.put(f"/pools/{name}", settings))
        return name

    def receive(self, sku, pool, units):
        self.ok(self.client.post("/stock/receipts", {"sku": sku, "pool": pool, "quantity": units},
                                 key=fresh_key()))

    def allocations(self, reservation):
        return [(part["pool"], part["quantity"])
                for part in reservation["lines"][0]["allocations"]]

    def test_a_pool_is_made_once_and_replaced_as_a_whole(self):
        name = fresh_key("pool")
        made = self.client.put(f"/pools/{name}", {"kind": "supplier", "region": "eu",
                                                  "priority": 7})
        self.assertEqual((made.status, made.headers["etag"]), (201, '"1"'))
        self.assertEqual(made.headers["location"], f"/inventory/v1/pools/{name}")
        again = self.ok(self.client.put(f"/pools/{name}", {"channels": ["app"],
                                                           "overflow": "default"}), 200)
        self.assertEqual((again["kind"], again["priority"], again["channels"], again["overflow"]),
                         ("physical", 0, ["app"], "default"))
        read = self.client.get(f"/pools/{name}")
        self.assertEqual(self.ok(read)["version"], 2)
        self.assertEqual(self.client.get(f"/pools/{name}", headers=[
            ("If-None-Match", read.headers["etag"])]).status, 304)
        names = [entry["name"] for entry in self.ok(self.client.get("/pools"))["pools"]]
        self.assertEqual(names[0], "default")
        self.assertIn(name, names)
        self.refused(self.client.get(f"/pools/{fresh_key()}"), 404, "not_found")
        self.refused(self.client.put(f"/pools/{name}", {}, if_match='"1"'), 412,
                     "version_mismatch")

    def test_bad_pools_are_named(self):
        name = fresh_key("pool")
        for body, pointer in (({"kind": "moon"}, "#/kind"),
                              ({"channels": ["a", "a"]}, "#/channels/1"),
                              ({"overflow": "default"}, "#/overflow"),
                              ({"channels": ["a"], "overflow": name}, "#/overflow"),
                              ({"prio": 1}, "#/prio")):
            self.refused(self.client.put(f"/pools/{name}", body), 422, "validation_failed",
                         pointer)
        self.refused(self.client.put(f"/pools/{name}", {"channels": ["a"], "overflow": "moon"}),
                     422, "unknown_pool", "#/overflow")

    def test_a_line_may_come_from_several_pools_in_the_order_of_priority(self):
        first, last = self.pool(priority=-5), self.pool(priority=99)
        sku = self.stock(1)
        self.receive(sku, last, 10)
        self.receive(sku, first, 2)
        held = self.hold((sku, 5))
        self.assertEqual(self.allocations(held), [(first, 2), ("default", 1), (last, 2)])
        self.assertEqual(held["lines"][0]["held"], 5)
        shown = self.ok(self.client.get(f"/availability/{sku}"))
        self.assertEqual(shown["sellable"], 8)
        self.assertEqual({entry["pool"]: entry["held"] for entry in shown["pools"]},
                         {"default": 1, first: 2, last: 2})
        self.ok(self.verb(held, "commit"))
        released = self.ok(self.verb(held, "cancel", {"reason": "customer_request"}))
        self.assertEqual(released["lines"][0]["released"], 5)

    def test_the_nearest_pool_serves_first(self):
        name = fresh_key("class")
        self.ok(self.client.put(f"/classes/{name}", {"allocation": "nearest"}), 201)
        sku = fresh_key("sku")
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": name}), 201)
        south = self.pool(region="south", priority=50)
        self.receive(sku, "default", 5)
        self.receive(sku, south, 5)
        self.assertEqual(self.allocations(self.hold((sku, 1), region="south")), [(south, 1)])
        self.assertEqual(self.allocations(self.hold((sku, 1))), [("default", 1)])

    def test_a_fenced_pool_sells_to_its_channels_and_overflows(self):
        channel = fresh_key("channel")
        sku = fresh_key("sku")
        main = self.pool()
        fenced = self.pool(channels=[channel])
        self.receive(sku, fenced, 3)
        self.receive(sku, main, 1)
        self.assertEqual(self.ok(self.client.get(f"/availability/{sku}"))["sellable"], 1)
        self.assertEqual(self.allocations(self.hold((sku, 2), channel=channel)), [(fenced, 2)])
        self.assertEqual(self.allocations(self.hold((sku, 2), channel=channel)),
                         [(fenced, 1), (main, 1)])
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=fresh_key())
        self.refused(answer, 409, "insufficient_stock")

    def test_a_refusal_names_the_pools_that_have_it(self):
        sku = self.stock(1)
        other = self.pool()
        self.receive(sku, other, 9)
        answer = self.client.post("/reservations", {"lines": [
            {"sku": sku, "quantity": 4, "pool": "default"}]}, key=fresh_key())
        refusal = self.refused(answer, 409, "insufficient_stock")
        self.assertIn({"sku": sku, "pool": other, "sellable": 9}, refusal["alternatives"])

    def test_what_is_promised_moves_in_one_step(self):
        sku = self.stock(2)
        other = self.pool(priority=50)
        self.receive(sku, other, 2)
        sold = self.hold((sku, 2))
        self.ok(self.verb(sold, "commit"))
        moved = self.ok(self.verb(sold, "reallocate", {"to": other}))
        self.assertEqual(self.allocations(moved), [(other, 2)])
        self.assertEqual(moved["lines"][0]["committed"], 2)
        self.refused(self.verb(sold, "reallocate", {}), 422, "validation_failed", "#/to")
        self.refused(self.verb(sold, "reallocate", {"to": fresh_key("pool")}), 422,
                     "unknown_pool", "#/to")
        self.hold((sku, 2))
        self.refused(self.verb(sold, "reallocate", {"to": "default"}), 409, "insufficient_stock")

    def test_a_promise_that_cannot_be_kept_is_closed_short(self):
        sku = self.stock(2)
        sold = self.hold((sku, 2))
        self.ok(self.verb(sold, "commit"))
        self.refused(self.verb(sold, "close-short", {"reason": "fraud"}), 422,
                     "validation_failed", "#/reason")
        closed = self.ok(self.verb(sold, "close-short", {
            "reason": "refunded", "lines": [{"sku": sku, "quantity": 1}]}))
        self.assertEqual((closed["state"], closed["lines"][0]["short"]), ("committed", 1))
        closed = self.ok(self.verb(sold, "close-short", {"reason": "other", "note": "a voucher"}))
        self.assertEqual((closed["state"], closed["lines"][0]["short"]), ("reconciled", 2))

    def test_a_movement_names_its_pool_once_there_are_several(self):
        self.pool()
        answer = self.client.post("/stock/receipts", {"sku": fresh_key("sku"), "quantity": 1},
                                  key=fresh_key())
        self.refused(answer, 422, "pool_required", "#/pool")

    def stock(self, units, sku=None):
        sku = sku or fresh_key("sku")
        self.receive(sku, "default", units)
        return sku


if __name__ == "__main__":
    unittest.main()

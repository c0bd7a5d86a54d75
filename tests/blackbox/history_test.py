#!/usr/bin/python3
"""What happened, how much there was when, and why it is as much as it is."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class History(ServiceCase):
    def events(self, path):
        joint = "&" if "?" in path else "?"
        out, cursor = [], ""
        for _ in range(1000):
            page = self.ok(self.client.get(f"{path}{joint}limit=3{cursor}"))
            out += page["events"]
            if "next_cursor" not in page:
                return out
            cursor = f"&cursor={page['next_cursor']}"
        return self.fail("pages do not end")

    def story(self):
        """A SKU with something of everything."""
        sku, order = self.stock(20), fresh_key("order")
        held = self.hold((sku, 3), reference=order, agent_id=order, operator_id=order,
                         customer_id=order)
        self.ok(self.verb(held, "commit", {"lines": [{"sku": sku, "quantity": 2}]}))
        self.ok(self.verb(held, "ship", {"lines": [{"sku": sku, "quantity": 1}]}))
        self.ok(self.client.post("/stock/adjustments", {
            "sku": sku, "delta": -4, "reason": "damage"}, key=fresh_key()))
        self.ok(self.client.post("/stock/unavailable", {
            "sku": sku, "delta": 2, "reason": "quality_hold"}, key=fresh_key()))
        return sku, order, held

    def test_a_reservation_and_everything_around_it(self):
        sku, order, held = self.story()
        told = self.events(f"/reservations/{held['id']}/history")
        self.assertEqual([event["type"].rsplit(".", 1)[1] for event in told],
                         ["shipped", "committed", "held"])
        self.assertEqual(told[-1]["data"]["id"], held["id"])
        self.assertEqual(told[-1]["position"], held["position"])
        for who in ("reference", "agent", "operator", "customer_id"):
            with self.subTest(who):
                self.assertEqual(len(self.events(f"/history?{who}={order}")), 3)
        of_sku = self.events(f"/stock/{sku}/history")
        self.assertEqual(len([e for e in of_sku if e["type"] == "holdfast.stock.received"]), 1)
        self.assertEqual(len(of_sku), len({event["position"] for event in of_sku}))
        in_pool = self.events("/history?pool=default")
        self.assertLessEqual({e["position"] for e in told}, {e["position"] for e in in_pool})

    def test_an_explanation_adds_up(self):
        sku, _, held = self.story()
        [pool] = self.ok(self.client.get(f"/stock/{sku}/explain"))["pools"]
        self.assertEqual(pool["on_hand"], sum(t["units"] for t in pool["on_hand_terms"]))
        self.assertEqual(pool["unavailable"], sum(t["units"] for t in pool["unavailable_terms"]))
        promised = {term["kind"]: term for term in pool["promise_terms"]}
        self.assertEqual(promised["held"]["units"], pool["held"])
        self.assertEqual(promised["committed"]["units"], pool["committed"])
        self.assertEqual(promised["held"]["newest"][0]["reservation"], held["id"])
        self.assertEqual(pool["sellable"], pool["on_hand"] - pool["unavailable"]
                         - pool["held"] - pool["committed"] - pool["safety_stock"])
        self.assertEqual(pool["offered"], pool["sellable"])

    def test_stock_as_of_any_moment(self):
        sku = self.stock(5)
        then = self.ok(self.client.get(f"/stock/{sku}"))
        self.stock(7, sku)

        def on_hand(query):
            shown = self.ok(self.client.get(f"/stock/{sku}?{query}"))
            return sum(pool["on_hand"] for pool in shown["pools"])
        self.assertEqual(on_hand(""), 12)
        self.assertEqual(on_hand(f"position={then['position']}"), 5)
        self.assertEqual(on_hand("at=2020-01-01T00:00:00Z"), 0)
        self.assertEqual(on_hand("at=2999-01-01T00:00:00Z"), 12)
        past = self.ok(self.client.get(f"/stock/{sku}/explain?position={then['position']}"))
        self.assertEqual(past["pools"][0]["on_hand_terms"][0]["units"], 5)

    def test_who_hoards(self):
        sku, agent = self.stock(5), fresh_key("agent")
        held = self.hold((sku, 5), agent_id=agent)
        self.ok(self.verb(held, "release"))
        [owner] = [each for each in
                   self.ok(self.client.get("/owners?sort=wasted&kind=agent&limit=1000"))["owners"]
                   if each["name"] == agent]
        self.assertEqual((owner["holds"], owner["bought"], owner["bought_permille"]), (1, 0, 0))
        self.assertEqual(owner["released_units"], 5)

    def test_what_nobody_can_buy(self):
        sku = self.stock(5)
        self.ok(self.client.post("/stock/unavailable", {
            "sku": sku, "delta": 2, "reason": "recall"}, key=fresh_key()))
        stranded = self.ok(self.client.get("/stock/stranded?pool=default&limit=1000"))["stranded"]
        self.assertEqual([(row["units"], row["why"]) for row in stranded if row["sku"] == sku],
                         [(2, "unavailable")])

    def test_suggestions_need_a_history(self):
        self.stock(1)
        page = self.ok(self.client.get("/classes/suggestions?limit=10"))
        self.assertEqual(page["suggestions"], [])

    def test_what_is_wrong_is_named(self):
        sku = self.stock(1)
        for path, status, pointer in (
                ("/history", 422, "reference"),
                ("/history?agent=a&reference=b", 422, "reference"),
                ("/history?odd=1", 422, "odd"),
                (f"/stock/{sku}/history?pool=moon", 422, "pool"),
                (f"/stock/{sku}?at=odd", 422, "at"),
                (f"/stock/{sku}?position=odd", 422, "position"),
                (f"/stock/{sku}/explain?limit=0", 422, "limit"),
                ("/owners?sort=odd", 422, "sort"),
                ("/stock/stranded?pool=moon", 422, "pool"),
                ("/stock/stranded?transit_days=-1", 422, "transit_days")):
            with self.subTest(path):
                self.refused(self.client.get(path), status, "validation_failed", pointer)
        for path in ("/stock/nobody", "/stock/nobody/history", "/stock/nobody/explain",
                     "/history?pool=moon"):
            with self.subTest(path):
                self.refused(self.client.get(path), 404, "not_found")


if __name__ == "__main__":
    unittest.main()

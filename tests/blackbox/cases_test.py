#!/usr/bin/python3
"""One worklist of what people have to look at."""

import csv
import io
import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Cases(ServiceCase):
    def cases(self, **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.ok(self.client.get(f"/cases?{query}"))["cases"]

    def resolve(self, case, body, key=None):
        return self.client.post(f"/cases/{case}/resolve", body, key=key)

    def shortage(self):
        sku = self.stock(10)
        held = self.hold((sku, 10), reference=fresh_key("order"))
        self.ok(self.client.post("/stock/adjustments", {
            "sku": sku, "delta": -4, "reason": "damage"}, key=fresh_key()))
        [case] = self.cases(kind="shortage", sku=sku)
        return sku, held, case

    def test_a_shortage_names_who_is_at_risk_and_is_repaired_by_what_comes_in(self):
        sku, held, case = self.shortage()
        self.assertEqual((case["missing"], case["overdue"]), (4, False))
        self.assertEqual([(risk["reservation"], risk["units"]) for risk in case["at_risk"]],
                         [(held["id"], 4)])
        self.refused(self.resolve(case["id"], {"resolution": "acknowledge",
                                               "reason": "manual_override"}),
                     409, "case_not_resolvable")
        self.stock(4, sku)
        self.assertEqual(self.cases(sku=sku), [])
        closed = self.ok(self.client.get(f"/cases/{case['id']}"))
        self.assertEqual((closed["status"], closed["resolution"]), ("resolved", "repaired"))

    def test_late_money_is_acknowledged(self):
        sku = self.stock(1)
        held = self.hold((sku, 1))
        self.ok(self.verb(held, "release"))
        self.refused(self.verb(held, "commit"), 409, "illegal_transition")
        [case] = self.cases(kind="late_money", sku=sku)
        self.assertEqual(case["reservation"], held["id"])
        body = {"resolution": "acknowledge", "reason": "refunded", "note": "by phone"}
        key = fresh_key()
        first = self.ok(self.resolve(case["id"], body, key))
        self.assertEqual((first["resolution"], first["resolved_with"]),
                         ("acknowledged", "refunded"))
        again = self.resolve(case["id"], body, key)
        self.assertEqual((again.replayed, again.json), (True, first))
        self.refused(self.resolve(case["id"], body), 404, "unknown_case")

    def test_a_fact_that_does_not_fit_waits_for_its_partner(self):
        sku = self.stock(2)
        held = self.hold((sku, 2))
        self.ok(self.verb(held, "ship"), 202)
        [case] = self.cases(kind="unexpected_fact", sku=sku)
        self.assertEqual(case["reservation"], held["id"])
        self.ok(self.verb(held, "commit"))
        self.assertEqual(self.cases(kind="unexpected_fact", sku=sku), [])
        self.assert_figures(sku)

    def test_pages_and_the_table(self):
        skus = {self.shortage()[0] for _ in range(3)}
        seen, cursor = set(), ""
        for _ in range(100):
            page = self.ok(self.client.get(f"/cases?kind=shortage&limit=1{cursor}"))
            seen |= {case["sku"] for case in page["cases"]}
            if "next_cursor" not in page:
                break
            cursor = f"&cursor={page['next_cursor']}"
        self.assertLessEqual(skus, seen)
        table = self.client.get("/cases.csv?kind=shortage").body.decode()
        rows = list(csv.DictReader(io.StringIO(table)))
        self.assertLessEqual(skus, {row["sku"] for row in rows})
        self.assertEqual({row["missing"] for row in rows if row["sku"] in skus}, {"4"})

    def test_what_is_wrong_is_named(self):
        for query, name in (("kind=odd", "kind"), ("limit=0", "limit"), ("cursor=odd", "cursor"),
                            ("odd=1", "odd"), ("sku=", "sku")):
            with self.subTest(query):
                self.refused(self.client.get(f"/cases?{query}"), 422, "validation_failed", name)
        self.refused(self.client.get("/cases/odd"), 404, "unknown_case")
        case = self.shortage()[2]["id"]
        self.refused(self.resolve(case, {"resolution": "odd"}), 422, "validation_failed",
                     "#/resolution")
        self.refused(self.resolve(case, {"resolution": "approve"}), 422, "validation_failed",
                     "#/plan")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Classes as data: made, replaced, rehearsed, acted on."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Classes(ServiceCase):
    def put(self, name, body=None, **more):
        return self.client.put(f"/classes/{name}", body, **more)

    def sku_of(self, sku_class, units=0):
        sku = fresh_key("sku")
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": sku_class}), 201)
        if units:
            self.stock(units, sku=sku)
        return sku

    def test_a_class_is_made_once_and_replaced_as_a_whole(self):
        name = fresh_key("class")
        made = self.put(name, {"hold_ttl_seconds": 60, "safety_share": 0.025, "hold_factor": 1.5})
        self.assertEqual((made.status, made.headers["etag"]), (201, '"1"'))
        self.assertEqual(made.headers["location"], f"/inventory/v1/classes/{name}")
        self.assertEqual(made.json["safety_share"], 0.025)
        self.assertEqual(made.json["hold_factor"], 1.5)
        again = self.ok(self.put(name, {"split": False}), 200)
        self.assertEqual((again["version"], again["hold_ttl_seconds"], again["split"]),
                         (2, 900, False))
        with self.nothing_changes():
            self.ok(self.put(name, {"split": False}), 200)
        read = self.client.get(f"/classes/{name}")
        self.assertEqual(self.ok(read)["version"], 2)
        tag = read.headers["etag"]
        self.assertEqual(self.client.get(f"/classes/{name}",
                                         headers=[("If-None-Match", tag)]).status, 304)
        self.assertIn(name, [entry["name"] for entry in
                             self.ok(self.client.get("/classes"))["classes"]])
        self.refused(self.client.get(f"/classes/{fresh_key()}"), 404, "not_found")

    def test_a_retry_by_key_and_a_version_that_has_passed(self):
        name, key = fresh_key("class"), fresh_key()
        first = self.put(name, {"low_units": 1}, key=key)
        self.ok(first, 201)
        self.ok(self.put(name, {"low_units": 2}))
        again = self.put(name, {"low_units": 1}, key=key)
        self.assertEqual((again.status, again.body, again.replayed), (201, first.body, True))
        self.refused(self.put(name, {"low_units": 3}, if_match='"1"'), 412, "version_mismatch")
        self.ok(self.put(name, {"low_units": 3}, if_match='"2"'), 200)

    def test_contradictions_and_slips_are_named(self):
        name = fresh_key("class")
        for body, pointer in (({"hold_ttl_seconds": 100000}, "#/hold_ttl_seconds"),
                              ({"lifetime_max_seconds": 60}, "#/hold_ttl_max_seconds"),
                              ({"hold_factor": 0.5}, "#/hold_factor"),
                              ({"safety_share": 0.0001}, "#/safety_share"),
                              ({"tracking": "none", "backorder_max": 1}, "#/backorder_max"),
                              ({"allocation": "cheapest"}, "#/allocation"),
                              ({"caps": {"agent": {"units": -1}}}, "#/caps/agent/units")):
            self.refused(self.put(name, body), 422, "validation_failed", pointer)
        answer = self.put(name, {"hold_tll_seconds": 1})
        self.refused(answer, 422, "validation_failed", "#/hold_tll_seconds")
        self.assertIn("hold_ttl_seconds", answer.json["errors"][0]["detail"])
        self.refused(self.client.get(f"/classes/{name}"), 404, "not_found")

    def test_a_rehearsal_shows_offers_and_holds_and_writes_nothing(self):
        name = fresh_key("class")
        self.ok(self.put(name), 201)
        small, large = self.sku_of(name, 10), self.sku_of(name, 100)
        self.hold((small, 1), ttl=3600)
        self.hold((large, 1), ttl=60)
        with self.nothing_changes():
            shown = self.ok(self.put(name, {"dry_run": True, "hold_ttl_seconds": 300,
                                            "hold_ttl_max_seconds": 600, "safety_share": 0.1}), 200)
        self.assertEqual(shown["skus"], 2)
        self.assertEqual(shown["holds_beyond"], 1)
        self.assertEqual(shown["sellable"], [{"sku": large, "before": 99, "after": 89},
                                             {"sku": small, "before": 9, "after": 8}])
        self.assertEqual((shown["sellable_before"], shown["sellable_after"]), (108, 97))
        self.assertIn({"field": "safety_share", "before": 0, "after": 0.1}, shown["changes"])
        self.assertIn({"field": "hold_ttl_seconds", "before": 900, "after": 300},
                      shown["changes"])

    def test_changes_hold_for_later_decisions_only(self):
        name = fresh_key("class")
        self.ok(self.put(name, {"line_units_max": 5}), 201)
        sku = self.sku_of(name, 10)
        held = self.hold((sku, 5))
        self.ok(self.put(name, {"line_units_max": 2}))
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 3}, key=fresh_key())
        self.refused(answer, 422, "limit_exceeded")
        self.assertEqual(self.ok(self.verb(held, "commit"))["state"], "committed")

    def test_what_is_offered_follows_the_class(self):
        name = fresh_key("class")
        self.ok(self.put(name, {"safety_units": 2, "stop_selling_at": 3}), 201)
        sku = self.sku_of(name, 10)

        def sellable():
            return self.ok(self.client.get(f"/availability/{sku}"))["sellable"]
        self.assertEqual(sellable(), 8)
        self.hold((sku, 5))
        self.assertEqual(sellable(), 0)
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=fresh_key())
        refusal = self.refused(answer, 409, "selling_stopped")
        self.assertEqual((refusal["scope"], refusal.get("reason")), ("class", None))
        self.ok(self.put(name, {"backorder_max": 4}))
        self.assertEqual(sellable(), 9)

    def test_more_may_be_held_than_there_is_but_not_sold(self):
        name = fresh_key("class")
        self.ok(self.put(name, {"hold_factor": 2}), 201)
        sku = self.sku_of(name, 2)
        holds = [self.hold((sku, 1)) for _ in range(4)]
        self.assertFalse(any(hold["firm"] for hold in holds))
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=fresh_key())
        self.refused(answer, 409, "insufficient_stock")
        self.assertTrue(self.ok(self.verb(holds[3], "payment"))["firm"])
        self.ok(self.verb(holds[0], "commit"))
        self.refused(self.verb(holds[1], "commit"), 409, "insufficient_stock")

    def test_classes_survive_a_kill(self):
        name = fresh_key("class")
        before = self.ok(self.put(name, {"low_units": 9, "caps": {"buyer": {"holds": 2}}}), 201)
        self.restart()
        after = self.ok(self.client.get(f"/classes/{name}"))
        before.pop("position")
        self.assertEqual(after, before)


if __name__ == "__main__":
    unittest.main()

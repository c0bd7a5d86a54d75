#!/usr/bin/python3
"""Selling is stopped and goes on; everything held that fits some filters is released."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Stops(ServiceCase):
    def stop(self, scope, name=None, **more):
        body = {"scope": scope, "reason": "incident", **more}
        if name is not None:
            body["name"] = name
        return self.client.post("/selling/stop", body, key=fresh_key())

    def resume(self, scope, name=None):
        body = {"scope": scope} if name is None else {"scope": scope, "name": name}
        return self.ok(self.client.post("/selling/resume", body, key=fresh_key()))

    def ask(self, sku, **more):
        return self.client.post("/reservations", {"sku": sku, "quantity": 1, **more},
                                key=fresh_key())

    def test_a_stop_refuses_new_holds_and_nothing_else(self):
        sku = self.stock(5)
        held, paid = self.hold((sku, 1)), self.hold((sku, 1))
        stop = self.ok(self.stop("sku", sku, note="label is wrong", by="ann"))
        self.assertEqual((stop["stopped"], stop["scope"], stop["name"], stop["by"]),
                         (True, "sku", sku, "ann"))
        refusal = self.refused(self.ask(sku), 409, "selling_stopped")
        self.assertEqual((refusal["scope"], refusal["reason"]), ("sku", "incident"))
        self.assertNotIn("until", refusal)
        shown = self.ok(self.client.get(f"/availability/{sku}"))
        self.assertEqual((shown["sellable"], shown["status"], shown["selling_stopped"]),
                         (0, "out", True))
        self.ok(self.verb(held, "extend", {"ttl_seconds": 60}))
        self.ok(self.verb(paid, "commit"))
        self.ok(self.verb(paid, "ship"))
        listed = [entry for entry in self.ok(self.client.get("/selling"))["stops"]
                  if entry.get("name") == sku]
        self.assertEqual((listed[0]["note"], listed[0]["by"]), ("label is wrong", "ann"))
        self.assertFalse(self.resume("sku", sku)["stopped"])
        self.ok(self.ask(sku), 201)

    def test_every_scope(self):
        name, channel, agent = fresh_key("class"), fresh_key("channel"), fresh_key("bot")
        self.ok(self.client.put(f"/classes/{name}"), 201)
        sku = fresh_key("sku")
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": name}), 201)
        self.stock(9, sku=sku)
        for scope, subject, more in (("everything", None, {}), ("class", name, {}),
                                     ("channel", channel, {"channel": channel}),
                                     ("agent", agent, {"agent_id": agent})):
            self.ok(self.stop(scope, subject))
            refusal = self.refused(self.ask(sku, **more), 409, "selling_stopped")
            self.assertEqual(refusal["scope"], scope)
            if more:
                self.ok(self.ask(sku), 201)
            self.resume(scope, subject)
            self.ok(self.ask(sku, **more), 201)
        self.ok(self.stop("pool", "default"))
        self.assertGreaterEqual(self.ask(sku).status, 400)
        self.resume("pool", "default")
        self.ok(self.ask(sku), 201)

    def test_a_stop_ends_by_itself_and_survives_a_kill(self):
        sku = self.stock(5)
        self.ok(self.stop("sku", sku, until="2999-01-01T00:00:00Z"))
        refusal = self.refused(self.ask(sku), 409, "selling_stopped")
        self.assertEqual(refusal["until"], "2999-01-01T00:00:00.000Z")
        self.restart()
        self.refused(self.ask(sku), 409, "selling_stopped")

    def test_bad_stops_are_named(self):
        for body, pointer in (({"reason": "recall"}, "#/scope"),
                              ({"scope": "moon", "reason": "recall"}, "#/scope"),
                              ({"scope": "sku", "reason": "recall"}, "#/name"),
                              ({"scope": "everything"}, "#/reason"),
                              ({"scope": "everything", "reason": "other"}, "#/note"),
                              ({"scope": "everything", "reason": "recall",
                                "until": "2020-01-01T00:00:00Z"}, "#/until")):
            self.refused(self.client.post("/selling/stop", body, key=fresh_key()), 422,
                         "validation_failed", pointer)
        self.refused(self.stop("sku", fresh_key("nobody")), 422, "unknown_sku", "#/name")
        self.refused(self.stop("pool", fresh_key("nobody")), 422, "unknown_pool", "#/name")
        self.refused(self.stop("class", fresh_key("nobody")), 422, "unknown_class", "#/name")


class BulkRelease(ServiceCase):
    def release(self, key=None, **body):
        return self.client.post("/reservations/release-matching", body, key=key or fresh_key())

    def test_a_rehearsal_and_then_the_release(self):
        sku, agent = self.stock(9), fresh_key("bot")
        mine = [self.hold((sku, 2), agent_id=agent) for _ in range(2)]
        other = self.hold((sku, 1))
        with self.nothing_changes():
            shown = self.ok(self.release(sku=sku, agent_id=agent, dry_run=True))
        self.assertEqual((shown["dry_run"], shown["matched"], shown["units"], shown["more"]),
                         (True, 2, 4, False))
        self.assertEqual(set(shown["released"]), {held["id"] for held in mine})
        done = self.ok(self.release(sku=sku, agent_id=agent, reason="fraud"))
        self.assertEqual(set(done["released"]), {held["id"] for held in mine})
        self.assertEqual({self.read(held)["state"] for held in mine}, {"released"})
        self.assertEqual(self.read(other)["state"], "held")
        self.assertEqual(self.ok(self.release(agent_id=agent))["matched"], 0)

    def test_a_payment_that_has_begun_is_left_alone_unless_asked(self):
        sku = self.stock(9)
        paying = self.hold((sku, 1))
        self.ok(self.verb(paying, "payment"))
        self.assertEqual(self.ok(self.release(sku=sku))["matched"], 0)
        self.assertEqual(self.ok(self.release(sku=sku, include_payment=True))["released"],
                         [paying["id"]])

    def test_filters(self):
        name, channel, sku = fresh_key("class"), fresh_key("channel"), fresh_key("sku")
        self.ok(self.client.put(f"/classes/{name}"), 201)
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": name}), 201)
        self.stock(9, sku=sku)
        self.hold((sku, 1), channel=channel)
        self.hold((sku, 1))
        for filters, matched in (({"channel": channel}, 1), ({"sku_class": name}, 2),
                                 ({"sku": sku, "older_than": "2020-01-01T00:00:00Z"}, 0),
                                 ({"sku": sku, "older_than": "2999-01-01T00:00:00Z"}, 2),
                                 ({"sku": fresh_key("nobody")}, 0)):
            self.assertEqual(self.ok(self.release(dry_run=True, **filters))["matched"], matched,
                             filters)
        for body in ({}, {"dry_run": True}, {"reason": "fraud"}):
            self.refused(self.release(**body), 422, "validation_failed", "#")
        self.refused(self.release(sku=sku, reason="whim"), 422, "validation_failed", "#/reason")


if __name__ == "__main__":
    unittest.main()

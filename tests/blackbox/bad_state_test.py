#!/usr/bin/python3
"""Every verb in every state it does not fit, and versions that are stale."""

import time
import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key

# (status, code) of each verb in each state; 200 and 202 are no refusals.
OK, PARKED = (200, None), (202, None)
ILLEGAL, EXPIRED = (409, "illegal_transition"), (409, "expired")
VERBS = ("payment", "extend", "commit", "release", "ship", "cancel", "return", "DELETE")
TABLE = {
    "held": (OK, OK, OK, OK, PARKED, OK, PARKED, OK),
    "payment_pending": (OK, ILLEGAL, OK, OK, PARKED, OK, PARKED, OK),
    "committed": (ILLEGAL, ILLEGAL, OK, ILLEGAL, OK, OK, PARKED, ILLEGAL),
    "fulfilled": (ILLEGAL, ILLEGAL, OK, ILLEGAL, OK, ILLEGAL, OK, ILLEGAL),
    "released": (ILLEGAL, ILLEGAL, ILLEGAL, OK, PARKED, OK, PARKED, OK),
    "superseded": (ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, PARKED, ILLEGAL, PARKED, ILLEGAL),
    "expired": (EXPIRED, EXPIRED, OK, EXPIRED, PARKED, EXPIRED, PARKED, EXPIRED),
}
PATHS = {"held": (), "payment_pending": ("payment",), "committed": ("commit",),
         "fulfilled": ("commit", "ship"), "released": ("release",)}
FIGURES_OF = ("on_hand", "committed", "held", "sellable")


class States(ServiceCase):
    def body_of(self, verb, sku):
        return {"extend": {"ttl_seconds": 1200}, "cancel": {"reason": "customer_request"},
                "return": {"lines": [{"sku": sku, "quantity": 1}],
                           "disposition": "restock"}}.get(verb)

    def reach(self, state, sku):
        if state == "superseded":
            made = self.hold((sku, 1))
            self.hold((sku, 1), supersedes=made["id"])
        elif state == "expired":
            made = self.hold((sku, 1), ttl=1)
            end = time.monotonic() + 30
            while self.read(made)["state"] != "expired":
                self.assertLess(time.monotonic(), end)
                time.sleep(0.05)
        else:
            made = self.hold((sku, 1))
            for verb in PATHS[state]:
                self.ok(self.verb(made, verb))
        self.assertEqual(self.read(made)["state"], state)
        return made

    def send(self, verb, made, sku, key):
        if verb == "DELETE":
            return self.client.delete(f"/reservations/{made['id']}", key=key)
        return self.verb(made, verb, self.body_of(verb, sku), key=key)

    def test_every_pair(self):
        for state, row in TABLE.items():
            for verb, (status, code) in zip(VERBS, row):
                with self.subTest(state=state, verb=verb):
                    self.check_pair(state, verb, status, code)

    def check_pair(self, state, verb, status, code):
        sku = self.stock(5)
        made = self.reach(state, sku)
        before, figures = self.read(made), self.figures(sku)
        key = fresh_key()
        answer = self.send(verb, made, sku, key)
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        again = self.send(verb, made, sku, key)
        self.assertEqual((again.status, again.body), (answer.status, answer.body))
        if status == 409:
            self.assertEqual(answer.json["state"], state)
            self.assertIn(state.split("_", maxsplit=1)[0],
                          (answer.json.get("detail") or "expired").replace("payment", "payment_"))
        if status != 200:
            after = self.read(made)
            del before["position"], after["position"]
            self.assertEqual((after, self.figures(sku)), (before, figures))

    def test_a_whole_verb_on_what_never_was(self):
        for identity, pointer in (("rsv_0000000000000", None), ("rsv_short", None),
                                  ("nonsense", None), ("rsv_" + "z" * 13, None),
                                  ("RSV_0000000000000", None), ("%20", None)):
            for verb in VERBS[:-1]:
                answer = self.verb(identity, verb, self.body_of(verb, "sku"))
                self.refused(answer, 404, "unknown_reservation", pointer)
            self.refused(self.client.get(f"/reservations/{identity}"), 404, "unknown_reservation")
            self.refused(self.client.delete(f"/reservations/{identity}"), 404,
                         "unknown_reservation")

    def test_more_than_there_is(self):
        sku = self.stock(5)
        made = self.hold((sku, 2))
        three = {"lines": [{"sku": sku, "quantity": 3}]}
        for verb, more in (("commit", {}), ("release", {}), ("cancel", {"reason": "fraud"})):
            problem = self.refused(self.verb(made, verb, {**three, **more}), 409,
                                   "quantity_exceeded")
            self.assertEqual(problem["lines"],
                             [{"line": 1, "sku": sku, "requested": 3, "sellable": 2}])
        # The same line twice is one wish for the sum.
        twice = {"lines": [{"sku": sku, "quantity": 2}, {"line_id": "1", "quantity": 1}]}
        self.refused(self.verb(made, "commit", twice), 409, "quantity_exceeded")
        # What left and what came back are facts.
        self.ok(self.verb(made, "commit"))
        self.ok(self.verb(made, "ship", three), 202)
        self.ok(self.verb(made, "ship"))
        self.ok(self.verb(made, "return", {**three, "disposition": "restock"}), 202)
        self.assert_figures(sku, on_hand=3, sellable=3)


class Versions(ServiceCase):
    def test_a_stale_version_changes_nothing(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        path = f"/reservations/{made['id']}"
        self.ok(self.verb(made, "payment"))
        with self.nothing_changes():
            for verb, body in (("commit", None), ("release", None),
                               ("extend", {"ttl_seconds": 5000}),
                               ("cancel", {"reason": "fraud"})):
                for tag in ('"1"', '"99"', 'W/"2"', '"1", "3"'):
                    answer = self.verb(made, verb, body, if_match=tag)
                    self.assertEqual(self.refused(answer, 412, "version_mismatch")["version"], 2)
            answer = self.client.delete(path, if_match='"1"')
            self.refused(answer, 412, "version_mismatch")
        self.ok(self.verb(made, "commit", if_match='"2"'))
        self.ok(self.verb(made, "ship", if_match='"1", "3"'))
        self.ok(self.verb(made, "return", {
            "lines": [{"sku": sku, "quantity": 1}], "disposition": "restock"}, if_match="*"))

    def test_what_was_done_already_needs_no_version(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        key = fresh_key()
        first = self.verb(made, "commit", key=key, if_match='"1"')
        again = self.verb(made, "commit", key=key, if_match='"1"')
        self.assertEqual((again.status, again.body), (200, first.body))
        self.ok(self.verb(made, "commit", if_match='"1"'))

    def test_what_is_no_version(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        with self.nothing_changes():
            for bad in ("1", '"1', "", '"1" "2"', ","):
                answer = self.verb(made, "commit", if_match=bad)
                self.refused(answer, 400, "malformed_request", "If-Match")
            answer = self.client.post("/reservations", {"sku": sku, "quantity": 1},
                                      key=fresh_key(), if_match='"1"')
            self.refused(answer, 400, "malformed_request", "If-Match")

    def test_parameters_that_an_address_does_not_have(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        with self.nothing_changes():
            for method, path in (("POST", "/reservations?dry_run=1"),
                                 ("GET", f"/reservations/{made['id']}?wait=1"),
                                 ("DELETE", f"/reservations/{made['id']}?force=1"),
                                 ("POST", f"/reservations/{made['id']}/commit?a"),
                                 ("GET", f"/availability/{sku}?min_positon=1")):
                body = {"sku": sku, "quantity": 1} if path.startswith("/reservations?") else None
                answer = self.client.call(method, path, body, key=fresh_key())
                name = path.partition("?")[2].partition("=")[0]
                self.refused(answer, 422, "validation_failed", name)

    def test_a_delete_has_no_body(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        with self.nothing_changes():
            answer = self.client.call("DELETE", f"/reservations/{made['id']}", {})
            self.refused(answer, 400, "malformed_request")


if __name__ == "__main__":
    unittest.main()

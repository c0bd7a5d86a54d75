#!/usr/bin/python3
"""The life of a reservation, verb by verb, as a client sees it."""

import time
import unittest

from blackbox_case import ServiceCase, units
from rest_client import fresh_key


class Create(ServiceCase):
    def test_holds_units_for_a_limited_time(self):
        sku = self.stock(10)
        answer = self.client.post("/reservations", {
            "lines": [{"line_id": "a", "sku": sku, "quantity": 3}], "ttl_seconds": 600,
            "reference": "order-1", "agent_id": "agent", "operator_id": "operator",
            "customer_id": "buyer", "channel": "web", "metadata": {"note": "gift"},
        }, key=fresh_key())
        made = self.ok(answer, 201)
        self.assertEqual(made["state"], "held")
        self.assertEqual(units(made), {"held": 3})
        self.assertEqual(made["lines"][0]["allocations"], [{"pool": "default", "quantity": 3}])
        self.assertEqual(answer.headers["location"], f"/inventory/v1/reservations/{made['id']}")
        self.assertEqual(answer.headers["etag"], f'"{made["version"]}"')
        self.assert_figures(sku, on_hand=10, held=3, sellable=7)

    def test_shows_personal_data_only_when_asked_for_the_one(self):
        sku = self.stock(1)
        made = self.hold((sku, 1), customer_id="ann@example.org", metadata={"b": "2", "a": "1"})
        self.assertNotIn("customer_id", made)
        shown = self.read(made)
        self.assertEqual((shown["customer_id"], shown["metadata"]),
                         ("ann@example.org", {"a": "1", "b": "2"}))

    def test_short_form_is_the_long_form_of_one_line(self):
        sku = self.stock(4)
        key = fresh_key()
        short = self.client.post("/reservations", {"sku": sku, "quantity": 2, "agent_id": "x",
                                                   "ttl_seconds": 60}, key=key)
        self.ok(short, 201)
        for name in ("lines", "items"):
            long = self.client.post("/reservations", {
                name: [{"sku": sku, "quantity": 2}], "agent_id": "x", "ttl_seconds": 60}, key=key)
            self.assertEqual((long.status, long.body), (201, short.body))
        self.assert_figures(sku, on_hand=4, held=2, sellable=2)

    def test_all_lines_or_nothing(self):
        plenty, scarce = self.stock(10), self.stock(1)
        answer = self.client.post("/reservations", {"lines": [
            {"sku": plenty, "quantity": 1}, {"sku": scarce, "quantity": 2}]}, key=fresh_key())
        problem = self.refused(answer, 409, "insufficient_stock")
        self.assertEqual(problem["lines"],
                         [{"line": 2, "sku": scarce, "requested": 2, "sellable": 1}])
        self.assertEqual((problem["retryable"], problem["retry"]), (True, "new_key"))
        self.assert_figures(plenty, on_hand=10, sellable=10)
        self.assert_figures(scarce, on_hand=1, sellable=1)

    def test_a_no_names_when_stock_may_come_back(self):
        sku = self.stock(1)
        holding = self.hold((sku, 1), ttl=300)
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=fresh_key())
        problem = self.refused(answer, 409, "insufficient_stock")
        self.assertEqual(problem["next_expiry_at"], holding["expires_at"])
        self.assertGreater(problem["retry_after_ms"], 0)

    def test_the_same_sku_twice_draws_on_the_same_stock(self):
        sku = self.stock(3)
        lines = [{"sku": sku, "quantity": 2}, {"sku": sku, "quantity": 2}]
        answer = self.client.post("/reservations", {"lines": lines}, key=fresh_key())
        self.refused(answer, 409, "insufficient_stock")
        self.assert_figures(sku, on_hand=3, sellable=3)

    def test_min_quantity_and_partial_take_what_there_is(self):
        sku, other = self.stock(3), self.stock(3)
        least = self.hold((sku, 1))
        self.ok(self.verb(least, "release"))
        some = self.ok(self.client.post("/reservations", {"lines": [
            {"sku": sku, "quantity": 5, "min_quantity": 2}]}, key=fresh_key()), 201)
        self.assertEqual((some["lines"][0]["requested"], units(some)), (5, {"held": 3}))
        part = self.ok(self.client.post("/reservations", {
            "lines": [{"sku": other, "quantity": 9}], "partial": True}, key=fresh_key()), 201)
        self.assertEqual(units(part), {"held": 3})

    def test_dry_run_changes_nothing_and_needs_no_key(self):
        sku = self.stock(3)
        with self.nothing_changes():
            answer = self.client.post("/reservations",
                                      {"sku": sku, "quantity": 2, "dry_run": True})
            self.assertEqual(answer.json["dry_run"], True)
            answer = self.client.post("/reservations",
                                      {"sku": sku, "quantity": 4, "dry_run": True})
            self.refused(answer, 409, "insufficient_stock")

    def test_expires_by_itself_at_its_deadline(self):
        sku = self.stock(1)
        made = self.hold((sku, 1), ttl=1)
        end = time.monotonic() + 30
        while self.read(made)["state"] == "held":
            self.assertLess(time.monotonic(), end, "the hold does not expire")
            time.sleep(0.05)
        self.assertEqual(self.read(made)["state"], "expired")
        self.assert_figures(sku, on_hand=1, sellable=1)

    def test_a_dead_hold_refuses_nobody(self):
        sku = self.stock(1)
        made = self.hold((sku, 1), ttl=1)
        end = time.monotonic() + 30
        while True:
            answer = self.client.post("/reservations", {"sku": sku, "quantity": 1},
                                      key=fresh_key())
            if answer.status == 201:
                break
            self.refused(answer, 409, "insufficient_stock")
            self.assertLess(answer.json["decided_at"], made["expires_at"])
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)


class Verbs(ServiceCase):
    def test_payment_rearms_the_timer_and_commit_sells(self):
        sku = self.stock(5)
        made = self.hold((sku, 2), ttl=60)
        paying = self.ok(self.verb(made, "payment", {
            "payment_reference": "pay-1", "provider": "acme", "ttl_seconds": 3600}))
        self.assertEqual(paying["state"], "payment_pending")
        self.assertGreater(paying["expires_at"], made["expires_at"])
        sold = self.ok(self.verb(made, "commit", {"order_reference": "order-9"}))
        self.assertEqual((sold["state"], units(sold)), ("committed", {"committed": 2}))
        self.assertNotIn("expires_at", sold)
        self.assertEqual(sold["order_reference"], "order-9")
        self.assert_figures(sku, on_hand=5, committed=2, sellable=3)

    def test_whole_verbs_need_no_key_and_may_be_repeated(self):
        sku = self.stock(5)
        made = self.hold((sku, 2))
        for verb in ("payment", "commit"):
            first = self.ok(self.client.post(f"/reservations/{made['id']}/{verb}"))
            with self.nothing_changes():
                again = self.ok(self.client.post(f"/reservations/{made['id']}/{verb}"))
            self.assertEqual(first["state"], again["state"])
        self.assert_figures(sku, on_hand=5, committed=2, sellable=3)

    def test_the_rest_of_a_partial_commit_stays_held(self):
        sku = self.stock(5)
        made = self.hold((sku, 3))
        part = self.ok(self.verb(made, "commit", {"lines": [{"sku": sku, "quantity": 1}]}))
        self.assertEqual((part["state"], units(part)), ("held", {"held": 2, "committed": 1}))
        self.assertEqual(part["expires_at"], made["expires_at"])
        self.ok(self.verb(made, "release"))
        self.assertEqual(units(self.read(made)), {"committed": 1, "released": 2})
        self.assertEqual(self.read(made)["state"], "committed")
        self.assert_figures(sku, on_hand=5, committed=1, sellable=4)

    def test_partial_verbs_name_lines_by_id(self):
        sku, other = self.stock(5), self.stock(5)
        made = self.ok(self.client.post("/reservations", {"lines": [
            {"line_id": "x", "sku": sku, "quantity": 2}, {"sku": other, "quantity": 2}]},
            key=fresh_key()), 201)
        changed = self.ok(self.verb(made, "release", {"lines": [
            {"line_id": "x", "quantity": 1}, {"line_id": "2", "quantity": 2}]}))
        self.assertEqual((units(changed, 0), units(changed, 1)),
                         ({"held": 1, "released": 1}, {"released": 2}))
        answer = self.verb(made, "release", {"lines": [{"line_id": "y", "quantity": 1}]})
        self.refused(answer, 422, "unknown_line", "#/lines/0")

    def test_delete_releases_and_twice_is_a_success(self):
        sku = self.stock(2)
        made = self.hold((sku, 2))
        self.assertEqual(self.ok(self.client.delete(f"/reservations/{made['id']}"))["state"],
                         "released")
        with self.nothing_changes():
            self.assertEqual(self.ok(self.client.delete(f"/reservations/{made['id']}"))["state"],
                             "released")
        self.assert_figures(sku, on_hand=2, sellable=2)

    def test_extend_moves_the_deadline_from_now_and_never_back(self):
        sku = self.stock(1)
        made = self.hold((sku, 1), ttl=60)
        longer = self.ok(self.verb(made, "extend", {"ttl_seconds": 600}))
        self.assertGreater(longer["expires_at"], made["expires_at"])
        self.assertEqual(longer["extensions"], 1)
        same = self.ok(self.verb(made, "extend", {"ttl_seconds": 30}))
        self.assertEqual((same["expires_at"], same["extensions"]), (longer["expires_at"], 1))

    def test_extensions_are_counted(self):
        sku = self.stock(1)
        made = self.hold((sku, 1), ttl=60)
        for n in range(10):
            self.ok(self.verb(made, "extend", {"ttl_seconds": 100 * (n + 1)}))
        problem = self.refused(self.verb(made, "extend", {"ttl_seconds": 5000}),
                               409, "extension_limit_reached")
        self.assertEqual(problem["limit"], 10)

    def test_ship_in_parts_then_return(self):
        sku = self.stock(5)
        made = self.hold((sku, 3))
        self.ok(self.verb(made, "commit"))
        first = self.ok(self.verb(made, "ship", {
            "lines": [{"sku": sku, "quantity": 1}], "shipment_reference": "parcel-1",
            "occurred_at": "2026-05-04T10:00:00Z"}), 200)
        self.assertEqual((first["state"], units(first)),
                         ("committed", {"committed": 2, "shipped": 1}))
        whole = self.ok(self.verb(made, "ship"), 200)
        self.assertEqual((whole["state"], units(whole)), ("fulfilled", {"shipped": 3}))
        self.assert_figures(sku, on_hand=2, sellable=2)
        self.ok(self.verb(made, "return", {
            "lines": [{"sku": sku, "quantity": 1}], "disposition": "restock"}), 200)
        back = self.ok(self.verb(made, "return", {
            "lines": [{"line_id": "1", "quantity": 1}], "disposition": "damaged",
            "reference": "rma-1"}), 200)
        self.assertEqual(units(back), {"shipped": 3, "returned": 2})
        self.assert_figures(sku, on_hand=4, unavailable=1, sellable=3)

    def test_cancel_takes_back_only_what_has_not_shipped(self):
        sku = self.stock(5)
        made = self.hold((sku, 3))
        self.ok(self.verb(made, "commit"))
        self.ok(self.verb(made, "ship", {"lines": [{"sku": sku, "quantity": 1}]}))
        answer = self.verb(made, "cancel", {"reason": "customer_request",
                                            "lines": [{"sku": sku, "quantity": 3}]})
        problem = self.refused(answer, 409, "quantity_exceeded")
        self.assertEqual(problem["lines"],
                         [{"line": 1, "sku": sku, "requested": 3, "sellable": 2}])
        gone = self.ok(self.verb(made, "cancel", {"reason": "customer_request"}))
        self.assertEqual((gone["state"], units(gone)), ("fulfilled", {"shipped": 1, "released": 2}))
        self.assert_figures(sku, on_hand=4, sellable=4)

    def test_facts_out_of_order_are_parked_not_refused(self):
        sku = self.stock(5)
        made = self.hold((sku, 2))
        shipped = self.ok(self.verb(made, "ship", {"shipment_reference": "early"}), 202)
        self.assertEqual((shipped["verb"], shipped["state"]), ("ship", "held"))
        back = self.ok(self.verb(made, "return", {
            "lines": [{"sku": sku, "quantity": 1}], "disposition": "restock"}), 202)
        self.assertEqual(back["lines"], [{"line_id": "1", "sku": sku, "quantity": 1}])
        self.assertEqual(units(self.read(made)), {"held": 2})
        self.assert_figures(sku, on_hand=5, held=2, sellable=3)


class Succession(ServiceCase):
    def test_supersede_swaps_in_one_step(self):
        sku = self.stock(3)
        old = self.hold((sku, 2), reference="cart-1")
        new = self.hold((sku, 3), supersedes=old["id"], reference="cart-1")
        self.assertEqual(units(new), {"held": 3})
        gone = self.read(old)
        self.assertEqual((gone["state"], gone["superseded_by"]), ("superseded", new["id"]))
        newest = self.hold((sku, 1), supersedes="same_reference", reference="cart-1")
        self.assertEqual(self.read(new)["superseded_by"], newest["id"])
        self.assert_figures(sku, on_hand=3, held=1, sellable=2)

    def test_a_refused_supersede_leaves_the_old_one(self):
        sku = self.stock(3)
        old = self.hold((sku, 2))
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 4,
                                                    "supersedes": old["id"]}, key=fresh_key())
        self.refused(answer, 409, "insufficient_stock")
        self.assertEqual(self.read(old)["state"], "held")
        self.assert_figures(sku, on_hand=3, held=2, sellable=1)

    def expired_hold(self, sku, quantity):
        made = self.hold((sku, quantity), ttl=1)
        end = time.monotonic() + 30
        while self.read(made)["state"] != "expired":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        return made

    def test_late_money_takes_the_stock_again(self):
        sku = self.stock(2)
        old = self.expired_hold(sku, 2)
        late = self.ok(self.verb(old, "commit"))
        self.assertEqual((late["committed_late"], late["replaces"], late["state"]),
                         (True, old["id"], "committed"))
        self.assertEqual(self.read(old)["replaced_by"], late["id"])
        again = self.ok(self.verb(old, "commit"))
        self.assertEqual((again["id"], again["version"]), (late["id"], late["version"]))
        self.assert_figures(sku, on_hand=2, committed=2)

    def test_late_money_for_stock_that_is_gone(self):
        sku = self.stock(1)
        old = self.expired_hold(sku, 1)
        self.hold((sku, 1))
        self.refused(self.verb(old, "commit"), 409, "late_commit_shortfall")
        self.assert_figures(sku, on_hand=1, held=1)

    def test_release_by_create_key_before_the_create(self):
        sku = self.stock(1)
        key = fresh_key()
        released = self.ok(self.client.post("/reservations/release", {"key": key}))
        self.assertEqual(released["released"], [])
        self.assertIn("blocked_until", released)
        late = self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=key)
        self.refused(late, 409, "released_before_create")
        self.assert_figures(sku, on_hand=1, sellable=1)

    def test_release_by_create_key_after_the_create(self):
        sku = self.stock(1)
        key = fresh_key()
        made = self.ok(self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=key))
        released = self.ok(self.client.post("/reservations/release", {"key": key}))
        self.assertEqual(released["released"], [made["id"]])
        self.assertEqual(self.read(made)["state"], "released")

    def test_release_by_reference_blocks_late_creates_only_on_demand(self):
        sku = self.stock(3)
        reference = fresh_key("cart")
        first = self.hold((sku, 1), reference=reference)
        body = {"reference": reference}
        answer = self.ok(self.client.post("/reservations/release", body))
        self.assertEqual(answer["released"], [first["id"]])
        self.assertNotIn("blocked_until", answer)
        with self.nothing_changes():
            self.assertEqual(self.ok(self.client.post("/reservations/release", body))["released"],
                             [])
        second = self.hold((sku, 1), reference=reference)
        answer = self.ok(self.client.post("/reservations/release", {**body, "block_late": True}))
        self.assertEqual(answer["released"], [second["id"]])
        late = self.client.post("/reservations", {"sku": sku, "quantity": 1,
                                                  "reference": reference}, key=fresh_key())
        self.refused(late, 409, "released_before_create")
        self.assert_figures(sku, on_hand=3, sellable=3)


class Batch(ServiceCase):
    def test_each_create_of_a_batch_stands_for_itself(self):
        sku = self.stock(3)
        keys = [fresh_key() for _ in range(4)]
        items = [{"sku": sku, "quantity": 2, "idempotency_key": keys[0]},
                 {"sku": sku, "quantity": 2, "idempotency_key": keys[1]},
                 {"sku": sku, "quantity": 0, "idempotency_key": keys[2]},
                 {"lines": [{"sku": sku, "quantity": 1}]}]
        results = self.ok(self.client.post("/reservations/batch", {"reservations": items}),
                          200)["results"]
        self.assertEqual([result["status"] for result in results], [201, 409, 422, 400])
        self.assertEqual([result["body"].get("code") for result in results[1:]],
                         ["insufficient_stock", "validation_failed", "idempotency_key_required"])
        again = self.ok(self.client.post("/reservations/batch", {"reservations": items[:2]}))
        self.assertEqual([result.get("replayed") for result in again["results"]], [True, True])
        self.assertEqual([result["body"] for result in again["results"]],
                         [result["body"] for result in results[:2]])
        self.assert_figures(sku, on_hand=3, held=2, sellable=1)

    def test_a_thousand_in_one_request(self):
        sku = self.stock(1000)
        items = [{"sku": sku, "quantity": 1, "idempotency_key": fresh_key()} for _ in range(1000)]
        results = self.ok(self.client.post("/reservations/batch",
                                           {"reservations": items}))["results"]
        self.assertEqual({result["status"] for result in results}, {201})
        self.assertEqual(len({result["body"]["id"] for result in results}), 1000)
        self.assert_figures(sku, on_hand=1000, held=1000)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""The same attempt has one effect and one answer, however often and however it is sent."""

import threading
import unittest

from blackbox_case import ServiceCase, units
from rest_client import Client, fresh_key


class Replay(ServiceCase):
    def assert_replayed(self, first, again):
        self.assertEqual((again.status, again.body), (first.status, first.body))
        self.assertFalse(first.replayed, first)
        self.assertTrue(again.replayed, again)

    def test_a_retry_gets_the_first_answer_and_the_present_state_in_a_header(self):
        sku = self.stock(5)
        key, body = fresh_key(), {"sku": sku, "quantity": 2, "ttl_seconds": 600}
        first = self.client.post("/reservations", body, key=key)
        self.ok(self.verb(first.json, "commit"))
        with self.nothing_changes():
            again = self.client.post("/reservations", body, key=key)
        self.assert_replayed(first, again)
        self.assertEqual(again.json["state"], "held")
        self.assertEqual(again.headers["reservation-state"], "committed")
        self.assertEqual(again.headers["etag"], '"2"')
        self.assertEqual(again.headers["idempotency-key"], key)
        self.assert_figures(sku, on_hand=5, committed=2, sellable=3)

    def test_every_verb_and_movement(self):
        sku = self.stock(9)
        made = self.hold((sku, 3))
        part = {"lines": [{"sku": sku, "quantity": 1}]}
        path = f"/reservations/{made['id']}"
        steps = [("POST", f"{path}/extend", {"ttl_seconds": 3000}),
                 ("POST", f"{path}/payment", {"provider": "acme"}),
                 ("POST", f"{path}/commit", part),
                 ("POST", f"{path}/release", part),
                 ("POST", f"{path}/commit", None),
                 ("POST", f"{path}/ship", part),
                 ("POST", f"{path}/return", {**part, "disposition": "restock"}),
                 ("POST", f"{path}/return", {**part, "disposition": "damaged"}),
                 ("POST", f"{path}/cancel", {"reason": "fraud"}),
                 ("POST", "/reservations/release", {"reference": "nothing-of-that-name"}),
                 ("POST", "/stock/receipts", {"sku": sku, "quantity": 1}),
                 ("POST", "/stock/adjustments", {"sku": sku, "delta": -1, "reason": "theft"}),
                 ("PUT", "/stock/safety", {"sku": sku, "quantity": 2}),
                 ("PUT", f"/skus/{sku}", {"sku_class": "default"})]
        for method, target, body in steps:
            with self.subTest(target=target, body=body):
                key = fresh_key()
                first = self.client.call(method, target, body, key=key)
                self.ok(first)
                with self.nothing_changes():
                    again = self.client.call(method, target, body, key=key)
                self.assert_replayed(first, again)
        self.assertEqual(units(self.read(made)),
                         {"shipped": 1, "released": 2, "returned": 1})
        self.assert_figures(sku, on_hand=9, safety_stock=2, sellable=7)

    def test_a_no_stays_a_no(self):
        sku = self.stock(1)
        key, body = fresh_key(), {"sku": sku, "quantity": 2}
        first = self.client.post("/reservations", body, key=key)
        self.assertTrue(self.refused(first, 409, "insufficient_stock")["recorded"])
        self.stock(10, sku=sku)
        self.assert_replayed(first, self.client.post("/reservations", body, key=key))
        self.ok(self.client.post("/reservations", body, key=fresh_key()), 201)

    def test_a_no_about_a_state_stays_a_no(self):
        sku = self.stock(3)
        made = self.hold((sku, 2))
        self.ok(self.verb(made, "release"))
        key = fresh_key()
        first = self.verb(made, "commit", key=key)
        self.assertTrue(self.refused(first, 409, "illegal_transition")["recorded"])
        self.assert_replayed(first, self.verb(made, "commit", key=key))

    def test_names_and_limits_are_judged_anew(self):
        sku, key = fresh_key("sku"), fresh_key()
        body = {"sku": sku, "quantity": 1}
        self.refused(self.client.post("/reservations", body, key=key), 422, "unknown_sku", "#/sku")
        self.stock(1, sku=sku)
        self.ok(self.client.post("/reservations", body, key=key), 201)

    def test_an_invalid_request_does_not_use_up_its_key(self):
        sku, key = self.stock(1), fresh_key()
        self.refused(self.client.post("/reservations", {"sku": sku, "quantity": -1}, key=key),
                     422, "validation_failed")
        self.ok(self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=key), 201)

    def test_a_dry_run_does_not_use_up_its_key(self):
        sku, key = self.stock(1), fresh_key()
        body = {"sku": sku, "quantity": 1}
        self.ok(self.client.post("/reservations", {**body, "dry_run": True}, key=key), 200)
        self.ok(self.client.post("/reservations", body, key=key), 201)

    def test_answers_survive_a_kill_and_a_stop(self):
        sku = self.stock(2)
        made = self.hold((sku, 1))
        sent = [("/reservations", {"sku": sku, "quantity": 1}, 201),
                ("/reservations", {"sku": sku, "quantity": 2}, 409),
                (f"/reservations/{made['id']}/commit", {"order_reference": "o"}, 200),
                (f"/reservations/{made['id']}/release", {}, 409),
                ("/stock/receipts", {"sku": sku, "quantity": 4}, 200)]
        keys = [fresh_key() for _ in sent]
        first = [self.client.post(path, body, key=key)
                 for (path, body, _), key in zip(sent, keys)]
        self.assertEqual([answer.status for answer in first], [status for *_, status in sent])
        before = self.figures(sku)
        for hard in (True, False):
            self.restart(hard)
            for (path, body, _), key, answer in zip(sent, keys, first):
                self.assert_replayed(answer, self.client.post(path, body, key=key))
            self.assertEqual(self.figures(sku), before)


class Keys(ServiceCase):
    def test_quoted_and_bare_are_one_key(self):
        sku, key = self.stock(5), fresh_key()
        body = {"sku": sku, "quantity": 1}
        first = self.client.post("/reservations", body, key=key)
        for form in (f'"{key}"', f"  {key}\t", f' "{key}" '):
            again = self.client.post("/reservations", body, key=form)
            self.assertEqual((again.status, again.body), (201, first.body))
        tricky = self.client.post("/reservations", body, key='"a\\"b\\\\c"')
        self.assertEqual(self.client.post("/reservations", body, key='a"b\\c').body, tricky.body)
        self.assert_figures(sku, on_hand=5, held=2, sellable=3)

    def test_a_key_in_the_body_is_the_same_key(self):
        sku, key = self.stock(5), fresh_key()
        body = {"sku": sku, "quantity": 1}
        first = self.client.post("/reservations", body, key=key)
        again = self.client.post("/reservations", {**body, "idempotency_key": key})
        self.assertEqual((again.status, again.body), (201, first.body))
        both = self.client.post("/reservations", {**body, "idempotency_key": key}, key=key)
        self.assertEqual(both.body, first.body)
        other = self.client.post("/reservations", {**body, "idempotency_key": "x"}, key=key)
        self.refused(other, 400, "malformed_request", "Idempotency-Key")

    def test_the_order_of_members_and_spaces_do_not_matter_but_everything_else_does(self):
        sku, key = self.stock(50), fresh_key()
        first = self.client.post("/reservations", {"sku": sku, "quantity": 1, "ttl_seconds": 60},
                                 key=key)
        self.ok(first, 201)
        same = b'{ "ttl_seconds" : 60,\n"quantity":1, "sku": "%s"}' % sku.encode()
        self.assertEqual(self.client.post("/reservations", same, key=key).body, first.body)
        for more in ({"quantity": 2}, {"ttl_seconds": 61}, {"reference": "r"}, {"agent_id": "a"},
                     {"operator_id": "o"}, {"channel": "c"}, {"customer_id": "b"},
                     {"metadata": {"k": "v"}}, {"partial": True}, {"min_quantity": 1},
                     {"pool": "default"}, {"sku": sku + "x"}):
            body = {"sku": sku, "quantity": 1, "ttl_seconds": 60, **more}
            with self.nothing_changes():
                self.refused(self.client.post("/reservations", body, key=key), 422,
                             "idempotency_key_reused")
        without_ttl = {"sku": sku, "quantity": 1}
        self.refused(self.client.post("/reservations", without_ttl, key=key), 422,
                     "idempotency_key_reused")

    def test_the_path_belongs_to_the_request(self):
        sku = self.stock(5)
        one, two, key = self.hold((sku, 1)), self.hold((sku, 1)), fresh_key()
        self.ok(self.verb(one, "commit", key=key))
        self.refused(self.verb(two, "commit", key=key), 422, "idempotency_key_reused")
        self.assertEqual(self.read(two)["state"], "held")

    def test_each_operation_has_its_own_keys(self):
        sku, key = self.stock(5), fresh_key()
        made = self.ok(self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=key))
        self.ok(self.verb(made, "commit", key=key))
        self.ok(self.client.post("/stock/receipts", {"sku": sku, "quantity": 1}, key=key))

    def test_what_is_no_key(self):
        sku = self.stock(5)
        body = {"sku": sku, "quantity": 1}
        with self.nothing_changes():
            for bad in ("", '"', '""', '"open', '"a"b', '"a\\x"', "a b", "x" * 256,
                        "\xe9"):
                answer = self.client.post("/reservations", body, key=bad)
                self.refused(answer, 400, "malformed_request", "Idempotency-Key")
            # Not even a header.
            answer = self.client.post("/reservations", body, key="\x7f")
            self.refused(answer, 400, "malformed_request")
            twice = [("Idempotency-Key", "one"), ("Idempotency-Key", "one")]
            answer = self.client.post("/reservations", body, headers=twice)
            self.refused(answer, 400, "malformed_request", "Idempotency-Key")
            for bad in ("", "a b", "x" * 256, "é"):
                answer = self.client.post("/reservations", {**body, "idempotency_key": bad})
                self.refused(answer, 422, "validation_failed", "#/idempotency_key")
        self.ok(self.client.post("/reservations", body, key="x" * 255), 201)

    def test_where_a_key_is_required_its_absence_says_what_to_add(self):
        sku = self.stock(5)
        made = self.hold((sku, 2))
        path, part = f"/reservations/{made['id']}", [{"sku": sku, "quantity": 1}]
        with self.nothing_changes():
            for target, body in (
                    ("/reservations", {"sku": sku, "quantity": 1}),
                    (f"{path}/commit", {"lines": part}), (f"{path}/release", {"lines": part}),
                    (f"{path}/ship", {"lines": part}), (f"{path}/extend", {"ttl_seconds": 5}),
                    (f"{path}/cancel", {"reason": "fraud", "lines": part}),
                    (f"{path}/return", {"disposition": "restock", "lines": part}),
                    ("/stock/receipts", {"sku": sku, "quantity": 1}),
                    ("/stock/adjustments", {"sku": sku, "delta": 1, "reason": "found"})):
                problem = self.refused(self.client.post(target, body), 400,
                                       "idempotency_key_required")
                self.assertIn("Idempotency-Key", problem["detail"])


class Sources(ServiceCase):
    def test_a_numbered_source_is_as_good_as_a_key(self):
        sku, source = self.stock(5), fresh_key("till")
        body = {"sku": sku, "quantity": 1, "source": source, "source_sequence": 7}
        first = self.client.post("/reservations", body)
        self.ok(first, 201)
        again = self.client.post("/reservations", body)
        self.assertEqual((again.status, again.body, again.replayed), (201, first.body, True))
        other = self.client.post("/reservations", {**body, "quantity": 2})
        self.refused(other, 422, "idempotency_key_reused")
        self.ok(self.client.post("/reservations", {**body, "source_sequence": 8}), 201)
        self.assert_figures(sku, on_hand=5, held=2, sellable=3)

    def test_a_number_is_used_once_over_all_operations_of_its_source(self):
        sku, source = self.stock(5), fresh_key("till")
        body = {"source": source, "source_sequence": 1}
        self.ok(self.client.post("/stock/receipts", {"sku": sku, "quantity": 1, **body}))
        answer = self.client.post("/reservations", {"sku": sku, "quantity": 1, **body})
        self.refused(answer, 422, "idempotency_key_reused")

    def test_source_and_number_go_together_and_not_with_a_key(self):
        sku = self.stock(5)
        body = {"sku": sku, "quantity": 1}
        with self.nothing_changes():
            for more, pointer in (({"source": "s"}, "#/source_sequence"),
                                  ({"source_sequence": 1}, "#/source"),
                                  ({"source": "", "source_sequence": 1}, "#/source"),
                                  ({"source": "s", "source_sequence": -1}, "#/source_sequence")):
                answer = self.client.post("/reservations", {**body, **more})
                self.refused(answer, 422, "validation_failed", pointer)
            answer = self.client.post("/reservations", {**body, "source": "s",
                                                        "source_sequence": 1}, key="k")
            self.refused(answer, 400, "malformed_request", "Idempotency-Key")


class AtTheSameTime(ServiceCase):
    THREADS = 16

    def at_once(self, send):
        """What `send(client, n)` returned in so many threads that start together."""
        answers = [None] * self.THREADS
        start = threading.Barrier(self.THREADS)

        def work(n):
            client = Client(self.service.url)
            start.wait()
            answers[n] = send(client, n)
            client.close()

        threads = [threading.Thread(target=work, args=(n,)) for n in range(self.THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_concurrent_duplicates_have_one_effect(self):
        for _ in range(10):
            sku, key = self.stock(100), fresh_key()
            answers = self.at_once(lambda client, n: client.post(
                "/reservations", {"sku": sku, "quantity": 3}, key=key))
            self.assertEqual({(answer.status, answer.body) for answer in answers},
                             {(201, answers[0].body)})
            self.assertEqual(sum(not answer.replayed for answer in answers), 1)
            self.assert_figures(sku, on_hand=100, held=3, sellable=97)

    def test_a_race_for_the_last_unit_has_one_winner(self):
        for _ in range(10):
            sku = self.stock(1)
            answers = self.at_once(lambda client, n: client.post(
                "/reservations", {"sku": sku, "quantity": 1}, key=fresh_key()))
            self.assertEqual(sorted(answer.status for answer in answers),
                             [201] + [409] * (self.THREADS - 1))
            self.assert_figures(sku, on_hand=1, held=1)

    def test_commit_and_release_at_once_end_in_one_of_the_two(self):
        for _ in range(10):
            sku = self.stock(1)
            made = self.hold((sku, 1))
            answers = self.at_once(lambda client, n: client.post(
                f"/reservations/{made['id']}/{('commit', 'release')[n % 2]}", key=fresh_key()))
            state = self.read(made)["state"]
            self.assertIn(state, ("committed", "released"))
            won = 0 if state == "committed" else 1
            for n, answer in enumerate(answers):
                self.assertEqual(answer.status, 200 if n % 2 == won else 409, answer)


class RelaxedKeys(ServiceCase):
    options = ("--relax-create-key",)

    def test_a_create_without_a_key_is_accepted_on_demand(self):
        sku = self.stock(5)
        body = {"sku": sku, "quantity": 1, "agent_id": "a", "ttl_seconds": 60}
        one, two = (self.ok(self.client.post("/reservations", body), 201) for _ in range(2))
        self.assertNotEqual(one["id"], two["id"])
        self.refused(self.client.post("/stock/receipts", {"sku": sku, "quantity": 1}), 400,
                     "idempotency_key_required")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Bodies that make no sense: each has its answer, points at the place, and changes nothing."""

import json
import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key

NUMBERS = (("0", 422), ("-1", 422), ("1.5", 422), ("1e3", 422), ("1.0", 422), ("-0.5", 422),
           ("9223372036854775807", 422), ("9223372036854775808", 422),
           ("-9223372036854775808", 422), ("18446744073709551616", 422), ("1" + "0" * 400, 422),
           ('"1"', 422), ("null", 422), ("true", 422), ("[1]", 422), ("{}", 422),
           ("01", 400), ("+1", 400), (".5", 400), ("1.", 400), ("0x1", 400), ("NaN", 400),
           ("Infinity", 400), ("1_000", 400), ("", 400))

NO_JSON = (b"{", b"}", b"[", b"{]", b'{"a"}', b'{"a":}', b'{"a":1,}', b"{a:1}", b"{'a':1}",
           b'{"a":1}}', b'{"a":1} x', b"/* c */ {}", b"{} // c", b'{"a":"\x01"}', b'{"a":"\\x"}',
           b'{"a":"\\ud800"}', b'{"a":tru}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00",
           b'{"sku":"\xff","quantity":1}', b'{"sku":"\xc0\xaf"}', b'{"sku":"\xed\xa0\x80"}',
           b'{"sku":"\xf4\x90\x80\x80"}', b'{"\xfe":1}', b'{"sku":"\xc3', b"\x00")

NO_OBJECT = (b"null", b"1", b'"text"', b"[]", b"true", b"[{}]")


class Numbers(ServiceCase):
    def test_quantities(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        places = (
            ("POST", "/reservations", '{"sku":"%s","quantity":@}', "#/quantity"),
            ("POST", "/reservations", '{"lines":[{"sku":"%s","quantity":@}]}',
             "#/lines/0/quantity"),
            ("POST", "/reservations", '{"items":[{"sku":"%s","quantity":@}]}',
             "#/items/0/quantity"),
            ("POST", f"/reservations/{made['id']}/commit",
             '{"lines":[{"sku":"%s","quantity":@}]}', "#/lines/0/quantity"),
            ("POST", f"/reservations/{made['id']}/ship",
             '{"lines":[{"line_id":"1","quantity":1},{"sku":"%s","quantity":@}]}',
             "#/lines/1/quantity"),
            ("POST", "/stock/receipts", '{"sku":"%s","quantity":@}', "#/quantity"))
        with self.nothing_changes():
            for method, path, template, pointer in places:
                for text, status in NUMBERS:
                    self.check(method, path, template % sku, text, status, pointer)
        self.assert_figures(sku, on_hand=5, held=1, sellable=4)

    def check(self, method, path, template, text, status, pointer):
        with self.subTest(path=path, number=text[:30]):
            answer = self.client.call(method, path, template.replace("@", text).encode(),
                                      key=fresh_key())
            code = {400: "malformed_request", 422: "validation_failed"}[status]
            self.refused(answer, status, code, pointer if status == 422 else None)

    def test_a_line_is_bounded(self):
        sku = self.stock(2**60)
        body = {"sku": sku, "quantity": 2**40 + 1}
        with self.nothing_changes():
            self.refused(self.client.post("/reservations", body, key=fresh_key()), 422,
                         "validation_failed", "#/quantity")
            lines = [{"sku": sku, "quantity": 2**40}] * 17
            answer = self.client.post("/reservations", {"lines": lines}, key=fresh_key())
            self.assertEqual(self.refused(answer, 422, "limit_exceeded")["limit"], 2**44)
        self.hold((sku, 2**40))

    def test_adjustments_and_safety(self):
        sku = self.stock(5)
        with self.nothing_changes():
            for text, status in NUMBERS:
                if text == "-1":
                    continue
                self.check("POST", "/stock/adjustments",
                           '{"sku":"%s","delta":@,"reason":"found"}' % sku, text, status,
                           "#/delta")
                if text != "0":
                    self.check("PUT", "/stock/safety", '{"sku":"%s","quantity":@}' % sku, text,
                               status, "#/quantity")

    def test_time_to_live(self):
        sku = self.stock(5)
        made = self.hold((sku, 1), ttl=60)
        with self.nothing_changes():
            for text, status in NUMBERS:
                for path in ("/reservations", f"/reservations/{made['id']}/extend",
                             f"/reservations/{made['id']}/payment"):
                    template = '{"ttl_seconds":@}'
                    if path == "/reservations":
                        template = '{"sku":"%s","quantity":1,"ttl_seconds":@}' % sku
                    self.check("POST", path, template, text, status, "#/ttl_seconds")
            # Legal for somebody, but not for the class: named, never silently clamped.
            body = {"sku": sku, "quantity": 1, "ttl_seconds": 24 * 3600 + 1}
            answer = self.client.post("/reservations", body, key=fresh_key())
            self.assertEqual(self.refused(answer, 422, "ttl_out_of_bounds",
                                          "#/ttl_seconds")["limit"], 24 * 3600)
            answer = self.verb(made, "extend", {"ttl_seconds": 24 * 3600 + 1})
            self.refused(answer, 422, "ttl_out_of_bounds", "#/ttl_seconds")
            answer = self.verb(made, "payment", {"ttl_seconds": 7 * 24 * 3600 + 1})
            self.refused(answer, 422, "ttl_out_of_bounds", "#/ttl_seconds")
        self.assertEqual(self.read(made)["expires_at"], made["expires_at"])


class Grammar(ServiceCase):
    def test_what_is_no_json(self):
        with self.nothing_changes():
            for path in ("/reservations", "/stock/receipts", "/reservations/batch"):
                for body in NO_JSON:
                    with self.subTest(path=path, body=body):
                        answer = self.client.post(path, body, key=fresh_key())
                        self.refused(answer, 400, "malformed_request")

    def test_what_is_no_object(self):
        with self.nothing_changes():
            for path in ("/reservations", "/stock/receipts"):
                for body in NO_OBJECT:
                    with self.subTest(path=path, body=body):
                        answer = self.client.post(path, body, key=fresh_key())
                        self.refused(answer, 422, "validation_failed", "#")

    def test_nothing_at_all(self):
        with self.nothing_changes():
            answer = self.client.post("/reservations", b"", key=fresh_key())
            self.refused(answer, 400, "malformed_request")
            answer = self.client.post("/reservations", {}, key=fresh_key())
            self.refused(answer, 422, "validation_failed")

    def test_a_name_twice(self):
        with self.nothing_changes():
            for body, pointer in (
                    (b'{"sku":"a","quantity":1,"quantity":2}', "#/quantity"),
                    (b'{"lines":[{"sku":"a","quantity":1},{"sku":"a","sku":"b"}]}',
                     "#/lines/1/sku"),
                    (b'{"sku":"a","sk\\u0075":"b","quantity":1}', "#/sku"),
                    (b'{"metadata":{"a":"1","a":"1"}}', "#/metadata/a")):
                answer = self.client.post("/reservations", body, key=fresh_key())
                self.refused(answer, 400, "malformed_request", pointer)

    def test_a_name_nobody_knows_and_which_one_may_be_meant(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        line = {"sku": sku, "quantity": 1}
        path = f"/reservations/{made['id']}"
        with self.nothing_changes():
            for target, body, pointer, meant in (
                    ("/reservations", {**line, "ttl_second": 5}, "#/ttl_second", "ttl_seconds"),
                    ("/reservations", {"lines": [{**line, "qty": 1}]}, "#/lines/0/qty", ""),
                    ("/reservations", {"lines": [line], "refrence": "r"}, "#/refrence",
                     "reference"),
                    (f"{path}/commit", {"ttl_seconds": 5}, "#/ttl_seconds", ""),
                    (f"{path}/cancel", {"reson": "fraud"}, "#/reson", "reason"),
                    (f"{path}/return", {"lines": [{**line, "a/b~": 1}], "disposition": "restock"},
                     "#/lines/0/a~1b~0", ""),
                    ("/stock/receipts", {**line, "delta": 1}, "#/delta", ""),
                    ("/reservations/release", {"key": "k", "lock": True}, "#/lock", "")):
                answer = self.client.post(target, body, key=fresh_key())
                problem = self.refused(answer, 422, "validation_failed", pointer)
                details = " ".join(error["detail"] for error in problem["errors"])
                self.assertIn(f'"{meant}"' if meant else "not a known field", details)

    def test_depth_and_width(self):
        deep = b'{"a":' * 100 + b"1" + b"}" * 100
        deepest = b"[" * 100_000
        wide = json.dumps({f"m{n}": 1 for n in range(10_000)}).encode()
        long = b'{"reservations":[' + b"1," * 20_000 + b"1]}"
        with self.nothing_changes():
            for body in (deep, deepest, wide, long):
                answer = self.client.post("/reservations", body, key=fresh_key())
                self.refused(answer, 400, "malformed_request")

    def test_another_media_type(self):
        sku = self.stock(5)
        body = json.dumps({"sku": sku, "quantity": 1}).encode()
        for kind, status in (("text/plain", 415), ("application/x-www-form-urlencoded", 415),
                             ("application/jsonp", 415), ("", 415),
                             ("application/json; charset=utf-8", 201),
                             ("APPLICATION/JSON", 201)):
            answer = self.client.exchange("POST", "/inventory/v1/reservations", body, [
                ("Content-Type", kind), ("Idempotency-Key", fresh_key())])
            self.assertEqual(answer.status, status, (kind, answer))


class Texts(ServiceCase):
    def test_lengths(self):
        sku = self.stock(500)
        line = {"sku": sku, "quantity": 1}
        cases = [({**line, "sku": "s" * 129}, "#/sku"), ({**line, "sku": ""}, "#/sku"),
                 ({**line, "sku": "é" * 65}, "#/sku"), ({"quantity": 1}, "#/sku"),
                 ({"sku": sku}, "#/quantity"), ({**line, "pool": ""}, "#/pool"),
                 ({"lines": [{**line, "line_id": "l" * 65}]}, "#/lines/0/line_id"),
                 ({"lines": [{**line, "group": "g" * 65}]}, "#/lines/0/group"),
                 ({"lines": [line, {**line, "line_id": "1"}]}, "#/lines/1/line_id"),
                 ({"lines": []}, "#/lines"), ({"lines": [line] * 2001}, "#/lines"),
                 ({**line, "min_quantity": 2}, "#/min_quantity"),
                 ({**line, "lines": [line]}, "#/sku"),
                 ({"lines": [line], "items": [line]}, "#/items"),
                 ({**line, "wait_seconds": -5}, "#/wait_seconds"),
                 ({**line, "supersedes": "nonsense"}, "#/supersedes"),
                 ({**line, "supersedes": "same_reference"}, "#/reference"),
                 ({**line, "seen_position": "nonsense"}, "#/seen_position"),
                 ({**line, "metadata": {str(n): "v" for n in range(21)}}, "#/metadata"),
                 ({**line, "metadata": {"k" * 41: "v"}}, "#/metadata/" + "k" * 41),
                 ({**line, "metadata": {"k": "v" * 501}}, "#/metadata/k"),
                 ({**line, "metadata": {"k": 1}}, "#/metadata/k"),
                 ({**line, "metadata": []}, "#/metadata")]
        for name in ("reference", "agent_id", "operator_id", "channel", "customer_id"):
            for bad in ("", "x" * 256, "a\x00b", "a\nb", "\x7f", 5, None):
                cases.append(({**line, name: bad}, f"#/{name}"))
        with self.nothing_changes():
            for body, pointer in cases:
                with self.subTest(pointer=pointer, body=str(body)[:80]):
                    answer = self.client.post("/reservations", body, key=fresh_key())
                    self.refused(answer, 422, "validation_failed", pointer)

    def test_the_longest_that_is_allowed(self):
        sku = self.stock(1, sku="ü" * 64)
        self.hold((sku, 1), reference="r" * 255, customer_id="é" * 127,
                  metadata={f"{n}" + "k" * 38: "v" * 500 for n in range(10, 20)})

    def test_two_thousand_lines_are_one_reservation(self):
        sku = self.stock(2000)
        made = self.hold(*[(sku, 1)] * 2000)
        self.assertEqual(len(made["lines"]), 2000)
        self.ok(self.verb(made, "commit"))
        self.assert_figures(sku, on_hand=2000, committed=2000)

    def test_reasons_dispositions_and_times(self):
        sku = self.stock(5)
        made = self.hold((sku, 1))
        self.ok(self.verb(made, "commit"))
        line = [{"sku": sku, "quantity": 1}]
        cases = ((f"/reservations/{made['id']}/cancel", {}, "#/reason"),
                 (f"/reservations/{made['id']}/cancel", {"reason": "mood"}, "#/reason"),
                 (f"/reservations/{made['id']}/cancel", {"reason": "none"}, "#/reason"),
                 (f"/reservations/{made['id']}/cancel", {"reason": "other"}, "#/note"),
                 (f"/reservations/{made['id']}/cancel", {"reason": "other", "note": "n" * 1001},
                  "#/note"),
                 (f"/reservations/{made['id']}/return", {"disposition": "restock"}, "#/lines"),
                 (f"/reservations/{made['id']}/return", {"lines": line}, "#/disposition"),
                 (f"/reservations/{made['id']}/return",
                  {"lines": line, "disposition": "burn"}, "#/disposition"),
                 (f"/reservations/{made['id']}/ship", {"occurred_at": "yesterday"},
                  "#/occurred_at"),
                 (f"/reservations/{made['id']}/ship", {"occurred_at": "2026-02-30T00:00:00Z"},
                  "#/occurred_at"),
                 (f"/reservations/{made['id']}/ship", {"occurred_at": "2026-05-04 10:00:00"},
                  "#/occurred_at"),
                 (f"/reservations/{made['id']}/ship", {"lines": [{"quantity": 1}]}, "#/lines/0"),
                 (f"/reservations/{made['id']}/ship", {"lines": [
                     {"line_id": "1", "sku": sku, "quantity": 1}]}, "#/lines/0"),
                 (f"/reservations/{made['id']}/ship", {"lines": []}, "#/lines"),
                 (f"/reservations/{made['id']}/extend", {}, "#/ttl_seconds"),
                 ("/stock/adjustments", {"sku": sku, "delta": 1}, "#/reason"),
                 ("/stock/adjustments", {"sku": sku, "delta": 1, "reason": "other"}, "#/note"),
                 ("/reservations/release", {}, "#"),
                 ("/reservations/release", {"key": "a", "reference": "b"}, "#"),
                 ("/reservations/release", {"key": "a", "block_late": True}, "#/block_late"),
                 ("/reservations/release", {"key": "a b"}, "#/key"),
                 ("/reservations/batch", {"reservations": []}, "#/reservations"),
                 ("/reservations/batch", {}, "#/reservations"))
        with self.nothing_changes():
            for path, body, pointer in cases:
                with self.subTest(path=path, body=body):
                    batch = path.endswith("batch")
                    answer = self.client.post(path, body, key=None if batch else fresh_key())
                    self.refused(answer, 422, "validation_failed", pointer)

    def test_a_thousand_mistakes_are_answered_briefly(self):
        answer = self.client.post("/reservations", {"lines": [{"sku": "", "quantity": 0}] * 1000},
                                  key=fresh_key())
        self.refused(answer, 422, "validation_failed", "#/lines/0/sku")
        self.assertLess(len(answer.body), 10_000)

    def test_a_batch_has_no_key_of_its_own(self):
        answer = self.client.post("/reservations/batch", {"reservations": [
            {"sku": "a", "quantity": 1, "idempotency_key": "k"}]}, key=fresh_key())
        self.refused(answer, 400, "malformed_request", "Idempotency-Key")


if __name__ == "__main__":
    unittest.main()

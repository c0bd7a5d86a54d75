#!/usr/bin/python3
"""Moving in: many facts in one request, a line each, none of them twice."""

import json
import unittest

from blackbox_case import ServiceCase, now
from rest_client import BASE, fresh_key


class Bulk(ServiceCase):
    def send(self, rows, media_type="application/x-ndjson", headers=()):
        body = rows if isinstance(rows, bytes) else "\n".join(map(json.dumps, rows)).encode()
        return self.client.exchange("POST", BASE + "/stock/bulk", body,
                                    [("Content-Type", media_type), *headers])

    def results(self, rows):
        answer = self.send(rows)
        self.assertEqual(answer.status, 200, answer)
        return [json.loads(line) for line in answer.body.splitlines()]

    def test_ten_thousand_rows_at_once_and_again(self):
        source = fresh_key("table")
        rows = [{"kind": "receipt", "source": source, "row": number,
                 "sku": f"{source}-{number % 5000}", "quantity": 1 + number % 7}
                for number in range(10_000)]
        first = self.results(rows)
        self.assertEqual({result["status"] for result in first}, {200})
        self.assertEqual([result["row"] for result in first], list(range(10_000)))
        with self.nothing_changes():
            again = self.results(rows)
        self.assertTrue(all(result["replayed"] for result in again))
        self.assertEqual([result["body"] for result in again],
                         [result["body"] for result in first])
        self.assert_figures(f"{source}-0", on_hand=1 + 1 + 5000 % 7, sellable=2 + 5000 % 7)

    def test_every_kind(self):
        source, sku = fresh_key("table"), fresh_key("sku")
        rows = [
            {"kind": "sku", "sku": sku, "sku_class": "default"},
            {"kind": "receipt", "sku": sku, "quantity": 10},
            {"kind": "adjustment", "sku": sku, "delta": -1, "reason": "damage"},
            {"kind": "safety", "sku": sku, "quantity": 1},
            {"kind": "hold", "sku": sku, "quantity": 2, "ttl_seconds": 600},
            {"kind": "open_order", "reference": source, "lines": [{"sku": sku, "quantity": 3}]},
            {"kind": "hold", "sku": sku, "quantity": 100}]
        rows = [{**row, "source": source, "row": number} for number, row in enumerate(rows)]
        self.assertEqual([result["status"] for result in self.results(rows)],
                         [201, 200, 200, 200, 201, 201, 409])
        self.assert_figures(sku, on_hand=9, held=2, committed=3, safety_stock=1, sellable=3)
        [counted] = self.results([{"kind": "count", "source": source, "row": 99, "sku": sku,
                                   "counted": 9, "as_of": now()}])
        self.assertEqual(counted["body"]["outcome"], "matched")

    def test_a_row_that_is_refused_stops_no_other(self):
        source, sku = fresh_key("table"), fresh_key("sku")
        results = self.results([
            {"kind": "adjustment", "source": source, "row": 1, "sku": fresh_key("nobody"),
             "delta": 1, "reason": "found"},
            {"kind": "receipt", "source": source, "row": 2, "sku": sku, "quantity": 1}])
        self.assertEqual([(result["status"], result["line"]) for result in results],
                         [(422, 1), (200, 2)])
        self.assertEqual(results[0]["body"]["code"], "unknown_sku")

    def test_nothing_of_a_broken_file_is_applied(self):
        good = {"kind": "receipt", "source": "s", "row": 1, "sku": "bean", "quantity": 1}
        bad = {**good, "row": 2}
        line = json.dumps(good).encode()
        with self.nothing_changes():
            for rows, status, pointer in (
                    ([good, {**bad, "quantity": 0}], 422, "#/1/quantity"),
                    ([good, {**bad, "odd": 1}], 422, "#/1/odd"),
                    ([good, {**bad, "kind": "odd"}], 422, "#/1/kind"),
                    ([good, {**bad, "row": -1}], 422, "#/1/row"),
                    ([good, {**bad, "row": 1}], 422, "#/1/row"),
                    ([good, {**bad, "source": 5}], 422, "#/1/source"),
                    ([good, {**bad, "source_sequence": 5}], 422, "#/1/source_sequence"),
                    (line + b"\nno json", 400, "#/1"),
                    (line + b"\n" + '{"sku":"tee"}'.encode("utf-16"), 400, "#/1"),
                    ([{**good, "row": number} for number in range(10_001)], 422, "#"),
                    (b"\n", 422, "#")):
                with self.subTest(pointer):
                    answer = self.send(rows)
                    self.assertEqual(answer.status, status, answer)
                    self.assertIn(pointer, answer.pointers)
            self.assertEqual(self.send([good], "application/json").status, 415)
            self.assertEqual(self.send([good], headers=[("Idempotency-Key", "k")]).status, 400)


if __name__ == "__main__":
    unittest.main()

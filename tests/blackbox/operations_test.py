#!/usr/bin/python3
"""What operators and machines that watch the service see; and addresses that are none."""

import re
import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Operations(ServiceCase):
    def test_probes(self):
        self.assertEqual(self.client.get("//livez").body, b"ok\n")
        ready = self.client.get("//readyz")
        self.assertEqual(ready.status, 200)
        self.assertTrue(ready.body.endswith(b"ready\n"), ready)

    def test_status_counts_what_is_held(self):
        sku = self.stock(5)
        before = self.ok(self.client.get("/status"))
        self.hold((sku, 1))
        after = self.ok(self.client.get("/status"))
        self.assertEqual(after["live_holds"], before["live_holds"] + 1)
        self.assertNotEqual(after["position"], before["position"])
        self.assertEqual((after["draining"], after["storage_full"], after["stopped"]),
                         (False, False, []))
        self.assertGreater(after["disk_free_bytes"], 0)

    def test_confirming_a_clock_that_did_not_jump(self):
        self.assertEqual(self.ok(self.client.post("/admin/clock/confirm")), {"confirmed": False})

    def test_metrics_count_requests_and_name_no_sku(self):
        sku = self.stock(1)
        self.hold((sku, 1))
        self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=fresh_key())
        text = self.client.get("//metrics").body.decode()
        self.assertNotIn(sku, text)
        samples = [line for line in text.splitlines() if line and not line.startswith("#")]
        for line in samples:
            self.assertRegex(line, r'^[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [-+0-9.eInfNa]+$')
        types = dict(re.findall(r"# TYPE (\S+) (\S+)", text))
        self.assertTrue(all(name.startswith(("holdfast_", "process_", "http_")) for name in types),
                        sorted(types))
        self.assertIn("holdfast_active_holds", types)
        refusals = [line for line in samples if 'insufficient_stock"' in line]
        self.assertTrue(refusals and refusals[0].endswith(" 1"), refusals)

    def test_an_address_that_is_none(self):
        for path in ("//", "//inventory", "/reservation", "/reservations/", "//openapi.yaml",
                     "/reservations/rsv_0000000000000/pay"):
            self.refused(self.client.get(path), 404, "not_found")
        self.refused(self.client.get("/reservations/%FF"), 400, "malformed_request")
        self.refused(self.client.get("/reservations/%00"), 400, "malformed_request")

    def test_a_method_that_an_address_does_not_know(self):
        for method, path, allowed in (("PATCH", "/reservations", "GET"), ("GET", "/selling/stop",
                                      "POST"), ("DELETE", "/status", "GET"),
                                      ("BREW", "/reservations", "POST")):
            answer = self.client.call(method, path)
            self.refused(answer, 405, "method_not_allowed")
            self.assertIn(allowed, answer.headers["allow"])
        answer = self.client.call("OPTIONS", "/reservations")
        self.assertEqual(answer.status, 204)
        self.assertIn("POST", answer.headers["allow"])

    def test_head_is_get_without_a_body(self):
        for path in ("/status", "//livez", "//openapi.json"):
            answer = self.client.call("HEAD", path)
            self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertGreater(int(answer.headers["content-length"]), 0)

    def test_a_request_id_is_kept_or_made(self):
        answer = self.client.get("/status", headers=[("X-Request-Id", "mine-1")])
        self.assertEqual(answer.headers["x-request-id"], "mine-1")
        first, second = (self.client.get("/status").headers["x-request-id"] for _ in range(2))
        self.assertNotEqual(first, second)
        answer = self.client.get("/reservations/x", headers=[("X-Request-Id", "mine-2")])
        self.assertEqual(answer.json["request_id"], "mine-2")

    def test_the_description_describes_itself(self):
        document = self.client.get("//openapi.json").json
        self.assertRegex(document["openapi"], r"^3\.1\.")
        names = [operation["operationId"] for operation in
                 self.client.contract.operations().values()]
        self.assertEqual(len(names), len(set(names)))


class Demo(ServiceCase):
    options = ("--demo",)

    def test_the_catalogue_is_stocked_once(self):
        for _ in range(2):
            self.assert_figures("demo-last-ticket", on_hand=1, sellable=1)
            self.assert_figures("demo-tea", on_hand=100, sellable=100)
            self.restart()


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""One-time checkout tokens, and bands instead of figures."""

import time
import unittest

from blackbox_case import ServiceCase
from holdfast_process import run, temporary_directory
from rest_client import Client, fresh_key


def new_key(file, name, scopes):
    made = run("keys", "new", name, "--scopes", scopes, "--file", str(file))
    assert made.returncode == 0, made
    return made.stdout.strip()


class Tokens(ServiceCase):
    def token(self, **body):
        return self.ok(self.client.post("/checkout-tokens", body or None), 201)

    def use(self, key, sku, quantity=1):
        return self.client.post("/reservations", {"sku": sku, "quantity": quantity}, key=key)

    def test_a_token_is_good_for_one_create(self):
        sku, token = self.stock(9), self.token()["token"]
        self.assertTrue(token.startswith("cot_"))
        made = self.use(token, sku)
        self.ok(made, 201)
        again = self.use(token, sku)
        self.assertEqual((again.status, again.body, again.replayed), (201, made.body, True))
        self.refused(self.use(token, sku, 2), 422, "idempotency_key_reused")
        body_key = self.client.post("/reservations", {
            "sku": sku, "quantity": 1, "idempotency_key": self.token()["token"]})
        self.ok(body_key, 201)

    def test_what_was_not_issued_creates_nothing(self):
        sku, token = self.stock(9), self.token()["token"]
        forged = token[:-3] + ("aaa" if token[-3:] != "aaa" else "bbb")
        for key in (forged, "cot_", "cot_" + "A" * 54, token.upper().replace("COT_", "cot_")):
            with self.nothing_changes():
                self.refused(self.use(key, sku), 403, "forbidden")
        self.ok(self.use(fresh_key(), sku), 201)

    def test_a_token_outlives_a_kill_and_ends_on_time(self):
        sku = self.stock(9)
        lasting, short, used = self.token(), self.token(ttl_seconds=1), self.token(ttl_seconds=1)
        made = self.use(used["token"], sku)
        self.ok(made, 201)
        deadline = time.monotonic() + 30
        answer = self.use(short["token"], fresh_key("no-such-sku"))
        while answer.code != "validation_failed" and time.monotonic() < deadline:
            answer = self.use(short["token"], fresh_key("no-such-sku"))
        self.refused(answer, 422, "validation_failed", "Idempotency-Key")
        self.refused(self.use(short["token"], sku), 422, "validation_failed", "Idempotency-Key")
        self.assertEqual(self.use(used["token"], sku).body, made.body)
        self.restart()
        self.ok(self.use(lasting["token"], sku), 201)
        self.refused(self.use(short["token"], sku), 422, "validation_failed", "Idempotency-Key")

    def test_its_life_is_bounded(self):
        for body in ({"ttl_seconds": 0}, {"ttl_seconds": 86401}, {"ttl": 5}):
            self.refused(self.client.post("/checkout-tokens", body), 422, "validation_failed")


class Bands(ServiceCase):
    @classmethod
    def setUpClass(cls):
        file = cls.enterClassContext(temporary_directory()) / "keys"
        keys = {name: new_key(file, name, scopes) for name, scopes in (
            ("shop", "read,reserve"), ("owner", "read,reserve,stock,admin"))}
        cls.options = ("--api-keys", file)
        super().setUpClass()
        cls.client = Client(cls.service.url, keys["owner"])
        cls.shop = Client(cls.service.url, keys["shop"])
        cls.addClassCleanup(cls.client.close)
        cls.addClassCleanup(cls.shop.close)

    def test_who_may_not_see_stock_sees_bands(self):
        self.ok(self.client.put("/classes/banded", {"banded": True, "low_units": 2}), 201)
        sku, plain = fresh_key("sku"), fresh_key("sku")
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": "banded"}), 201)
        self.stock(4, sku=sku)
        self.stock(4, sku=plain)
        for held, band, full in ((0, "in_stock", "in_stock"), (2, "low", "low"),
                                 (2, "out", "all_held")):
            if held:
                self.hold((sku, held))
            shown = self.ok(self.shop.get(f"/availability/{sku}"))
            self.assertEqual(set(shown), {"sku", "status", "position", "as_of", "staleness_ms"})
            self.assertEqual(shown["status"], band)
            self.assertEqual(self.ok(self.client.get(f"/availability/{sku}"))["status"], full)
        items = self.ok(self.shop.get(f"/availability?sku={sku}&sku={plain}"))["items"]
        self.assertEqual(items[0], {"sku": sku, "status": "out"})
        self.assertEqual(items[1]["sellable"], 4)

    def test_who_stopped_selling_is_the_api_key(self):
        stop = self.ok(self.client.post("/selling/stop", {
            "scope": "channel", "name": fresh_key("channel"), "reason": "incident"},
            key=fresh_key()))
        self.assertEqual(stop["by"], "owner")
        answer = self.client.post("/selling/stop", {
            "scope": "channel", "name": "web", "reason": "incident", "by": "somebody"},
            key=fresh_key())
        self.refused(answer, 422, "validation_failed", "#/by")
        self.refused(self.shop.post("/selling/resume", {"scope": "everything"}), 403, "forbidden")
        self.refused(self.shop.put("/caps", {}), 403, "forbidden")


if __name__ == "__main__":
    unittest.main()

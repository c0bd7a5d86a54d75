#!/usr/bin/python3
"""Who may do what: API keys, scopes, tenants, and addresses that need them."""

import unittest

from blackbox_case import ServiceCase
from holdfast_process import Service, expect_refused_start, run, temporary_directory
from rest_client import Client, fresh_key


def new_key(file, name, scopes, tenant=None):
    words = ["keys", "new", name, "--scopes", scopes, "--file", str(file)]
    made = run(*words, *(["--tenant", tenant] if tenant else []))
    assert made.returncode == 0, made
    return made.stdout.strip()


class Scopes(ServiceCase):
    @classmethod
    def setUpClass(cls):
        cls.files = cls.enterClassContext(temporary_directory())
        cls.file = cls.files / "keys"
        cls.keys = {name: new_key(cls.file, name, scopes) for name, scopes in (
            ("reader", "read"), ("shop", "read,reserve"), ("stockist", "stock"),
            ("owner", "read,reserve,stock,admin"))}
        cls.keys["stranger"] = new_key(cls.file, "stranger", "read,reserve,stock", "other")
        cls.options = ("--api-keys", cls.file)
        super().setUpClass()
        cls.client = cls.of("owner")

    @classmethod
    def of(cls, name):
        client = Client(cls.service.url, cls.keys[name])
        cls.addClassCleanup(client.close)
        return client

    def test_the_file_keeps_no_key_in_clear(self):
        text = self.file.read_text(encoding="utf-8")
        for key in self.keys.values():
            self.assertNotIn(key, text)
            self.assertNotIn(key[3:], text)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)

    def test_without_a_key_or_with_a_wrong_one_nothing_is_told(self):
        good = self.keys["owner"]
        anonymous = Client(self.service.url)
        for value in (None, "", "Bearer", "Bearer ", "Bearer nonsense", f"Basic {good}", good,
                      f"Bearer {good}x", f"Bearer {good[:-1]}", f"Bearer {good} {good}"):
            headers = [] if value is None else [("Authorization", value)]
            for method, path in (("GET", "/status"), ("GET", "/reservations"),
                                 ("POST", "/reservations"), ("GET", "/availability/x")):
                answer = anonymous.call(method, path, headers=headers)
                self.refused(answer, 401, "unauthenticated")
                self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        twice = [("Authorization", f"Bearer {good}")] * 2
        self.refused(anonymous.get("/status", headers=twice), 400, "malformed_request",
                     "Authorization")
        for path in ("//livez", "//readyz", "//metrics", "//openapi.json"):
            self.assertEqual(anonymous.get(path).status, 200)
        anonymous.close()

    def test_each_scope_allows_its_own(self):
        sku = self.stock(50)
        made = self.hold((sku, 1))
        wishes = {
            "read": (("GET", f"/availability/{sku}", None),
                     ("GET", f"/reservations/{made['id']}", None), ("GET", "/reservations", None),
                     ("GET", f"/skus/{sku}", None)),
            "reserve": (("POST", "/reservations", {"sku": sku, "quantity": 1}),
                        ("POST", f"/reservations/{made['id']}/extend", {"ttl_seconds": 3000}),
                        ("POST", "/reservations/release", {"reference": "nothing"})),
            "stock": (("POST", "/stock/receipts", {"sku": sku, "quantity": 1}),
                      ("POST", "/stock/adjustments", {"sku": sku, "delta": 1, "reason": "found"}),
                      ("PUT", f"/skus/{sku}", None)),
            "admin": (("GET", "/status", None), ("POST", "/admin/clock/confirm", None))}
        scopes = {"reader": {"read"}, "shop": {"read", "reserve"}, "stockist": {"stock"},
                  "owner": set(wishes)}
        for name, allowed in scopes.items():
            client = self.of(name)
            for scope, calls in wishes.items():
                for method, path, body in calls:
                    with self.subTest(key=name, path=path):
                        answer = client.call(method, path, body, key=fresh_key())
                        if scope in allowed:
                            self.ok(answer)
                        else:
                            self.refused(answer, 403, "forbidden")
                            self.assertIn(f'"{scope}"', answer.json["detail"])

    def test_tenants_do_not_see_each_other(self):
        sku, key = self.stock(5), fresh_key()
        reference = fresh_key("cart")
        body = {"sku": sku, "quantity": 2, "reference": reference}
        mine = self.ok(self.client.post("/reservations", body, key=key), 201)
        stranger = self.of("stranger")
        self.refused(stranger.get(f"/reservations/{mine['id']}"), 404, "unknown_reservation")
        self.refused(stranger.get(f"/availability/{sku}"), 404, "not_found")
        for verb in ("commit", "release"):
            answer = stranger.post(f"/reservations/{mine['id']}/{verb}", key=fresh_key())
            self.refused(answer, 404, "unknown_reservation")
        self.refused(stranger.post("/reservations", body, key=key), 422, "unknown_sku")
        self.ok(stranger.post("/stock/receipts", {"sku": sku, "quantity": 1}, key=key))
        self.refused(stranger.post("/reservations", body, key=key), 409, "insufficient_stock")
        self.assertEqual(self.ok(stranger.post("/reservations/release",
                                               {"reference": reference}))["released"], [])
        self.assertEqual(self.ok(stranger.post("/reservations/release",
                                               {"key": key}))["released"], [])
        self.assertEqual(self.ok(stranger.get(f"/reservations?reference={reference}"))["items"],
                         [])
        self.assertEqual(self.read(mine)["state"], "held")
        self.assert_figures(sku, on_hand=5, held=2, sellable=3)


class Addresses(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(temporary_directory())
        self.ledger = self.directory / "ledger"

    def test_beyond_loopback_there_must_be_keys(self):
        for listen in ("0.0.0.0:0", "[::]:0"):
            code, log = expect_refused_start(self.ledger, listen=listen)
            self.assertEqual(code, 2, log)
            self.assertIn("--api-keys", log)
            self.assertIn("--no-auth", log)
        self.assertFalse(self.ledger.exists(), "a refused start must not make a ledger")

    def test_keys_and_no_auth_contradict_each_other(self):
        new_key(self.directory / "keys", "one", "read")
        code, log = expect_refused_start(self.ledger, "--no-auth", "--api-keys",
                                         self.directory / "keys")
        self.assertEqual(code, 2, log)

    def test_a_broken_key_file_is_named_with_its_line(self):
        file = self.directory / "keys"
        new_key(file, "one", "read")
        for text in ("two default read 12", "two default fly " + "0" * 64, "two",
                     "one default read " + "0" * 64):
            file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n" + text + "\n",
                            encoding="utf-8")
            code, log = expect_refused_start(self.ledger, "--api-keys", file)
            self.assertNotEqual(code, 0, log)
            self.assertIn("2", log)
        code, log = expect_refused_start(self.ledger, "--api-keys", self.directory / "none")
        self.assertNotEqual(code, 0)
        self.assertIn(str(self.directory / "none"), log)
        self.assertFalse(self.ledger.exists(), "a refused start must not make a ledger")

    def test_an_address_that_is_taken_is_named(self):
        with Service(self.ledger) as first:
            code, log = expect_refused_start(self.directory / "other", port=first.port)
            self.assertNotEqual(code, 0)
            self.assertIn(str(first.port), log)

    def test_scopes_that_are_none(self):
        for scopes in ("", "fly", "read,fly", "read,read"):
            made = run("keys", "new", "x", "--scopes", scopes)
            self.assertEqual(made.returncode, 2, made)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""The command line against a running service: verbs, tables, JSON, exit codes."""

import json
import unittest

from blackbox_case import ServiceCase
from holdfast_process import free_port, run
from rest_client import fresh_key

OK, FAILED, USAGE, NOT_FOUND, REFUSED, UNREACHABLE, AUTH = 0, 1, 2, 3, 4, 5, 6


class CommandLine(ServiceCase):
    def holdfast(self, *words, code=OK, environment=None):
        done = run(*words, environment={"HOLDFAST_URL": self.service.url, **(environment or {})})
        self.assertEqual(done.returncode, code, done)
        return done

    def as_json(self, *words, code=OK):
        return json.loads(self.holdfast(*words, "--json", code=code).stdout)

    def test_a_sale_from_receipt_to_return(self):
        sku = fresh_key("sku")
        self.assertEqual(self.as_json("stock", "receive", sku, 10)["on_hand"], 10)
        made = self.as_json("reservation", "create", f"{sku}=4", "--ttl", 600, "--reference", "o-1",
                            "--agent", "a", "--metadata", "gift=yes")
        self.assertEqual((made["state"], made["lines"][0]["held"]), ("held", 4))
        self.assertTrue(made["idempotency_key"])
        name = made["id"]
        self.assertEqual(self.as_json("get", name)["metadata"], {"gift": "yes"})
        self.assertEqual(self.as_json("extend", name, "--ttl", 3000)["extensions"], 1)
        self.assertEqual(self.as_json("pay", name, "--provider", "acme")["state"],
                         "payment_pending")
        self.assertEqual(self.as_json("release", name, f"{sku}=1")["lines"][0]["released"], 1)
        self.assertEqual(self.as_json("commit", name, "--order-reference", "o-1")["state"],
                         "committed")
        self.assertEqual(self.as_json("ship", name, f"{sku}=2")["lines"][0]["shipped"], 2)
        self.assertEqual(self.as_json("return", name, f"{sku}=1", "--disposition", "damaged")
                         ["lines"][0]["returned"], 1)
        self.assertEqual(self.as_json("cancel", name, "--reason", "customer_request")["state"],
                         "fulfilled")
        self.assertEqual(self.as_json("stock", "adjust", sku, -1, "--reason", "damage")["delta"],
                         -1)
        self.assertEqual(self.as_json("stock", "safety", sku, 2)["safety_stock"], 2)
        self.assertEqual(self.as_json("sku", "get", sku)["sku_class"], "default")
        self.assertEqual(self.as_json("sku", "put", fresh_key("new"))["version"], 1)
        self.assert_figures(sku, on_hand=8, safety_stock=2, unavailable=1, sellable=5)

    def test_tables_for_people(self):
        sku = self.stock(5)
        hold = self.holdfast("hold", f"{sku}=2")
        self.assertIn("held", hold.stdout)
        self.assertIn("idempotency key: ", hold.stderr)
        shown = self.holdfast("availability", sku)
        self.assertRegex(shown.stdout, r"sellable +3\b")
        many = self.holdfast("availability", sku, "nobody")
        self.assertIn(sku, many.stdout)
        self.assertRegex(self.holdfast("status").stdout, r"position +\d")
        for text in (hold.stdout, shown.stdout, many.stdout):
            self.assertNotIn("\x1b", text)

    def test_one_key_has_one_effect(self):
        sku, key = self.stock(5), fresh_key()
        words = ("hold", f"{sku}=2", "--key", key)
        first, again = self.as_json(*words), self.as_json(*words)
        self.assertEqual(first, again)
        self.assertIn("answered before", self.holdfast(*words).stderr)
        self.assert_figures(sku, on_hand=5, held=2, sellable=3)

    def test_release_by_name(self):
        sku, key = self.stock(5), fresh_key()
        made = self.as_json("hold", sku, "--key", key, "--reference", key)
        self.assertEqual(self.as_json("release", "--create-key", key)["released"], [made["id"]])
        blocked = self.as_json("release", "--reference", key, "--block-late")
        self.assertEqual(blocked["released"], [])
        self.as_json("hold", sku, "--reference", key, code=REFUSED)

    def test_exit_codes_tell_what_happened(self):
        sku = self.stock(1)
        refused = self.holdfast("hold", f"{sku}=2", code=REFUSED)
        self.assertEqual(refused.stdout, "")
        self.assertIn("insufficient_stock", refused.stderr)
        self.assertIn("requested 2, sellable 1", refused.stderr)
        self.assertEqual(self.as_json("hold", f"{sku}=2", code=REFUSED)["code"],
                         "insufficient_stock")
        self.holdfast("get", "rsv_0000000000000", code=NOT_FOUND)
        self.holdfast("hold", "nobody", code=NOT_FOUND)
        self.holdfast("availability", "nobody", code=NOT_FOUND)
        self.holdfast("hold", f"{sku}=0", code=USAGE)
        self.holdfast("hold", code=USAGE)
        self.holdfast("cancel", "rsv_0000000000000", code=USAGE)
        self.holdfast("stock", "adjust", sku, 1, "--reason", "other", code=USAGE)
        made = self.as_json("hold", sku)
        self.holdfast("release", made["id"], "--if-version", 9, code=REFUSED)
        self.holdfast("get", made["id"], "--api-key-file", "/does/not/exist", code=NOT_FOUND)

    def test_words_that_are_none_get_a_suggestion(self):
        for words, meant in ((("relese", "x"), "release"), (("reservation", "comit"), "commit"),
                             (("hold", "x", "--tll", "5"), "--ttl"), (("servo",), "serve"),
                             (("stock", "recieve"), "receive")):
            done = self.holdfast(*words, code=USAGE)
            self.assertIn(f"did you mean '{meant}'", done.stderr)

    def test_nobody_there(self):
        address = f"http://127.0.0.1:{free_port()}"
        for words in (("status",), ("get", "rsv_0000000000000")):
            done = self.holdfast(*words, "--url", address, code=UNREACHABLE)
            self.assertIn(address.rsplit(":", 1)[1], done.stderr)
        self.holdfast("status", "--url", "ftp://127.0.0.1", code=USAGE)

    def test_the_flag_wins_over_the_environment(self):
        nowhere = {"HOLDFAST_URL": f"http://127.0.0.1:{free_port()}"}
        self.holdfast("status", "--url", self.service.url, environment=nowhere)

    def test_lists(self):
        sku, reference = self.stock(5), fresh_key("cart")
        made = {self.as_json("hold", sku, "--reference", reference)["id"] for _ in range(3)}
        seen, words = set(), ()
        while True:
            page = self.as_json("list", "--reference", reference, "--limit", 2, *words)
            seen |= {item["id"] for item in page["items"]}
            if "next_cursor" not in page:
                break
            words = ("--cursor", page["next_cursor"])
        self.assertLessEqual(seen, made)

    def test_help_version_and_completion(self):
        self.assertRegex(self.holdfast("--version").stdout, r"^holdfast \d+\.\d+\.\d+\n$")
        for words in ((), ("serve",), ("reservation",), ("reservation", "create"), ("hold",),
                      ("stock", "receive"), ("ledger", "verify"), ("keys", "new"), ("replay",)):
            text = self.holdfast(*words, "--help").stdout
            self.assertIn("Usage", text)
            if words and words[-1] not in ("reservation", "stock"):
                self.assertIn("Example", text, words)
        self.assertIn("Usage", self.holdfast(code=USAGE).stderr)
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("holdfast", self.holdfast("completion", shell).stdout)


class LedgerCommands(ServiceCase):
    def test_verify_tail_and_export(self):
        sku = self.stock(5)
        self.hold((sku, 2), customer_id="ann@example.org")
        self.client.close()
        self.assertEqual(self.service.stop(), 0)
        ledger = self.directory / "ledger"
        verified = run("ledger", "verify", ledger, "--json")
        self.assertEqual(verified.returncode, OK, verified)
        report = json.loads(verified.stdout)
        self.assertEqual((report["ok"], report["skus"], report["live_holds"]), (True, 1, 1))
        lines = run("ledger", "tail", f"rocksdb:{ledger}", "-n", 2, "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["sequence"] for line in lines],
                         [report["position"] - 1, report["position"]])
        exported = self.directory / "backup"
        self.assertEqual(run("ledger", "export", ledger, exported).returncode, OK)
        self.assertNotIn(b"ann@example.org", exported.read_bytes())
        again = json.loads(run("ledger", "verify", exported, "--json").stdout)
        self.assertEqual(again["state_hash"], report["state_hash"])
        self.assertNotEqual(run("ledger", "export", ledger, exported).returncode, OK)
        self.assertEqual(run("ledger", "verify", self.directory / "none").returncode, NOT_FOUND)
        self.restart()


class LedgerStock(ServiceCase):
    def test_stock_as_of_an_event(self):
        sku = self.stock(5)
        before = self.ok(self.client.get(f"/stock/{sku}"))["position"].split(".")[1]
        self.hold((sku, 2))
        self.client.close()
        self.assertEqual(self.service.stop(), 0)

        def cells(*options):
            listed = run("ledger", "stock", self.directory / "ledger", "--json", *options)
            self.assertEqual(listed.returncode, OK, listed)
            return [(cell["sku"], cell["on_hand"], cell["held"])
                    for cell in map(json.loads, listed.stdout.splitlines())]
        self.assertIn((sku, 5, 2), cells())
        self.assertIn((sku, 5, 0), cells("--at", before))
        self.assertEqual(cells("--at", 1), [])
        self.assertIn(sku, run("ledger", "stock", self.directory / "ledger").stdout)
        self.restart()


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Backups beside the running service: whole or not there, only what is new, and a ledger again."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

from blackbox_case import ServiceCase
from holdfast_process import Service, binary, clean_environment, run, temporary_directory
from rest_client import Client, fresh_key

OK, USAGE, NOT_FOUND, DAMAGED = 0, 2, 3, 7


def sequence(position):
    return int(position.split(".")[-1])


class Load:
    """Clients that hold units of a SKU until they are told to stop; what was acknowledged."""

    def __init__(self, url, sku, clients=3):
        self.acknowledged = []  # (key, answer)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(url, sku, n))
                         for n in range(clients)]
        for thread in self._threads:
            thread.start()

    def _run(self, url, sku, number):
        client = Client(url)
        for n in range(1_000_000):
            if self._stop.is_set():
                break
            key = f"load-{number}-{n}"
            answer = client.post("/reservations", {"sku": sku, "quantity": 1,
                                                   "customer_id": f"buyer-{number}"}, key=key)
            if answer.status == 201:
                self.acknowledged.append((key, answer.json))
        client.close()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count):
        while len(self.acknowledged) < count:
            time.sleep(0.005)


class Backups(ServiceCase):
    def setUp(self):
        self.target = self.enterContext(temporary_directory()) / "backup"
        self.ledger = self.directory / "ledger"

    def backup(self, *options, code=OK, source=None):
        done = run("ledger", "backup", source or self.ledger, self.target, "--json", *options)
        self.assertEqual(done.returncode, code, done)
        return json.loads(done.stdout) if code == OK else done.stderr

    def restore(self, name, *options, code=OK):
        where = self.target.parent / name
        done = run("ledger", "restore", self.target, where, "--json", *options)
        self.assertEqual(done.returncode, code, done)
        return (where, json.loads(done.stdout)) if code == OK else (where, done.stderr)

    def test_under_load_then_restored_and_served(self):
        sku = self.stock(100_000)
        load = Load(self.service.url, sku)
        load.wait_for(50)
        before = list(load.acknowledged)
        first = self.backup()
        load.wait_for(len(before) + 50)
        between = list(load.acknowledged)
        second = self.backup()
        self.assertEqual(run("ledger", "verify", self.ledger).returncode, OK)
        load.stop()
        self.assertTrue(first["verify"]["ok"] and second["verify"]["ok"])
        self.assertEqual((first["from"], second["from"]), (0, first["position"]))
        self.assertGreater(second["position"], first["position"])
        self.assertGreater(first["private_texts"], 0)
        # What was acknowledged before the second run began is in it, with its first answer.
        where, report = self.restore("restored")
        self.assertEqual(report["position"], second["position"])
        self.assertNotEqual(report["ledger"], second["ledger"])
        self.assertTrue(report["verify"]["ok"])
        with Service(where) as service:
            client = Client(service.url)
            for key, answer in between:
                number = int(key.split("-")[1])
                again = client.post("/reservations", {"sku": sku, "quantity": 1,
                                                      "customer_id": f"buyer-{number}"}, key=key)
                self.assertEqual((again.status, again.json), (201, answer))
            shown = client.get(f"/reservations/{between[0][1]['id']}").json
            self.assertEqual(shown.get("customer_id"),
                             self.read(between[0][1])["customer_id"])
            fresh = client.post("/reservations", {"sku": sku, "quantity": 1}, key=fresh_key()).json
            self.assertGreaterEqual(sequence(fresh["position"]), report["next_event"])
            client.close()
            self.assertEqual(service.stop(), 0)
        self.assertEqual(run("ledger", "verify", where).returncode, OK)

    def test_restored_to_an_earlier_position(self):
        sku = self.stock(10)
        kept = self.hold((sku, 2))
        lost_key = fresh_key()
        body = {"sku": sku, "quantity": 3}
        lost = self.ok(self.client.post("/reservations", body, key=lost_key), 201)
        report = self.backup()
        where, restored = self.restore("earlier", "--until", kept["position"])
        self.assertLess(restored["position"], sequence(lost["position"]))
        with Service(where) as service:
            client = Client(service.url)
            self.assertEqual(client.get(f"/availability/{sku}").json["held"], 2)
            self.assertEqual(client.get(f"/reservations/{kept['id']}").status, 200)
            self.assertEqual(client.get(f"/reservations/{lost['id']}").status, 404)
            again = client.post("/reservations", body, key=lost_key)  # acts again, as another
            self.assertEqual(again.status, 201)
            self.assertNotEqual(again.json["id"], lost["id"])
            self.assertGreater(sequence(again.json["position"]), report["position"])
            client.close()
        # By time, to the same place; and never over anything that is there.
        _, by_time = self.restore("by-time", "--until", restored["time"])
        self.assertEqual(by_time["position"], restored["position"])
        self.assertIn("never writes over", self.restore("earlier", code=USAGE)[1])
        self.restore("nowhere", "--until", report["position"] + 1, code=USAGE)
        self.restore("nowhere", "--until", "yesterday", code=USAGE)
        self.restore("nowhere", "--until", "1999-01-01T00:00:00Z", code=USAGE)
        self.assertFalse((self.target.parent / "nowhere").exists())

    def test_a_restored_ledger_is_another_one(self):
        self.stock(5)
        self.backup()
        where, _ = self.restore("restored")
        self.assertIn("is a backup of ledger", self.backup(source=where, code=USAGE))
        self.assertIn("neither empty nor a backup",
                      run("ledger", "backup", self.ledger, where).stderr)

    def test_a_run_that_is_killed_leaves_what_was_there(self):
        sku = self.stock(1_000_000)
        lines = [{"lines": [{"sku": sku, "quantity": 1}], "reference": "r" * 200,
                  "idempotency_key": fresh_key()} for _ in range(500)]
        for _ in range(8):
            for line in lines:
                line["idempotency_key"] = fresh_key()
            self.ok(self.client.post("/reservations/batch", {"reservations": lines}))
        whole = self.backup()
        interrupted = 0
        for delay in (0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08):
            for line in lines:
                line["idempotency_key"] = fresh_key()
            self.ok(self.client.post("/reservations/batch", {"reservations": lines}))
            process = subprocess.Popen(
                [binary(), "ledger", "backup", str(self.ledger), str(self.target), "--no-verify"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            interrupted += process.wait() == -signal.SIGKILL
            seen = run("ledger", "verify", self.target, "--json")
            self.assertEqual(seen.returncode, OK, seen)
            self.assertGreaterEqual(json.loads(seen.stdout)["position"], whole["position"])
        self.assertGreater(interrupted, 0)
        last = self.backup()
        named = {path.name for path in self.target.iterdir()}
        self.assertLessEqual(named, {"BACKUP", "batches", "private.key", "texts.a", "texts.b"})
        self.assertEqual(len(list((self.target / "batches").iterdir())), last["segments"])

    def test_a_first_run_that_is_killed_is_no_backup(self):
        self.stock(5)
        self.target.mkdir()
        (self.target / "batches").mkdir()
        (self.target / "batches" / "00000000000000000001.batches").write_bytes(b"half")
        self.assertNotEqual(run("ledger", "verify", self.target).returncode, OK)
        self.restore("nowhere", code=NOT_FOUND)
        self.assertTrue(self.backup()["verify"]["ok"])

    def test_without_private_texts(self):
        sku = self.stock(5)
        self.hold((sku, 1), customer_id="ann@example.org")
        self.backup()
        self.assertTrue((self.target / "private.key").exists())
        report = self.backup("--without-private")
        self.assertEqual((report["private"], report["private_texts"]), (False, 0))
        for path in self.target.rglob("*"):
            self.assertNotIn("private.key", path.name)
            if path.is_file():
                self.assertNotIn(b"ann@example.org", path.read_bytes())
        self.restore("without")

    def test_a_damaged_backup_is_refused(self):
        sku = self.stock(5)
        for _ in range(5):
            self.hold((sku, 1))
        self.backup()
        sound = self.target
        for number, path in enumerate(p for p in sorted(sound.rglob("*")) if p.is_file()):
            if path.name == "private.key":
                continue  # the service judges it by its own checksum when it starts
            self.target = sound.parent / f"damaged-{number}"
            shutil.copytree(sound, self.target)
            copy = self.target / path.relative_to(sound)
            data = bytearray(copy.read_bytes())
            if not data:
                continue
            data[len(data) // 2] ^= 1
            copy.write_bytes(data)
            where, said = self.restore(f"from-{number}", code=DAMAGED)
            self.assertFalse(where.exists(), said)
            copy.unlink()
            self.assertNotEqual(run("ledger", "restore", self.target, where).returncode, OK)
            self.assertFalse(where.exists())

    def mount_a_small_disk(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to mount a small file system")
        mount = self.target.parent / "small"
        mount.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)],
                              capture_output=True, check=False)
        if made.returncode != 0:
            self.skipTest("cannot mount a small file system here")
        self.addCleanup(subprocess.run, ["umount", str(mount)], check=False)
        return mount

    def test_a_target_may_end_in_a_slash(self):
        self.stock(1)
        self.backup()
        _, restored = self.restore("restored")
        where = self.target.parent / "with-a-slash"
        done = run("ledger", "restore", self.target, f"{where}//", "--json")
        self.assertEqual(done.returncode, OK, done)
        self.assertEqual(json.loads(done.stdout)["directory"], str(where))
        self.assertEqual(json.loads(done.stdout)["position"], restored["position"])
        rescued = self.target.parent / "rescued"
        done = run("ledger", "salvage", where, f"{rescued}/")
        self.assertEqual(done.returncode, OK, done)
        self.assertTrue((rescued / "FORMAT").exists())

    def test_a_disk_itself_is_no_place_for_a_ledger(self):
        mount = self.mount_a_small_disk()
        self.stock(1)
        self.backup()
        for verb in ("restore", "salvage"):
            done = run("ledger", verb, self.target if verb == "restore" else self.ledger, mount)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(f"name a directory in it, such as {mount}/ledger", done.stderr)
            self.assertEqual(list(self.target.parent.glob("small.*")), [], "nothing was copied")

    def test_a_full_disk_leaves_what_was_there(self):
        mount = self.mount_a_small_disk()
        sku = self.stock(1_000_000)
        self.target = mount / "backup"
        whole = None
        for _ in range(40):
            done = run("ledger", "backup", self.ledger, self.target, "--json")
            if done.returncode != OK:
                break
            whole = json.loads(done.stdout)
            lines = [{"lines": [{"sku": sku, "quantity": 1}], "reference": "r" * 200,
                      "idempotency_key": fresh_key()} for _ in range(200)]
            self.ok(self.client.post("/reservations/batch", {"reservations": lines}))
        self.assertNotEqual(done.returncode, OK, "the disk never filled")
        self.assertIn("No space left", done.stderr)
        self.assertIsNotNone(whole)
        seen = json.loads(run("ledger", "verify", self.target, "--json").stdout)
        self.assertEqual((seen["ok"], seen["position"]), (True, whole["position"]))


if __name__ == "__main__":
    unittest.main()

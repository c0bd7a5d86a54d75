#!/usr/bin/python3
"""A ledger that cannot be trusted is not served: the message names the file, nothing is changed."""

import hashlib
import json
import os
import pathlib
import shutil
import unittest

from blackbox_case import ServiceCase
from holdfast_process import (Service, expect_refused_start, run, temporary_directory,
                              wait_until)
from rest_client import Client, fresh_key

FAILED = 1
DAMAGED = 7


def fingerprints(directory):
    """Every file with its content, to see that nothing was changed."""
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(pathlib.Path(directory).rglob("*")) if path.is_file()}


def hold_body():
    return {"sku": "tea", "quantity": 1, "reference": "r" * 200, "customer_id": "ann"}


def sequence(shown):
    return int(shown["position"].split(".")[-1])


def make_ledger(directory, holds=40):
    """A stopped ledger with some history, made by a real service."""
    with Service(directory, "--checkpoint-every", 30) as service:
        client = Client(service.url)
        client.post("/stock/receipts", {"sku": "tea", "quantity": 1000}, key="receipt")
        for n in range(holds):
            client.post("/reservations", hold_body(), key=f"hold-{n}")
        client.close()
        assert service.stop() == 0


def crc32c(data):
    """Castagnoli, bit by bit: slow, short, and not the service's own."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def with_sums(data):
    """A checkpoint's file with the sums of what is in it now (docs/formats/ledger.md)."""
    header, rest, out = data[:24], data[24:], bytearray(data[:24])
    running, chunks = hashlib.sha256(header).digest(), 0
    while (length := int.from_bytes(rest[:4], "little")) > 0:
        chunk, rest = rest[8:8 + length], rest[8 + length:]
        out += length.to_bytes(4, "little") + crc32c(chunk).to_bytes(4, "little") + chunk
        running = hashlib.sha256(running + hashlib.sha256(chunk).digest()).digest()
        chunks += 1
    trailer = chunks.to_bytes(8, "little") + running
    return bytes(out + bytes(4) + crc32c(trailer).to_bytes(4, "little") + trailer)


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = cls.enterClassContext(temporary_directory())
        cls.sound = cls.root / "sound"
        make_ledger(cls.sound)

    def setUp(self):
        self.ledger = self.enterContext(temporary_directory()) / "ledger"
        shutil.copytree(self.sound, self.ledger)

    def assert_refused(self, code, *words):
        """Neither served nor verified, and left exactly as it was."""
        before = fingerprints(self.ledger)
        exit_code, log = expect_refused_start(self.ledger)
        self.assertEqual(exit_code, code, log)
        for word in words:
            self.assertIn(str(word), log)
        self.assertNotIn('"listening"', log)
        self.assertEqual(fingerprints(self.ledger), before, "a refused start changed files")
        verified = run("ledger", "verify", self.ledger)
        self.assertNotEqual(verified.returncode, 0, verified)
        self.assertEqual(fingerprints(self.ledger), before, "verify changed files")
        if verified.returncode == DAMAGED:
            report = json.loads(run("ledger", "verify", self.ledger, "--json").stdout)
            self.assertFalse(report["ok"])
            self.assertGreater(report["checks"][0]["violations"], 0, "chain")

    def newest_log(self):
        logs = [path for path in (self.ledger / "db").glob("*.log") if path.stat().st_size > 0]
        return max(logs, key=lambda path: path.name)

    def kill_and_copy(self):
        """A ledger whose newest batches are still in RocksDB's log, as a kill leaves it."""
        with Service(self.ledger) as service:
            client = Client(service.url)
            for n in range(20):
                client.post("/reservations", {"sku": "tea", "quantity": 1}, key=f"late-{n}")
            client.close()
            service.kill()

    def test_the_sound_one_is_served_and_verifies(self):
        verified = run("ledger", "verify", self.ledger)
        self.assertEqual(verified.returncode, 0, verified)
        with Service(self.ledger) as service:
            client = Client(service.url)
            self.assertEqual(client.get("/availability/tea").json["held"], 40)
            client.close()

    def test_a_newer_format(self):
        file = self.ledger / "FORMAT"
        text = file.read_text(encoding="utf-8").replace("format 1\n", "format 3\n")
        text = text[:text.rindex("crc ")]
        sealed = crc32c(text.encode()).to_bytes(4, "little").hex()
        file.write_text(f"{text}crc {sealed}\n", encoding="utf-8")
        self.assert_refused(DAMAGED, file, "format 3", "newer")

    def test_a_damaged_format(self):
        file = self.ledger / "FORMAT"
        file.write_bytes(file.read_bytes().replace(b"format 1\n", b"format 2\n"))
        self.assert_refused(DAMAGED, file)

    def test_no_format(self):
        (self.ledger / "FORMAT").unlink()
        self.assert_refused(DAMAGED, self.ledger)

    def test_a_damaged_tail_mark(self):
        (self.ledger / "tail").write_bytes(b"\0" * 8192)
        self.assert_refused(DAMAGED, self.ledger / "tail")

    def test_no_tail_mark(self):
        (self.ledger / "tail").unlink()
        self.assert_refused(FAILED, self.ledger / "tail")

    def test_a_damaged_key_for_personal_data(self):
        file = self.ledger / "private.key"
        data = bytearray(file.read_bytes())
        data[0] = ord("0") if data[0] != ord("0") else ord("1")
        file.write_bytes(data)
        before = fingerprints(self.ledger)
        code, log = expect_refused_start(self.ledger)
        self.assertEqual(code, DAMAGED, log)
        self.assertIn(str(file), log)
        self.assertEqual((self.ledger / "private.key").read_bytes(), bytes(data))
        self.assertEqual(fingerprints(self.ledger)["FORMAT"], before["FORMAT"])

    def test_a_damaged_index_is_made_again(self):
        for damage in (lambda path: path.write_bytes(b"nonsense\n"), lambda path: path.unlink()):
            damage(self.ledger / "index" / "CURRENT")
            with Service(self.ledger) as service:
                client = Client(service.url)
                wait_until(lambda: len(client.get("/reservations?state=held").json["items"]) == 40,
                           "the list is whole again")
                client.close()

    def test_a_history_that_was_found_damaged_is_made_again(self):
        """Found while others read it: the mark is all that a killed service leaves."""
        left_behind = self.ledger / "history" / "left behind"
        left_behind.write_text("of the damaged one", encoding="utf-8")
        (self.ledger / "history.damaged").touch()
        with Service(self.ledger) as service:
            client = Client(service.url)
            wait_until(lambda: client.get("/stock/tea/explain").json["pools"][0]["held"] == 40,
                       "the explanation is whole again")
            client.close()
        self.assertFalse(left_behind.exists())
        self.assertFalse((self.ledger / "history.damaged").exists())

    def test_a_log_cut_short_ends_before_the_mark(self):
        self.kill_and_copy()
        log = self.newest_log()
        os.truncate(log, log.stat().st_size // 2)
        self.assert_refused(DAMAGED, self.ledger)

    def test_a_log_that_was_taken_away(self):
        self.kill_and_copy()
        self.newest_log().unlink()
        self.assert_refused(DAMAGED, self.ledger)

    def test_a_batch_damaged_in_the_middle(self):
        self.kill_and_copy()
        log = self.newest_log()
        data = bytearray(log.read_bytes())
        data[len(data) // 2] ^= 0x40
        log.write_bytes(data)
        self.assert_refused(DAMAGED, self.ledger)

    def test_an_older_database_under_a_newer_mark(self):
        newer = self.ledger.with_name("newer")
        shutil.copytree(self.sound, newer)
        with Service(newer) as service:
            client = Client(service.url)
            client.post("/reservations", {"sku": "tea", "quantity": 1}, key="one-more")
            client.close()
            service.stop()
        shutil.copy(newer / "tail", self.ledger / "tail")
        self.assert_refused(DAMAGED, self.ledger)

    def test_a_directory_of_something_else(self):
        shutil.rmtree(self.ledger)
        self.ledger.mkdir()
        (self.ledger / "diary.txt").write_text("dear diary", encoding="utf-8")
        self.assert_refused(DAMAGED, self.ledger)

    def test_a_file_where_the_directory_should_be(self):
        shutil.rmtree(self.ledger)
        self.ledger.write_text("no ledger", encoding="utf-8")
        code, log = expect_refused_start(self.ledger)
        self.assertNotEqual(code, 0)
        self.assertIn(str(self.ledger), log)
        self.assertEqual(self.ledger.read_text(encoding="utf-8"), "no ledger")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_an_unreadable_one(self):
        (self.ledger / "FORMAT").chmod(0)
        code, log = expect_refused_start(self.ledger)
        self.assertNotEqual(code, 0)
        self.assertIn(str(self.ledger / "FORMAT"), log)

    def test_salvage_keeps_what_is_intact_and_reads_only(self):
        self.kill_and_copy()
        log = self.newest_log()
        os.truncate(log, log.stat().st_size // 2)
        before = fingerprints(self.ledger)
        rescued = self.ledger.with_name("rescued")
        salvaged = run("ledger", "salvage", self.ledger, rescued)
        self.assertEqual(salvaged.returncode, 0, salvaged)
        self.assertIn("missing", salvaged.stdout)
        self.assertEqual(fingerprints(self.ledger), before)
        verified = run("ledger", "verify", rescued)
        self.assertEqual(verified.returncode, 0, verified)
        with Service(rescued) as service:
            client = Client(service.url)
            self.assertGreaterEqual(client.get("/availability/tea").json["held"], 40)
            client.close()

    def lose_late_holds(self):
        """Holds that were acknowledged, then the newest log is cut in half."""
        with Service(self.ledger) as service:
            client = Client(service.url)
            late = [client.post("/reservations", {"sku": "tea", "quantity": 1},
                                key=f"late-{n}").json for n in range(20)]
            client.close()
            service.kill()
        log = self.newest_log()
        os.truncate(log, log.stat().st_size // 2)
        return late

    def salvage(self, *options):
        rescued = self.ledger.with_name("rescued")
        salvaged = run("ledger", "salvage", self.ledger, rescued, *options)
        self.assertEqual(salvaged.returncode, 0, salvaged)
        return rescued, salvaged.stdout

    def test_what_was_lost_is_never_given_to_somebody_else(self):
        late = self.lose_late_holds()
        rescued, _ = self.salvage()
        with Service(rescued) as service:
            client = Client(service.url)
            lost = [hold for hold in late
                    if client.get(f"/reservations/{hold['id']}").status == 404]
            self.assertGreater(len(lost), 2)
            carols = [client.post("/reservations", {"sku": "tea", "quantity": 1},
                                  key=f"carol-{n}").json for n in range(30)]
            self.assertFalse({hold["id"] for hold in late} & {hold["id"] for hold in carols})
            for hold in lost:
                self.assertEqual(client.get(f"/reservations/{hold['id']}").status, 404)
                release = client.post(f"/reservations/{hold['id']}/release", key=fresh_key())
                self.assertEqual(release.status, 404, release)
            self.assertGreater(min(sequence(hold) for hold in carols),
                               max(sequence(hold) for hold in late))
            client.close()
            self.assertEqual(service.stop(), 0)
        verified = run("ledger", "verify", rescued)
        self.assertEqual(verified.returncode, 0, verified)

    def test_a_salvaged_ledger_recognises_the_buyers_it_knew(self):
        rescued, _ = self.salvage()
        key = rescued / "private.key"
        self.assertEqual(key.read_bytes(), (self.ledger / "private.key").read_bytes())
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    def test_without_a_mark_salvage_skips_more_and_says_why(self):
        late = self.lose_late_holds()
        (self.ledger / "tail").unlink()
        rescued, said = self.salvage("--skip", 100)
        self.assertIn("how many events are missing is not known", said)
        with Service(rescued) as service:
            client = Client(service.url)
            fresh = client.post("/reservations", {"sku": "tea", "quantity": 1}, key="fresh").json
            self.assertGreater(sequence(fresh), sequence(late[-1]) + 1_000_000)
            client.close()

    def test_salvage_never_writes_over_anything(self):
        rescued, _ = self.salvage("--skip", 10)
        again = run("ledger", "salvage", self.ledger, rescued)
        self.assertEqual(again.returncode, 2, again)
        self.assertIn("never writes over", again.stderr)

    def newest_checkpoint(self):
        return max((self.ledger / "checkpoints").glob("*.ckpt"), key=lambda path: path.name)

    def test_a_checkpoint_that_is_whole_but_no_state_is_passed_over_at_every_start(self):
        file = self.newest_checkpoint()
        data = bytearray(file.read_bytes())
        self.assertEqual(with_sums(data), bytes(data), "the test knows the format")
        data[-49] ^= 1  # before the trailer and its frame: the last byte of the state's hash
        file.write_bytes(with_sums(data))
        for start in range(2):
            with Service(self.ledger) as service:
                client = Client(service.url)
                self.assertEqual(client.get("/availability/tea").json["held"], 40)
                self.assertIn("it is passed over", "\n".join(service.log))
                self.assertNotIn("made again", "\n".join(service.log), "the archive is not blamed")
                again = client.post("/reservations", hold_body(), key="hold-0")
                self.assertTrue(again.replayed, start)
                client.close()

    def test_a_damaged_checkpoint_is_passed_over_by_serve_and_found_by_verify(self):
        checkpoints = sorted((self.ledger / "checkpoints").glob("*.ckpt"))
        self.assertTrue(checkpoints)
        data = bytearray(checkpoints[-1].read_bytes())
        data[len(data) // 2] ^= 1
        checkpoints[-1].write_bytes(data)
        with Service(self.ledger) as service:
            client = Client(service.url)
            self.assertEqual(client.get("/availability/tea").json["held"], 40)
            client.close()


class Locked(ServiceCase):
    def test_a_second_process_is_refused_by_name_and_the_first_goes_on(self):
        sku = self.stock(5)
        ledger = self.directory / "ledger"
        for _ in range(2):
            code, log = expect_refused_start(ledger)
            self.assertNotIn(code, (0, None), log)
            self.assertIn(str(ledger), log)
            self.assertIn("use", log)
            self.hold((sku, 1))
        self.assert_figures(sku, on_hand=5, held=2, sellable=3)
        self.restart()
        self.assert_figures(sku, on_hand=5, held=2, sellable=3)

    def test_a_served_ledger_may_be_looked_at(self):
        sku = self.stock(5)
        self.hold((sku, 1), reference=fresh_key())
        verified = run("ledger", "verify", self.directory / "ledger", "--json")
        self.assertEqual(verified.returncode, 0, verified)
        shown = run("ledger", "tail", self.directory / "ledger", "-n", 3)
        self.assertEqual(len(shown.stdout.splitlines()), 3, shown)


if __name__ == "__main__":
    unittest.main()

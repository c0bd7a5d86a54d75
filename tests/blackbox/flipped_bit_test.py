#!/usr/bin/python3
"""One flipped bit anywhere in a stopped ledger is detected, or the contents are the same.

Bits are sampled over all files until the time is up. HOLDFAST_SEED repeats a run.
"""

import http.client
import os
import random
import shutil
import time
import unittest

from counts import tell
from damaged_ledger_test import hold_body, make_ledger
from holdfast_process import DidNotStart, Service, run, temporary_directory, wait_until
from rest_client import Client

KIND = os.environ.get("HOLDFAST_LEDGER_KIND", "rocksdb")
FIRST_BATCH = 4096  # in a segment
BUDGET = float(os.environ.get("HOLDFAST_FLIP_SECONDS", "45"))


def contents(url):
    """What the ledger says, without the times at which it was asked. Asking changes nothing, since
    a service that stops in the middle is asked again."""
    client = Client(url)
    out = []
    stock = client.get("/availability/tea").json
    for name in ("as_of", "staleness_ms", "position"):
        stock.pop(name)
    out.append(stock)
    for n in range(0, 40, 8):
        retry = client.post("/reservations", hold_body(), key=f"hold-{n}")
        out.append((retry.status, retry.body, retry.replayed))
    out.append(client.post("/reservations", {**hold_body(), "dry_run": True}, key="new").status)
    client.close()
    return out


class FlippedBits(unittest.TestCase):
    def test_sampled_over_all_files(self):
        seed = int(os.environ.get("HOLDFAST_SEED", str(time.time_ns() % 2**32)))
        dice = random.Random(seed)
        root = self.enterContext(temporary_directory())
        sound = root / "sound"
        make_ledger(sound)
        reference = root / "reference"
        shutil.copytree(sound, reference)
        with Service(reference) as service:
            expected = contents(service.url)
        files = sorted(path.relative_to(sound) for path in sound.rglob("*")
                       if path.is_file() and path.stat().st_size > 0)
        end = time.monotonic() + BUDGET
        counts = {"detected": 0, "harmless": 0}
        while time.monotonic() < end:
            for file in files:
                if time.monotonic() < end:
                    bit = dice.randrange((sound / file).stat().st_size * 8)
                    with self.subTest(seed=seed, file=str(file), bit=bit):
                        counts[self.judge(sound, root / "flipped", file, bit, expected)] += 1
        print(f"seed {seed}: {counts} over {len(files)} files")
        tell(**counts)
        self.assertGreater(counts["detected"], 0)

    def judge(self, sound, ledger, file, bit, expected):
        shutil.rmtree(ledger, ignore_errors=True)
        shutil.copytree(sound, ledger)
        data = bytearray((ledger / file).read_bytes())
        data[bit // 8] ^= 1 << bit % 8
        (ledger / file).write_bytes(data)
        verified = run("ledger", "verify", ledger)
        self.assertGreaterEqual(verified.returncode, 0, f"verify crashed: {verified}")
        found = self.served(ledger)
        if found is None:
            return "detected"
        if found != expected:
            self.assertNotEqual(verified.returncode, 0, "a different ledger passes as sound")
            return "detected"
        return "harmless" if verified.returncode == 0 else "detected"

    def served(self, ledger):
        """The contents; nothing if the service refuses to start, or ends because of the ledger.
        Damage of a view may stop a running service once; then the view is made again."""
        for attempt in range(2):
            try:
                with Service(ledger) as service:
                    return contents(service.url)
            except DidNotStart:
                return None
            except (OSError, http.client.HTTPException):
                self.assertEqual((service.process.returncode, attempt), (1, 0), service.log)
                # not always the last line: whoever says so runs at idle priority
                log = "\n".join(service.log)
                if "the ledger is damaged" in log:
                    return None
                self.assertRegex(log, "(index|archive) is damaged|the archive cannot be read")
        return None

    @unittest.skipUnless(KIND == "segments", "damages a segment that a start does not read")
    def test_a_batch_that_only_views_read_again(self):
        """Behind a checkpoint, in a segment that is closed. Whoever comes upon it names the ledger,
        throws nothing away, and leaves the service to those who need no view."""
        ledger = self.enterContext(temporary_directory()) / "ledger"
        make_ledger(ledger)
        with Service(ledger, "--checkpoint-every", 1000) as service:
            client = Client(service.url)
            client.post("/stock/receipts", {"sku": "tea", "quantity": 10_000}, key="more")
            for n in range(8):
                client.post("/reservations/batch", {"reservations": [
                    {**hold_body(), "idempotency_key": f"{n}-{i}"} for i in range(500)]})
            client.close()
            # Both are done by threads that run when no other wants to.
            wait_until(lambda: any((ledger / "segments").glob("*.index")), "a segment is closed",
                       limit=120)
            wait_until(lambda: any(int(path.stem) > 2000
                                   for path in (ledger / "checkpoints").glob("*.ckpt")),
                       "there is a checkpoint", limit=120)
            self.assertEqual(service.stop(), 0)
        first = min((ledger / "segments").glob("*.segment"))
        data = bytearray(first.read_bytes())
        data[FIRST_BATCH + 176] ^= 2
        first.write_bytes(data)
        for _ in range(2):
            with Service(ledger) as service:
                wait_until(lambda: "the ledger is damaged" in "\n".join(service.log),
                           "a view came upon it", limit=120)
                self.assertEqual(contents(service.url)[-1], 200)
                self.assertEqual(service.stop(), 0)
            self.assertTrue((ledger / "archive").is_dir())
        self.assertFalse((ledger / "history.damaged").exists())


if __name__ == "__main__":
    unittest.main()

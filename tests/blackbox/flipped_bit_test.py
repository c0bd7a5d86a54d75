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
from holdfast_process import DidNotStart, Service, run, temporary_directory
from rest_client import Client

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


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""The whole month of a real shop against the real service, audited to zero differences.

    replay_test.py whole     undisturbed
    replay_test.py killed    the service is killed three times and started again
    replay_test.py truth     with classes assigned, and write-offs sent as counts; then the stock as
                             of the end of each day, from the history and from the ledger alone

Needs ../shared/data/online-retail-2010-12.csv beside the repository (see the README of src/replay
for where it is from); exit code 77, a skipped test, where it is not.
"""

import json
import pathlib
import subprocess
import sys
import time

from holdfast_process import (Service, binary, clean_environment, free_port, run,
                              temporary_directory)
from history_days import Days, feed
from rest_client import Client

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ORDERS = ROOT.parent / "shared" / "data" / "online-retail-2010-12.csv"
SKIPPED = 77
LIMIT = 280
# The file's opening stock is some 5,500 events, its carts some 9,000 more.
KILL_AT = (3000, 8000, 11000)
CLASSES = """
[class.firm]
hold_ttl_seconds = 900
count_units_max = 0
count_share_max = 0

[class.careful]
hold_ttl_seconds = 600
safety_units = 1
late_commit = "refuse"

[class.backordered]
hold_ttl_seconds = 900
backorder_max = 5

[[rule]]
class = "firm"
sku_prefix = "22"

[[rule]]
class = "careful"
sku_prefix = "21"
share = 0.5

[[rule]]
class = "backordered"
share = 0.2
"""


def replay(url, options=()):
    return subprocess.Popen(
        [binary(), "replay", str(ORDERS), "--url", url, "--concurrency", "64",
         "--duplicates", "0.1", "--abandoned", "0.05", "--json", *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=clean_environment())


def position(service):
    client = Client(service.url)
    try:
        return int(client.get("/status").json["position"].split(".")[1])
    finally:
        client.close()


def kill_in_the_middle(service, replaying):
    """The service again, on the same port and ledger; nothing if the replay was too fast."""
    for events in KILL_AT:
        while position(service) < events:
            if replaying.poll() is not None:
                return None
            time.sleep(0.01)
        service.kill()
        service = Service(service.ledger, port=service.port)
    return service


def truth_options(directory):
    classes = directory / "classes.toml"
    classes.write_text(CLASSES)
    return ["--write-offs", "counts", "--classes", str(classes)]


def skus_of(service):
    """All SKUs that the ledger knows, from the feed."""
    return {event["subject"] for event in feed(service.url)
            if event["type"] == "holdfast.sku.registered"}


def judge(report, mode):
    """Everything that is wrong with a finished replay."""
    killed = mode == "killed"
    audit, counts = report["audit"], report["counts"]
    checks = {
        "the audit is clean": audit["clean"],
        "no differences": audit["differences"] == [],
        "units in = units out": audit["units_in"] == audit["units_out"],
        "equal answers to equal keys": audit["unequal_answers"] == 0,
        "nothing unexpected": counts["unexpected"] == {},
        "all invoices": counts["carts"] > 1000 and audit["skus"] > 2000,
        "some duplicates, abandoned and refused": min(
            counts["duplicates"], counts["replayed"], counts["refused"]) > 0,
        "some cancelled, returned, written off": min(
            counts["cancelled_lines"] + counts["returned_lines"], counts["write_offs"]) > 0,
        "retries where it was killed": not killed or counts["retries"] > 0,
        "ten SKUs explained": audit["explained"] == 10,
        "write-offs counted, some approved": mode != "truth" or (
            counts["counted"] > counts["write_offs"] / 2 and counts["approved"] > 0),
    }
    return [name for name, good in checks.items() if not good]


def judge_days(days, ledger):
    """The shop was open on 20 days of the month."""
    differences = days.differences(ledger)
    figures = sum(len(told) for told in days.told.values())
    print(f"{len(days.ends)} days, {len(days.skus)} SKUs, {figures} cells compared, "
          f"{len(differences)} differences")
    wrong = [f"history as of a day: {difference}" for difference in differences[:20]]
    if len(days.ends) < 20 or figures < 20 * len(days.skus) // 2:
        wrong.append("history as of each day: too little was compared")
    return wrong


def main(mode):
    if not ORDERS.is_file():
        print(f"skipped: {ORDERS} is not there")
        return SKIPPED
    killed = mode == "killed"
    with temporary_directory() as directory:
        service = Service(directory / "ledger", port=free_port())
        replaying = replay(service.url, truth_options(directory) if mode == "truth" else ())
        try:
            if killed:
                service = kill_in_the_middle(service, replaying)
                if service is None:
                    print("the replay ended before the kill")
                    return 1
            out, _ = replaying.communicate(timeout=LIMIT)
            days = Days(service.url, ORDERS, skus_of(service)) if mode == "truth" else None
            stopped = service.stop()
        finally:
            replaying.kill()
            if service is not None:
                service.kill()
        report = json.loads(out)
        wrong = judge(report, mode)
        if replaying.returncode != 0:
            wrong.append(f"exit code {replaying.returncode}")
        if stopped != 0:
            wrong.append(f"the service stopped with {stopped}")
        verified = run("ledger", "verify", directory / "ledger")
        if verified.returncode != 0:
            wrong.append(f"ledger verify: {verified.stdout}{verified.stderr}")
        if days:
            wrong += judge_days(days, service.ledger)
    print(json.dumps({**report, "file": report["file"]["rows"]}, indent=1)[:4000])
    for name in wrong:
        print(f"NOT OK: {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "whole"))

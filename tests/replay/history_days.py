"""Stock as of the end of each day of the file: what the history tells, against the ledger alone.

`Days` asks the running service; `differences` replays the ledger of the stopped one up to the same
events (`holdfast ledger stock --at`), without history and checkpoints, and compares every cell.
"""

import concurrent.futures
import csv
import http.client
import json
import urllib.parse

from holdfast_process import run
from rest_client import BASE, Client

FIGURES = ("on_hand", "committed", "held", "soft_held", "unavailable", "safety_stock")
THREADS = 4
PAGE = 1000


def day_of_invoices(orders):
    with open(orders, newline="", encoding="utf-8") as file:
        return {row["InvoiceNo"]: row["InvoiceDate"][:10] for row in csv.DictReader(file)}


def feed(url):
    client = Client(url)
    try:
        after = ""
        while True:
            answer = client.get(f"/events?limit={PAGE}" + (f"&after={after}" if after else ""))
            page = answer.json
            if not page["events"]:
                return
            yield from page["events"]
            after = page["next"]
    finally:
        client.close()


def ends_of_days(url, orders):
    """For each day the position of the last event of its invoices."""
    day_of = day_of_invoices(orders)
    ends = {}
    for event in feed(url):
        reference = event["data"].get("reference") or ""
        day = day_of.get(reference.rsplit("-", 1)[-1])
        if day:
            ends[day] = event["id"]
    return ends


def sequence_of(position):
    return int(position.split(".")[1])


class Days:
    """What the service tells of every SKU as of the end of every day. Days overlap a little, as
    carts do: a day ends with the last event of its invoices, whatever came in between."""

    def __init__(self, url, orders, skus):
        self.ends = ends_of_days(url, orders)
        self.skus = sorted(skus)
        self.told = {}
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            for day, told in zip(self.ends, pool.map(lambda end: self._ask(url, end),
                                                     self.ends.values())):
                self.told[day] = told

    def _ask(self, url, position):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        told = {}
        for sku in self.skus:
            connection.request("GET", f"{BASE}/stock/{urllib.parse.quote(sku, safe='')}"
                                      f"?position={position}")
            answer = connection.getresponse()
            body = json.loads(answer.read())
            assert answer.status == 200, body
            for pool in body["pools"]:
                told[sku, pool["pool"]] = tuple(pool[name] for name in FIGURES)
        connection.close()
        return told

    def differences(self, ledger):
        """(day, SKU and pool, what the history told, what the ledger holds), where they differ."""
        out = []
        for day, end in self.ends.items():
            listed = run("ledger", "stock", ledger, "--at", sequence_of(end), "--json")
            assert listed.returncode == 0, listed.stderr
            cells = [json.loads(line) for line in listed.stdout.splitlines()]
            assert {cell["at"] for cell in cells} == {sequence_of(end)}
            held = {(cell["sku"], cell["pool"]): tuple(cell[name] for name in FIGURES)
                    for cell in cells if any(cell[name] for name in FIGURES)}
            told = {cell: figures for cell, figures in self.told[day].items() if any(figures)}
            out += [(day, cell, told.get(cell), held.get(cell))
                    for cell in sorted(told.keys() | held.keys())
                    if told.get(cell) != held.get(cell)]
        return out

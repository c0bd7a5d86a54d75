#!/usr/bin/python3
"""Clients shop at random on few SKUs while the service is killed and started again; then two
checkers judge what they were told.

    history_test.py --seconds 60 [--seed N]

Rounds of a second or so, each with two SKUs of its own and two that all rounds share. The search
for a linear order looks at the SKUs of the round, as the clients know them; the checker by
positions looks at everything, unknown outcomes asked for in the end.
"""

import argparse
import random
import sys
import threading
import time

import positions
import search
from clients import (Book, Client, GrpcShop, Lost, RestShop, Violation, as_clients_know_it, settle)
from counts import tell
from history import Operation
from holdfast_process import DidNotStart, Service, run, temporary_directory

OPTIONS = ("--grpc-listen", "127.0.0.1:0", "--checkpoint-every", "2000", "--hot-events", "2000")
SHARED = ("shared-1", "shared-2")
SHOPS = (RestShop, RestShop, RestShop, RestShop, RestShop, GrpcShop, GrpcShop)
ROUND_SECONDS = (0.2, 0.7)
KILLS_A_ROUND = (0, 1, 1, 2)


class Address:
    """Where the service is; nowhere between a kill and the next start."""

    def __init__(self, ledger):
        self._ledger = ledger
        self._there = threading.Event()
        self.service = None
        self.start()

    def start(self):
        self.service = Service(self._ledger, *OPTIONS)
        self._there.set()

    def kill(self):
        self._there.clear()
        self.service.kill()

    def wait(self):
        self._there.wait()

    def rest(self):
        return "127.0.0.1", self.service.port

    def grpc(self):
        return self.service.grpc_address


class Run:
    def __init__(self, directory, seed):
        self.dice = random.Random(seed)
        self.address = Address(directory / "ledger")
        self.book = Book()
        self.kills = self.searched = self.unknown = self.undecided = 0
        self.wrong = []

    def round(self, number):
        mine = [f"round-{number}-{word}" for word in ("a", "b")]
        self.book.skus = [*mine, *SHARED]
        shop = RestShop(self.address)
        for sku in mine if number else self.book.skus:
            self._ask(shop, Operation("receive", sku, f"opening-{sku}", 0.0, units=10))
        self._shop_and_kill(number)
        shops = [RestShop(self.address), GrpcShop(self.address)]
        settled = settle(self.book, shops)
        for sku in self.book.skus:
            for each in shops:
                self._ask(each, Operation("read", sku, f"end-{sku}", 0.0))
        for each in (shop, *shops):
            each.close()
        self.unknown += len(settled)
        for sku in mine:
            self._search(sku, settled)

    def _ask(self, shop, operation):
        operation.call = time.monotonic()
        try:
            answer = shop.ask(operation, self.book.ids)
        except Lost:  # a connection of the life before
            answer = shop.ask(operation, self.book.ids)
        operation.ret = time.monotonic()
        self.book.told(operation, answer)

    def _shop_and_kill(self, number):
        clients = [Client(f"r{number}-{n}", self.book, self.address, make,
                          random.Random(self.dice.random())) for n, make in enumerate(SHOPS)]
        for each in clients:
            each.start()
        for _ in range(self.dice.choice(KILLS_A_ROUND)):
            time.sleep(self.dice.uniform(*ROUND_SECONDS) / 2)
            self.address.kill()
            self.address.start()
            self.kills += 1
        time.sleep(self.dice.uniform(*ROUND_SECONDS) / 2)
        for each in clients:
            each.end()
        for each in clients:
            each.join()

    def _search(self, sku, settled):
        operations = [each for each in self.book.operations if each.sku == sku]
        try:
            good, longest = search.linearizable(as_clients_know_it(operations, settled))
        except search.TooLong:
            self.undecided += 1
            return
        self.searched += 1
        if not good:
            self.wrong.append(f"{sku}: no order of its {len(operations)} operations explains them; "
                              f"the longest beginning has {len(longest)}, up to {longest[-1]!r}")

    def finish(self, ledger):
        if self.address.service.stop() != 0:
            self.wrong.append(f"the service did not stop cleanly: {self.address.service.log[-5:]}")
        self.wrong += self.book.wrong + positions.check(self.book.operations)
        verified = run("ledger", "verify", ledger)
        if verified.returncode != 0:
            self.wrong.append(f"ledger verify: {verified.stdout}{verified.stderr}")


def shop(seconds, seed):
    end = time.monotonic() + seconds
    with temporary_directory() as directory:
        tested = Run(directory, seed)
        number = 0
        try:
            while number == 0 or time.monotonic() < end:
                tested.round(number)
                number += 1
            tested.finish(directory / "ledger")
        except (Violation, DidNotStart) as violation:
            tested.wrong.append(str(violation))
        finally:
            tested.address.service.kill()
    print(f"seed {seed}: {number} rounds, {tested.kills} kills, {len(tested.book.operations)} "
          f"operations, {tested.unknown} of unknown outcome, {tested.book.replays} asked again; "
          f"{tested.searched} SKUs searched, {tested.undecided} given up")
    tell(rounds=number, kills=tested.kills, operations=len(tested.book.operations),
         unknown_outcomes=tested.unknown, skus_searched=tested.searched)
    for each in tested.wrong[:10]:
        print(f"VIOLATION with seed {seed}: {each}")
    # A search that gives up often would find nothing.
    return 1 if tested.wrong or tested.undecided > tested.searched else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    return shop(options.seconds, options.seed)


if __name__ == "__main__":
    sys.exit(main())

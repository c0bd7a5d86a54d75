"""Clients that shop at random over REST and gRPC and write down what they called and were told.

A thread each, blocking calls. Some requests are abandoned: the connection is closed before the
answer comes. Some answered keys are asked again, over either interface. A key whose outcome is not
known is left open; `settle` asks for it when the service is there again.
"""

import collections
import dataclasses
import http.client
import json
import threading
import time

from history import NEVER, Operation, Told

BASE = "/inventory/v1"
TTL_SECONDS = 3600  # no hold ends by itself
LIMIT = 20.0
NO_JUDGEMENT = ("overloaded", "storage_full", "unavailable")


class Violation(AssertionError):
    """Something was answered that may never be."""


class Lost(Exception):
    """No answer: whether the request had an effect is not known."""


def position_of(text):
    return int(text.split(".")[1])


class RestShop:
    """The operations over REST; one kept connection."""

    def __init__(self, address):
        self._address = address
        self._connection = None

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, operation, ids, abandon=False):
        """(told, id of a created hold, whether a retry must be answered the same)"""
        if operation.kind == "read":
            return self._read(operation), None, False
        path, document = _rest_request(operation, ids)
        status, body = self._exchange("POST", path, document, operation.key, abandon)
        if status < 300:
            return _rest_done(operation, body), body.get("id"), True
        code = body["code"]
        if code in NO_JUDGEMENT:
            raise Lost(code)
        if status != 409:
            raise Violation(f"{operation!r} is answered {status} {body}")
        sellable = body["lines"][0]["sellable"] if code == "insufficient_stock" else None
        return Told(False, code, sellable=sellable), None, body["recorded"]

    def _read(self, operation):
        status, body = self._exchange("GET", f"/availability/{operation.sku}", None, None, False)
        if status != 200:
            raise Lost(str(status))
        figures = body["on_hand"], body["committed"], body["held"]
        return Told(True, position=position_of(body["position"]), figures=figures,
                    staleness_ms=body["staleness_ms"])

    def _exchange(self, method, path, document, key, abandon):
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self._address.rest(), timeout=LIMIT)
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            body = None if document is None else json.dumps(document)
            self._connection.request(method, BASE + path, body, headers)
            if abandon:
                raise Lost("abandoned")
            response = self._connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, Lost) as error:
            self.close()
            raise Lost(str(error)) from error


def _rest_request(operation, ids):
    if operation.kind == "receive":
        return "/stock/receipts", {"sku": operation.sku, "quantity": operation.units}
    if operation.kind == "create":
        return "/reservations", {"sku": operation.sku, "quantity": operation.units,
                                 "ttl_seconds": TTL_SECONDS}
    document = {"ttl_seconds": TTL_SECONDS} if operation.kind == "extend" else {}
    return f"/reservations/{ids[operation.hold]}/{operation.kind}", document


def _rest_done(operation, body):
    figures = None
    if operation.kind == "receive":
        figures = body["on_hand"], body["committed"], body["held"]
    return Told(True, position=position_of(body["position"]), figures=figures)


class GrpcShop:
    """The same over gRPC."""

    def __init__(self, address):
        from grpc_client import GrpcClient, Refused, v1
        self._refused, self._v1 = Refused, v1
        self._client = GrpcClient(address.grpc())

    def close(self):
        self._client.close()

    def ask(self, operation, ids, abandon=False):
        path, message = self._request(operation, ids)
        try:
            reply = self._client.call(path, message, limit=0.0005 if abandon else LIMIT)
        except self._refused as refused:
            return self._told_no(operation, refused)
        if operation.kind == "read":
            return self._told_read(reply), None, False
        figures = None
        if operation.kind == "receive":
            units = reply.stock.cell
            figures = units.on_hand, units.committed, units.held
        return Told(True, position=position_of(reply.position), figures=figures), \
            reply.reservation.id, True

    def _request(self, operation, ids):
        if operation.kind == "read":
            return "holdfast.v1.Stock/GetAvailability", self._v1(
                "GetAvailabilityRequest", skus=[operation.sku])
        more = {"request_id": operation.key}
        if operation.kind == "receive":
            return "holdfast.v1.Stock/Receive", self._v1(
                "ReceiveRequest", sku=operation.sku, quantity=operation.units, **more)
        if operation.kind == "create":
            line = self._v1("Line", sku=operation.sku, quantity=operation.units)
            return "holdfast.v1.Reservations/Create", self._v1(
                "CreateRequest", lines=[line], ttl_seconds=TTL_SECONDS, **more)
        verb = operation.kind.capitalize()
        if operation.kind == "extend":
            more["ttl_seconds"] = TTL_SECONDS
        return f"holdfast.v1.Reservations/{verb}", self._v1(
            f"{verb}Request", reservation=ids[operation.hold], **more)

    def _told_read(self, reply):
        units = reply.items[0].units
        return Told(True, position=position_of(reply.position),
                    figures=(units.on_hand, units.committed, units.held),
                    staleness_ms=reply.staleness_ms)

    def _told_no(self, operation, refused):
        if refused.code in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED",
                            "RESOURCE_EXHAUSTED") or refused.refusal is None:
            raise Lost(refused.code)
        no = refused.refusal
        sellable = no.lines[0].sellable if no.code == "insufficient_stock" else None
        return Told(False, no.code, sellable=sellable), None, no.recorded


class Book:
    """What all clients have written down. Thread rule: any thread."""

    def __init__(self):
        self.skus = []  # that are shopped for now
        self.operations = []
        self.ids = {}  # key of a create -> id
        self.open = []
        self.wrong = []
        self.replays = 0
        self._newest = collections.deque(maxlen=40)  # creates that were done
        self._lock = threading.Lock()

    def holds(self):
        with self._lock:
            return [each for each in self._newest if each.sku in self.skus]

    def told(self, operation, answer):
        told, identity, _ = answer
        operation.told = told
        with self._lock:
            if operation.kind == "create" and identity:
                self.ids[operation.key] = identity
                self._newest.append(operation)
            self.operations.append(operation)

    def left_open(self, operation):
        with self._lock:
            self.open.append(operation)

    def complain(self, text):
        with self._lock:
            self.wrong.append(text)


class Client(threading.Thread):
    """One customer; ends when told to."""

    def __init__(self, name, book, address, make_shop, dice):
        super().__init__(name=name, daemon=True)
        self._book = book
        self._address = address
        self._make_shop = make_shop
        self._dice = dice
        self._shop = None
        self._count = 0
        self._ending = threading.Event()

    def end(self):
        self._ending.set()

    def run(self):
        try:
            while not self._ending.is_set():
                self._step()
        except Violation as violation:
            self._book.complain(str(violation))
        finally:
            self._close()

    def _close(self):
        if self._shop is not None:
            self._shop.close()
            self._shop = None

    def _step(self):
        if self._shop is None:
            self._address.wait()
            self._shop = self._make_shop(self._address)
        operation = self._draw()
        operation.call = time.monotonic()
        abandon = operation.kind != "read" and self._dice.random() < 0.03
        try:
            answer = self._shop.ask(operation, self._book.ids, abandon)
        except Lost:
            self._close()
            if operation.kind != "read":
                self._book.left_open(operation)
            return
        operation.ret = time.monotonic()
        self._book.told(operation, answer)
        if answer[2] and self._dice.random() < 0.1:
            self._ask_again(operation)

    def _ask_again(self, operation):
        """The same key: the same answer."""
        try:
            told, _, _ = self._shop.ask(operation, self._book.ids)
        except Lost:
            self._close()
            return
        self._book.replays += 1
        if told != operation.told:
            self._book.complain(f"one key, two answers: {operation!r}, then {told}")

    def _draw(self):
        self._count += 1
        kind = self._dice.choices(("read", "receive", "create", "commit", "release", "extend"),
                                  (4, 2, 6, 2, 3, 1))[0]
        operation = Operation(kind, self._dice.choice(self._book.skus),
                              f"{self.name}-{self._count}", 0.0, client=self.name)
        if kind in ("commit", "release", "extend"):
            holds = self._book.holds()
            if holds:
                hold = self._dice.choice(holds)
                operation.hold, operation.sku = hold.key, hold.sku
            else:
                operation.kind = "read"
        if operation.kind == "receive":
            operation.units = self._dice.randint(1, 5)
        elif operation.kind == "create":
            operation.units = self._dice.randint(1, 3)
        return operation


def settle(book, shops):
    """Asks for every outcome that is not known, while the service is there; returns the keys. Their
    clients never learn them, the checker of positions does."""
    settled = set()
    for number, operation in enumerate(book.open):
        answer = shops[number % len(shops)].ask(operation, book.ids)
        operation.ret = time.monotonic()
        book.told(operation, answer)
        settled.add(operation.key)
    book.open.clear()
    return settled


def as_clients_know_it(operations, settled):
    """What was never answered to its client has no end and no answer."""
    return [dataclasses.replace(each, ret=NEVER, told=None) if each.key in settled else each
            for each in operations]

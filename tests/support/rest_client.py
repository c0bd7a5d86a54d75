"""A small REST client for tests. Every answer is judged by the contract before a test sees it."""

import http.client
import itertools
import json
import os
import threading
import urllib.parse

from openapi_contract import Contract, strict_json

BASE = "/inventory/v1"
LIMIT = 60.0
_numbers = itertools.count(1)
_contracts = {}
_contract_lock = threading.Lock()
exercised = set()


def fresh_key(word="key"):
    """A key that no other test of this process has used."""
    return f"{word}-{os.getpid()}-{next(_numbers)}"


def _read_document(host, port):
    connection = http.client.HTTPConnection(host, port, timeout=LIMIT)
    try:
        connection.request("GET", "/openapi.json")
        return strict_json(connection.getresponse().read())
    finally:
        connection.close()


def contract_of(host, port):
    """The contract that the service at this address serves; read once per address."""
    with _contract_lock:
        if (host, port) not in _contracts:
            _contracts[host, port] = Contract(_read_document(host, port))
        return _contracts[host, port]


class Answer:
    def __init__(self, status, header_pairs, body):
        self.status = status
        self.header_pairs = header_pairs
        self.headers = {name.lower(): value for name, value in header_pairs}
        self.body = body

    @property
    def json(self):
        return strict_json(self.body)

    @property
    def code(self):
        """The problem's code; nothing of a success."""
        return self.json["code"] if self.status >= 400 else None

    @property
    def replayed(self):
        return self.headers.get("idempotent-replayed") == "true"

    @property
    def pointers(self):
        """Where in the request the errors are: pointers and names of parameters."""
        return [error.get("pointer", error.get("parameter"))
                for error in self.json.get("errors", [])]

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Client:
    """One kept connection. Thread rule: one thread."""

    def __init__(self, url, api_key=None):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self.contract = contract_of(*self.address)
        self._api_key = api_key
        self._connection = None

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def exchange(self, method, target, body=None, headers=()):
        """Sends exactly these headers besides Host and Content-Length; `headers` are pairs."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self.address, timeout=LIMIT)
        pairs = list(headers)
        if self._api_key is not None:
            pairs.append(("Authorization", f"Bearer {self._api_key}"))
        try:
            self._connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in pairs:
                self._connection.putheader(name, value)
            if body is not None:
                self._connection.putheader("Content-Length", str(len(body)))
            self._connection.endheaders(body)
            response = self._connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        answer = Answer(response.status, response.getheaders(), data)
        self._judge(method, target, body, answer)
        return answer

    def _judge(self, method, target, body, answer):
        if method == "HEAD":
            return
        seen = self.contract.check(method, target, body, answer.status, answer.headers,
                                   answer.body)
        if seen is not None:
            exercised.add(seen)

    def call(self, method, path, body=None, *, key=None, if_match=None, headers=()):
        """`path` below the API's base, unless it begins with '//', which stands for the root."""
        pairs = list(headers)
        if key is not None:
            pairs.append(("Idempotency-Key", key))
        if if_match is not None:
            pairs.append(("If-Match", if_match))
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            pairs.append(("Content-Type", "application/json"))
        target = path[1:] if path.startswith("//") else BASE + path
        return self.exchange(method, target, data, pairs)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.call("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)

"""HTTP/1.1 on an asyncio socket: as little as a load generator needs, and nothing lenient."""

import asyncio

BASE = "/inventory/v1"


class Gone(Exception):
    """The connection broke: whether the request had an effect is not known."""


def _encoded(request):
    method, path, body, key = request
    key_line = f"Idempotency-Key: {key}\r\n" if key else ""
    head = (f"{method} {BASE}{path} HTTP/1.1\r\nHost: shop\r\n{key_line}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


class Wire:
    """One kept connection; one call at a time."""

    def __init__(self, port):
        self._port = port
        self._reader = None
        self._writer = None

    async def open(self):
        try:
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=2**22)
        except OSError as error:
            raise Gone from error

    def close(self):
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def ask(self, method, path, body=b"", key=None):
        """(status, replayed, body)"""
        return (await self.ask_all([(method, path, body, key)]))[0]

    async def ask_all(self, requests):
        """The answers of several (method, path, body, key), sent at once, in their order."""
        if self._writer is None:
            await self.open()
        try:
            self._writer.write(b"".join(map(_encoded, requests)))
            return [await self._answer() for _ in requests]
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise Gone from error

    async def _answer(self):
        head = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        fields = {name.lower(): value for name, value in fields.items()}
        body = await self._reader.readexactly(int(fields[b"content-length"]))
        return int(head[9:12]), b"idempotent-replayed" in fields, body

"""Bytes to the service as no well-behaved client would send them."""

import http.client
import io
import socket

from rest_client import Answer, contract_of

LIMIT = 60.0


class _Bytes(io.BytesIO):
    """What http.client takes for a socket."""

    def makefile(self, *_, **__):
        return self


class RawConnection:
    def __init__(self, service, limit=LIMIT):
        self.address = ("127.0.0.1", service.port)
        self.socket = socket.create_connection(self.address, timeout=limit)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def begin(self, data, marker=b"100 Continue\r\n\r\n"):
        """Sends a header that expects 100-continue; returns once the service has read it."""
        self.send(data)
        seen = b""
        while not seen.endswith(marker):
            part = self.socket.recv(1)
            assert part, f"closed after {seen!r}"
            seen += part

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def read_to_end(self):
        """Everything until the service closes. A reset counts as the end."""
        out = bytearray()
        while True:
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                return bytes(out)
            if not part:
                return bytes(out)
            out += part

    def answers(self):
        """All answers until the service closes; refusals are judged by the contract."""
        data = self.read_to_end()
        return split_answers(data, contract_of(*self.address))


def split_answers(data, contract):
    source = io.BytesIO(data)
    out = []
    while source.tell() < len(data):
        begin = source.tell()
        response = http.client.HTTPResponse(_Bytes(data[begin:]))
        response.begin()
        body = response.read()
        head_end = data.index(b"\r\n\r\n", begin) + 4
        source.seek(head_end + len(body))
        answer = Answer(response.status, response.getheaders(), body)
        if answer.status >= 400:
            contract.check_problem(answer.status, answer.headers, body)
        out.append(answer)
    return out


def exchange(service, data, end=False):
    """Sends bytes, optionally ends the sending side, and reads all answers."""
    with RawConnection(service) as connection:
        try:
            connection.send(data)
            if end:
                connection.end_sending()
        except (BrokenPipeError, ConnectionResetError):
            pass
        return connection.answers()


def request(method, target, body=b"", *, version="HTTP/1.1", close=True, **headers):
    """A plain request as bytes; header names with underscores for hyphens."""
    fields = {"Host": "shop", **{name.replace("_", "-"): text for name, text in headers.items()}}
    if body and "Content-Length" not in fields and "Transfer-Encoding" not in fields:
        fields["Content-Length"] = str(len(body))
    if close:
        fields["Connection"] = "close"
    head = f"{method} {target} {version}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode("latin-1") + b"\r\n" + body

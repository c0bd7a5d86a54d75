#!/usr/bin/python3
"""Bytes that are no request, or that two readers could understand differently.

Each gets an answer and a closed connection, or just the latter; none has an effect. The service
goes on serving everybody else.
"""

import json
import socket
import threading
import unittest

from blackbox_case import ServiceCase
from raw_http import RawConnection, exchange, request
from rest_client import BASE, fresh_key


class ConnectionCase(ServiceCase):
    def create(self, sku, **headers):
        """A good create with these headers added or replaced, as bytes."""
        body = json.dumps({"sku": sku, "quantity": 1}).encode()
        fields = {"Content-Type": "application/json", "Idempotency-Key": fresh_key(), **headers}
        return request("POST", f"{BASE}/reservations", body, **fields)

    def refuses(self, data, status, code, end=False):
        """One problem with this status, then the end of the connection."""
        answers = exchange(self.service, data, end)
        self.assertEqual([(answer.status, answer.code) for answer in answers], [(status, code)],
                         data[:200])
        self.assertEqual(answers[0].headers.get("connection"), "close")


class Smuggling(ConnectionCase):
    def test_forms_of_request_smuggling(self):
        sku = self.stock(50)
        good = self.create(sku, close=False)
        inner = good.replace(b"reservations HTTP", b"reservations?x HTTP")
        head, _, body = good.partition(b"\r\n\r\n")
        plain = b"\r\n".join(line for line in head.split(b"\r\n")
                             if not line.startswith(b"Content-Length"))
        length = b"Content-Length: %d" % len(body)
        chunked = b"Transfer-Encoding: chunked"
        end = b"\r\n\r\n"
        forms = [
            (plain + b"\r\n" + length + b"\r\n" + chunked + end + body, 400),
            (plain + b"\r\n" + chunked + b"\r\n" + length + end + b"0\r\n\r\n" + inner, 400),
            (plain + b"\r\n" + length + b"\r\n" + length + end + body, 400),
            (plain + b"\r\n" + length + b"\r\nContent-Length: 0" + end + body, 400),
            (plain + b"\r\nContent-Length: +%d" % len(body) + end + body, 400),
            (plain + b"\r\nContent-Length: %d, %d" % (len(body), len(body)) + end + body, 400),
            (plain + b"\r\nContent-Length: 0x10" + end + body, 400),
            (plain + b"\r\nContent-Length: -1" + end + body, 400),
            (plain + b"\r\nContent-Length: 99999999999999999999" + end + body, 400),
            (plain + b"\r\nContent-Length : %d" % len(body) + end + body, 400),
            (plain + b"\r\n" + chunked + b"\r\n" + chunked + end + b"0\r\n\r\n", 400),
            (plain + b"\r\nTransfer-Encoding: xchunked" + end + body, 501),
            (plain + b"\r\nTransfer-Encoding: gzip, chunked" + end + body, 501),
            (plain + b"\r\nTransfer-Encoding: chunked, identity" + end + body, 501),
            (plain + b"\r\nTransfer-Encoding : chunked" + end + b"0\r\n\r\n", 400),
            (plain + b"\r\nTransfer-Encoding:\x0bchunked" + end + b"0\r\n\r\n", 400),
            (plain + b"\n" + length + end + body, 400),
            (plain + b"\r\nX: a\r\n folded" + b"\r\n" + length + end + body, 400),
            (plain.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n" + chunked + end + b"0\r\n\r\n",
             400),
            (plain + b"\r\n" + chunked + end + b"g\r\n" + body, 400),
            (plain + b"\r\n" + chunked + end + b"-1\r\n" + body, 400),
            (plain + b"\r\n" + chunked + end + b"1\r\n{X0\r\n\r\n", 400),
            (plain + b"\r\n" + chunked + end + b"fffffffffffffffff\r\n{", 400),
        ]
        with self.nothing_changes():
            for data, status in forms:
                code = {400: "malformed_request", 501: "unsupported_transfer_encoding"}[status]
                with self.subTest(data=data[:300]):
                    self.refuses(data, status, code)
        self.assert_figures(sku, on_hand=50, sellable=50)

    def test_start_lines_and_hosts(self):
        rest = b"Host: shop\r\n\r\n"
        with self.nothing_changes():
            for line, status, code in (
                    (b"GET / HTTP/2.0", 505, "unsupported_http_version"),
                    (b"GET / HTTP/0.9", 505, "unsupported_http_version"),
                    (b"GET /", 400, "malformed_request"),
                    (b"GET", 400, "malformed_request"),
                    (b"GET  / HTTP/1.1", 400, "malformed_request"),
                    (b"GET / HTTP/1.1 x", 400, "malformed_request"),
                    (b"GET livez HTTP/1.1", 400, "malformed_request"),
                    (b"GET /\xff HTTP/1.1", 400, "malformed_request"),
                    (b"G(T / HTTP/1.1", 400, "malformed_request"),
                    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformed_request"),
                    (b"PRI * HTTP/2.0", 505, "unsupported_http_version")):
                with self.subTest(line=line):
                    self.refuses(line + b"\r\n" + rest, status, code)
            self.refuses(b"GET /livez HTTP/1.1\r\n\r\n", 400, "malformed_request")
            self.refuses(b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400,
                         "malformed_request")
            self.refuses(b"GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "malformed_request")
            self.refuses(b"\x00" * 100, 400, "malformed_request")

    def test_lengths_of_headers_and_bodies(self):
        sku = self.stock(1)
        with self.nothing_changes():
            self.refuses(self.create(sku, X_Long="x" * 100_000), 431, "headers_too_large")
            many = {f"X_{n}": "v" for n in range(200)}
            self.refuses(self.create(sku, **many), 431, "headers_too_large")
            self.refuses(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414,
                         "target_too_long")
            big = request("POST", f"{BASE}/reservations", b"{", Content_Length=str(2**30),
                          Idempotency_Key="k")
            self.refuses(big, 413, "payload_too_large")
            huge = b" " * (9 * 1024 * 1024)
            chunks = request("POST", f"{BASE}/reservations", Idempotency_Key="k",
                             Transfer_Encoding="chunked")
            self.refuses(chunks + b"900000\r\n" + huge, 413, "payload_too_large")

    def test_an_expectation_that_nobody_meets(self):
        sku = self.stock(1)
        with self.nothing_changes():
            self.refuses(self.create(sku, Expect="a-miracle"), 417, "expectation_failed")


class HalfRequests(ConnectionCase):
    def test_a_request_that_ends_early_has_no_effect(self):
        sku = self.stock(5)
        whole = self.create(sku)
        with self.nothing_changes():
            for cut in (1, 10, len(whole) // 2, len(whole) - 20, len(whole) - 1):
                with self.subTest(cut=cut):
                    answers = exchange(self.service, whole[:cut], end=True)
                    self.assertLessEqual({answer.status for answer in answers}, {400})

    def test_a_reset_in_the_middle_has_no_effect(self):
        sku = self.stock(5)
        whole = self.create(sku)
        with self.nothing_changes():
            for cut in range(1, len(whole), 7):
                with RawConnection(self.service) as connection:
                    connection.send(whole[:cut])
                    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                 b"\x01\x00\x00\x00\x00\x00\x00\x00")

    def test_who_ends_sending_still_gets_the_answer(self):
        sku = self.stock(5)
        answers = exchange(self.service, self.create(sku, close=False), end=True)
        self.assertEqual([answer.status for answer in answers], [201])
        self.assert_figures(sku, on_hand=5, held=1, sellable=4)

    def test_byte_by_byte(self):
        sku = self.stock(5)
        with RawConnection(self.service) as connection:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in self.create(sku):
                connection.send(bytes([byte]))
            self.assertEqual([answer.status for answer in connection.answers()], [201])

    def test_a_chunked_body_is_a_body(self):
        sku = self.stock(5)
        body = json.dumps({"sku": sku, "quantity": 1}).encode()
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        data = request("POST", f"{BASE}/reservations", chunks, Transfer_Encoding="chunked",
                       Idempotency_Key=fresh_key())
        self.assertEqual([answer.status for answer in exchange(self.service, data)], [201])


class Pipelines(ConnectionCase):
    def test_answers_come_in_the_order_of_the_requests(self):
        sku = self.stock(100)
        reads = request("GET", f"{BASE}/availability/{sku}", close=False)
        data = b"".join(self.create(sku, close=False) + reads for _ in range(50))
        data += request("GET", "/livez")
        answers = exchange(self.service, data)
        self.assertEqual([answer.status for answer in answers], [201, 200] * 50 + [200])
        self.assertEqual(answers[-1].body, b"ok\n")
        self.assertTrue(all("sellable" in answer.json for answer in answers[1:-1:2]))
        self.assert_figures(sku, on_hand=100, held=50, sellable=50)

    def test_what_stands_before_nonsense_counts_and_what_stands_behind_does_not(self):
        sku = self.stock(5)
        data = self.create(sku, close=False) + b"nonsense\r\n\r\n" + self.create(sku)
        answers = exchange(self.service, data)
        self.assertEqual([answer.status for answer in answers], [201, 400])
        self.assert_figures(sku, on_hand=5, held=1, sellable=4)

    def test_nothing_is_served_behind_connection_close(self):
        sku = self.stock(5)
        answers = exchange(self.service, self.create(sku) + self.create(sku))
        self.assertEqual([answer.status for answer in answers], [201])
        self.assert_figures(sku, on_hand=5, held=1, sellable=4)

    def test_two_lines_of_a_key_are_two_keys_even_if_equal(self):
        sku = self.stock(5)
        good = self.create(sku)
        key = next(line for line in good.split(b"\r\n") if line.startswith(b"Idempotency-Key"))
        for second in (key, key.lower(), b"idempotency-key: other"):
            answers = exchange(self.service, good.replace(key, key + b"\r\n" + second))
            self.assertEqual((answers[0].status, answers[0].code, answers[0].pointers),
                             (400, "malformed_request", ["Idempotency-Key"]))
        self.assert_figures(sku, on_hand=5, sellable=5)


class ManyConnections(ConnectionCase):
    def test_hundreds_of_silent_connections_disturb_nobody(self):
        sku = self.stock(5)
        silent = [RawConnection(self.service) for _ in range(300)]
        try:
            for n, connection in enumerate(silent):
                connection.send(b"POST /inventory/v1/reservations HTTP/1.1\r\nHost: a\r\n"[:n])
            self.hold((sku, 1))
        finally:
            for connection in silent:
                connection.socket.close()

    def test_a_client_that_does_not_read_disturbs_nobody(self):
        sku = self.stock(5)
        wish = request("GET", "/openapi.json", close=False)
        with RawConnection(self.service) as deaf:
            deaf.socket.settimeout(0.5)
            sender = threading.Thread(target=self.flood, args=(deaf, wish))
            sender.start()
            self.hold((sku, 1))
            sender.join()
            self.hold((sku, 1))

    @staticmethod
    def flood(connection, wish):
        try:
            for _ in range(5000):
                connection.send(wish)
        except OSError:
            pass


if __name__ == "__main__":
    unittest.main()

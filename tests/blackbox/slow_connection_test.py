#!/usr/bin/python3
"""Clients that send too slowly are shown the door by the clock. Waits for real time limits."""

import time
import unittest

from blackbox_case import ServiceCase
from raw_http import RawConnection
from rest_client import BASE

HEADER_LIMIT = 10.0
PATIENCE = 30.0


class SlowLoris(ServiceCase):
    def test_a_header_that_never_ends(self):
        head = f"POST {BASE}/reservations HTTP/1.1\r\nHost: shop\r\n".encode()
        with self.nothing_changes(), RawConnection(self.service, PATIENCE) as connection:
            began = time.monotonic()
            connection.send(head)
            closed_after = None
            connection.socket.settimeout(0.2)
            received = b""
            while closed_after is None:
                self.assertLess(time.monotonic() - began, PATIENCE, "the connection stays open")
                try:
                    connection.send(b"X-Slow: 1\r\n")
                    part = connection.socket.recv(65536)
                    received += part
                    closed_after = None if part else time.monotonic() - began
                except TimeoutError:
                    pass
                except OSError:
                    closed_after = time.monotonic() - began
        self.assertGreater(closed_after, HEADER_LIMIT / 2)
        self.assertIn(b" 408 ", received)
        self.assertIn(b"request_timeout", received)


if __name__ == "__main__":
    unittest.main()

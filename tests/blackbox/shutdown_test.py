#!/usr/bin/python3
"""SIGTERM: what was promised is kept, what arrives too late is told so, and the exit code is 0."""

import http.client
import signal
import threading
import time
import unittest

from blackbox_case import ServiceCase
from holdfast_process import run
from raw_http import RawConnection, request, split_answers
from rest_client import BASE, Client, contract_of, fresh_key


def head(method, target, length):
    """The header of a request whose body is still to come."""
    return request(method, target, close=False, Idempotency_Key=fresh_key(),
                   Content_Length=str(length), Expect="100-continue")


class Shutdown(ServiceCase):
    def test_an_idle_service_ends_at_once(self):
        sku = self.stock(1)
        self.client.close()
        began = time.monotonic()
        self.assertEqual(self.service.stop(), 0)
        self.assertLess(time.monotonic() - began, 10)
        self.restart()
        self.assert_figures(sku, on_hand=1, sellable=1)

    def test_under_load_no_acknowledged_change_is_lost(self):
        for hard in (False, False, True):
            sku = self.stock(1_000_000)
            acknowledged = self.load_until_stop(sku, hard)
            self.restart()
            self.assertGreater(len(acknowledged), 0)
            for key, body in acknowledged:
                again = self.client.post("/reservations", {"sku": sku, "quantity": 1}, key=key)
                self.assertEqual((again.body, again.replayed), (body, True))
            self.assertGreaterEqual(self.figures(sku)["held"], len(acknowledged))

    def load_until_stop(self, sku, hard):
        """Creates from several threads until the service is gone; (key, body) of each 201."""
        acknowledged, enough = [], threading.Event()

        def work():
            client = Client(self.service.url)
            while True:
                key = fresh_key()
                try:
                    answer = client.post("/reservations", {"sku": sku, "quantity": 1}, key=key)
                except (OSError, http.client.HTTPException):
                    client.close()
                    return
                if answer.status == 201:
                    acknowledged.append((key, answer.body))
                else:
                    self.assertEqual((answer.status, answer.code), (503, "draining"))
                if len(acknowledged) > 100:
                    enough.set()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        self.assertTrue(enough.wait(60))
        if hard:
            self.service.kill()
        else:
            self.assertEqual(self.service.stop(), 0, self.service.log)
        for thread in threads:
            thread.join()
        return acknowledged

    def test_a_request_in_the_middle_is_still_answered(self):
        sku = self.stock(5)
        body = b'{"sku":"%s","quantity":1}' % sku.encode()
        with RawConnection(self.service) as connection:
            connection.begin(head("POST", f"{BASE}/reservations", len(body)))
            self.client.close()
            self.service.ask_to_stop_and_wait_until_it_drains()
            connection.send(body)
            answers = split_answers(connection.read_to_end(), contract_of(*connection.address))
        self.assertEqual([answer.status for answer in answers], [201])
        self.assertEqual(self.service.wait(), 0)
        self.restart()
        self.assert_figures(sku, on_hand=5, held=1, sellable=4)

    def test_while_it_drains_it_is_not_ready(self):
        with RawConnection(self.service) as connection:
            connection.begin(head("GET", "/readyz", 2))
            self.client.close()
            self.service.ask_to_stop_and_wait_until_it_drains()
            connection.send(b"{}")
            answers = split_answers(connection.read_to_end(), _NoContract())
        self.assertEqual([answer.status for answer in answers], [503])
        self.assertIn(b"[-]draining", answers[0].body)
        self.assertEqual(self.service.wait(), 0)
        self.restart()

    def test_a_second_signal_does_not_wait(self):
        with RawConnection(self.service) as connection:
            connection.begin(head("POST", f"{BASE}/reservations", 2))
            self.client.close()
            self.service.ask_to_stop_and_wait_until_it_drains()
            self.service.ask_to_stop()
            self.assertEqual(self.service.wait(), -signal.SIGTERM)
        self.restart()

    def test_the_ledger_it_leaves_verifies(self):
        self.stock(3)
        self.client.close()
        self.assertEqual(self.service.stop(), 0)
        verified = run("ledger", "verify", self.directory / "ledger")
        self.assertEqual(verified.returncode, 0, verified)
        self.restart()


class _NoContract:
    """/readyz tells people in plain text why it is not ready."""

    @staticmethod
    def check_problem(*_):
        pass


if __name__ == "__main__":
    unittest.main()

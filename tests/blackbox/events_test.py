#!/usr/bin/python3
"""The feed of events: complete, in order, from anywhere, waiting at the head."""

import threading
import unittest

from blackbox_case import ServiceCase
from rest_client import Client


class Events(ServiceCase):
    def page(self, **query):
        return self.ok(self.client.get(
            "/events?" + "&".join(f"{name}={value}" for name, value in query.items())))

    def head(self):
        self.stock(1)  # the merchant exists
        after = {}
        while True:
            page = self.page(limit=1000, **after)
            if not page["events"]:
                return page["next"]
            after = {"after": page["next"]}

    def test_tells_each_event_once_in_order(self):
        start = self.head()
        sku = self.stock(5)
        held = self.hold((sku, 1))
        self.ok(self.verb(held, "commit"))
        told, after = [], start
        while True:
            page = self.page(after=after, limit=1)
            told += page["events"]
            after = page["next"]
            if not page["events"] and page["next"] == self.position():
                break
        self.assertEqual([event["type"] for event in told],
                         ["holdfast.sku.registered", "holdfast.stock.received",
                          "holdfast.reservation.held", "holdfast.reservation.committed"])
        self.assertEqual([event["subject"] for event in told], [sku, sku, held["id"], held["id"]])
        self.assertEqual(told[2]["id"], held["position"])
        self.assertEqual(told[2]["data"]["lines"], held["lines"])
        self.assertEqual({event["source"] for event in told}, {"/inventory/default"})

    def test_waits_at_the_head_for_what_comes(self):
        head = self.head()
        waiters = 20
        got = []

        def wait():
            client = Client(self.service.url)
            got.append(client.get(f"/events?after={head}&wait_seconds=60"))
            client.close()
        threads = [threading.Thread(target=wait) for _ in range(waiters)]
        for thread in threads:
            thread.start()
        sku = self.stock(1)
        self.hold((sku, 1))
        for thread in threads:
            thread.join()
        self.assertEqual(len(got), waiters)
        for answer in got:
            self.assertEqual(self.ok(answer)["events"][0]["subject"], sku)

    def test_an_empty_wait_ends(self):
        head = self.head()
        page = self.page(after=head, wait_seconds=1)
        self.assertEqual(page["events"], [])

    def test_goes_on_after_a_restart(self):
        start = self.head()
        sku = self.stock(1)
        self.restart()
        told = self.page(after=start, limit=1000)["events"]
        self.assertIn(sku, [event.get("subject") for event in told])

    def test_a_stop_ends_all_waits(self):
        head, got = self.head(), []

        def wait():
            client = Client(self.service.url)
            got.append(client.get(f"/events?after={head}&wait_seconds=60"))
            client.close()
        threads = [threading.Thread(target=wait) for _ in range(20)]
        for thread in threads:
            thread.start()
        waiting = f"holdfast_http_requests_in_flight {len(threads) + 1}\n"  # and the asking one
        while waiting not in self.client.get("//metrics").body.decode():
            pass
        self.restart(hard=False)
        for thread in threads:
            thread.join()
        self.assertEqual([self.ok(answer)["events"] for answer in got], [[]] * len(threads))

    def test_what_is_wrong_is_named(self):
        for query, name in (("after=odd", "after"), ("wait_seconds=61", "wait_seconds"),
                            ("wait_seconds=-1", "wait_seconds"), ("limit=1001", "limit")):
            with self.subTest(query):
                self.refused(self.client.get(f"/events?{query}"), 422, "validation_failed", name)


if __name__ == "__main__":
    unittest.main()

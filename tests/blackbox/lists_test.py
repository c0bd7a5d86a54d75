#!/usr/bin/python3
"""Lists: filters, pages, and cursors that survive changes."""

import unittest

from blackbox_case import ServiceCase
from holdfast_process import wait_until
from rest_client import fresh_key


class Lists(ServiceCase):
    def listed(self, query):
        return self.ok(self.client.get(f"/reservations?{query}"))

    def ids(self, query):
        return [item["id"] for item in self.listed(query)["items"]]

    def wait_for(self, query, expected):
        """The index follows the ledger by a moment."""
        wait_until(lambda: set(self.ids(query)) == set(expected), f"{query} -> {expected}")

    def test_filters(self):
        sku = self.stock(10)
        reference, agent, operator, buyer = (fresh_key(word) for word in "rabc")
        held = self.hold((sku, 1), reference=reference, agent_id=agent)
        sold = self.hold((sku, 1), reference=reference, operator_id=operator)
        self.ok(self.verb(sold, "commit"))
        other = self.hold((sku, 1), customer_id=buyer, ttl=30)
        self.wait_for(f"reference={reference}", [held["id"], sold["id"]])
        self.wait_for(f"reference={reference}&state=held", [held["id"]])
        self.wait_for(f"reference={reference}&state=committed", [sold["id"]])
        self.wait_for(f"owner={agent}", [held["id"]])
        self.wait_for(f"owner={operator}", [sold["id"]])
        self.wait_for(f"customer_id={buyer}", [other["id"]])
        later = self.hold((sku, 1), ttl=60)
        bound = later["expires_at"].replace(":", "%3A")
        self.wait_for(f"state=held&expires_before={bound}", [other["id"]])

    def test_a_page_names_the_next_one(self):
        sku = self.stock(10)
        reference = fresh_key("cart")
        made = [self.hold((sku, 1), reference=reference)["id"] for _ in range(5)]
        self.wait_for(f"reference={reference}", made)
        answer = self.client.get(f"/reservations?reference={reference}&limit=2")
        cursor = self.ok(answer)["next_cursor"]
        self.assertIn(cursor, answer.headers["link"])
        self.assertIn('rel="next"', answer.headers["link"])
        self.assertIn(f"reference={reference}", answer.headers["link"])
        everything = self.pages(f"reference={reference}&limit=2")
        self.assertEqual(everything, list(reversed(made)))

    def pages(self, query, between=lambda: None):
        out, cursor = [], ""
        while True:
            page = self.listed(query + cursor)
            out += [item["id"] for item in page["items"]]
            if "next_cursor" not in page:
                return out
            cursor = f"&cursor={page['next_cursor']}"
            between()

    def test_cursors_survive_changes_of_what_they_walk_over(self):
        sku = self.stock(1000)
        reference = fresh_key("cart")
        made = [self.hold((sku, 1), reference=reference)["id"] for _ in range(40)]
        self.wait_for(f"reference={reference}", made)
        open_ids = iter(list(made))

        def disturb():
            self.hold((sku, 1), reference=reference)
            self.ok(self.verb(next(open_ids), "commit"))
            self.ok(self.verb(next(open_ids), "extend", {"ttl_seconds": 900}))

        seen = self.pages(f"reference={reference}&limit=3", disturb)
        self.assertEqual(len(seen), len(set(seen)), "a reservation was listed twice")
        self.assertLessEqual(set(made), set(seen), "a reservation was passed over")

    def test_a_cursor_belongs_to_its_list(self):
        sku = self.stock(10)
        reference = fresh_key("cart")
        made = [self.hold((sku, 1), reference=reference)["id"] for _ in range(3)]
        self.wait_for(f"reference={reference}", made)
        cursor = self.listed(f"reference={reference}&limit=1")["next_cursor"]
        broken = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
        for query in (f"state=held&cursor={cursor}", f"cursor={cursor}",
                      f"reference={reference}&cursor={broken}", f"reference={reference}&cursor=x"):
            self.refused(self.client.get(f"/reservations?{query}"), 422, "validation_failed",
                         "cursor")

    def test_a_restart_keeps_index_and_cursors(self):
        sku = self.stock(10)
        reference = fresh_key("cart")
        made = [self.hold((sku, 1), reference=reference)["id"] for _ in range(4)]
        self.wait_for(f"reference={reference}", made)
        first = self.listed(f"reference={reference}&limit=2")
        self.restart()
        self.wait_for(f"reference={reference}", made)
        rest = self.pages(f"reference={reference}&limit=2&cursor={first['next_cursor']}")
        self.assertEqual([item["id"] for item in first["items"]] + rest, list(reversed(made)))

    def test_what_a_list_does_not_understand(self):
        for query, name in (("state=sleeping", "state"), ("limit=0", "limit"),
                            ("limit=1001", "limit"), ("limit=many", "limit"),
                            ("expires_before=tomorrow", "expires_before"), ("stat=held", "stat"),
                            ("state=held&state=held", "state"), ("reference=", "reference"),
                            ("owner=a&customer_id=b", "customer_id")):
            self.refused(self.client.get(f"/reservations?{query}"), 422, "validation_failed", name)
        self.refused(self.client.get("/reservations?reference=%FF"), 400, "malformed_request")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""What one agent, operator or buyer may hold at a time; and what is hoarded is seen."""

import unittest

from blackbox_case import ServiceCase
from rest_client import fresh_key


class Owners(ServiceCase):
    def caps(self, **caps):
        return self.ok(self.client.put("/caps", caps))

    def ask(self, sku, quantity=1, **more):
        return self.client.post("/reservations", {
            "lines": [{"sku": sku, "quantity": quantity}], "ttl_seconds": 60, **more},
            key=fresh_key())

    def tearDown(self):
        self.caps()

    def test_caps_are_put_as_a_whole(self):
        self.caps(agent={"units": 5}, operator={"unit_seconds": 100})
        shown = self.ok(self.client.get("/caps"))
        self.assertEqual((shown["agent"], shown["operator"]),
                         ({"units": 5}, {"unit_seconds": 100}))
        self.caps(buyer={"holds": 1})
        shown = self.ok(self.client.get("/caps"))
        self.assertNotIn("agent", shown)
        for body, pointer in (({"agent": {"units": -1}}, "#/agent/units"),
                              ({"agents": {}}, "#/agents"), ({"agent": 5}, "#/agent"),
                              ({"buyer": {"hold": 1}}, "#/buyer/hold")):
            self.refused(self.client.put("/caps", body), 422, "validation_failed", pointer)

    def test_a_refusal_says_which_cap_and_when_it_frees(self):
        sku, agent = self.stock(50), fresh_key("bot")
        self.caps(agent={"units": 5})
        held = self.ok(self.ask(sku, 4, agent_id=agent), 201)
        refusal = self.refused(self.ask(sku, 2, agent_id=agent), 429, "owner_limit_exceeded")
        self.assertEqual((refusal["principal"], refusal["measure"], refusal["scope"]),
                         ("agent", "units", "everything"))
        self.assertEqual((refusal["limit"], refusal["used"]), (5, 4))
        self.assertEqual(refusal["frees_at"], held["expires_at"])
        self.ok(self.ask(sku, 2, agent_id=fresh_key("other")), 201)
        self.ok(self.ask(sku, 1, agent_id=agent), 201)
        self.ok(self.verb(held, "release"))
        self.ok(self.ask(sku, 4, agent_id=agent), 201)

    def test_a_supersede_is_judged_net_of_what_it_replaces(self):
        sku, agent = self.stock(50), fresh_key("bot")
        self.caps(agent={"units": 5})
        held = self.ok(self.ask(sku, 4, agent_id=agent), 201)
        self.ok(self.ask(sku, 5, agent_id=agent, supersedes=held["id"]), 201)

    def test_buyers_operators_and_unit_seconds(self):
        sku = self.stock(50)
        buyer, operator = fresh_key("ann"), fresh_key("op")
        self.caps(buyer={"holds": 1}, operator={"unit_seconds": 130})
        self.ok(self.ask(sku, 1, customer_id=buyer), 201)
        refusal = self.refused(self.ask(sku, 1, customer_id=buyer), 429, "owner_limit_exceeded")
        self.assertEqual((refusal["principal"], refusal["measure"]), ("buyer", "holds"))
        self.ok(self.ask(sku, 2, operator_id=operator), 201)
        refusal = self.refused(self.ask(sku, 1, operator_id=operator), 429,
                               "owner_limit_exceeded")
        self.assertEqual((refusal["measure"], refusal["limit"], refusal["used"]),
                         ("unit_seconds", 130, 120))

    def test_a_class_has_caps_of_its_own(self):
        name, agent = fresh_key("class"), fresh_key("bot")
        self.ok(self.client.put(f"/classes/{name}", {"caps": {"agent": {"units": 2}}}), 201)
        sku, other = fresh_key("sku"), self.stock(9)
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": name}), 201)
        self.stock(9, sku=sku)
        self.ok(self.ask(sku, 2, agent_id=agent), 201)
        refusal = self.refused(self.ask(sku, 1, agent_id=agent), 429, "owner_limit_exceeded")
        self.assertEqual((refusal["scope"], refusal["sku_class"]), ("class", name))
        self.ok(self.ask(other, 5, agent_id=agent), 201)

    def test_caps_bind_after_a_kill_too(self):
        sku, agent = self.stock(9), fresh_key("bot")
        self.caps(agent={"units": 2})
        self.ok(self.ask(sku, 2, agent_id=agent), 201)
        self.restart()
        self.refused(self.ask(sku, 1, agent_id=agent), 429, "owner_limit_exceeded")

    def test_hoarding_is_seen(self):
        sku, agent = self.stock(9), fresh_key("hoarder")
        for _ in range(20):  # what is released in its own millisecond wasted nothing
            held = self.ok(self.ask(sku, 3, agent_id=agent), 201)
            self.ok(self.verb(held, "release"))
        owners = self.ok(self.client.get("/owners?sort=wasted&limit=1000"))["owners"]
        self.assertIn(agent, [owner.get("name") for owner in owners])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""gRPC: every verb and every read once, and a retry over the other interface."""

import time
import unittest

from blackbox_case import units
from grpc_case import (CASES, COMMANDS, GrpcCase, HISTORY, POLICIES, RESERVATIONS, STOCK, line,
                       part, word)
from grpc_client import message, v1
from holdfast_process import wait_until
from rest_client import fresh_key

STATE = "ReservationState"


def stamp(seconds=0):
    out = message("google.protobuf.Timestamp")()
    out.FromMilliseconds(int((time.time() + seconds) * 1000))
    return out


class Verbs(GrpcCase):
    def change(self, verb, reservation, message_name=None, **fields):
        fields.setdefault("request_id", fresh_key())
        return self.call(f"{RESERVATIONS}/{verb}", message_name or f"{verb}Request",
                         reservation=reservation, **fields).reservation

    def assert_state(self, reservation, name):
        self.assertEqual(reservation.state, word(STATE, f"RESERVATION_STATE_{name}"))

    def test_a_life_from_hold_to_return(self):
        sku = self.stock(10)
        made = self.create(line(sku, 5), reference="order-1", agent_id="bot", customer_id="ann",
                           metadata={"cart": "c\"1", "empty": ""}, ttl_seconds=600)
        self.assertTrue(made.created)
        held = made.reservation
        self.assert_state(held, "HELD")
        self.assertEqual((held.lines[0].held, held.reference, held.agent_id), (5, "order-1", "bot"))
        self.assertEqual(held.customer_id, "", "personal data comes with a read only")
        self.change("Extend", held.id, ttl_seconds=900)
        self.assert_state(self.change("BeginPayment", held.id, provider="acme"), "PAYMENT_PENDING")
        self.change("Release", held.id, lines=[part(sku, 1)])
        sold = self.change("Commit", held.id, order_reference="o-1")
        self.assert_state(sold, "COMMITTED")
        self.change("Ship", held.id, lines=[part(sku, 2)], shipment_reference="s-1",
                    occurred_at=stamp(-5))
        self.change("Return", held.id, lines=[part(sku, 1)],
                    disposition=word("Disposition", "DISPOSITION_RESTOCK"), reference="r-1")
        self.change("Cancel", held.id, reason=word("Reason", "REASON_CUSTOMER_REQUEST"))
        read = self.call(f"{RESERVATIONS}/Get", "GetRequest", reservation=held.id).reservation
        self.assertEqual((read.customer_id, dict(read.metadata)),
                         ("ann", {"cart": "c\"1", "empty": ""}))
        self.assertEqual(units(self.read(held.id)), {"shipped": 2, "released": 3, "returned": 1})
        self.assert_figures(sku, on_hand=9, sellable=9)

    def test_the_other_verbs_of_a_reservation(self):
        sku, pool = self.stock(4), self.pool()
        first = self.create(line(sku, 1), reference="moved").reservation
        second = self.create(line(sku, 2, pool="default"), supersedes=first.id).reservation
        self.assert_state(self.call(f"{RESERVATIONS}/Get", "GetRequest",
                                    reservation=first.id).reservation, "SUPERSEDED")
        self.call(f"{STOCK}/Receive", "ReceiveRequest", request_id=fresh_key(), sku=sku, pool=pool,
                  quantity=2)
        self.change("Commit", second.id)
        moved = self.change("Reallocate", second.id, to=pool)
        self.assertEqual([(each.pool, each.quantity) for each in moved.lines[0].allocations],
                         [(pool, 2)])
        self.call(f"{STOCK}/Adjust", "AdjustRequest", request_id=fresh_key(), sku=sku, pool=pool,
                  delta=-2, reason=word("Reason", "REASON_DAMAGE"))
        closed = self.change("CloseShort", second.id, reason=word("Reason", "REASON_REFUNDED"))
        self.assertEqual(closed.lines[0].short, 2)
        held = self.create(line(sku, 1, pool="default"), reference="by-name").reservation
        named = self.call(f"{RESERVATIONS}/ReleaseByName", "ReleaseByNameRequest",
                          request_id=fresh_key(), reference="by-name")
        self.assertEqual(list(named.released.released), [held.id])
        matched = self.call(f"{RESERVATIONS}/ReleaseMatching", "ReleaseMatchingRequest",
                            request_id=fresh_key(), sku=sku, dry_run=True)
        self.assertEqual((matched.dry_run, matched.matched), (True, 0))
        token = self.call(f"{RESERVATIONS}/IssueCheckoutToken", "IssueCheckoutTokenRequest")
        self.assertTrue(self.create(line(sku, 1, pool="default"),
                                    request_id=token.token).created)

    def test_lists_page_by_page(self):
        sku = self.stock(5)
        made = {self.create(line(sku, 1), reference="pages").reservation.id for _ in range(3)}
        self.read_when_listed(made)
        seen, token = set(), ""
        while True:
            page = self.call(f"{RESERVATIONS}/List", "ListRequest", reference="pages", page_size=2,
                             page_token=token or None)
            seen |= {each.id for each in page.reservations}
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(seen, made)

    def read_when_listed(self, made):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            page = self.call(f"{RESERVATIONS}/List", "ListRequest", reference="pages")
            if {each.id for each in page.reservations} == made:
                return
        self.fail("the list did not follow")

    def test_a_waiter_is_granted(self):
        sku = self.stock(1)
        self.ok(self.client.put("/classes/patient", {"wait_max_seconds": 600}))
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": "patient"}))
        first = self.create(line(sku, 1)).reservation
        queued = self.create(line(sku, 1), wait_seconds=300).reservation
        self.assert_state(queued, "QUEUED")
        self.assertEqual(queued.queue.ahead, 0)
        self.change("Release", first.id)
        read = self.call(f"{RESERVATIONS}/Get", "GetRequest", reservation=queued.id,
                         wait_seconds=30).reservation
        self.assert_state(read, "HELD")


class StockCalls(GrpcCase):
    def test_movements_availability_and_history(self):
        sku, pool = fresh_key("sku"), self.pool()
        made = self.call(f"{STOCK}/Receive", "ReceiveRequest", request_id=fresh_key(), sku=sku,
                         pool="default", quantity=10, reference="po-1")
        self.assertTrue(made.stock.sku_registered)
        self.assertEqual((made.stock.delta, made.stock.cell.on_hand), (10, 10))
        self.call(f"{STOCK}/Adjust", "AdjustRequest", request_id=fresh_key(), sku=sku,
                  pool="default", delta=-1, reason=word("Reason", "REASON_THEFT"))
        self.call(f"{STOCK}/MarkUnavailable", "MarkUnavailableRequest", request_id=fresh_key(),
                  sku=sku, pool="default", delta=2, reason=word("Reason", "REASON_QUALITY_HOLD"))
        self.call(f"{STOCK}/SetSafetyStock", "SetSafetyStockRequest", request_id=fresh_key(),
                  sku=sku, pool="default", quantity=1)
        view = self.call(f"{STOCK}/GetAvailability", "GetAvailabilityRequest",
                         skus=[sku, "nobody-knows"])
        item = view.items[0]
        self.assertEqual(list(view.unknown), ["nobody-knows"])
        self.assertEqual(item.status, word("StockStatus", "STOCK_STATUS_IN_STOCK"))
        self.assertEqual((item.units.on_hand, item.units.unavailable, item.units.safety_stock,
                          item.units.sellable), (9, 2, 1, 6))
        explained = self.call(f"{HISTORY}/ExplainStock", "ExplainStockRequest", sku=sku)
        self.assertEqual(sum(term.units for term in explained.pools[0].on_hand_terms), 9)
        at = self.call(f"{HISTORY}/GetStock", "GetStockRequest", sku=sku, position=made.position)
        self.assertEqual(at.pools[0].cell.on_hand, 10)
        events = self.call(f"{HISTORY}/ListEvents", "ListEventsRequest", sku=sku)
        self.assertIn("holdfast.stock.received", [event.type for event in events.events])
        self.transfers(sku, pool)

    def transfers(self, sku, pool):
        sent = self.call(f"{STOCK}/SendTransfer", "SendTransferRequest", request_id=fresh_key(),
                         sku=sku, **{"from": "default"}, to=pool, quantity=3).transfer
        self.assertEqual(sent.in_transit, 3)
        listed = self.call(f"{STOCK}/ListTransfers", "ListTransfersRequest", sku=sku)
        self.assertEqual([each.id for each in listed.transfers], [sent.id])
        self.call(f"{STOCK}/ArriveTransfer", "ArriveTransferRequest", request_id=fresh_key(),
                  transfer=sent.id, quantity=2)
        lost = self.call(f"{STOCK}/LoseTransfer", "LoseTransferRequest", request_id=fresh_key(),
                         transfer=sent.id, reason=word("Reason", "REASON_MISSING")).transfer
        self.assertEqual((lost.arrived, lost.lost, lost.in_transit), (2, 1, 0))
        stranded = self.call(f"{STOCK}/ListStranded", "ListStrandedRequest")
        self.assertIn((sku, 2, "unavailable"),
                      [(row.sku, row.units, row.why) for row in stranded.stranded])

    def test_sales_counts_and_cases(self):
        sku = self.stock(100)
        sold = self.call(f"{STOCK}/RecordSale", "RecordSaleRequest", source="till",
                         source_sequence=1, reference="t-1", lines=[v1("SoldLine", sku=sku,
                                                                       quantity=4)])
        self.assertEqual(sold.reservation.lines[0].committed, 4)
        count = self.call(f"{STOCK}/RecordCount", "RecordCountRequest", request_id=fresh_key(),
                          sku=sku, pool="default", counted=50, as_of=stamp(0.1), by="carl").count
        self.assertEqual((count.outcome, count.drift),
                         (word("CountOutcome", "COUNT_OUTCOME_PENDING"), -50))
        cases = self.call(f"{CASES}/List", "ListCasesRequest",
                          kind=word("CaseKind", "CASE_KIND_COUNT"))
        self.assertIn(getattr(count, "case"), [each.id for each in cases.cases])
        case = getattr(self.call(f"{CASES}/Get", "GetCaseRequest",
                                 **{"case": getattr(count, "case")}), "case")
        self.assertEqual((case.count.counted, case.HasField("end")), (50, False))
        decided = self.call(f"{CASES}/Resolve", "ResolveCaseRequest", request_id=fresh_key(),
                            **{"case": case.id}, plan=case.count.plan, by="dora",
                            resolution=word("Decision", "DECISION_APPROVE"))
        self.assertEqual(getattr(decided, "case").end.resolution,
                         word("Resolution", "RESOLUTION_APPROVED"))
        self.assert_figures(sku, on_hand=50, committed=4, sellable=46)

    def test_policies(self):
        sku = self.stock(5)
        asked = v1("SkuClass", name="scarce", hold_ttl_seconds=60, safety_share=0.25, split=False,
                   late_commit="refuse",
                   caps=v1("Caps", agent=v1("Cap", units=2)))
        tried = self.call(f"{POLICIES}/RehearseSkuClass", "PutSkuClassRequest", sku_class=asked)
        self.assertIn("hold_ttl_seconds", [change.field for change in tried.changes])
        put = self.call(f"{POLICIES}/PutSkuClass", "PutSkuClassRequest", sku_class=asked)
        self.assertTrue(put.created)
        read = self.call(f"{POLICIES}/GetSkuClass", "GetSkuClassRequest", name="scarce")
        self.assertEqual((read.hold_ttl_seconds, read.safety_share, read.split, read.late_commit,
                          read.caps.agent.units), (60, 0.25, False, "refuse", 2))
        self.assertEqual(self.ok(self.client.get("/classes/scarce"))["safety_share"], 0.25)
        listed = self.call(f"{POLICIES}/ListSkuClasses", "ListSkuClassesRequest")
        self.assertIn("scarce", [each.name for each in listed.sku_classes])
        self.call(f"{POLICIES}/SuggestSkuClasses", "SuggestSkuClassesRequest")
        self.call(f"{STOCK}/PutSku", "PutSkuRequest", sku=sku, sku_class="scarce")
        self.assertEqual(self.call(f"{STOCK}/GetSku", "GetSkuRequest", sku=sku).sku_class, "scarce")
        self.call(f"{POLICIES}/PutPool", "PutPoolRequest", name="north", region="eu", priority=3,
                  kind=word("PoolKind", "POOL_KIND_SUPPLIER"))
        pool = self.call(f"{POLICIES}/GetPool", "GetPoolRequest", name="north")
        self.assertEqual((pool.region, pool.priority), ("eu", 3))
        self.assertIn("north", [each.name for each in self.call(
            f"{POLICIES}/ListPools", "ListPoolsRequest").pools])
        self.call(f"{POLICIES}/PutCaps", "PutCapsRequest",
                  caps=v1("Caps", operator=v1("Cap", holds=9)))
        self.assertEqual(self.call(f"{POLICIES}/GetCaps", "GetCapsRequest").caps.operator.holds, 9)
        scope = word("StopScope", "STOP_SCOPE_SKU")
        self.call(f"{POLICIES}/StopSelling", "StopSellingRequest", scope=scope, name=sku,
                  reason=word("Reason", "REASON_RECALL"), note="bad batch", by="eve")
        stops = self.call(f"{POLICIES}/ListStops", "ListStopsRequest").stops
        self.assertIn((sku, "bad batch"), [(stop.name, stop.note) for stop in stops])
        self.call(f"{POLICIES}/ResumeSelling", "ResumeSellingRequest", scope=scope, name=sku)
        self.assertFalse(self.call(f"{POLICIES}/ListStops", "ListStopsRequest").stops)

    def test_owners(self):
        sku = self.stock(5)

        def is_listed():
            """What is released within its millisecond wasted nothing."""
            held = self.create(line(sku, 1), agent_id="hoarder").reservation
            self.ok(self.verb(held.id, "release"))
            owners = self.call(f"{HISTORY}/ListOwners", "ListOwnersRequest",
                               kind=word("PrincipalKind", "PRINCIPAL_KIND_AGENT")).owners
            return "hoarder" in [owner.name for owner in owners]

        wait_until(is_listed, "the hoarder is listed")

    def test_events_are_watched_from_any_position(self):
        sku = self.stock(5)
        after = self.position()
        feed = self.grpc.watch(f"{HISTORY}/WatchEvents", v1("WatchEventsRequest", after=after))
        made = self.create(line(sku, 1)).reservation
        seen = []
        for page in feed:
            seen += page.events
            if any(event.subject == made.id for event in seen):
                break
        feed.cancel()
        held = next(event for event in seen if event.subject == made.id)
        self.assertEqual((held.type, held.data.reservation.lines[0].held),
                         ("holdfast.reservation.held", 1))


class Retries(GrpcCase):
    def body(self, sku):
        return {"lines": [{"sku": sku, "quantity": 2, "line_id": "a"}], "ttl_seconds": 600,
                "reference": "both", "metadata": {"b": "2", "a": "1"}, "customer_id": "ann"}

    def message(self, sku, key):
        return dict(request_id=key, ttl_seconds=600, reference="both", customer_id="ann",
                    metadata={"a": "1", "b": "2"})

    def test_a_retry_over_the_other_interface_gets_the_first_answer(self):
        sku, key = self.stock(9), fresh_key()
        first = self.ok(self.client.post("/reservations", self.body(sku), key=key), 201)
        with self.nothing_changes():
            again = self.create(line(sku, 2, line_id="a"), **self.message(sku, key))
        self.assertTrue(again.replayed)
        self.assertEqual((again.reservation.id, again.position), (first["id"], first["position"]))
        self.assertEqual(again.present.state, word(STATE, "RESERVATION_STATE_HELD"))

    def test_and_the_other_way_round(self):
        sku, key = self.stock(9), fresh_key()
        first = self.create(line(sku, 2, line_id="a"), **self.message(sku, key))
        with self.nothing_changes():
            again = self.client.post("/reservations", self.body(sku), key=key)
        self.assertTrue(again.replayed)
        self.assertEqual(again.json["id"], first.reservation.id)

    def test_every_verb_shares_its_key(self):
        sku = self.stock(9)
        made = self.create(line(sku, 3)).reservation
        lines, parts = [{"sku": sku, "quantity": 1}], [part(sku, 1)]
        steps = [("extend", {"ttl_seconds": 700}, "Extend", {"ttl_seconds": 700}),
                 ("payment", {"provider": "p"}, "BeginPayment", {"provider": "p"}),
                 ("commit", {"lines": lines}, "Commit", {"lines": parts}),
                 ("ship", {"lines": lines, "occurred_at": "2026-01-02T03:04:05.006Z"}, "Ship",
                  {"lines": parts, "occurred_at": at_ms(1767323045006)}),
                 ("return", {"lines": lines, "disposition": "damaged"}, "Return",
                  {"lines": parts, "disposition": word("Disposition", "DISPOSITION_DAMAGED")}),
                 ("release", None, "Release", {})]
        for verb, body, method, fields in steps:
            with self.subTest(verb=verb):
                key = fresh_key()
                self.ok(self.verb(made.id, verb, body, key=key))
                again = self.call(f"{RESERVATIONS}/{method}", f"{method}Request", request_id=key,
                                  reservation=made.id, **fields)
                self.assertTrue(again.replayed)

    def test_the_key_may_be_metadata(self):
        sku, key = self.stock(9), fresh_key()
        request = v1("CreateRequest", lines=[line(sku, 1)])
        meta = [("idempotency-key", key)]
        first = self.grpc.call(f"{RESERVATIONS}/Create", request, metadata=meta)
        again = self.grpc.call(f"{RESERVATIONS}/Create", request, metadata=meta)
        self.assertEqual((first.replayed, again.replayed), (False, True))
        self.assertEqual(first.reservation, again.reservation)

    def test_a_recorded_no_is_shared_too(self):
        sku, key = self.stock(1), fresh_key()
        body = {"lines": [{"sku": sku, "quantity": 5}]}
        self.refused(self.client.post("/reservations", body, key=key), 409, "insufficient_stock")
        self.stock(10, sku)
        self.refused_call("FAILED_PRECONDITION", "insufficient_stock", self.create, line(sku, 5),
                          request_id=key)

    def test_a_key_of_another_request_is_refused(self):
        sku, key = self.stock(9), fresh_key()
        self.ok(self.client.post("/reservations", self.body(sku), key=key), 201)
        self.refused_call("INVALID_ARGUMENT", "idempotency_key_reused", self.create, line(sku, 3),
                          request_id=key)

    def test_a_batch_is_answered_in_order_and_each_for_itself(self):
        sku = self.stock(2)
        batch = v1("CommandBatch", commands=[
            v1("Command", correlation=30 + i,
               create=v1("CreateRequest", request_id=fresh_key(), lines=[line(sku, 1)]))
            for i in range(3)])
        results = self.grpc.call(f"{COMMANDS}/Batch", batch).results
        self.assertEqual([each.correlation for each in results], [30, 31, 32])
        self.assertEqual([each.reply.WhichOneof("outcome") for each in results],
                         ["reservation", "reservation", "refusal"])
        self.assertEqual(results[2].reply.refusal.code, "insufficient_stock")
        self.assertEqual(results[0].reply.reservation.lines[0].held, 1)
        again = self.grpc.call(f"{COMMANDS}/Batch", batch).results
        self.assertEqual([each.reply.replayed for each in again], [True, True, True])


def at_ms(ms):
    out = message("google.protobuf.Timestamp")()
    out.FromMilliseconds(ms)
    return out


if __name__ == "__main__":
    unittest.main()

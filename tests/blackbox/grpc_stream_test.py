#!/usr/bin/python3
"""gRPC: thousands of commands on one stream; the window; clients that vanish or do not read."""

import threading
import unittest

import grpc

from grpc_case import COMMANDS, GrpcCase, line, part
from grpc_client import GrpcClient, v1
from holdfast_process import wait_until
from rest_client import fresh_key

PIPELINE = f"{COMMANDS}/Pipeline"


def create(correlation, sku, quantity=1, key=None):
    return v1("Command", correlation=correlation,
              create=v1("CreateRequest", request_id=key or fresh_key(),
                        lines=[line(sku, quantity)]))


def batches(commands, size, **more):
    for at in range(0, len(commands), size):
        yield v1("CommandBatch", commands=commands[at:at + size], **more)


class Pipeline(GrpcCase):
    def answers(self, messages, client=None):
        got = {}
        for batch in (client or self.grpc).stream(PIPELINE, messages):
            for result in batch.results:
                self.assertNotIn(result.correlation, got, "answered twice")
                got[result.correlation] = result.reply
        return got

    def test_thousands_of_commands_are_each_answered_once(self):
        sku = self.stock(4000)
        commands = [create(number, sku) for number in range(5000)]
        got = self.answers(batches(commands, 250))
        self.assertEqual(set(got), set(range(5000)))
        held = [reply for reply in got.values() if reply.HasField("reservation")]
        refused = [reply.refusal.code for reply in got.values() if reply.HasField("refusal")]
        self.assertEqual((len(held), refused), (4000, ["insufficient_stock"] * 1000))
        self.assertEqual(len({reply.reservation.id for reply in held}), 4000)
        self.assert_figures(sku, on_hand=4000, held=4000)
        with self.nothing_changes():
            again = self.answers(batches(commands[:1000], 1000))
        self.assertTrue(all(reply.replayed for reply in again.values()))

    def test_what_depends_on_an_answer_follows_on_the_same_stream(self):
        """Results come while the client still sends."""
        sku = self.stock(10)
        sent = threading.Semaphore(0)
        made = {}

        def messages():
            yield v1("CommandBatch", commands=[create(1, sku, 4)])
            self.assertTrue(sent.acquire(timeout=60))
            yield v1("CommandBatch", commands=[
                v1("Command", correlation=2,
                   commit=v1("CommitRequest", reservation=made[1].reservation.id,
                             request_id=fresh_key(), lines=[part(sku, 3)])),
                v1("Command", correlation=3, release=v1("ReleaseRequest",
                                                        reservation=made[1].reservation.id))])

        for batch in self.grpc.stream(PIPELINE, messages()):
            for result in batch.results:
                made[result.correlation] = result.reply
            if 1 in made and 2 not in made:
                sent.release()
        self.assertEqual(made[3].WhichOneof("outcome"), "reservation")
        self.assert_figures(sku, on_hand=10, committed=3, sellable=7)

    def test_the_view_says_how_much_a_result_shows(self):
        sku = self.stock(10)
        basic = self.answers(iter([v1("CommandBatch", commands=[create(1, sku)])]))[1].reservation
        full = self.answers(iter([v1("CommandBatch", view=2, commands=[create(1, sku)])]))[1]
        self.assertEqual((len(basic.lines), basic.version, basic.firm), (0, 1, True))
        self.assertEqual((len(full.reservation.lines), full.created), (1, True))

    def test_more_than_the_window_is_answered_too(self):
        sku = self.stock(3000)
        commands = [create(number, sku) for number in range(3000)]
        self.assertEqual(len(self.answers(batches(commands, 100, window=1))), 3000)

    def test_who_does_not_read_results_is_not_read(self):
        """The rest of what was sent waits in the connection and is taken once results leave."""
        sku = self.stock(1_000_000)
        commands = [create(number, sku) for number in range(40_000)]
        stream = self.grpc.stream(PIPELINE, batches(commands, 1000, window=1000, view=2))
        wait_until(lambda: self.figures(sku)["held"] >= 1000, "the window is filled")
        seen = sum(len(batch.results) for batch in stream)
        self.assertEqual(seen, 40_000)
        self.assert_figures(sku, on_hand=1_000_000, held=40_000, sellable=960_000)

    def fault(self, messages):
        """The results before a stream failed, and its status."""
        results = []
        with self.assertRaises(grpc.RpcError) as caught:
            for batch in self.grpc.stream(PIPELINE, messages):
                results += batch.results
        return results, caught.exception.code().name

    def test_a_bad_message_ends_the_stream_after_what_came_before_it(self):
        sku = self.stock(10)
        for bad in (v1("CommandBatch"), v1("CommandBatch", commands=[create(0, sku)] * 1001)):
            good = v1("CommandBatch", commands=[create(7, sku)])
            results, code = self.fault(iter([good, bad, good]))
            self.assertEqual(([each.correlation for each in results], code),
                             ([7], "INVALID_ARGUMENT"))
        _, code = self.fault(iter([v1("CommandBatch", window=70_000, commands=[create(0, sku)])]))
        self.assertEqual(code, "INVALID_ARGUMENT")
        self.assert_figures(sku, on_hand=10, held=2, sellable=8)

    def test_an_invalid_command_is_a_result_among_others(self):
        sku = self.stock(10)
        got = self.answers(iter([v1("CommandBatch", commands=[
            create(1, sku), v1("Command", correlation=2), create(3, sku, 0), create(4, sku)])]))
        self.assertEqual({number: reply.WhichOneof("outcome") for number, reply in got.items()},
                         {1: "reservation", 2: "refusal", 3: "refusal", 4: "reservation"})
        self.assertEqual(got[3].refusal.errors[0].field, "lines[0].quantity")

    def test_a_client_that_vanishes_leaves_the_service_well(self):
        sku = self.stock(1_000_000)
        for _ in range(5):
            client = GrpcClient(self.service.grpc_address)
            keys = [fresh_key() for _ in range(3000)]
            commands = [create(number, sku, key=key) for number, key in enumerate(keys)]
            stream = client.stream(PIPELINE, batches(commands, 500))
            next(iter(stream))
            stream.cancel()
            client.close()
        again = self.answers(batches([create(n, sku, key=key) for n, key in enumerate(keys)], 500))
        self.assertEqual(len({reply.reservation.id for reply in again.values()}), 3000)
        self.assertGreaterEqual(self.figures(sku)["held"], 3000)

    def test_a_command_with_fields_of_a_newer_client_does_nothing(self):
        sku = self.stock(10)
        lines = [create(number, sku) for number in range(3)]
        for number, strange in enumerate((lines[0], lines[1].create, lines[2].create.lines[0])):
            with self.subTest(number=number):
                strange.MergeFromString(b"\xfa\x3f\x01a")
                reply = self.answers(iter([v1("CommandBatch", commands=[lines[number]])]))[number]
                self.assertEqual(reply.refusal.code, "malformed_request")
        self.assert_figures(sku, on_hand=10, sellable=10)

    def test_an_empty_stream_ends_well(self):
        self.assertEqual(self.answers(iter([])), {})


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""gRPC: what a "no" carries, bad input, keys and scopes, deadlines, health, reflection."""

import unittest

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool

from grpc_case import COMMANDS, GrpcCase, HISTORY, RESERVATIONS, STOCK, line, word
from grpc_client import GrpcClient, Refused, message, v1
from holdfast_process import Service, expect_refused_start, run, temporary_directory
from rest_client import fresh_key


class Details(GrpcCase):
    def test_lack_of_stock_names_every_line(self):
        a, b = self.stock(1), self.stock(2)
        told = self.refused_call("FAILED_PRECONDITION", "insufficient_stock", self.create,
                                 line(a, 5), line(b, 7))
        lines = [(each.line, each.sku, each.requested, each.sellable)
                 for each in told.refusal.lines]
        self.assertEqual(lines, [(1, a, 5, 1), (2, b, 7, 2)])
        self.assertEqual(told.refusal.retry, word("Retry", "RETRY_NEW_KEY"))
        self.assertTrue(told.refusal.recorded)
        failure = told.detail("google.rpc.PreconditionFailure")
        self.assertEqual([(each.type, each.subject) for each in failure.violations],
                         [("STOCK", f"skus/{a}"), ("STOCK", f"skus/{b}")])

    def test_many_failing_lines_fit_into_a_trailer(self):
        skus = [self.stock(1, fresh_key("s" * 90)) for _ in range(60)]
        told = self.refused_call("FAILED_PRECONDITION", "insufficient_stock", self.create,
                                 *[line(sku, 5) for sku in skus])
        self.assertEqual(len(told.refusal.lines) + told.refusal.lines_omitted, 60)
        self.assertGreater(len(told.refusal.lines), 1)

    def test_invalid_fields_are_named_as_the_message_has_them(self):
        told = self.refused_rpc("INVALID_ARGUMENT", "validation_failed",
                                f"{RESERVATIONS}/Create", "CreateRequest", request_id=fresh_key(),
                                lines=[line("a", 1), line("b", 0)], ttl_seconds=-1)
        fields = {each.field for each in told.detail("google.rpc.BadRequest").field_violations}
        self.assertEqual(fields, {"lines[1].quantity", "ttl_seconds"})
        told = self.refused_rpc("INVALID_ARGUMENT", "validation_failed",
                                "holdfast.v1.Policies/PutSkuClass", "PutSkuClassRequest",
                                sku_class=v1("SkuClass", name="x", hold_ttl_seconds=0))
        self.assertEqual(told.refusal.errors[0].field, "sku_class.hold_ttl_seconds")

    def test_a_wrong_state_is_named(self):
        sku = self.stock(1)
        made = self.create(line(sku, 1)).reservation
        self.ok(self.verb(made.id, "release"))
        told = self.refused_rpc("FAILED_PRECONDITION", "illegal_transition",
                                f"{RESERVATIONS}/Commit", "CommitRequest", reservation=made.id)
        self.assertEqual(told.info.metadata["state"], "released")
        violation = told.detail("google.rpc.PreconditionFailure").violations[0]
        self.assertEqual((violation.type, violation.subject),
                         ("STATE", f"reservations/{made.id}"))

    def test_another_version_is_aborted(self):
        made = self.create(line(self.stock(1), 1)).reservation
        told = self.refused_rpc("ABORTED", "version_mismatch", f"{RESERVATIONS}/Commit",
                                "CommitRequest", reservation=made.id, expected_version=7)
        self.assertEqual(told.refusal.version, 1)

    def test_what_is_not_there(self):
        told = self.refused_rpc("NOT_FOUND", "unknown_reservation", f"{RESERVATIONS}/Get",
                                "GetRequest", reservation="rsv_nothing")
        self.assertEqual(told.detail("google.rpc.ResourceInfo").resource_type, "reservation")
        self.refused_rpc("NOT_FOUND", "not_found", f"{STOCK}/GetSku", "GetSkuRequest", sku="none")

    def test_a_cap_is_a_quota(self):
        sku = self.stock(9)
        self.ok(self.client.put("/caps", {"agent": {"units": 1}}))
        told = self.refused_call("RESOURCE_EXHAUSTED", "owner_limit_exceeded", self.create,
                                 line(sku, 2), agent_id="greedy")
        self.ok(self.client.put("/caps", {}))
        self.assertEqual((told.refusal.limit, told.refusal.cap.used), (1, 0))
        self.assertEqual(told.detail("google.rpc.QuotaFailure").violations[0].subject, "agent")


class BadInput(GrpcCase):
    def test_what_cannot_be_understood_changes_nothing(self):
        sku = self.stock(5)
        create = f"{RESERVATIONS}/Create"
        valid = v1("CreateRequest", request_id="x", lines=[line(sku, 1)]).SerializeToString()
        with self.nothing_changes():
            for data in (b"\xff\xff\xff", b"\x0a\x02\xff\xfe", valid + b"\xfa\x3f\x01a"):
                with self.subTest(data=data):
                    self.refused_call("INVALID_ARGUMENT", "malformed_request", self.grpc.raw,
                                      create, data)
            self.assertEqual([line for line in self.service.log if "UTF-8" in line], [],
                             "what clients send does not fill the operator's log")
            self.refused_call("INVALID_ARGUMENT", "idempotency_key_required", self.create,
                              line(sku, 1), request_id=None)
            self.refused_call("INVALID_ARGUMENT", "validation_failed", self.create)
            self.refused_rpc("INVALID_ARGUMENT", "validation_failed", f"{STOCK}/Adjust",
                             "AdjustRequest", request_id="y", sku=sku, delta=-1, reason=99)
            self.refused_rpc("INVALID_ARGUMENT", "validation_failed", f"{RESERVATIONS}/List",
                             "ListRequest", state=77)
            self.refused_rpc("INVALID_ARGUMENT", "validation_failed", f"{COMMANDS}/Batch",
                             "CommandBatch")
            self.refused_rpc("INVALID_ARGUMENT", "validation_failed", f"{COMMANDS}/Batch",
                             "CommandBatch", commands=[v1("Command")] * 8193)

    def test_a_command_that_is_none_is_a_result(self):
        results = self.call(f"{COMMANDS}/Batch", "CommandBatch",
                            commands=[v1("Command", correlation=5)]).results
        self.assertEqual((results[0].correlation, results[0].reply.refusal.code),
                         (5, "validation_failed"))

    def test_a_message_that_is_too_large_is_refused_by_its_size(self):
        with self.assertRaises(Refused) as caught:
            self.grpc.raw(f"{RESERVATIONS}/Create", b"\x0a" + b"x" * (17 << 20))
        self.assertEqual(caught.exception.code, "RESOURCE_EXHAUSTED")

    def test_an_unknown_method(self):
        with self.assertRaises(Refused) as caught:
            self.grpc.raw("holdfast.v1.Reservations/Steal", b"")
        self.assertEqual(caught.exception.code, "UNIMPLEMENTED")

    def test_after_a_deadline_the_request_id_finds_what_took_effect_or_makes_it_once(self):
        sku, late = self.stock(100), 0
        for number in range(40):
            request = v1("CreateRequest", request_id=fresh_key(), lines=[line(sku, 1)])
            try:
                self.grpc.call(f"{RESERVATIONS}/Create", request, limit=number * 0.0001)
            except Refused as refused:
                self.assertEqual(refused.code, "DEADLINE_EXCEEDED")
                late += 1
            self.grpc.call(f"{RESERVATIONS}/Create", request)
        self.assertGreater(late, 0)
        self.assert_figures(sku, on_hand=100, held=40, sellable=60)

    def test_a_deadline_while_it_waits_ends_the_call_and_the_request_id_finds_the_rest(self):
        sku = self.stock(1)
        self.ok(self.client.put("/classes/patient", {"wait_max_seconds": 600}))
        self.ok(self.client.put(f"/skus/{sku}", {"sku_class": "patient"}))
        self.create(line(sku, 1))
        queued = self.create(line(sku, 1), wait_seconds=300).reservation
        with self.assertRaises(Refused) as caught:
            self.grpc.call(f"{RESERVATIONS}/Get",
                           v1("GetRequest", reservation=queued.id, wait_seconds=30), limit=0.2)
        self.assertEqual(caught.exception.code, "DEADLINE_EXCEEDED")


class Keys(GrpcCase):
    @classmethod
    def setUpClass(cls):
        directory = cls.enterClassContext(temporary_directory())
        cls.keys = {}
        for name, scopes in (("reader", "read"), ("shop", "read,reserve"), ("wms", "read,stock"),
                             ("admin", "read,reserve,stock,admin")):
            made = run("keys", "new", name, "--scopes", scopes, "--file", directory / "keys.txt")
            assert made.returncode == 0, made.stderr
            cls.keys[name] = made.stdout.strip()
        cls.options = ("--grpc-listen", "127.0.0.1:0", "--api-keys", directory / "keys.txt")
        super().setUpClass()

    def as_user(self, name):
        client = GrpcClient(self.service.grpc_address, self.keys.get(name, name))
        self.addCleanup(client.close)
        return client

    def test_no_key_and_a_wrong_key(self):
        request = v1("GetAvailabilityRequest", skus=["a"])
        for client in (self.grpc, self.as_user("hf_wrong")):
            self.refused_call("UNAUTHENTICATED", "unauthenticated", client.call,
                              f"{STOCK}/GetAvailability", request)
        with self.assertRaises(grpc.RpcError) as caught:
            list(self.grpc.stream(f"{COMMANDS}/Pipeline", iter([])))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)

    def test_scopes(self):
        self.as_user("wms").call(f"{STOCK}/Receive", v1("ReceiveRequest", request_id=fresh_key(),
                                                       sku="scoped", quantity=5))
        create = v1("CreateRequest", request_id=fresh_key(), lines=[line("scoped", 1)])
        self.refused_call("PERMISSION_DENIED", "forbidden", self.as_user("reader").call,
                          f"{RESERVATIONS}/Create", create)
        self.assertTrue(self.as_user("shop").call(f"{RESERVATIONS}/Create", create).created)

    def test_each_command_of_a_pipeline_needs_its_own_scope(self):
        batch = v1("CommandBatch", commands=[
            v1("Command", correlation=1, receive=v1("ReceiveRequest", request_id=fresh_key(),
                                                    sku="piped", quantity=5)),
            v1("Command", correlation=2, put_caps=v1("PutCapsRequest"))])
        got = {}
        for results in self.as_user("wms").stream(f"{COMMANDS}/Pipeline", iter([batch])):
            got.update({each.correlation: each.reply.WhichOneof("outcome")
                        for each in results.results})
        self.assertEqual(got, {1: "stock", 2: "refusal"})

    def test_an_open_address_needs_keys(self):
        with temporary_directory() as directory:
            code, log = expect_refused_start(directory / "ledger", "--grpc-listen", "0.0.0.0:0")
        self.assertNotEqual(code, 0)
        self.assertIn("--no-auth", log)


class Probes(GrpcCase):
    def check(self, service):
        return self.grpc.call("grpc.health.v1.Health/Check",
                              message("grpc.health.v1.HealthCheckRequest")(service=service)).status

    def test_health(self):
        self.assertEqual((self.check(""), self.check("holdfast.v1.Reservations")), (1, 1))
        with self.assertRaises(Refused) as caught:
            self.check("holdfast.v1.Nothing")
        self.assertEqual(caught.exception.code, "NOT_FOUND")
        watch = self.grpc.watch("grpc.health.v1.Health/Watch",
                                message("grpc.health.v1.HealthCheckRequest")(service="none"))
        self.assertEqual(next(iter(watch)).status, 3)
        watch.cancel()

    def test_reflection_of_both_versions_describes_every_service(self):
        for version in ("v1", "v1alpha"):
            with self.subTest(version=version):
                ask = message(f"grpc.reflection.{version}.ServerReflectionRequest")
                path = f"grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
                first, *_ = self.grpc.stream(path, iter([ask(list_services="*")]))
                names = [each.name for each in first.list_services_response.service]
                self.assertIn("holdfast.v1.Reservations", names)
                answers = list(self.grpc.stream(
                    path, iter([ask(file_containing_symbol=name) for name in names])))
                pool = descriptor_pool.DescriptorPool()
                for answer in answers:
                    add_files(pool, answer.file_descriptor_response.file_descriptor_proto)
                for name in names:
                    self.assertGreater(len(pool.FindServiceByName(name).methods), 0)
                self.every_method_is_served(pool, names)
                wrong, = self.grpc.stream(path, iter([ask(file_by_filename="no.proto")]))
                self.assertEqual(wrong.error_response.error_code, 5)

    def every_method_is_served(self, pool, names):
        for name in names:
            for method in pool.FindServiceByName(name).methods:
                if method.client_streaming or method.server_streaming:
                    continue
                try:
                    self.grpc.raw(f"{name}/{method.name}", b"")
                except Refused as refused:
                    self.assertNotEqual(refused.code, "UNIMPLEMENTED", method.full_name)

    def test_metrics_count_calls_by_method_and_code(self):
        self.check("")
        shown = self.client.get("//metrics").body.decode()
        self.assertRegex(shown, r'holdfast_grpc_requests_total\{.*Health/Check.*\} [1-9]')
        self.assertIn("holdfast_grpc_requests_in_flight", shown)

    def test_a_port_that_is_taken_is_told(self):
        port = self.service.grpc_address.rsplit(":", 1)[1]
        with temporary_directory() as directory:
            code, log = expect_refused_start(directory / "ledger", "--grpc-listen",
                                             f"127.0.0.1:{port}")
        self.assertNotEqual(code, 0)
        self.assertIn("gRPC cannot listen", log)


def add_files(pool, files):
    """Adds the files to the pool, those that others import first."""
    protos = [descriptor_pb2.FileDescriptorProto.FromString(each) for each in files]
    for proto in reversed(protos):
        try:
            pool.FindFileByName(proto.name)
        except KeyError:
            for needed in proto.dependency:
                add_named(pool, protos, needed)
            pool.Add(proto)


def add_named(pool, protos, name):
    try:
        pool.FindFileByName(name)
    except KeyError:
        proto = next(each for each in protos if each.name == name)
        for needed in proto.dependency:
            add_named(pool, protos, needed)
        pool.Add(proto)


class Drain(unittest.TestCase):
    def test_streams_are_told_and_everything_taken_is_answered(self):
        with temporary_directory() as directory:
            with Service(directory / "ledger", "--grpc-listen", "127.0.0.1:0") as service:
                client = GrpcClient(service.grpc_address)
                health = client.watch("grpc.health.v1.Health/Watch",
                                      message("grpc.health.v1.HealthCheckRequest")())
                self.assertEqual(next(iter(health)).status, 1)
                feed = client.watch(f"{HISTORY}/WatchEvents", v1("WatchEventsRequest"))
                next(iter(feed))
                service.ask_to_stop()
                self.assertEqual([each.status for each in health], [2])
                with self.assertRaises(grpc.RpcError) as caught:
                    list(feed)
                self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
                self.assertEqual(service.wait(), 0)
                client.close()


if __name__ == "__main__":
    unittest.main()

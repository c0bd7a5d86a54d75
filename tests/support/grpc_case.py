"""What the tests of gRPC share: a service with both interfaces, and sentences about it."""

from blackbox_case import ServiceCase
from grpc_client import GrpcClient, Refused, message, v1
from rest_client import fresh_key

RESERVATIONS = "holdfast.v1.Reservations"
STOCK = "holdfast.v1.Stock"
POLICIES = "holdfast.v1.Policies"
HISTORY = "holdfast.v1.History"
CASES = "holdfast.v1.Cases"
COMMANDS = "holdfast.v1.Commands"


def line(sku, quantity, **more):
    return v1("Line", sku=sku, quantity=quantity, **more)


def part(sku, quantity):
    return v1("LinePart", sku=sku, quantity=quantity)


def word(kind, name):
    """word("Reason", "REASON_FRAUD") is its number."""
    return message("holdfast.v1.Reply").DESCRIPTOR.file.pool.FindEnumTypeByName(
        f"holdfast.v1.{kind}").values_by_name[name].number


class GrpcCase(ServiceCase):
    options = ("--grpc-listen", "127.0.0.1:0")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grpc = GrpcClient(cls.service.grpc_address)
        cls.addClassCleanup(lambda: cls.grpc.close())

    @classmethod
    def restart(cls, hard=True):
        super().restart(hard)
        cls.grpc.close()
        cls.grpc = GrpcClient(cls.service.grpc_address)

    def stock(self, units, sku=None):
        """A SKU with so many units in the pool `default`, whatever pools there are."""
        sku = sku or fresh_key(self.id().rsplit(".", 1)[1][:60])
        self.call(f"{STOCK}/Receive", "ReceiveRequest", request_id=fresh_key(), sku=sku,
                  pool="default", quantity=units)
        return sku

    def call(self, path, kind, /, **fields):
        return self.grpc.call(path, v1(kind, **fields))

    def create(self, *lines, **more):
        more.setdefault("request_id", fresh_key())
        return self.call(f"{RESERVATIONS}/Create", "CreateRequest", lines=lines, **more)

    def refused_call(self, code, refusal, function, *arguments, **fields):
        """A call that fails with this status and this code of ours; returns what it carried."""
        with self.assertRaises(Refused) as caught:
            function(*arguments, **fields)
        told = caught.exception
        self.assertEqual((told.code, told.info.reason), (code, refusal.upper()), told)
        self.assertEqual(told.info.domain, "holdfast")
        self.assertEqual((told.refusal.code, told.status.message), (refusal, told.text))
        return told

    def refused_rpc(self, code, refusal, path, kind, /, **fields):
        return self.refused_call(code, refusal, self.grpc.call, path, v1(kind, **fields))

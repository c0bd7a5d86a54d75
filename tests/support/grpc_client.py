"""A gRPC client for tests: Python's own, with messages that protoc makes of the .proto files.

Stubs need no generated code: a method is called by its path, with the types that its service's
descriptor names.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types

# Else starting the service again waits, now and then for ever, for gRPC's own threads to rest.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

try:
    import grpc
    from google.protobuf import descriptor_pool, symbol_database
except ImportError:
    print("python3-grpcio or python3-protobuf is missing: skipped", file=sys.stderr)
    sys.exit(77)

LIMIT = 60.0
PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def _compile():
    """Modules of all .proto files, importable from a temporary directory."""
    if shutil.which("protoc") is None:
        print("protoc is missing: skipped", file=sys.stderr)
        sys.exit(77)
    directory = tempfile.TemporaryDirectory(prefix="holdfast-proto.")
    files = sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))
    subprocess.run(["protoc", "-I", ".", "--python_out", directory.name, *files], cwd=PROTO,
                   check=True)
    # Packages of the same names are installed: only what is missing there is taken from here.
    for name in files:
        module = types.ModuleType(name)
        source = pathlib.Path(directory.name, name.replace(".proto", "_pb2.py"))
        _load(module, source, files, directory.name)
    return directory


_loaded = {}


def _load(module, source, files, root):
    """Runs a generated module; what it imports of ours is loaded first."""
    if source in _loaded:
        return
    _loaded[source] = module
    text = source.read_text(encoding="utf-8")
    kept = []
    for line in text.splitlines():
        if line.startswith("from ") and not line.startswith("from google.protobuf"):
            package, name = line.split()[1], line.split()[3]
            needed = pathlib.Path(root, *package.split("."), name + ".py")
            _load(types.ModuleType(name), needed, files, root)
            kept.append(f"{line.split(' as ')[1]} = None")
        else:
            kept.append(line)
    exec(compile("\n".join(kept), str(source), "exec"), module.__dict__)


_directory = _compile()
_pool = descriptor_pool.Default()


def message(name):
    """The class of a message, such as "holdfast.v1.CreateRequest"."""
    return symbol_database.Default().GetSymbol(name)


def v1(kind, /, **fields):
    """A message of ours: v1("Pool", name="north")."""
    return message(f"holdfast.v1.{kind}")(**fields)


def unpack(details, name):
    """The detail of that type; None if there is none."""
    wanted = message(name)()
    for each in details:
        if each.Is(wanted.DESCRIPTOR):
            each.Unpack(wanted)
            return wanted
    return None


class Refused(Exception):
    """A call that failed, with its details."""

    def __init__(self, error):
        super().__init__(f"{error.code().name}: {error.details()}")
        self.code = error.code().name
        self.text = error.details()
        self.status = message("google.rpc.Status")()
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                self.status.ParseFromString(value)

    def detail(self, name):
        return unpack(self.status.details, name)

    @property
    def info(self):
        return self.detail("google.rpc.ErrorInfo")

    @property
    def refusal(self):
        return self.detail("holdfast.v1.Refusal")


class GrpcClient:
    """Calls by path: client.call("holdfast.v1.Reservations/Get", v1("GetRequest", ...))."""

    def __init__(self, address, key=None):
        self.channel = grpc.insecure_channel(
            address, options=[("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1),
                              ("grpc.max_send_message_length", -1)])
        self.metadata = [("authorization", f"Bearer {key}")] if key else []

    def close(self):
        self.channel.close()

    def _types(self, path):
        service, method = path.split("/")
        found = _pool.FindServiceByName(service).FindMethodByName(method)
        return message(found.input_type.full_name), message(found.output_type.full_name)

    def call(self, path, request, metadata=(), limit=LIMIT):
        asked, answered = self._types(path)
        unary = self.channel.unary_unary("/" + path, asked.SerializeToString, answered.FromString)
        try:
            return unary(request, timeout=limit, metadata=[*self.metadata, *metadata])
        except grpc.RpcError as error:
            raise Refused(error) from None

    def raw(self, path, data, limit=LIMIT):
        """A call with bytes for a message, answered with bytes."""
        try:
            return self.channel.unary_unary("/" + path)(data, timeout=limit,
                                                        metadata=self.metadata)
        except grpc.RpcError as error:
            raise Refused(error) from None

    def watch(self, path, request, limit=LIMIT):
        asked, answered = self._types(path)
        return self.channel.unary_stream("/" + path, asked.SerializeToString, answered.FromString)(
            request, timeout=limit, metadata=self.metadata)

    def stream(self, path, requests, limit=LIMIT):
        asked, answered = self._types(path)
        return self.channel.stream_stream("/" + path, asked.SerializeToString,
                                          answered.FromString)(
            requests, timeout=limit, metadata=self.metadata)

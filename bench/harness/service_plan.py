"""Holdfast alone: in memory, in process, over the network beside its own no-op, storm, recovery."""

import json
import pathlib
import shutil
import subprocess
import time

from .probe import fdatasync_us, probe
from .servers import ServerProblem
from .stats import best, waits_behind_syncs
from .subjects import OnHoldfast, Shape, read_driver, run_driver

MACHINE_LIMIT = 300


class InProcess:
    """service_bench and durable_bench, each run on a fresh ledger directory."""

    def __init__(self, bench, kind="rocksdb"):
        self.bench = bench
        self.kind = kind
        self.directory = bench.workspace / "ledger"

    def fresh(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def where(self):
        return f"{self.kind}:{self.directory}"

    def service(self, mode, **options):
        """One run of service_bench; options are its flags."""
        words = [self.bench.tools / "service_bench", "--mode", mode, "--ledger", self.where]
        for name, value in options.items():
            words += ["--" + name.replace("_", "-"), value]
        return run_driver(words)

    def durable(self, ledger=None, **options):
        words = [self.bench.tools / "durable_bench", "--ledger", ledger or self.where,
                 "--json", "yes"]
        for name, value in options.items():
            words += [f"--{name}", value]
        run = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                             check=False)
        # It ends with 1 when its own audit fails, and still prints what it measured.
        return read_driver(0, run.stdout, run.stderr, words)

    def verify(self):
        """The ledger on its own: chain, invariants, state hashes. True when all hold."""
        run = subprocess.run([self.bench.binary, "ledger", "verify", self.where],
                             capture_output=True, check=False)
        return run.returncode == 0

    def disk_bytes(self):
        return sum(path.stat().st_size for path in self.directory.rglob("*") if path.is_file())


def machine(bench):
    """Decide, apply and encode in memory: per CPU second, as Google Benchmark counts it."""
    only = ["--benchmark_filter=carts|replay/100000"] if bench.quick else []
    run = subprocess.run([bench.tools / "machine_bench", "--benchmark_format=json", *only],
                         capture_output=True, text=True, check=True, timeout=MACHINE_LIMIT)
    for item in json.loads(run.stdout)["benchmarks"]:
        result = {key: value for key, value in item.items() if isinstance(value, (int, float))}
        result["per_second"] = item.get("items_per_second", 0)
        name = item["name"].split("/min_time")[0].split("/iterations")[0]
        bench.record("machine", name, result)


def durable(bench, place):
    for repetition in range(bench.repetitions):
        mixes = [("hot", {"skus": 1, "mix": "carts"}),
                 ("uniform", {"skus": 100_000, "mix": "carts"}),
                 ("uniform holds", {"skus": 100_000, "mix": "holds"})]
        for name, options in mixes[:2] if bench.quick else mixes:
            place.fresh()
            seconds = 2 if bench.quick else round(bench.seconds)
            result = place.durable(seconds=seconds, **options)
            bench.record("durable", name, {**result, "audit_ok": result["audit"]},
                         repetition=repetition)
    bench.record("ledgers", "memory", place.durable("memory:", seconds=2, mix="carts"))
    for kind in ("rocksdb", "segments"):
        place.fresh()
        bench.record("ledgers", kind,
                     place.durable(f"{kind}:{place.directory}", seconds=2, mix="carts"))


def bursts(bench, place):
    """The whole service, with replayer, checkpoints, index, history and archive: what it takes."""
    for live in (0, *bench.size.grown):
        place.fresh()
        result = place.service("load", seconds=bench.size.burst_seconds, live=live)
        result["verified"] = place.verify() if live == 0 else None
        bench.record("service", f"{live:,} live", result, live=live)


def sustained(bench, place):
    """What it sustains with all of these following, and its latency at half of that and of a
    burst."""
    size = bench.size
    place.fresh()
    result = place.service("load", seconds=bench.seconds, catch_up=1)
    result["disk_bytes"] = place.disk_bytes()
    bench.record("sustained", "in process", result)
    burst = bench.last("service", "0 live")["per_second"]
    for phase, seconds, rate in (
            ("half burst", size.half_burst_seconds, burst / 2),
            ("half load", size.half_seconds, result["sustained_per_second"] / 2)):
        for name, kind in (("in process", "rocksdb"), ("segments", "segments")):
            at_rate(bench, InProcess(bench, kind), phase, name, seconds, rate)


SYNCS = 4_000


def at_rate(bench, place, phase, name, seconds, rate):
    """Latency in an open loop, beside fdatasync of the run's batch size."""
    place.fresh()
    before = probe(bench.workspace, 50)
    result = place.service("load", seconds=seconds, rate=rate, checkpoint_every=1_000_000,
                           outstanding=65_536)
    size = max(512, int(result["batch_bytes"]))
    took = fdatasync_us(bench.workspace, size, SYNCS)
    waits, took = waits_behind_syncs(took), sorted(took)
    result |= {"rate": rate, "probe_before": before["4096"], "fdatasync_size": size,
               "fdatasync_p50_us": took[SYNCS // 2], "fdatasync_p99_us": took[SYNCS * 99 // 100],
               "only_syncs_p99_us": waits[len(waits) * 99 // 100], "only_syncs_max_us": waits[-1]}
    bench.record(phase, name, result)


def storm(bench, place):
    place.fresh()
    bench.record("storm", "1,000,000 holds", place.service("storm", holds=1_000_000, rate=20_000))


TAIL = {"live": 1_000_000, "tail": 2_000_000}


def recovery(bench, place):
    place.fresh()
    made = place.service("prepare", **TAIL)
    recovered(bench, "short ledger", made, place.service("recovery"))
    if bench.size.ledger_events:
        place.fresh()
        before = bench.size.ledger_events - sum(TAIL.values())
        made = place.service("prepare", before=before, **TAIL)
        recovered(bench, "long ledger", made, place.service("recovery", replay=0))


def recovered(bench, name, made, result):
    bench.record("recovery", name,
                 {**made, **result, "tail_events": made["events"] - made["checkpoint"]})


def archive(bench, place):
    """Reservations come and go; then the very first is retried, returned and read."""
    place.fresh()
    size = bench.size
    result = run_driver([bench.tools / "archive_bench", "--directory", place.directory,
                         "--reservations", 10**9, "--seconds", size.archive_seconds,
                         "--hot-events", size.archive_hot_events])
    bench.record("archive", "come and gone", {**result, "hot_events": size.archive_hot_events})


def footprint(bench, place):
    bench.record("footprint", "1,000,000 holds", place.service("footprint", holds=1_000_000))
    if not bench.quick:
        bench.record("footprint", "10,000,000 holds", place.service(
            "footprint", holds=10_000_000, skus=1_000_000))


# -- over the network, beside the same server's no-op ---------------------------------------------

def network(bench):
    rest = OnHoldfast("rest", bench.tools, bench.workspace, bench.binary)
    try:
        points = []
        for connections in (32, 128, 512):
            shape = Shape(connections=connections, clients=connections, mix="holds",
                          ttl_ms=3_600_000, seconds=0.7)
            rest.prepare(shape)
            points.append((connections, rest.load(shape)["per_second"]))
        connections = best(points)
        shape = Shape(connections=connections, clients=connections, mix="holds",
                      ttl_ms=3_600_000, seconds=bench.seconds)
        for repetition in range(bench.repetitions):
            rest.prepare(shape)
            for mode in ("livez", "reserve", "availability"):
                bench.record("no-op", mode, rest.load(shape.with_(mode=mode)),
                             shape=shape, repetition=repetition)
            sold_out(bench, rest, shape, repetition)
        under_writes(bench, rest, shape)
    finally:
        rest.end()


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
    return 0


def disk_bytes(directory):
    return sum(path.stat().st_size for path in pathlib.Path(directory).rglob("*")
               if path.is_file())


def sold_out(bench, rest, shape, repetition):
    """One unit, already gone: every answer is a no."""
    rest.prepare(shape.with_(units=1))
    rest.load(shape.with_(reserves=1, seconds=5, clients=1))
    noop = rest.load(shape.with_(mode="livez"))
    disk, memory = disk_bytes(rest.server.directory), resident_bytes(rest.server.pid)
    result = rest.load(shape.with_(mode="sold_out"))
    answers = result["per_second"] * (shape.seconds + shape.warm_up)
    result["noop_per_second"] = noop["per_second"]
    result["disk_bytes_per_refusal"] = (disk_bytes(rest.server.directory) - disk) / answers
    result["memory_bytes_per_refusal"] = (resident_bytes(rest.server.pid) - memory) / answers
    bench.record("no-op", "sold out", result, shape=shape, repetition=repetition)


def under_writes(bench, rest, shape):
    """Availability and no-op while reservations come through the batch endpoint."""
    rest.prepare(shape)
    writes = shape.with_(mode="batch", connections=4, batch=500, clients=2_000, rate=100_000,
                         seconds=4 * bench.seconds + 4)
    load = rest.start_load(writes)
    time.sleep(1)
    for repetition in range(2):
        for mode in ("livez", "availability"):
            bench.record("under writes", mode, rest.load(shape.with_(mode=mode)), shape=shape,
                         repetition=repetition)
    out, err = load.communicate(timeout=300)
    bench.record("under writes", "writes", read_driver(load.returncode, out, err, ["http_load"]),
                 shape=writes)


# -- gRPC: its load program is called where it was built -------------------------------------------

GRPC_RUNS = (
    ("health", {"mode": "health", "concurrency": 64}),
    ("unary", {"mode": "unary", "concurrency": 64}),
    ("unary alone", {"mode": "unary", "concurrency": 1}),
    ("stream", {"mode": "stream", "concurrency": 2, "batch": 512, "window": 16_384}),
    ("stream hot", {"mode": "stream", "concurrency": 2, "batch": 512, "window": 16_384,
                    "skus": 1}))


def grpc(bench):
    program = bench.tools / "grpc_load"
    if not program.exists():
        bench.record("grpc", "grpc_load", {"problem": "not built"})
        return
    service = OnHoldfast("grpc", bench.tools, bench.workspace, bench.binary,
                         options=["--grpc-listen", "127.0.0.1:0"])
    try:
        for repetition in range(bench.repetitions):
            for name, options in GRPC_RUNS:
                service.prepare(Shape())
                result = grpc_run(bench, program, service.server, options)
                bench.record("grpc", name, result, repetition=repetition)
    finally:
        service.end()


def grpc_run(bench, program, server, options):
    """It stocks its own SKUs and compares what it was answered with what the service holds."""
    words = [program, "--target", f"127.0.0.1:{grpc_port(server)}", "--sku-prefix", "GRPC",
             "--server-pid", server.pid, "--seconds", max(2, round(bench.seconds)), "--json"]
    for key, value in {"skus": 1_000, **options}.items():
        words += [f"--{key}", value]
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                         check=False, timeout=120)
    # It ends with 1 when its own audit fails, and still prints what it measured.
    result = read_driver(0, run.stdout, run.stderr, words)
    return {**result, "commands": result["requests"],
            "server_cpu": result["server_cpu_us"] * result["requests"] / 1e6}


def grpc_port(server):
    for line in reversed(server.log.read_text().splitlines()):  # of the newest start
        if '"listening for gRPC"' in line:
            return int(json.loads(line)["address"].rsplit(":", 1)[1])
    raise ServerProblem("the service does not say where it listens for gRPC")


SECTIONS = (
    ("the machine in memory", lambda bench, place: machine(bench)),
    ("durable, in process", durable),
    ("the whole service in process", bursts),
    ("what it sustains, and latency at half of that", sustained),
    ("an expiry storm", storm),
    ("recovery", recovery),
    ("archive", archive),
    ("footprint", footprint),
    ("REST beside its own no-op", lambda bench, place: network(bench)),
    ("gRPC", lambda bench, place: grpc(bench)))


def run_section(bench, name):
    with bench.section(name):
        dict(SECTIONS)[name](bench, InProcess(bench))


def run(bench):
    place = InProcess(bench)
    bench.record("probe", "fdatasync before", probe(bench.workspace))
    for text, action in SECTIONS:
        with bench.section(text):
            action(bench, place)
    place.fresh()
    bench.record("probe", "fdatasync after", probe(bench.workspace))

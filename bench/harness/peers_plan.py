"""The side-by-side phases: every technique, each at its own best concurrency, interleaved."""

import contextlib
import time

from .servers import Postgres, Redis
from .stats import best
from .subjects import OnHoldfast, OnPostgres, OnRedis, Shape, read_driver

ONE_AT_A_TIME = ("naive", "for_update", "optimistic", "guarded", "function", "token",
                 "select_then_insert", "skip_locked", "lock")
# Best concurrency is looked for among these: (connections, batch).
CANDIDATES = {
    "pipelined": [(1, 128), (2, 128), (4, 64)],
    "array": [(1, 1_000), (2, 2_000), (2, 8_000)],
    "redis lua": [(16, 1), (64, 1), (256, 1)],
    "redis lua pipelined": [(2, 64), (4, 128), (16, 128)],
    "redis lua everysec": [(16, 1), (64, 1), (256, 1)],
    "redis lua pipelined everysec": [(2, 64), (4, 128), (16, 128)],
    "rest": [(32, 1), (128, 1), (512, 1)],
    "rest batch": [(2, 500), (4, 1_000), (4, 4_000)],
}
SINGLE = [(4, 1), (16, 1), (64, 1)]
QUICK_SINGLE = [(8, 1), (32, 1)]


def with_concurrency(shape, connections, batch):
    # Twice what is under way: the next batch forms while one is made durable.
    clients = connections * batch * (2 if batch > 1 else 1)
    return shape.with_(connections=connections, batch=batch, clients=clients)


@contextlib.contextmanager
def servers(bench):
    """Everything that is compared, by name. Idle servers cost nothing worth measuring."""
    space = bench.workspace
    with Postgres(space / "postgres") as pg, Redis(space / "always", "always") as always, \
            Redis(space / "everysec", "everysec") as everysec:
        subjects = {name: OnPostgres(name, bench.tools, space, pg,
                                     always if name == "lock" else None)
                    for name in (*ONE_AT_A_TIME, "pipelined", "array")}
        for suffix, redis in (("", always), (" everysec", everysec)):
            for name in ("redis lua", "redis lua pipelined"):
                subjects[name + suffix] = OnRedis(name + suffix, bench.tools, space, redis)
        rest = OnHoldfast("rest", bench.tools, space, bench.binary)
        batch = OnHoldfast("rest batch", bench.tools, space, bench.binary, mode="batch")
        subjects |= {"rest": rest, "rest batch": batch}
        try:
            yield subjects
        finally:
            rest.end()
            batch.end()


HOLDS = {"mix": "holds", "ttl_ms": 3_600_000}
# What a stream or batch of holds is compared with.
ALSO_HOLDS = ("function", "array", "redis lua", "redis lua pipelined", "redis lua everysec",
              "redis lua pipelined everysec")


def base_shape(name, bench):
    shape = Shape(seconds=bench.seconds)
    # The batch endpoint has creates only: its ends would go one by one.
    return shape.with_(**HOLDS) if name == "rest batch" else shape


def find_best(bench, subjects):
    """By name: the (connections, batch) with the highest rate on a hot SKU."""
    bench.note("looking for the best concurrency of each technique")
    chosen = {}
    for name, subject in subjects.items():
        always = name.removesuffix(" everysec")
        if always in chosen:
            chosen[name] = chosen[always]  # the same connections carry it; only the disk waits less
            continue
        single = QUICK_SINGLE if bench.quick else SINGLE
        shape = base_shape(name, bench)
        shape = shape.with_(seconds=bench.size.sweep_seconds, warm_up=0.2)
        candidates = CANDIDATES.get(name, single)
        points = [(candidates[0], 0)]
        with bench.step(f"sweep: {name}"):
            subject.prepare(shape)
            for connections, batch in candidates:
                result = subject.load(with_concurrency(shape, connections, batch))
                bench.record("sweep", name, result, connections=connections, batch=batch)
                points.append(((connections, batch), result["per_second"]))
        subject.end()
        chosen[name] = best(points)
    return chosen


def hot_sku(bench, subjects, chosen):
    """The main table: closed loop at the best concurrency; alone; open loop at half of the best."""
    rates = {}
    for repetition in range(bench.repetitions):
        for name, subject in subjects.items():
            shape = with_concurrency(base_shape(name, bench), *chosen[name])
            entry = bench.measure("hot", subject, shape, repetition=repetition)
            rates.setdefault(name, []).append(entry["result"].get("per_second", 0))
    for name, subject in subjects.items():
        alone = base_shape(name, bench).with_(clients=1, connections=1, batch=1, warm_up=0.1)
        bench.measure("alone", subject, alone.with_(seconds=bench.seconds / 2))
    for name, subject in subjects.items():
        shape = with_concurrency(base_shape(name, bench), *chosen[name])
        half = sorted(rates[name])[len(rates[name]) // 2] / 2
        if half > 0:
            bench.measure("half", subject, shape.with_(rate=half))


def hot_holds(bench, subjects, chosen):
    """Holds alone, for those that a stream or batch of holds is compared with."""
    for repetition in range(bench.repetitions):
        for name in ALSO_HOLDS:
            shape = with_concurrency(base_shape(name, bench), *chosen[name]).with_(**HOLDS)
            bench.measure("hot holds", subjects[name], shape, repetition=repetition)


def spread_out(bench, subjects, chosen):
    names = ("function", "array", "redis lua", "rest", "for_update", "pipelined",
             "redis lua pipelined", "rest batch")
    for distribution in ("uniform", "zipf"):
        few = bench.quick and distribution == "zipf"
        for repetition in range(1 if bench.quick else bench.repetitions):
            for name in names[:4] if few else names:
                shape = with_concurrency(base_shape(name, bench), *chosen[name])
                bench.measure("spread", subjects[name], shape.with_(distribution=distribution),
                              repetition=repetition, distribution=distribution)


def many_clients(bench, subjects, chosen):
    counts = (1, 64, 4_096) if bench.quick else (1, 4, 16, 64, 256, 1_024, 4_096)
    for clients in counts:
        for name in ("function", "redis lua", "rest"):
            # Pools as shops have them; Redis and REST keep a connection per client up to 1,000.
            most = chosen[name][0] if name == "function" else 1_000
            shape = base_shape(name, bench).with_(clients=clients,
                                                  connections=min(clients, most))
            bench.measure("clients", subjects[name], shape, clients=clients)


def grown(bench, subjects, chosen):
    for live in bench.size.grown:
        for name in ("function",) if bench.quick else ("function", "array",
                                                       "redis lua pipelined"):
            shape = with_concurrency(base_shape(name, bench), *chosen[name])
            # Judged without its million bystanders: rows before the run are not the run's. Arrays
            # go on in the tables that the function leaves: making them takes minutes.
            bench.measure("grown", subjects[name],
                          shape.with_(distribution="uniform", live=live), prepare=name != "array",
                          audited=not bench.quick and live <= 1_000_000, live=live)


# Units run out while every fifth request is sent twice at the same moment, as a client does that
# stopped waiting: 20 SKUs of 100 units each.
RETRY = Shape(distribution="uniform", skus=20, units=100, mix="holds", ttl_ms=3_600_000,
              clients=32, connections=16, repeat_percent=20, reserves=4_000, seconds=60,
              warm_up=0, keep_acked=True)
CRASH = Shape(mix="carts", ttl_ms=3_000, clients=64, connections=16, seconds=3.0, warm_up=0,
              keep_acked=True)
BATCHES = {"pipelined": (2, 64), "array": (2, 256), "redis lua pipelined": (2, 64),
           "redis lua pipelined everysec": (2, 64), "rest batch": (2, 64)}


def wrongs(bench, subjects):
    for name, subject in subjects.items():
        shape = RETRY if name != "lock" else RETRY.with_(skus=5, reserves=1_000)
        if name in BATCHES:
            connections, batch = BATCHES[name]
            shape = shape.with_(connections=connections, batch=batch, clients=256)
        bench.measure("retries", subject, shape)
    lock = subjects["lock"]
    bench.measure("lock expiry", lock, RETRY.with_(pause_percent=10, skus=5, units=40,
                                                   reserves=400, repeat_percent=0))
    few = ("function", "array", "redis lua", "redis lua everysec", "rest")
    for name in few if bench.quick else subjects:
        crash(bench, subjects[name])


def crash(bench, subject):
    """SIGKILL in the middle, a restart, the clients go on with their keys: is all there?"""
    if not bench.has_time():
        bench.record("left out", f"crash: {subject.name}", {})
        return
    shape = CRASH
    if subject.name in BATCHES:
        connections, batch = BATCHES[subject.name]
        shape = shape.with_(connections=connections, batch=batch, clients=256)
    try:
        subject.prepare(shape)
        load = subject.start_load(shape)
        time.sleep(1.0)
        begin = time.monotonic()
        subject.server.kill()
        subject.server.start()
        back = time.monotonic() - begin
        out, err = load.communicate(timeout=120)
        result = read_driver(load.returncode, out, err, [subject.name])
        result["restart_seconds"] = back
        bench.record("crash", subject.name, result, subject.judge(shape, result), shape)
    except Exception as problem:  # noqa: BLE001
        bench.note(f"crash: {subject.name} FAILED: {problem}")
        bench.record("crash", subject.name, {"problem": str(problem)[-500:]}, shape=shape)


SWEEP = "the best concurrency of each technique"
SECTIONS = (
    ("one hot SKU, side by side", hot_sku),
    ("holds alone on it", hot_holds),
    ("retries, crashes, lock expiry", lambda bench, subjects, chosen: wrongs(bench, subjects)),
    ("many SKUs", spread_out),
    ("from 1 to 4,096 clients", many_clients),
    ("with a million live holds and more", grown))


def run(bench):
    with servers(bench) as subjects:
        chosen = {}
        with bench.section(SWEEP):
            chosen = find_best(bench, subjects)
        for text, action in SECTIONS:
            with bench.section(text):
                action(bench, subjects, chosen)

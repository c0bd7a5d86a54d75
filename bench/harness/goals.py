"""The goals, each with the figure that decides it.

A goal is met, missed, or not measured; the reason for a miss is written by people in notes.toml.
"""

import dataclasses

from .stats import milliseconds, ratio, short, spread

# One call per reservation, and right about stock and keys: what may be compared with one REST call.
PER_REQUEST = ("for_update", "optimistic", "guarded", "function", "token", "skip_locked")


@dataclasses.dataclass(frozen=True)
class Goal:
    id: str
    group: str
    target: str
    measured: str
    met: bool | None  # None: not measured


class Records:
    """Questions to what was measured."""

    def __init__(self, records):
        self.records = records

    def find(self, phase, name=None, **labels):
        return [entry for entry in self.records
                if entry["phase"] == phase and (name is None or entry["name"] == name)
                and all(entry.get(key) == value for key, value in labels.items())]

    def values(self, phase, name, key="per_second", **labels):
        return [entry["result"][key] for entry in self.find(phase, name, **labels)
                if entry["result"].get(key) is not None]

    def spread(self, phase, name, key="per_second", **labels):
        return spread(self.values(phase, name, key, **labels))

    def median(self, phase, name, key="per_second", **labels):
        found = self.spread(phase, name, key, **labels)
        return found.median if found else None

    def first(self, phase, name=None):
        found = self.find(phase, name)
        return found[0]["result"] if found else {}


def _at_least(id, group, target, value, limit, show):
    """A figure that must reach `limit`."""
    if value is None:
        return Goal(id, group, target, "not measured", None)
    return Goal(id, group, target, show(value), value >= limit)


def _at_most(id, group, target, value, limit, show):
    if value is None:
        return Goal(id, group, target, "not measured", None)
    return Goal(id, group, target, show(value), value <= limit)


def rate(value):
    return f"{short(value)}/s"


def times(value):
    return f"{value:.1f} x" if value < 10 else f"{value:.0f} x"


def percent(value):
    return f"{100 * value:.0f} %"


def best_of(records, phase, names):
    found = [spread for name in names if (spread := records.spread(phase, name))]
    return max(found, key=lambda spread: spread.median) if found else None


def best_stream(records):
    """The fastest way in over the network: the gRPC stream on one SKU, or REST batches."""
    stream = records.spread("grpc", "stream hot")
    batch = records.spread("hot", "rest batch")
    return max((spread for spread in (stream, batch) if spread),
               key=lambda spread: spread.median, default=None)


def machine(records):
    group = "machine in memory"
    rows = {entry["name"]: entry["result"]["per_second"] for entry in records.find("machine")}
    hot = next((value for name, value in rows.items() if name == "carts/1"), None)
    uniform = next((value for name, value in rows.items()
                    if name == "carts/100000"), None)
    allocations = [entry["result"]["allocations_per_command"]
                   for entry in records.find("machine")
                   if "allocations_per_command" in entry["result"]]
    return [
        _at_least("machine-mix", group, ">= 5 M commands/s on one core in the mix", uniform, 5e6,
                  rate),
        _at_least("machine-hot", group, "a hot SKU no slower than uniform",
                  hot / uniform if hot and uniform else None, 1.0, times),
        _at_most("machine-allocations", group, "0 allocations per command in steady state",
                 max(allocations) if allocations else None, 0.005, lambda value: f"{value:.2f}"),
    ]


def durable(records):
    return [_at_least("durable", "durable, in process", ">= 1 M commands/s (stretch 2 M)",
                      records.median("durable", "uniform"), 1e6, rate)]


def peers(records):
    group = "one hot SKU, PostgreSQL 15"
    # Stream and batch are holds alone, and are compared with holds alone; calls are the mix.
    stream, rest = best_stream(records), records.spread("hot", "rest")
    best_request = best_of(records, "hot", PER_REQUEST)
    redis = "one hot SKU, Redis 7 Lua"
    always = best_of(records, "hot holds", ("redis lua", "redis lua pipelined"))
    everysec = best_of(records, "hot holds",
                       ("redis lua everysec", "redis lua pipelined everysec"))
    return [
        _at_least("pg-function", group, "stream or batch >= 100 x the per-request function",
                  ratio(stream, records.spread("hot holds", "function")), 100, times),
        _at_least("pg-array", group, "stream or batch >= 15 x array-batched",
                  ratio(stream, records.spread("hot holds", "array")), 15, times),
        _at_least("pg-rest", group, "one REST call >= 10 x the best per-request variant",
                  ratio(rest, best_request), 10, times),
        _at_least("redis-always", redis, "stream >= 5 x appendfsync always",
                  ratio(stream, always), 5, times),
        _at_least("redis-everysec", redis, "stream >= 1.5 x everysec, while fully durable",
                  ratio(stream, everysec), 1.5, times),
        _at_least("redis-rest", redis, "one call each: never slower than always",
                  ratio(rest, records.spread("hot", "redis lua")), 1.0, times),
    ]


def latency(records):
    group = "latency at half load"
    run = records.first("half load")
    if not run:
        return [Goal("latency", group, "p50, p99, max", "not measured", None)]
    sync50, sync99 = run["fdatasync_p50_us"], run["fdatasync_p99_us"]
    seconds = run["seconds"]
    # What was never taken has no latency: then none of the figures is met.
    refused = run.get("overloaded", 0)
    if refused:
        return [Goal(id, group, target,
                     f"{refused:,.0f} requests were not taken at {rate(run['rate'])}", False)
                for id, target in (("latency-p50", "p50 <= 2 x fdatasync"),
                                   ("latency-p99", "p99 <= 4 x fdatasync + 1 ms"),
                                   ("latency-max", "max <= 20 ms in a 10-minute run"))]
    return [
        _at_most("latency-p50", group, f"p50 <= 2 x fdatasync ({milliseconds(sync50)} here)",
                 run["p50_us"], 2 * sync50, milliseconds),
        _at_most("latency-p99", group, f"p99 <= 4 x fdatasync + 1 ms ({milliseconds(sync50)} here)",
                 run["p99_us"], 4 * sync50 + 1000, milliseconds),
        _at_most("latency-max", group, "max <= 20 ms in a 10-minute run",
                 run["max_us"], 20_000,
                 lambda value: f"{milliseconds(value)} in {seconds:.0f} s "
                               f"(fdatasync p99 {milliseconds(sync99)})"),
    ]


def network(records):
    group = "network"
    return [
        _at_least("rest-noop", group, "REST reserve >= 80 % of the same server's no-op",
                  ratio(records.spread("no-op", "reserve"), records.spread("no-op", "livez")),
                  0.8, percent),
        _at_least("grpc-noop", group, "gRPC unary >= 80 % of no-op",
                  ratio(records.spread("grpc", "unary"), records.spread("grpc", "health")),
                  0.8, percent),
        _at_least("grpc-stream", group, "stream >= 700 k commands/s end to end",
                  records.median("grpc", "stream"), 700_000, rate),
        _at_least("availability", group, ">= 95 % of no-op while reservations come in",
                  ratio(records.spread("under writes", "availability"),
                        records.spread("under writes", "livez")), 0.95,
                  lambda value: percent(value) + " under "
                  + rate(records.median("under writes", "writes") or 0) + " of writes"),
    ]


def storm(records):
    group = "expiry storm"
    run = records.first("storm")
    if not run:
        return [Goal("storm", group, "1 M holds due in one millisecond", "not measured", None)]
    return [
        _at_most("storm-time", group, "1 M holds due in one millisecond: expired within 1 s",
                 run["all_expired_ms"], 1000, lambda value: f"{value:.0f} ms"),
        _at_most("storm-p99", group, "p99 of other requests at most doubled",
                 run["storm_p99_us"] / run["calm_p99_us"], 2.0,
                 lambda value: f"{times(value)} ({milliseconds(run['calm_p99_us'])} to "
                               f"{milliseconds(run['storm_p99_us'])})"),
        _at_most("storm-refusals", group, "no refusal caused by a dead hold",
                 run["refused"] + run["overloaded"], 0,
                 lambda value: f"{value:.0f} of {run['commands']:,.0f}"),
    ]


def flood(records):
    group = "sold-out flood"
    noop = records.spread("no-op", "sold out", "noop_per_second")
    disk = records.median("no-op", "sold out", "disk_bytes_per_refusal")
    memory = records.median("no-op", "sold out", "memory_bytes_per_refusal")
    return [
        _at_least("flood", group, "refusals at >= 90 % of the no-op rate",
                  ratio(records.spread("no-op", "sold out"), noop), 0.9, percent),
        _at_most("flood-disk", group, "ledger growth bounded: <= 64 bytes per refusal", disk, 64,
                 lambda value: f"{value:.0f} bytes on disk, {memory:.0f} of memory"),
    ]


def recovery(records):
    group = "recovery"
    short_one = records.first("recovery", "short ledger")
    run = records.first("recovery", "long ledger") or short_one
    events = run.get("events", 0)
    return [
        _at_least("replay", group, ">= 5 M events/s", short_one.get("replay_per_second"), 5e6,
                  rate),
        _at_most("first-answer", group, "first answer within 2 s (1 M live holds, a tail of 2 M "
                 "events, a ledger of 100 M)", run.get("first_answer_seconds"), 2.0,
                 lambda value: f"{value:.2f} s behind a ledger of {short(events)}"),
    ]


def footprint(records):
    group = "footprint"
    disk = records.first("sustained")
    per_event = disk["disk_bytes"] / disk["events_in_files"] if disk else None
    small = records.first("footprint", "1,000,000 holds")
    large = records.first("footprint", "10,000,000 holds")
    return [
        _at_most("disk", group, "<= 128 bytes per event on disk with all indexes", per_event, 128,
                 lambda value: f"{value:.0f} bytes"),
        _at_most("hold-memory", group, "<= 128 bytes of RAM per live hold with its key",
                 small.get("bytes_per_hold"), 128, lambda value: f"{value:.0f} bytes"),
        _at_most("memory", group, "1 M SKUs and 10 M live holds within 3 GiB",
                 large.get("resident_bytes"), 3 * 2**30,
                 lambda value: f"{value / 2**30:.1f} GiB"),
        _at_most("memory-copy", group, "the same with the replayer's copy within 6 GiB",
                 large.get("resident_bytes_with_copy"), 6 * 2**30,
                 lambda value: f"{value / 2**30:.1f} GiB"),
        _at_most("growth-step", group, "no table growth step over 1 ms",
                 max((run.get("longest_command_ms", 0) for run in (small, large) if run),
                     default=None), 1.0, lambda value: f"{value:.2f} ms"),
    ]


def all_goals(records):
    parts = (machine, durable, peers, latency, network, storm, flood, recovery, footprint)
    return [goal for part in parts for goal in part(records)]

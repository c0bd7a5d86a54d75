"""What is compared: a technique on a server, with how to prepare it, load it and audit it."""

import dataclasses
import http.client
import json
import pathlib
import subprocess

from . import audit
from .servers import Holdfast, Postgres, Redis, ServerProblem, wait_until

PLENTY = 100_000_000
LOCK_MS = 100
PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
DRIVER_LIMIT = 900.0


@dataclasses.dataclass(frozen=True)
class Shape:
    """What is asked of a subject."""
    distribution: str = "hot"
    mix: str = "carts"
    skus: int = 100_000
    clients: int = 64
    connections: int = 16
    batch: int = 1
    seconds: float = 2.0
    warm_up: float = 0.3
    rate: float = 0.0
    ttl_ms: int = 3_000
    units: int = PLENTY        # of every SKU
    repeat_percent: int = 0
    reserves: int = 0
    pause_percent: int = 0
    live: int = 0              # live holds before the run
    keep_acked: bool = False
    mode: str = ""

    def with_(self, **changes):
        return dataclasses.replace(self, **changes)

    @property
    def stocked(self):
        return 1 if self.distribution == "hot" else self.skus


def run_driver(command):
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                         check=False, timeout=DRIVER_LIMIT)
    return read_driver(run.returncode, run.stdout, run.stderr, command)


def read_driver(code, out, err, command):
    if code != 0 or not out.strip():
        raise ServerProblem(f"{command[0]} ended with {code}: {err[-1000:]}")
    result = json.loads(out.strip().splitlines()[-1])
    if err.strip():
        result["complaints"] = err.strip()[-300:]
    return result


class Subject:
    """Common to all: how a driver is called."""

    def __init__(self, name, tools, workspace):
        self.name = name
        self.tools = tools
        self.workspace = pathlib.Path(workspace)

    @property
    def acked_file(self):
        return self.workspace / "acked.txt"

    def common(self, shape):
        out = ["--clients", shape.clients, "--connections", shape.connections,
               "--batch", shape.batch, "--distribution", shape.distribution, "--mix", shape.mix,
               "--skus", shape.skus, "--seconds", shape.seconds, "--warm-up", shape.warm_up,
               "--rate", shape.rate, "--repeat-percent", shape.repeat_percent,
               "--reserves", shape.reserves, "--server-pid", self.server.pid]
        return out + (["--acked", self.acked_file] if shape.keep_acked else [])

    def acked(self, shape):
        return audit.read_acked(self.acked_file) if shape.keep_acked else []

    def load(self, shape):
        return run_driver(self.command(shape))

    def end(self):
        """What only this subject uses is stopped; shared servers go on."""

    def start_load(self, shape):
        """In the background, for what happens to the server meanwhile."""
        command = [str(word) for word in self.command(shape)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)


class OnPostgres(Subject):
    """A technique of peers/pg_session.cpp, or the Redis lock around PostgreSQL."""

    def __init__(self, name, tools, workspace, server, redis=None):
        super().__init__(name, tools, workspace)
        self.technique = name
        self.server = server
        self.redis = redis

    def prepare(self, shape):
        every = f"from generate_series(0, {shape.stocked - 1}) i"
        self.server.sql("drop schema public cascade; create schema public;")
        self.server.sql("", file=PEERS / "sql" / "schema.sql")
        self.server.sql("insert into stock (sku, on_hand, available) "
                        f"select 'SKU-' || i, {shape.units}, {shape.units} {every}")
        if self.technique == "skip_locked":
            each = min(shape.units, max(200_000 // shape.stocked, 20))
            self.server.sql(f"insert into units (sku) select 'SKU-' || i {every}, "
                            f"generate_series(1, {each})")
        if shape.live:
            self._hold_live(shape)
        self.server.sql("vacuum analyze stock, holds, replies, units")
        self.server.sql("checkpoint")
        if self.redis is not None:
            self.redis.call("FLUSHALL")

    def _hold_live(self, shape):
        self.server.sql(
            "insert into holds (sku, quantity, deadline, request_key) "
            f"select 'SKU-' || i % {shape.stocked}, 1, now() + interval '1 day', gen_random_uuid() "
            f"from generate_series(1, {shape.live}) i; "
            "insert into replies select request_key, 0, id from holds; "
            "update stock s set available = available - h.units from "
            "(select sku, count(*) as units from holds group by sku) h where h.sku = s.sku")

    def command(self, shape):
        out = [self.tools / "peer_load", "--technique", self.technique, "--pg", self.server.address,
               "--scripts", PEERS, "--ttl-ms", shape.ttl_ms, *self.common(shape)]
        if self.redis is not None:
            out += ["--redis", self.redis.socket, "--pause-percent", shape.pause_percent,
                    "--lock-ms", LOCK_MS]
        return out

    def judge(self, shape, result):
        """Sweeps once more, then compares every row. Overdue is what was due when the sweep began:
        holds go on coming due while rows are read."""
        swept = self.server.sql("select now()")[0][0]
        wait_until(lambda: self.server.sql("select expire_due(100000)") == [["0"]],
                   "nothing is due")
        holds = [audit.Hold(id, sku, int(quantity), int(state), key, overdue == "t")
                 for id, sku, quantity, state, key, overdue in self.server.sql(
                     "select id, sku, quantity, state, request_key, "
                     f"deadline < '{swept}' from holds")]
        return audit.judge(holds, self._stock(), self.acked(shape), int(result["different"]))

    def _stock(self):
        if self.technique == "skip_locked":
            rows = self.server.sql("select sku, count(*), count(*) filter (where hold is null) "
                                   "from units group by sku")
        else:
            rows = self.server.sql("select sku, on_hand, available from stock")
        return {sku: audit.Stock(int(on_hand), int(available)) for sku, on_hand, available in rows}


REDIS_FILL = """
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
    redis.call('HSET', 'stock:SKU-' .. i, 'on_hand', ARGV[3], 'available', ARGV[3])
end
return 1
"""
REDIS_LIVE = """
for n = 1, tonumber(ARGV[1]) do
    local id = redis.call('INCR', 'holds')
    local sku = 'SKU-' .. (id % tonumber(ARGV[2]))
    redis.call('HINCRBY', 'stock:' .. sku, 'available', -1)
    redis.call('HSET', 'hold:' .. id, 'sku', sku, 'quantity', 1, 'state', 0, 'deadline', ARGV[3],
               'key', 'live-' .. id)
    redis.call('ZADD', 'due', ARGV[3], id)
    redis.call('HSET', 'reply:live-' .. id, 'hold', id, 'fingerprint', 0)
end
return 1
"""
REDIS_HOLDS = """
local out = {}
for id = tonumber(ARGV[1]), tonumber(ARGV[2]) do
    local hold = redis.call('HMGET', 'hold:' .. id, 'sku', 'quantity', 'state', 'key', 'deadline')
    if hold[1] then
        out[#out + 1] = id .. ' ' .. table.concat(hold, ' ')
    end
end
return out
"""
CHUNK = 20_000


class OnRedis(Subject):
    """The script of peers/lua, alone (batch 1) or pipelined."""

    def __init__(self, name, tools, workspace, server):
        super().__init__(name, tools, workspace)
        self.server = server

    def prepare(self, shape):
        self.server.call("FLUSHALL")
        for first in range(0, shape.stocked, CHUNK):
            self.server.call("EVAL", REDIS_FILL, 0, first, min(first + CHUNK, shape.stocked),
                             shape.units)
        for first in range(0, shape.live, CHUNK):
            self.server.call("EVAL", REDIS_LIVE, 0, min(CHUNK, shape.live - first), shape.stocked,
                             4_000_000_000_000)

    def command(self, shape):
        return [self.tools / "peer_load", "--technique", "lua", "--redis", self.server.socket,
                "--scripts", PEERS, "--ttl-ms", shape.ttl_ms, *self.common(shape)]

    def judge(self, shape, result):
        expire = (PEERS / "lua" / "expire.lua").read_text()
        now = int(self.server.call("TIME")[0]) * 1000
        wait_until(lambda: self.server.call("EVAL", expire, 0, now, 5000) == 0, "nothing is due")
        made = int(self.server.call("GET", "holds") or 0)
        holds = []
        for first in range(1, made + 1, CHUNK):
            for row in self.server.call("EVAL", REDIS_HOLDS, 0, first, first + CHUNK - 1):
                id, sku, quantity, state, key, deadline = row.split(" ")
                holds.append(audit.Hold(id, sku, int(quantity), int(state), key,
                                        int(deadline) < now))
        stock = {}
        for sku in {hold.sku for hold in holds}:
            on_hand, available = self.server.call("HMGET", f"stock:{sku}", "on_hand", "available")
            stock[sku] = audit.Stock(int(on_hand), int(available))
        return audit.judge(holds, stock, self.acked(shape), int(result["different"]))


class OnHoldfast(Subject):
    """REST; gRPC where its load program exists. A fresh service and ledger for every run."""

    def __init__(self, name, tools, workspace, binary, mode="reserve", options=()):
        super().__init__(name, tools, workspace)
        self.binary = binary
        self.mode = mode
        self.options = options
        self.server = None
        self._http = None

    def prepare(self, shape):
        self.end()
        directory = self.workspace / f"holdfast-{self.name.replace(' ', '-')}"
        self.server = Holdfast(directory, self.binary, self.options)
        self.server.start()
        rows = [{"kind": "receipt", "source": "bench", "row": i, "sku": f"SKU-{i}",
                 "quantity": shape.units} for i in range(shape.stocked)]
        for first in range(0, len(rows), 10_000):
            body = "\n".join(json.dumps(row) for row in rows[first:first + 10_000])
            self._ask("/stock/bulk", body.encode(), "application/x-ndjson")
        if shape.live:
            run_driver(self.command(shape.with_(mode="batch", mix="holds", clients=8_000,
                                                connections=4, batch=1_000, seconds=600,
                                                reserves=shape.live, ttl_ms=86_400_000,
                                                rate=0, warm_up=0, keep_acked=False)))

    def _ask(self, path, body=None, content_type="application/json"):
        """The answer to a request; ServerProblem unless it is a success. One connection is kept: an
        audit asks tens of thousands of times."""
        if self._http is None:
            self._http = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        self._http.request("POST" if body else "GET", f"/inventory/v1{path}", body,
                           {"Content-Type": content_type} if body else {})
        answer = self._http.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise ServerProblem(f"{path}: {answer.status} {text[:200]}")
        return text if content_type != "application/json" else json.loads(text)

    def _hang_up(self):
        if self._http is not None:
            self._http.close()
            self._http = None

    def command(self, shape):
        return [self.tools / "http_load", "--port", self.server.port,
                "--mode", shape.mode or self.mode,
                "--ttl-seconds", max(shape.ttl_ms // 1000, 1), *self.common(shape)]

    def judge(self, shape, result):
        """Sums from the service, acknowledged reservations one by one, then the ledger offline."""
        self._hang_up()  # the service may have been started again meanwhile
        found = audit.Findings(different=int(result.get("different", 0)))
        if shape.keep_acked and shape.mix == "carts":
            wait_until(lambda: not any(item["held"] for item in self._availability(range(1))),
                       "what was left has expired")
        for first in range(0, shape.stocked, 200):
            names = range(first, min(first + 200, shape.stocked))
            for item in self._availability(names):
                promised = item["held"] + item["committed"]
                found.oversold += max(0, promised - item["on_hand"])
                found.leaked += max(0, item["on_hand"] - promised - item["sellable"])
        acked = [answer for answer in self.acked(shape) if answer.verb != "refused"]
        found.lost += sum(not self._is_there(answer) for answer in acked)
        made = {answer.hold for answer in acked if answer.verb == "reserve"}
        keys = {answer.key for answer in acked if answer.verb == "reserve"}
        found.duplicates += len(made) - len(keys) if shape.keep_acked else 0
        # Killed, not stopped: the ledger has to stand it, and views need not be finished.
        self.server.kill()
        verified = subprocess.run([self.binary, "ledger", "verify",
                                   f"rocksdb:{self.server.directory}"], capture_output=True,
                                  text=True, check=False)
        if verified.returncode != 0:
            found.lost += 1
        return found

    def _availability(self, names):
        if len(names) == 1:
            return [self._ask(f"/availability/SKU-{names[0]}")]
        query = "&".join(f"sku=SKU-{i}" for i in names)
        return self._ask(f"/availability?{query}")["items"]

    def _is_there(self, answer):
        wanted = {"commit": "committed", "release": "released"}.get(answer.verb)
        try:
            state = self._ask(f"/reservations/{answer.hold}")["state"]
        except ServerProblem:
            return False
        return wanted is None or state == wanted

    def end(self):
        self._hang_up()
        if self.server is not None:
            self.server.kill()
            self.server.__exit__()
            self.server = None

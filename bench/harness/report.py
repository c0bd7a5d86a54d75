"""docs/BENCHMARKS.md and its plots, from the records of a run and nothing else.

What people say (a sentence per technique, why a goal is missed) is in notes.toml, sections that the
harness does not measure are in sections/*.md.
"""

import json
import pathlib
import tomllib

from . import svg
from .goals import Records, all_goals, rate, times
from .stats import milliseconds, paired_ratios, short, spread

HERE = pathlib.Path(__file__).resolve().parent
PLOTS = "benchmarks"


def read_records(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def read_notes():
    with open(HERE / "notes.toml", "rb") as file:
        return tomllib.load(file)


def table(head, rows, right=()):
    """A Markdown table; `right` are the columns with figures."""
    marks = ["---:" if i in right else "---" for i in range(len(head))]
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, marks, *rows)]
    return "\n".join(lines) + "\n"


def span(value, show=rate):
    """Median, and from least to most where there are several repetitions."""
    if value is None:
        return "-"
    if value.low == value.high:
        return show(value.median)
    return f"{show(value.median)} ({short(value.low)}-{short(value.high)})"


def per_cpu_second(entries, key="cpu"):
    """Commands per second of CPU time, the median of the runs."""
    found = spread([entry["result"]["commands"] / entry["result"][key] for entry in entries
                    if entry["result"].get(key)])
    return short(found.median) if found else "-"


def audit_words(entries):
    """What the audits of these runs found together."""
    found = {}
    for entry in entries:
        for name, count in (entry.get("audit") or {}).items():
            if count:
                found[name] = found.get(name, 0) + count
    if not any("audit" in entry for entry in entries):
        problems = [entry["result"]["problem"] for entry in entries if "problem" in entry["result"]]
        return "did not run" if problems else "-"
    return "**" + ", ".join(f"{count:,} {name}" for name, count in found.items()) + "**" \
        if found else "clean"


class Report:
    def __init__(self, entries, mode):
        self.records = Records(entries)
        self.notes = read_notes()
        self.mode = mode
        self.machine = self.records.first("machine room")
        self.techniques = self.notes["technique"]

    def page(self):
        parts = [self.opening(), self.goals(), self.hot_sku(), self.ratios(), self.wrongs(),
                 self.many_skus(), self.clients(), self.grown(), self.in_process(),
                 self.noop(), self.rest_of_service(), self.method()]
        parts += [path.read_text(encoding="utf-8") for path in
                  sorted((HERE / "sections").glob("*.md"))]
        return "\n".join(part.rstrip() + "\n" for part in parts)

    def title(self, name):
        return next((item["title"] for item in self.techniques if item["name"] == name), name)

    def opening(self):
        room = self.machine
        names = {"postgresql-15": "PostgreSQL", "redis-server": "Redis",
                 "librocksdb-dev": "RocksDB", "g++": "g++"}
        versions = ", ".join(f"{name} {room['versions'].get(package, '?')}"
                             for package, name in names.items()) if room else ""
        facts = {key: room.get(key, "?")
                 for key in ("when", "commit", "cores", "cpu", "memory_gib", "kernel")}
        command = "bench/run --quick" if self.mode == "quick" else "bench/run"
        out = "# Benchmarks\n\n" + self.notes["text"]["opening"].format(
            command=command, versions=versions, **facts)
        out += "".join(f"\n\n*Measured again*: {entry['name']} ({entry['result']['when']}, commit "
                       f"`{entry['result']['commit']}`)." for entry in self.records.find("again"))
        left = [entry["name"] for entry in self.records.find("left out")]
        cut = self.sections()[1]
        failed = [f"{entry['phase']}, {entry['name']}" for entry in self.records.records
                  if "problem" in entry["result"] and entry["name"] != "grpc_load"]
        out += "\n\n*Left out, no time*: " + "; ".join(left) + "." if left else ""
        out += "\n\n*Not finished, the run was interrupted*: " + "; ".join(cut) + "." if cut else ""
        return out + ("\n\n*Did not run*: " + "; ".join(failed) + "." if failed else "") + "\n"

    def goals(self):
        words = {True: "met", False: "**missed**", None: "not measured"}
        rows = []
        for goal in all_goals(self.records):
            reason = self.notes["misses"].get(goal.id, "") if goal.met is False else ""
            rows.append([goal.group, goal.target, goal.measured, words[goal.met], reason])
        return "## Goals\n\n" + table(["", "goal", "measured", "", "why, and what would be next"],
                                      rows)

    def hot_sku(self):
        rows = []
        for item in self.techniques:
            name = item["name"]
            runs = self.records.find("hot", name)
            if not runs:
                continue
            half = self.records.first("half", name)
            shape = runs[0].get("shape", {})
            rows.append([item["title"], span(self.records.spread("hot", name)),
                         per_cpu_second(runs, "server_cpu"),
                         rate(self.records.median("alone", name) or 0),
                         milliseconds(half.get("p50_us")), milliseconds(half.get("p99_us")),
                         milliseconds(half.get("max_us")),
                         f"{shape.get('connections', '?')} x {shape.get('batch', '?')}",
                         audit_words(runs)])
        head = ["technique", "commands/s", "per server CPU-s", "one client", "p50", "p99", "max",
                "connections x batch", "audit"]
        return f"""## One hot SKU, side by side

{self.notes['text']['hot_sku']}

![commands per second on one hot SKU]({PLOTS}/hot-sku.svg)

{table(head, rows, right=(1, 2, 3, 4, 5, 6))}
![p99 at half load]({PLOTS}/latency.svg)
"""

    def ratios(self):
        rows = []
        ours = {"one REST call": self.records.values("hot", "rest"),
                "REST batch": self.records.values("hot", "rest batch")}
        stream = self.records.values("grpc", "stream hot")
        if stream:
            ours["gRPC stream"] = stream
        for item in self.techniques:
            theirs = self.records.values("hot", item["name"])
            if item["side"] == "holdfast" or not theirs:
                continue
            cells = []
            for values in ours.values():
                pairs = paired_ratios(values, theirs)
                cells.append(span(spread(pairs), times) if pairs else "-")
            rows.append([item["title"], *cells])
        return ("## Ratios in one run, on one hot SKU\n\nHoldfast against each, repetition by "
                "repetition. Batches and the stream are holds alone: kinder to Holdfast where the "
                "other side is the mix. The goals compare holds with holds.\n\n"
                + table(["against", *ours], rows, right=(1, 2, 3)))

    def wrongs(self):
        rows = []
        for item in self.techniques:
            name = item["name"]
            retries, crashes = self.records.find("retries", name), self.records.find("crash", name)
            expiry = self.records.find("lock expiry", name)
            if not retries:
                continue
            rows.append([item["title"], audit_words(retries), audit_words(crashes),
                         audit_words(expiry), item["sentence"]])
        return f"""## What each one gets wrong

{self.notes['text']['wrongs']}

{table(["technique", "retries", "crash", "lock expiry", "in a sentence"], rows)}"""

    def many_skus(self):
        rows = []
        for item in self.techniques:
            cells = [span(self.records.spread("spread", item["name"], distribution=distribution))
                     for distribution in ("zipf", "uniform")]
            if cells != ["-", "-"]:
                rows.append([item["title"], span(self.records.spread("hot", item["name"])), *cells,
                             audit_words(self.records.find("spread", item["name"]))])
        head = ["technique", "one SKU", "Zipf", "uniform", "audit"]
        return ("## Many SKUs\n\n" + self.notes["text"]["many_skus"] + "\n\n"
                + table(head, rows, right=(1, 2, 3)))

    def clients(self):
        entries = self.records.find("clients")
        counts = sorted({entry["clients"] for entry in entries})
        rows = []
        for name in dict.fromkeys(entry["name"] for entry in entries):
            cells = []
            for count in counts:
                found = self.records.find("clients", name, clients=count)
                result = found[0]["result"] if found else {}
                cells.append(f"{rate(result.get('per_second', 0))}, p99 "
                             f"{milliseconds(result.get('p99_us'))}")
            rows.append([self.title(name), *cells])
        head = ["technique", *(f"{count:,} clients" for count in counts)]
        return f"""## From 1 to 4,096 clients

{self.notes['text']['clients']}

![commands per second by clients]({PLOTS}/clients.svg)

{table(head, rows)}"""

    def grown(self):
        rows = [[self.title(entry["name"]), f"{entry['live']:,}",
                 rate(entry["result"].get("per_second", 0)),
                 milliseconds(entry["result"].get("p99_us"))]
                for entry in self.records.find("grown")]
        rows += [["Holdfast, whole service in process", f"{entry['live']:,}",
                  rate(entry["result"]["per_second"]), milliseconds(entry["result"]["p99_us"])]
                 for entry in self.records.find("service")]
        return ("## Grown state\n\nLive holds before the run; uniform over 100,000 SKUs.\n\n"
                + table(["", "live holds", "commands/s", "p99, closed loop"], rows, right=(1, 2)))

    def in_process(self):
        rows = [[f"machine in memory, `{entry['name']}`", rate(entry["result"]["per_second"]), "",
                 short(entry["result"]["per_second"]), ""]
                for entry in self.records.find("machine")]
        for name in ("hot", "uniform", "uniform holds"):
            found = self.records.find("durable", name)
            if found:
                clean = all(entry["result"]["audit"] for entry in found)
                rows.append([f"durable: writer, flusher, ledger; {name}",
                             span(self.records.spread("durable", name)),
                             f"{self.records.median('durable', name, 'batch_commands'):,.0f}",
                             per_cpu_second(found), "clean" if clean else "**failed**"])
        for entry in self.records.find("service"):
            run = entry["result"]
            rows.append([f"whole service: replayer, checkpoints, index, history and archive beside "
                         f"it; burst; {entry['name']}", rate(run["per_second"]),
                         f"{run['batch_commands']:,.0f}", per_cpu_second([entry]),
                         "clean" if run["audit"] and run.get("verified") is not False
                         else "**failed**"])
        run = self.records.first("sustained")
        if run:
            rows.append(["whole service, sustained: until all of these had followed",
                         rate(run["sustained_per_second"]), f"{run['batch_commands']:,.0f}",
                         per_cpu_second(self.records.find("sustained")),
                         "clean" if run["audit"] else "**failed**"])
        ledgers = [[entry["name"], rate(entry["result"]["per_second"]),
                    *(milliseconds(entry["result"][f"append_{part}_us"])
                      for part in ("p50", "p99", "max")),
                    f"{entry['result']['ledger_bytes_per_command']:.0f}"]
                   for entry in self.records.find("ledgers")]
        return ("## In process\n\nNo network: what the parts can do. The mix of the table above; a "
                "core for the producer is not extra.\n\n"
                + table(["", "commands/s", "commands per batch", "per CPU-s", "audit"], rows,
                        right=(1, 2, 3))
                + "\nLedgers, under `durable_bench --ledger KIND:DIR`; `memory` is not durable and "
                "shows what the rest costs.\n\n"
                + table(["ledger", "commands/s", "append p50", "p99", "max", "bytes/command"],
                        ledgers, right=(1, 2, 3, 4, 5)))

    def noop(self):
        rows = []
        for phase, name, title in (
                ("no-op", "livez", "REST no-op (`/livez`)"), ("no-op", "reserve", "REST reserve"),
                ("no-op", "availability", "REST availability"),
                ("no-op", "sold out", "REST reserve, sold out"),
                ("under writes", "livez", "no-op, while reservations come in"),
                ("under writes", "availability", "availability, while reservations come in"),
                ("under writes", "writes", "... those reservations (REST batches)"),
                ("grpc", "health", "gRPC health"), ("grpc", "unary", "gRPC unary reserve"),
                ("grpc", "unary alone", "gRPC unary reserve, one client"),
                ("grpc", "stream", "gRPC stream"), ("grpc", "stream hot", "gRPC stream, hot SKU")):
            runs = self.records.find(phase, name)
            if not runs:
                continue
            rows.append([title, span(self.records.spread(phase, name)),
                         per_cpu_second(runs, "server_cpu"),
                         milliseconds(self.records.median(phase, name, "p50_us")),
                         milliseconds(self.records.median(phase, name, "p99_us")),
                         "**failed**" if any(run["result"].get("audit") is False
                                             for run in runs) else ""])
        missing = self.records.first("grpc", "grpc_load").get("problem")
        text = f"\nThe gRPC load program is {missing} in this tree.\n" if missing else ""
        return ("## Over the network, beside the server's own no-op\n\n"
                + table(["", "per second", "per server CPU-s", "p50", "p99", "audit"], rows,
                        right=(1, 2, 3, 4)) + text)

    def sustained(self):
        """What the service takes, and what it takes for ever."""
        run, bursts = self.records.first("sustained"), self.records.find("service", "0 live")
        if not run or not bursts:
            return ""
        burst = bursts[0]["result"]
        return ("*Burst and sustained*: with all views the service takes "
                f"{rate(burst['per_second'])} "
                f"in a burst of {burst['seconds']:.0f} s, after which they are "
                f"{short(burst['events_behind'])} events behind. It sustains "
                f"{rate(run['sustained_per_second'])}: {short(run['commands'])} commands were "
                f"taken in {run['seconds']:.1f} s, and the slowest of index, history and archive "
                f"had followed {run['catch_up_seconds']:.1f} s later"
                + (f", but for {short(run['left_behind'])} events" if run["left_behind"] else "")
                + "; all of that time is counted. "
                "Half load is half of that. Views follow the large batches of a burst more "
                "cheaply than small ones: see how far behind they are below.\n\n")

    @staticmethod
    def at_rate(entry):
        run = entry["result"]
        kind = "segment files" if entry["name"] == "segments" else "RocksDB"
        title = "Half load" if entry["phase"] == "half load" else "Half of a burst"
        return (f"*{title}*, in process with all views, ledger in {kind}: "
                f"{rate(run['rate'])} for {run['seconds']:.0f} s, "
                f"p50 {milliseconds(run['p50_us'])}, p90 "
                f"{milliseconds(run['p90_us'])}, p99 {milliseconds(run['p99_us'])}, p99.9 "
                f"{milliseconds(run['p999_us'])}, max {milliseconds(run['max_us'])}, "
                f"{run.get('overloaded', 0):,.0f} not taken; views "
                f"{short(run['events_behind_before'])} events behind at its beginning, "
                f"{short(run['events_behind'])} at its end; batches of "
                f"{run['batch_commands']:.0f} commands and {run['batch_bytes']:.0f} bytes, whose "
                f"fdatasync alone took {milliseconds(run['fdatasync_p50_us'])} (p99 "
                f"{milliseconds(run['fdatasync_p99_us'])}). A server that did nothing but such "
                f"syncs would show p99 {milliseconds(run['only_syncs_p99_us'])}, max "
                f"{milliseconds(run['only_syncs_max_us'])}.\n\n")

    @staticmethod
    def recovery(entry):
        back = entry["result"]
        out = (f"*Recovery*: a checkpoint with {short(back['live'])} live holds and "
               f"{short(back['tail_events'])} events after it, in a ledger of "
               f"{short(back['events'])} events, killed: first answer "
               f"{back['first_answer_seconds']:.2f} s after the start")
        if "replay_per_second" in back:
            return out + f"; the whole ledger replays at {rate(back['replay_per_second'])}.\n\n"
        return out + (". What comes before the holds are settings of safety stock: they leave "
                      "nothing in memory.\n\n")

    def archive(self):
        run = self.records.first("archive")
        if not run:
            return ""
        mib = 2**20
        return (f"*Archive*: {short(run['reservations'])} reservations came, were sold and shipped "
                f"or released, and left memory, in {run['seconds']:.0f} s "
                f"({rate(run['per_second'])}; the producer waited {run['waited_seconds']:.0f} s "
                f"for the archiver), with a hot window of {short(run['hot_events'])} events: "
                f"{run['resident_bytes'] / mib:,.0f} MiB of memory in the end, "
                f"{run['filter_bytes'] / mib:,.0f} of them the filter of archived keys; "
                f"{run['archive_bytes'] / run['reservations']:.0f} bytes on disk each. The very "
                f"first, then: retried in {milliseconds(run['retry_us'])}, returned in "
                f"{milliseconds(run['return_us'])}, read in {milliseconds(run['read_us'])}; any "
                f"old one is read in {milliseconds(run['old_p50_us'])} (p99 "
                f"{milliseconds(run['old_p99_us'])}).\n\n")

    def rest_of_service(self):
        storm = self.records.first("storm")
        out = "## Latency, storms, recovery\n\n" + self.sustained()
        for phase in ("half load", "half burst"):
            out += "".join(self.at_rate(entry) for entry in self.records.find(phase))
        if storm:
            out += (f"*Expiry storm*: {storm['holds']:,.0f} holds due in one millisecond, "
                    f"{rate(storm['rate'])} of other requests: all ended after "
                    f"{storm['all_expired_ms']:.0f} ms; requests for the freed units from that "
                    f"millisecond on: {storm['refused']:.0f} refused; p99 "
                    f"{milliseconds(storm['calm_p99_us'])} before, "
                    f"{milliseconds(storm['storm_p99_us'])} during, "
                    f"{milliseconds(storm['after_p99_us'])} after.\n\n")
        out += "".join(self.recovery(entry) for entry in self.records.find("recovery"))
        return out + self.archive()

    def sections(self):
        """How long each took; those that were planned and not finished."""
        took = {entry["name"]: entry["result"]["seconds"] for entry in self.records.find("section")}
        return took, [name for name in self.machine.get("sections", ()) if name not in took]

    def method(self):
        probes = []
        for entry in self.records.find("probe"):
            probes.append([entry["name"], *(f"{milliseconds(cell['p50_us'])} / "
                                            f"{milliseconds(cell['p99_us'])}"
                                            for cell in entry["result"].values())])
        sizes = self.records.first("probe").keys()
        took = self.sections()[0]
        again = {entry["name"] for entry in self.records.find("again")}
        times = ", ".join(f"{name} {seconds:.0f} s{' (again, not in the sum)' * (name in again)}"
                          for name, seconds in took.items())
        whole = sum(seconds for name, seconds in took.items() if name not in again)
        times = f"It took {whole / 60:.0f} minutes: {times}.\n\n" if took else ""
        return f"""## How it was measured

{self.notes['text']['method']}

{times}fdatasync of one write at a time (p50 / p99):

{table(["", *(f"{int(size):,} bytes" for size in sizes)], probes, right=range(1, 9))}"""

    def plots(self):
        """File name to SVG text."""
        css = {"pg": "c0", "redis": "c1", "weaker": "c3", "holdfast": "c2"}
        rates, tails = [], []
        for item in self.techniques:
            runs = [entry for phase in ("hot", "retries", "crash", "lock expiry")
                    for entry in self.records.find(phase, item["name"])]
            bad = "**" in audit_words(runs)
            style = "bad" if bad else css[item["side"]]
            rates.append((item["title"], self.records.median("hot", item["name"]), style))
            tails.append((item["title"], self.records.median("half", item["name"], "p99_us"),
                          style))
        stream = self.records.median("grpc", "stream hot")
        if stream:
            rates.append(("Holdfast, gRPC stream", stream, css["holdfast"]))
        series = {}
        for entry in self.records.find("clients"):
            series.setdefault(self.title(entry["name"]), []).append(
                (entry["clients"], entry["result"].get("per_second", 0)))
        legend = "blue: PostgreSQL, orange: Redis, violet: weaker durability, green: Holdfast, " \
                 "red: an audit found something"
        return {
            "hot-sku.svg": svg.bars("Commands per second on one hot SKU (log scale)", rates, short,
                                    legend),
            "latency.svg": svg.bars("p99 at half of its own best rate, open loop (log scale)",
                                    tails, milliseconds, legend),
            "clients.svg": svg.lines("Commands per second on one hot SKU", series, "clients",
                                     short),
        }


def write(entries, mode, docs):
    report = Report(entries, mode)
    docs = pathlib.Path(docs)
    (docs / PLOTS).mkdir(parents=True, exist_ok=True)
    (docs / "BENCHMARKS.md").write_text(report.page(), encoding="utf-8")
    for name, text in report.plots().items():
        (docs / PLOTS / name).write_text(text, encoding="utf-8")
    return report


def summary(entries):
    """The goals in a few lines, for the terminal."""
    goals = all_goals(Records(entries))
    lines = [f"{'met' if goal.met else 'missed' if goal.met is False else '-':7} {goal.target}: "
             f"{goal.measured}" for goal in goals]
    return "\n".join(lines)

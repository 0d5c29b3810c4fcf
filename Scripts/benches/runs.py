"""As many runs at once as there are workers, a thousand behind them: that nothing is lost, what it costs, and that those who
watch a run and a step that prints at full speed notice nothing of it."""

import os
import re
import shlex
import time
import urllib.request
from pathlib import Path
from statistics import quantiles

from figures import Figure, Wrong
from runbook import Runbook
from stream import LINES, Viewer, producer_rate, watch
from waiting import instant

# As the README has them; the small ones are for a quick look.
WORKERS = {"critical": 18, "high": 60, "default": 40, "low": 4}
FEW = {"critical": 2, "high": 3, "default": 4, "low": 1}
# Opening a pipe that nobody writes to takes no processor time, however many wait for it.
HELD = "# Held\n\n```sh {{name=hold}}\n: < {pipe}\n```\n"
QUICK = "# Quick\n\n```sh {name=quick}\n:\n```\n"
PRINTS = "# Prints\n\n```bash {{name=print}}\n: < {pipe}\n{producer}\n```\n"
BUCKET = re.compile(r'runbook_queue_decision_seconds_bucket\{le="([^"]+)"\} (\d+)')


def run(folder: Path, program: Path, rounds: int, small: bool):
    workers, many, viewers, lines, size = (FEW, 60, 10, 20, 20_000_000) if small else (WORKERS, 1000, 100, 200, 10**9)
    busy = sum(workers.values())
    memory = Figure("runs", "memory at most, with all of it", "MiB", goal=("value", "at most", 300))
    decision = Figure("runs", "a decision of the queue, 99th percentile", "ms", goal=("value", "at most", 5))
    line = Figure("runs", f"line to {viewers} clients meanwhile, 99th percentile", "ms", goal=("value", "at most", 50))
    intake = Figure("runs", "output taken in meanwhile", "MB/s", goal=("value", "at least", 100))
    rate = Figure("runs", f"{many:,} queued runs, then done", "/s")
    page = Figure("runs", "the page of a run that has printed 1 GB, 99th percentile", "ms", goal=("value", "at most", 50))
    source = folder / "source"
    folder.mkdir(parents=True, exist_ok=True)
    source.write_bytes((b"x" * 99 + b"\n") * (size // 1000))
    producer = shlex.join(["cat", *[str(source)] * 10])
    print(f"the producer alone writes {producer_rate(producer, size):,.0f} MB/s", flush=True)
    flags = ["--workers", ",".join(f"{name}={count}" for name, count in workers.items()), "--output-limit", str(2 * size)]
    for number in range(rounds):
        with Runbook(program, folder / str(number), "--metrics-open", *flags) as server:
            wire = server.wire()
            pipes = {name: Pipe(folder / f"{name}-{number}") for name in ("held", "prints")}
            go = folder / f"go-{number}"
            server.store("held", HELD.format(pipe=shlex.quote(str(pipes["held"].path))))
            server.store("prints", PRINTS.format(pipe=shlex.quote(str(pipes["prints"].path)), producer=producer))
            server.store("lines", LINES.format(go=shlex.quote(str(go)), count=lines))
            server.store("quick", QUICK)

            def begin(runbook, priority):
                return wire.post("/api/v1/runs", {"runbook": runbook, "priority": priority})["id"]

            printing, watched = begin("prints", "default"), begin("lines", "default")
            first = {"default": 2}
            held = [begin("held", name) for name in workers for _ in range(workers[name] - first.get(name, 0))]
            queued = [begin("quick", name) for name in workers for _ in range(many // len(workers))]
            expect_queue(wire, busy, len(queued))

            seen = watch([Viewer(server.port, watched) for _ in range(viewers)], go.touch)
            line.add(quantiles((time for viewer in seen for time in viewer.delays(lines)), n=100, method="inclusive")[98])
            start = time.perf_counter()
            pipes["prints"].open()
            server.wait(printing)
            intake.add(size / 1e6 / (time.perf_counter() - start))
            expect_stored(server, printing, size)
            page.add(seconds(wire, f"/runs/{printing}", 20 if small else 100))

            start = time.perf_counter()
            pipes["held"].open()
            records = finished(wire, [*held, watched, printing, *queued])
            rate.add(many / (time.perf_counter() - start))
            expect_workers(records, workers)
            decision.add(percentile(server.port) * 1e3)
            memory.add(server.memory("VmHWM"))
            print(f"round {number + 1}: {busy} busy at once, {len(queued):,} behind them; all {len(records):,} runs "
                  f"succeeded, each step once; the journal verifies: {server.verified()} events", flush=True)  # fmt: skip
            for pipe in pipes.values():
                pipe.close()
    return [memory, decision, line, intake, rate, page]


class Pipe:
    """Holds whoever opens it, until it is opened here."""

    def __init__(self, path: Path):
        self.path = path
        os.mkfifo(path)
        self.file = None

    def open(self):
        # For reading too, so that it opens when nobody waits yet. They only open it, and read nothing.
        self.file = self.path.open("r+b", buffering=0)

    def close(self):
        if self.file:
            self.file.close()


def expect_queue(wire, busy: int, queued: int):
    """Waits until all workers are busy."""
    while True:
        lines = wire.get("/api/v1/queue")["priorities"]
        if sum(line["busy"] for line in lines) == busy:
            break
        time.sleep(0.05)
    waits = sum(line["queued"] for line in lines)
    if waits != queued:
        raise Wrong(f"{queued} runs are to wait, and {waits} do.")


def expect_stored(server: Runbook, run: str, size: int):
    server.succeeded(run)
    stored = server.events(run, "step.finished")[0]["data"]["output"]["bytes"]
    if stored != size:
        raise Wrong(f"{size} bytes were printed, and {stored} stored.")


def finished(wire, runs):
    """The records of runs once all have ended, each well and each step with one attempt."""
    records = []
    for run in runs:
        while (record := wire.get(f"/api/v1/runs/{run}"))["state"] in ("queued", "running"):
            time.sleep(0.02)
        if record["state"] != "succeeded" or any(len(step["attempts"]) != 1 for step in record["steps"]):
            raise Wrong(f"A run is not as it should be: {record}")
        records.append(record)
    return records


def expect_workers(records, workers):
    """Never were more runs of a priority under way than it has workers, and at some time as many."""
    for name, count in workers.items():
        moments = []
        for record in records:
            if record["priority"] == name:
                moments += [(instant(record["started"]), 1), (instant(record["finished"]), -1)]
        now = most = 0
        # Who ends in the moment in which another begins has made room for it.
        for _, change in sorted(moments):
            now += change
            most = max(most, now)
        if most != count:
            raise Wrong(f"{name} has {count} workers, and {most} runs were under way at once.")


def percentile(port: int):
    """Seconds: the 99th percentile of the server's own histogram, as Prometheus' histogram_quantile reckons it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        buckets = [(float(bound), int(count)) for bound, count in BUCKET.findall(answer.read().decode())]
    wanted = buckets[-1][1] * 0.99
    if not wanted:
        raise Wrong("The queue has decided nothing.")
    least, below = 0.0, 0
    for bound, count in buckets:
        if count >= wanted:
            return least if bound == float("inf") else least + (bound - least) * (wanted - below) / (count - below)
        least, below = bound, count
    raise Wrong("The histogram has no end.")


def seconds(wire, path: str, count: int):
    """Milliseconds: the 99th percentile of so many readings of a page."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        wire.connection.request("GET", path, headers={**wire.headers, "Accept": "text/html"})
        answer = wire.connection.getresponse()
        page = answer.read()
        times.append((time.perf_counter() - start) * 1e3)
        if answer.status != 200 or b"earlier line" not in page:
            raise Wrong(f"{path}: {answer.status} {page[:500]}")
    return quantiles(times, n=100, method="inclusive")[98]

"""From a line that a step prints to the line at those who watch, and how fast output is taken in."""

import re
import selectors
import shlex
import shutil
import socket
import subprocess
import time
from pathlib import Path
from statistics import quantiles

from figures import Figure, Wrong
from programs import LIMIT
from runbook import AUTHORIZATION, Runbook

# Twenty lines a second, each with its number and the time at which it was printed. Begins when the viewers are there.
# The timeout ends what a failed bench leaves behind.
LINES = """# Lines

```bash {{timeout=5m}}
until [ -e {go} ]; do read -rt 0.01 <> <(:) || :; done
for ((i = 0; i < {count}; i++)); do
    echo "line $i $EPOCHREALTIME"
    read -rt 0.05 <> <(:) || :
done
```
"""
LINE = re.compile(rb"line (\d+) (\d+\.\d{6})")


def run(folder: Path, program: Path, rounds: int, small: bool):
    return [*latency(folder, program, rounds, 20 if small else 200), *intake(folder, program, rounds, small)]


def latency(folder: Path, program: Path, rounds: int, count: int):
    figures = {
        (clients, part): Figure(
            "stream", f"line to {clients} client{'s' if clients > 1 else ''}, {part}", "ms",
            goal=("value", "at most", 50) if (clients, part) == (100, "99th percentile") else None)
        for clients in (1, 100) for part in ("median", "99th percentile", "longest")
    }  # fmt: skip
    with Runbook(program, folder / "latency") as server:
        for number in range(rounds):
            for clients in (1, 100):
                go = folder / f"go-{number}-{clients}"
                server.store("lines", LINES.format(go=shlex.quote(str(go)), count=count))
                run = server.begin("lines")
                viewers = [Viewer(server.port, run) for _ in range(clients)]
                received = watch(viewers, go.touch)
                server.succeeded(run)
                times = sorted(time for viewer in received for time in viewer.delays(count))
                percentiles = quantiles(times, n=100, method="inclusive")
                figures[clients, "median"].add(percentiles[49])
                figures[clients, "99th percentile"].add(percentiles[98])
                figures[clients, "longest"].add(times[-1])
                print(f"round {number + 1}: all {count} lines received in order by {clients} of {clients}", flush=True)
        print(f"the journal verifies: {server.verified()} events")
    return list(figures.values())


class Viewer:
    """Reads a run's events from a bare socket, and notes when what arrived."""

    def __init__(self, port: int, run: str):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(
            f"GET /api/v1/runs/{run}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Authorization: {AUTHORIZATION['Authorization']}\r\n\r\n".encode())  # fmt: skip
        self.content = bytearray()
        # How much had arrived, and when.
        self.arrivals = []

    def read(self):
        """False at the end."""
        piece = self.socket.recv(1 << 16)
        self.content += piece
        self.arrivals.append((len(self.content), time.time()))
        return bool(piece)

    @property
    def is_there(self):
        """Whether the server has sent it the run, so that every line to come comes live."""
        return b"event: run" in self.content

    def delays(self, count: int):
        """Milliseconds, of each line."""
        found = list(LINE.finditer(self.content))
        if [int(line[1]) for line in found] != list(range(count)):
            raise Wrong(f"A viewer received {len(found)} lines, and not the {count} that were printed, in order.")
        arrivals = iter(self.arrivals)
        end, arrived = next(arrivals)
        delays = []
        for line in found:
            while end < line.end():
                end, arrived = next(arrivals)
            delays.append((arrived - float(line[2])) * 1e3)
        return delays


def watch(viewers, begin):
    """Calls `begin` when all are there, and returns the viewers when each has read all."""
    selector = selectors.EpollSelector()
    for viewer in viewers:
        selector.register(viewer.socket, selectors.EVENT_READ, viewer)
    waiting = set(viewers)
    while selector.get_map():
        ready = selector.select(LIMIT)
        if not ready:
            raise Wrong("The server sends its viewers nothing any more.")
        for key, _ in ready:
            viewer = key.data
            if not viewer.read():
                selector.unregister(viewer.socket)
                viewer.socket.close()
            if viewer in waiting and viewer.is_there:
                waiting.remove(viewer)
                if not waiting:
                    begin()
    return viewers


def intake(folder: Path, program: Path, rounds: int, small: bool):
    size = 20_000_000 if small else 1_000_000_000
    rate = Figure("stream", "output taken in and stored, 1 GB", "MB/s", goal=("value", "at least", 100))
    growth = Figure("stream", "memory growth, taking in 1 GB", "MiB", goal=("value", "at most", 32))
    peak = Figure("stream", "memory at most, taking in 1 GB", "MiB")
    # From memory, by `cat`: a producer that takes as little of the processor as one can.
    source = folder / "source"
    source.write_bytes((b"x" * 99 + b"\n") * (size // 1000))
    producer = shlex.join(["cat", *[str(source)] * 10])
    print(f"the producer alone writes {producer_rate(producer, size):,.0f} MB/s", flush=True)
    for number in range(rounds):
        place = folder / f"intake-{number}"
        with Runbook(program, place, "--output-limit", str(2 * size)) as server:
            server.store("output", f"# Output\n\n```bash\n{producer}\n```\n")
            before = server.memory()
            start = time.perf_counter()
            run = server.begin("output")
            server.wait(run)
            rate.add(size / 1e6 / (time.perf_counter() - start))
            peak.add(server.memory("VmHWM"))
            growth.add(peak.ours[-1] - before)
            server.succeeded(run)
            stored = server.events(run, "step.finished")[0]["data"]["output"]["bytes"]
            if stored != size:
                raise Wrong(f"{size} bytes were printed, and {stored} stored.")
            print(f"round {number + 1}: all {size} bytes stored; {server.verified()} events verify", flush=True)
        shutil.rmtree(place)
    return [rate, growth, peak]


def producer_rate(producer: str, size: int):
    """MB/s into a pipe that is only emptied: what the step could reach at best."""
    start = time.perf_counter()
    subprocess.run(["bash", "-c", f"{producer} | cat > /dev/null"], check=True)
    return size / 1e6 / (time.perf_counter() - start)

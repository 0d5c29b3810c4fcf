"""What a thousand runs that wait cost: from the end of one run to the start of the next, and the page that shows them."""

import time
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles

from figures import Figure, Wrong
from runbook import Runbook

# The first run holds the only worker until the flag is there.
HELD = "# Held\n\n```sh {{name=a}}\nuntil test -e {flag}; do sleep 0.05; done\n```\n"
QUICK = "# Quick\n\n```sh {name=a}\n:\n```\n"


def run(folder: Path, program: Path, rounds: int, small: bool):
    many, some = (60, 20) if small else (1000, 200)
    whole = Figure("queue", f"from a run's end to the next one's start, {many:,} queued", "ms")
    added = Figure("queue", f"what {many:,} queued add to that", "ms", goal=("value", "at most", 5))
    limited = Figure("queue", f"what {many:,} add that a limit holds back", "ms", goal=("value", "at most", 5))
    page = Figure(
        "queue", f"what waits and why, {many:,} queued, 99th percentile", "ms", goal=("value", "at most", 50))
    for number in range(rounds):
        with Runbook(program, folder / str(number), "--workers", "default=1,high=2") as server:
            wire, flags = server.wire(), [folder / f"flag-{number}-{part}" for part in range(2)]
            server.store("held", HELD.format(flag=flags[0]))
            server.store("limited", "---\nconcurrency: 1\n---\n" + HELD.format(flag=flags[1]))
            server.store("quick", QUICK)
            begun(wire, wire.post("/api/v1/runs", {"runbook": "held"})["id"])
            queued = [wire.post("/api/v1/runs", {"runbook": "quick"})["id"] for _ in range(many)]
            page.add(seconds(lambda: wire.get("/api/v1/queue"), some) * 1e3)
            flags[0].touch()
            records = ended(wire, queued)
            # The last of them have nobody behind them.
            full, empty = gap(records[:some]), gap(records[-some:])
            whole.add(full * 1e3)
            added.add((full - empty) * 1e3)

            held = [wire.post("/api/v1/runs", {"runbook": "limited", "priority": "high"})["id"] for _ in range(many + 1)]
            begun(wire, held[0])
            passing = [wire.post("/api/v1/runs", {"runbook": "quick", "priority": "high"})["id"] for _ in range(some)]
            limited.add((gap(ended(wire, passing)) - empty) * 1e3)
            if wire.get(f"/api/v1/runs/{held[1]}")["state"] != "queued":
                raise Wrong("A run passed the limit of its runbook.")
            flags[1].touch()
            ended(wire, held)
            print(f"round {number + 1}: {2 * many + some + 2:,} runs ended, those of a limit one by one; "
                  f"the journal verifies: {server.verified()} events", flush=True)  # fmt: skip
    return [whole, added, limited, page]


def gap(records):
    """The median time that a worker was free between two of these runs, which one worker carried out one by one."""
    times = sorted((instant(record["started"]), instant(record["finished"])) for record in records)
    gaps = [start - end for (_, end), (start, _) in zip(times, times[1:])]
    if min(gaps) < 0:
        raise Wrong(f"Two runs went at once on one worker: {min(gaps)} s.")
    return median(gaps)


def begun(wire, run):
    while wire.get(f"/api/v1/runs/{run}")["state"] == "queued":
        time.sleep(0.01)


def ended(wire, runs):
    """The records of the runs once they have ended, all of them well."""
    while True:
        record = wire.get(f"/api/v1/runs/{runs[-1]}")
        if record["state"] not in ("queued", "running"):
            break
        time.sleep(0.1)
    records = [wire.get(f"/api/v1/runs/{run}") for run in runs]
    for record in records:
        if record["state"] != "succeeded":
            raise Wrong(f"The run is {record['state']}: {record}")
    return records


def instant(text):
    return datetime.fromisoformat(text).timestamp()


def seconds(act, count):
    """The 99th percentile of so many."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return quantiles(times, n=100)[98]

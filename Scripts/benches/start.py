"""From exec to the `ready` line, and the memory then: on a database with an account, and on one of 1 GB."""

import time
from pathlib import Path

from figures import Figure, Wrong
from load import requests
from runbook import AUTHORIZATION, Runbook

PATHS = ["/api/v1/runbooks?limit=200", "/api/v1/runs?limit=200", "/api/v1/journal?limit=200", "/runbooks", "/journal"]
GUIDE = """# Guide {n}

```sh {name=restart timeout=30s}
systemctl restart {n}
```
"""
# Runs that fill the large database, each with as much output.
RUNS = 10


def run(folder: Path, program: Path, rounds: int, small: bool):
    empty, large = folder / "empty", folder / "large"
    with Runbook(program, empty) as server:
        add_person(server)
    fill(program, large, size=20_000_000 if small else 1_000_000_000, seconds=1 if small else 5)
    sides = {place: figures(subject) for place, subject in ((empty, "empty database"), (large, "database of 1 GB"))}
    for _ in range(rounds):
        for place, measured in sides.items():
            for figure, sample in zip(measured, start(program, place), strict=True):
                figure.add(sample)
    return [figure for measured in sides.values() for figure in measured]


def figures(subject: str):
    return [
        Figure("start", f"ready, {subject}", "ms", goal=("value", "at most", 100)),
        Figure("start", f"memory when ready, {subject}", "MiB", goal=("value", "at most", 60)),
        Figure("start", f"memory after 100 requests, {subject}", "MiB"),
    ]


def start(program: Path, folder: Path):
    """Milliseconds to the `ready` line, MiB then, and MiB after a hundred requests."""
    begun = time.perf_counter()
    with Runbook(program, folder) as server:
        elapsed = (time.perf_counter() - begun) * 1e3
        memory = server.memory()
        wire = server.wire()
        for number in range(100):
            wire.get(PATHS[number % len(PATHS)])
        return elapsed, memory, server.memory()


def add_person(server: Runbook):
    server.wire().post("/api/v1/users", {"name": "bench", "password": "a password for benches", "role": "admin"})


def fill(program: Path, folder: Path, size: int, seconds: int):
    """Makes a database of `size` through the product: runbooks for some seconds, and runs with much output."""
    with Runbook(program, folder, "--output-limit", str(size)) as server:
        add_person(server)
        headers = {**AUTHORIZATION, "Content-Type": "text/markdown"}
        stored = requests(
            server.port, "/api/v1/runbooks?name=guide-{n}", headers, 32, seconds, body=GUIDE, tag="n").answered  # fmt: skip
        server.store("output", f"# Output\n\n```bash\nhead -c {size // RUNS} < <(yes {'x' * 99})\n```\n")
        for _ in range(RUNS):
            run = server.begin("output")
            server.wait(run)
            server.succeeded(run)
    # What was still in the write-ahead log came over at the end.
    reached = (folder / "data" / "runbook.db").stat().st_size
    if reached < size:
        raise Wrong(f"The database has {reached} bytes after {size} bytes of output.")
    print(f"the large database: {reached / 1e6:,.0f} MB with {stored:,} runbooks and {RUNS} runs", flush=True)

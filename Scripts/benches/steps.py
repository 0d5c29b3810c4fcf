"""200 steps that do nothing, each a bash of its own with a durable start before it and its finish after it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from figures import Figure, Wrong
from programs import Program, answers, free_port
from runbook import Runbook

HERE = Path(__file__).parent


def run(folder: Path, program: Path, rounds: int, small: bool):
    count = 20 if small else 200
    loop = Figure("steps", "a no-op step, beside a Python loop", "ms", "loop", goal=("ratio", "at most", 2))
    prefect = Figure(
        "steps", "a no-op step, beside Prefect", "ms", "Prefect", peer_over_ours=True,
        goal=("ratio", "at least", 8))  # fmt: skip
    with Runbook(program, folder / "runbook") as server, Prefect(folder / "prefect") as peer:
        server.store("steps", "# Steps\n" + "\n```bash\n:\n```\n" * count)
        for number in range(rounds):
            with peer.paused():
                theirs = seconds([HERE / "loop.py", count, folder / "loop.db"])
                start = time.perf_counter()
                run = server.begin("steps")
                server.follow(run)
                ours = time.perf_counter() - start
            expect_pairs(server, run, count)
            loop.add(ours / count * 1e3, theirs / count * 1e3)
            prefect.add(ours / count * 1e3, peer.seconds(count) / count * 1e3)
            print(f"round {number + 1}: {count} pairs of step.started and step.finished in the journal", flush=True)
        print(f"the journal verifies: {server.verified()} events")
    return [loop, prefect]


def expect_pairs(server: Runbook, run: str, count: int):
    """Each step started once, then finished once, before the next one started."""
    server.succeeded(run)
    started = [(event["seq"], event["data"]["attempt"]) for event in server.events(run, "step.started")]
    finished = [(event["seq"], event["data"]["attempt"]) for event in server.events(run, "step.finished")]
    order = [attempt for _, attempt in sorted(started + finished)]
    pairs = [attempt for _, attempt in started for _ in range(2)]
    if len({attempt for _, attempt in started}) != count or order != pairs:
        raise Wrong(f"{count} steps left {len(started)} step.started and {len(finished)} step.finished in the journal.")


class Prefect(Program):
    """A Prefect server of its own, as `prefect server start` makes it, without what calls home and without pages."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.environment = {
            "PREFECT_HOME": str(folder), "PREFECT_API_URL": f"http://127.0.0.1:{self.port}/api", "DO_NOT_TRACK": "1",
        }  # fmt: skip
        command = [Path(sys.executable).with_name("prefect"), "server", "start", "--no-ui", "--analytics-off"]
        super().__init__([*command, "--port", str(self.port)], folder, "prefect", self.environment)

    def become_ready(self):
        answers(self.port, "/api/health", self)

    def seconds(self, count: int):
        return seconds([HERE / "prefect_flow.py", count], self.environment)


def seconds(arguments, environment=None):
    """What a Python program prints last: the seconds that it took."""
    ended = subprocess.run(
        [sys.executable, *map(str, arguments)], env={**os.environ, **(environment or {})}, capture_output=True,
        text=True)  # fmt: skip
    if ended.returncode != 0:
        raise Wrong(f"{arguments[0]}: {ended.stderr[-2000:]}")
    return float(ended.stdout.split()[-1])

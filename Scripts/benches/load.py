"""Requests from wrk, as many as go."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from figures import Wrong

SCRIPT = Path(__file__).with_name("load.lua")
# A machine that is busy with other things may answer nothing in a short round; then a longer one is measured.
LONGEST_ROUND = 60


class Load(NamedTuple):
    """What came of a round: requests answered, answered a second, and how many at most were under way when it ended."""

    answered: int
    rate: float
    under_way: int


def requests(
    port: int, path: str, headers, clients: int, seconds: int, body: str = "", tag: str = "", method: str = "POST",
    cycle: tuple[int, str, str] | None = None,
):
    """Gets `path`, or sends a body to it, in which, as in the path, `{n}` becomes a text used once that begins with `tag`.

    With a `cycle` of (things, their number's format, states) `{k}` is each of the things in turn, and `{s}` the next of
    the states each time round.

    Each client sends its next request when the last was answered. An answer that is not a success, or none in
    `LONGEST_ROUND`, is wrong.
    """
    variables = {"BENCH_PATH": path, "BENCH_BODY": body, "BENCH_METHOD": method} if body else {}
    if cycle:
        count, digits, states = cycle
        variables |= {"BENCH_COUNT": str(count), "BENCH_DIGITS": f"%{digits}d", "BENCH_STATES": states}
    fields = [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    under_way = 0
    while True:
        ended = subprocess.run(
            ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s", "--timeout", "30s",
             "--script", SCRIPT, *fields, f"http://127.0.0.1:{port}{path if not body else ''}"],
            env={**os.environ, **variables, "BENCH_TAG": f"{tag}{seconds}-"}, capture_output=True, text=True)  # fmt: skip
        found = re.search(r"^found (\d+) (\d+) (\d+) (\d+)$", ended.stdout, re.MULTILINE)
        if not found:
            raise Wrong(f"wrk: {ended.stdout}{ended.stderr}")
        answered, microseconds, refused, broken = map(int, found.groups())
        under_way += clients
        if refused or broken or not answered and seconds >= LONGEST_ROUND:
            raise Wrong(f"{path}: {answered} answers, {refused} of them refusals, {broken} connections broken")
        if answered:
            return Load(answered, answered / microseconds * 1e6, under_way)
        seconds *= 2

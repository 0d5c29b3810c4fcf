"""Requests from wrk, as many as go."""

import os
import re
import subprocess
from pathlib import Path

from figures import Wrong

SCRIPT = Path(__file__).with_name("load.lua")


def requests(
    port: int, path: str, headers, clients: int, seconds: int, body: str = "", tag: str = "", method: str = "POST",
    cycle: tuple[int, str, str] | None = None,
):
    """Gets `path`, or sends a body to it, in which, as in the path, `{n}` becomes a text used once that begins with `tag`.

    With a `cycle` of (things, their number's format, states) `{k}` is each of the things in turn, and `{s}` the next of
    the states each time round.

    Each client sends its next request when the last was answered. Gives how many were answered, and how many a second;
    an answer that is not a success, or none, is wrong.
    """
    variables = {"BENCH_PATH": path, "BENCH_BODY": body, "BENCH_TAG": tag, "BENCH_METHOD": method} if body else {}
    if cycle:
        count, digits, states = cycle
        variables |= {"BENCH_COUNT": str(count), "BENCH_DIGITS": f"%{digits}d", "BENCH_STATES": states}
    fields = [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    ended = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s", "--timeout", "30s",
         "--script", SCRIPT, *fields, f"http://127.0.0.1:{port}{path if not body else ''}"],
        env={**os.environ, **variables}, capture_output=True, text=True)  # fmt: skip
    found = re.search(r"^found (\d+) (\d+) (\d+) (\d+)$", ended.stdout, re.MULTILINE)
    if not found:
        raise Wrong(f"wrk: {ended.stdout}{ended.stderr}")
    answered, microseconds, refused, broken = map(int, found.groups())
    if refused or broken or not answered:
        raise Wrong(f"{path}: {answered} answers, {refused} of them refusals, {broken} connections broken")
    return answered, answered / microseconds * 1e6

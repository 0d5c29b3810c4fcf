"""Guides by the thousand: read without a server, imported into one, shown as a page, searched."""

import json
import subprocess
import time
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from figures import Figure, Wrong
from guides import Author
from programs import LIMIT
from runbook import TOKEN, Runbook

SEED = 20_261_122


def run(folder: Path, program: Path, rounds: int, small: bool):
    count, length, queries = (40, 6_000, 10) if small else (1_600, 6_000, 200)
    library = folder / "guides"
    library.mkdir(parents=True)
    author = Author(SEED)
    written = {}
    for number in range(count):
        text, steps, items = author.guide(length)
        # In folders, as a team's are.
        path = library / f"team-{number % 20}" / f"guide-{number:04}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written[str(path)] = (steps, items)
    size = sum(Path(path).stat().st_size for path in written)
    print(f"{count:,} guides of {size / 1e6:,.1f} MB, seed {SEED}", flush=True)

    inspected = Figure("format", "inspect 1,600 guides of 10 MB", "s", goal=("value", "at most", 3))
    imported = Figure("format", "import 1,600 guides of 10 MB", "s", goal=("value", "at most", 10))
    rendered = Figure("format", "the page of a guide of 1 MB, seen first", "ms", goal=("value", "at most", 50))
    searched = Figure("format", "search in 1,600 guides, 99th percentile", "ms", goal=("value", "at most", 10))
    for number in range(rounds):
        inspected.add(inspect(program, written))
        with Runbook(program, folder / f"server-{number}") as server:
            imported.add(bring(program, server, library, count))
            text, steps, items = author.guide(100_000 if small else 1_000_000)
            rendered.add(first_page(server, f"large-{number}", text))
            searched.add(search(server, author, queries))
    return [inspected, imported, rendered, searched]


def inspect(program: Path, written: dict[str, tuple[int, int]]):
    """Seconds; every step and item must be found."""
    began = time.perf_counter()
    ended = subprocess.run([program, "inspect", "--json", *written], capture_output=True, timeout=LIMIT, check=True)
    took = time.perf_counter() - began
    found = {}
    for line in ended.stdout.splitlines():
        guide = json.loads(line)
        found[guide["file"]] = (len(guide["steps"]), len(guide["checklist"]))
    if found != written:
        wrong = next(path for path in written if found.get(path) != written[path])
        raise Wrong(f"{wrong} has {written[wrong]} steps and items, and {found.get(wrong)} were found")
    print(f"all {sum(steps for steps, _ in found.values()):,} steps and"
          f" {sum(items for _, items in found.values()):,} items found", flush=True)  # fmt: skip
    return took


def bring(program: Path, server: Runbook, library: Path, count: int):
    """Seconds that the command takes; the catalogue must have them all afterwards."""
    environment = {"RUNBOOK_URL": f"http://127.0.0.1:{server.port}", "RUNBOOK_TOKEN": TOKEN, "HOME": str(library.parent)}
    began = time.perf_counter()
    subprocess.run([program, "import", library], env=environment, capture_output=True, timeout=LIMIT, check=True)
    took = time.perf_counter() - began
    wire, names, after = server.wire(), set(), ""
    while after is not None:
        page = wire.get(f"/api/v1/runbooks?limit=200{after and f'&after={quote(after)}'}")
        names |= {runbook["name"] for runbook in page["items"]}
        after = page["next"]
    if len(names) != count:
        raise Wrong(f"{count} guides were imported, and the catalogue has {len(names)}")
    return took


def first_page(server: Runbook, name: str, text: str):
    """Milliseconds until the page of a guide that nobody has looked at is there."""
    server.store(name, text)
    wire = server.wire()
    began = time.perf_counter()
    wire.connection.request("GET", f"/runbooks/{name}", headers={**wire.headers, "Accept": "text/html"})
    answer = wire.connection.getresponse()
    page = answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200 or b"<h1" not in page:
        raise Wrong(f"The page of {name} is answered with {answer.status}.")
    return took


def search(server: Runbook, author: Author, queries: int):
    """The 99th percentile of milliseconds, over words frequent and rare, one and two at a time."""
    wire, took, found = server.wire(), [], 0
    for number in range(queries):
        words = author.said(1 + number % 2)
        began = time.perf_counter()
        answer = wire.get(f"/api/v1/search?q={quote(' '.join(words))}")
        took.append((time.perf_counter() - began) * 1000)
        found += len(answer["items"])
    if found == 0:
        raise Wrong("No word of the guides is found in them.")
    return quantiles(took, n=100, method="inclusive")[98]

"""Runs the benches, prints what they found, and says by the exit status whether a goal was missed."""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

import api
import fuzz
import machine
import reading
import runs
import start
import steps
import stream
import volume
import waiting
from figures import Figure, Wrong, judged, markdown

BENCHES = {
    "api": api, "format": reading, "fuzz": fuzz, "steps": steps, "queue": waiting, "runs": runs, "start": start, "stream": stream,
    "volume": volume,
}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(prog="Scripts/bench", description="Measures Runbook beside its peers.")
    parser.add_argument("bench", nargs="?", default="all", choices=[*BENCHES, "all"])
    parser.add_argument("--small", action="store_true", help="once and little; goals are printed, not held")
    parser.add_argument("--runbook", type=Path, metavar="PROGRAM", help="instead of building a release")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes every sample there")
    parser.add_argument("--from", dest="earlier", type=Path, metavar="FILE", help="measures nothing: what --json wrote")
    parser.add_argument("--readme", type=Path, required=True, metavar="FILE", help="lists what is missed")
    parser.add_argument("--folder", type=Path, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    if arguments.earlier:
        earlier = json.loads(arguments.earlier.read_text())
        place, figures = earlier["machine"], [Figure.parsed(figure) for figure in earlier["figures"]]
    else:
        place, figures = measure(arguments)
    print(f"\n{place}\n\n{markdown(figures)}\n", flush=True)
    if arguments.json:
        found = {"machine": place, "figures": [figure.json for figure in figures]}
        arguments.json.write_text(json.dumps(found, indent=2))
    if arguments.small:
        return 0
    words, is_missed = judged(figures, arguments.readme)
    for word in words:
        print(word)
    return 1 if is_missed else 0


def measure(arguments):
    """The machine, and every figure."""
    if arguments.small:
        print("--small: once each, and fewer and smaller than the figures say")
    figures = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.folder.resolve()) as folder:
        place = machine.described(Path(folder))
        for name in BENCHES if arguments.bench == "all" else [arguments.bench]:
            print(f"\n{name}", flush=True)
            rounds = 1 if arguments.small else 5
            found = BENCHES[name].run(Path(folder) / name, arguments.runbook.resolve(), rounds, arguments.small)
            for figure in found:
                print("  " + "   ".join(cell for cell in figure.cells[1:] if cell), flush=True)
            figures += found
    return place, figures


# What was started ends with the bench, however that ends.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
try:
    sys.exit(main())
except Wrong as wrong:
    sys.exit(f"bench: wrong: {wrong}")

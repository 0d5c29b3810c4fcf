"""Guides that nobody would write: mutated from a fixed seed, each must be read or refused, and soon."""

import json
import os
import subprocess
from pathlib import Path

from figures import Figure, Wrong
from guides import Author

SEED = 5
COUNT = 200_000
# Longer than two slow cores take.
SECONDS = 1_800
RUNBOOKS = Path(__file__).resolve().parent.parent.parent / "Runbooks"


def run(folder: Path, program: Path, rounds: int, small: bool):
    folder.mkdir(parents=True)
    fuzzer = program.parent / "fuzz-guides"
    if not fuzzer.exists():
        raise Wrong(f"{fuzzer} is missing: build it with `swift build --product fuzz-guides` beside the program.")
    files = corpus(folder)
    count, processes = (300, 1) if small else (COUNT, os.cpu_count() or 1)
    share = -(-count // processes)
    started = []
    for number in range(processes):
        note = folder / f"note-{number}"
        command = [fuzzer, "run", str(SEED), str(number * share), str(share), str(SECONDS), note, *files]
        started.append((note, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)))
    found = [ending(fuzzer, note, process, files) for note, process in started]
    read = sum(part["read"] for part in found)
    print(f"{sum(part['guides'] for part in found):,} mutated guides, seed {SEED}: {read:,} read, the others refused;"
          f" at most {max(part['memory_kb'] for part in found) / 1024:,.0f} MB", flush=True)  # fmt: skip
    tried = Figure("fuzz", "mutated guides answered without a crash", "guides", goal=("value", "at least", COUNT))
    tried.add(sum(part["guides"] for part in found))
    slowest = Figure("fuzz", "the slowest of them, processor time", "ms", goal=("value", "at most", 1000))
    slow = max(found, key=lambda part: part["slowest"])
    print(f"slowest is guide {slow['slowest_number']}", flush=True)
    slowest.add(slow["slowest"] * 1000)
    return [tried, slowest, *bad_inputs(folder, fuzzer)]


# What parsers fall for, as long as a guide may be: name, text, whether it is a guide at all.
BAD = [
    ("quotes in quotes, 10,000 deep", b">" * 10_000 + b" - [ ] x\n", True),
    ("lists in lists, 10,000 deep", b"- " * 10_000 + b"[ ] x\n", True),
    ("a line of 5 MB", b"a" * 4_999_999 + b"\n", True),
    ("a line of 5 MB of brackets", b"[" * 4_999_999 + b"\n", False),
    ("a command of 5 MB", b"```sh\necho " + b"a" * 4_999_980 + b"\n```\n", True),
    ("100,000 task items", b"# A\n\n" + b"- [ ] item\n" * 100_000, True),
    ("a table of 1,000 columns", b"|a" * 1000 + b"\n" + b"|-" * 1000 + b"\n" + (b"|b" * 1000 + b"\n") * 400, True),
    ("aliases in YAML", b"---\na: &a [x, x]\n"
     + b"".join(b"%c: &%c [*%c, *%c]\n" % (c + 1, c + 1, c, c) for c in range(97, 121)) + b"---\n", False),
]


def bad_inputs(folder: Path, fuzzer: Path):
    slowest = Figure("fuzz", "the slowest bad input, processor time", "ms", goal=("value", "at most", 1000))
    largest = Figure("fuzz", "the most memory that a bad input takes", "MB", goal=("value", "at most", 300))
    answers = []
    for number, (name, text, is_guide) in enumerate(BAD):
        path = folder / f"bad-{number}.md"
        path.write_bytes(text)
        ended = subprocess.run([fuzzer, "answer", path], capture_output=True, text=True)
        if ended.returncode != 0:
            raise Wrong(f"The bad input \"{name}\" ended the program with {ended.returncode}: {ended.stderr[-300:]}")
        answer = json.loads(ended.stdout)
        if answer["is_read"] != is_guide:
            raise Wrong(f"The bad input \"{name}\" is {'read' if answer['is_read'] else 'refused'}.")
        print(f"{name}: {answer['seconds'] * 1000:,.0f} ms, {answer['memory_kb'] / 1024:,.0f} MB", flush=True)
        answers.append(answer)
    slowest.add(max(answer["seconds"] for answer in answers) * 1000)
    largest.add(max(answer["memory_kb"] for answer in answers) / 1024)
    return [slowest, largest]


def corpus(folder: Path):
    """What the guides are made of: those that come with the source, and made-up ones of every part that Markdown has."""
    files = sorted(RUNBOOKS.rglob("*.md"))
    author = Author(SEED)
    for number in range(12):
        path = folder / f"guide-{number}.md"
        path.write_text(author.guide(1_500)[0], encoding="utf-8")
        files.append(path)
    return [str(path) for path in files]


def ending(fuzzer: Path, note: Path, process: subprocess.Popen, files: list[str]):
    output, error = process.communicate()
    if process.returncode != 0:
        number = note.read_text().split()[0] if note.exists() else "?"
        words = error.strip().splitlines()[-1:] or ["no word"]
        raise Wrong(f"Guide {number} of seed {SEED} ended the program with {process.returncode}: {words[0][:300]}."
                    f" `{fuzzer.name} show {SEED} {number} FILE…` writes it.")  # fmt: skip
    return json.loads(output)

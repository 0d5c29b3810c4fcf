"""Reads and creates beside PocketBase, both with a token.

The record is a small guide. For us that is a runbook: `GET /api/v1/runbooks/NAME` answers what was read from the
current version, and `POST` stores a new one, which parses the guide, keeps its source and appends an event to the
journal, in one durable transaction. For PocketBase it is a record of text fields with the same guide in it and a unique
name: it neither parses nor keeps a journal, and as it comes it does not sync each commit. So creates are measured
twice, beside PocketBase as it comes and beside one made durable.
"""

import json
import threading
import time
from pathlib import Path

import records
from figures import Figure, Wrong
from load import requests
from pocketbase import PocketBase
from programs import Wire
from runbook import AUTHORIZATION, Runbook

# `{n}` is what changes: a number, or a name used once.
GUIDE = """# Restart {n}

Restart the service, then look whether it answers.

```sh {name=restart timeout=30s}
systemctl restart accunode
```
"""
# How often the record that is read changes. The same for both: a slower writer would leave the readers more.
CHANGES_A_SECOND = 50


def guide(number):
    return GUIDE.replace("{n}", str(number))


class Ours:
    """Runbooks over our API; `read` is the one that is read and changed."""

    name = "Runbook"
    path = "/api/v1/runbooks"
    create = "/api/v1/runbooks?name={n}"
    kind = "text/markdown"
    body = GUIDE
    headers = AUTHORIZATION

    def __init__(self, server: Runbook):
        self.port = server.port
        self.server = server
        server.store("read", guide(0))
        self.record = f"{self.path}/read"

    def change(self, wire: Wire, number: int):
        wire.post("/api/v1/runbooks?name=read", guide(number), self.kind)

    def count(self):
        """By the journal: a create that left no event is no create."""
        return self.server.verified()


class Theirs:
    """The same as records of PocketBase."""

    name = "PocketBase"
    path = PocketBase.path
    create = PocketBase.path
    kind = "application/json"
    body = json.dumps({"name": "{n}", "title": "Restart {n}", "version": "0" * 64, "content": GUIDE})

    def __init__(self, server: PocketBase):
        self.port = server.port
        self.server = server
        self.headers = server.headers
        record = self.fields(0)
        self.record = f"{self.path}/{server.wire().post(self.path, {'name': 'read', **record})['id']}"

    @staticmethod
    def fields(number):
        """What changes of the record."""
        return {"title": f"Restart {number}", "version": f"{number:064}", "content": guide(number)}

    def change(self, wire: Wire, number: int):
        wire.send("PATCH", self.record, self.fields(number))

    def count(self):
        return self.server.count()


def run(folder: Path, program: Path, rounds: int, small: bool):
    reading, creating = (1, 1) if small else (10, 5)
    reads = Figure("api", "read by id, 32 clients", "/s", "PocketBase", goal=("ratio", "at least", 2))
    creates = {
        (peer, clients): Figure(
            "api", f"create, {clients} client{'s' if clients > 1 else ''}, beside {peer}", "/s", "PocketBase",
            goal=("ratio", "at least", 1.5))
        for clients in (1, 32) for peer in ("PocketBase", "a durable PocketBase")
    }  # fmt: skip
    with (
        Runbook(program, folder / "runbook") as runbook,
        PocketBase(folder / "pocketbase") as pocketbase,
        PocketBase(folder / "durable", is_durable=True) as durable,
    ):
        ours, theirs, durable = Ours(runbook), Theirs(pocketbase), Theirs(durable)
        sizes = [len(json.dumps(side.server.wire().get(side.record))) for side in (ours, theirs)]
        print(f"a record is {sizes[0]} bytes of JSON here, {sizes[1]} beside it")
        for number in range(rounds):
            reads.add(read(ours, reading, number), read(theirs, reading, number))
            for clients in (1, 32):
                rate = create(ours, clients, creating, number)
                creates["PocketBase", clients].add(rate, create(theirs, clients, creating, number))
                creates["a durable PocketBase", clients].add(rate, create(durable, clients, creating, number))
        work = records.run(runbook, pocketbase, durable.server, rounds, creating)
        print(f"the journal verifies: {runbook.verified()} events")
    return [reads, *creates.values(), *work]


def read(side, seconds: int, number: int):
    """Reads a second, while a writer changes the record and looks after each change whether the next read shows it."""
    with Changes(side, number) as changes:
        rate = requests(side.port, side.record, side.headers, 32, seconds).rate
    print(f"round {number + 1}, {side.name}: stale reads: {changes.stale} of {changes.checked} checked", flush=True)
    if changes.failure or changes.stale or not changes.checked:
        raise Wrong(f"{side.name}: {changes.failure or 'a read does not show an acknowledged change'}")
    return rate


class Changes:
    """Changes the record at a steady rate in a thread of its own, and counts the reads that don't show it."""

    def __init__(self, side, number: int):
        self.side = side
        self.first = number * 1_000_000 + 1
        self.checked = 0
        self.stale = 0
        self.failure = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.go)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def go(self):
        try:
            # Two connections: that one's own writes show on its own connection would say less.
            writer, reader = self.side.server.wire(), self.side.server.wire()
            due = time.monotonic()
            while not self.ended.wait(max(0, due - time.monotonic())):
                due += 1 / CHANGES_A_SECOND
                number = self.first + self.checked
                self.side.change(writer, number)
                self.stale += f"Restart {number}" != reader.get(self.side.record)["title"]
                self.checked += 1
        except Exception as error:
            self.failure = repr(error)


def create(side, clients: int, seconds: int, number: int):
    """Creates a second; each one acknowledged must be there."""
    before = side.count()
    headers = {**side.headers, "Content-Type": side.kind}
    tag = f"r{number}-c{clients}-"
    load = requests(side.port, side.create, headers, clients, seconds, body=side.body, tag=tag)
    # What was under way when the time was up may be there too.
    if not load.answered <= side.count() - before <= load.answered + load.under_way:
        raise Wrong(f"{side.name} acknowledged {load.answered} creates and has {side.count() - before}.")
    return load.rate

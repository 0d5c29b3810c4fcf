"""The records of a go-live beside PocketBase: an incident opened, one read with its timeline, an item ticked.

For us each change is a row and an event of the journal in one durable transaction, and a timeline is what the journal says
of the incident. For PocketBase an incident, an entry of its timeline and an item are rows, each change one of them, and it
keeps no journal; as it comes it does not sync each commit, a durable one does.
"""

import json

from figures import Figure, Wrong
from load import requests
from pocketbase import PocketBase
from runbook import AUTHORIZATION, Runbook

ENTRIES = 100
# As many as there are clients at most: each ticks its own, or they would only be told of one another.
ITEMS = 64
NOTE = "Looked at the error rate of the new slot: 5 % and rising, the old one is still warm."


class Ours:
    name = "Runbook"
    kind = "application/json"
    headers = AUTHORIZATION
    create = "/api/v1/incidents"
    body = json.dumps({"title": "Checkout errors {n}", "severity": "sev2", "services": ["checkout"]})
    tick = ("PUT", "/api/v1/checklists/{id}/items/items.item-{k}", {"If-Match": "*"}, '{"state":"{s}"}')
    states = "ticked open"

    def __init__(self, server: Runbook):
        self.server, self.port = server, server.port
        wire = server.wire()
        incident = wire.post(self.create, {"title": "A long night", "severity": "sev1"})["id"]
        # Its opening is an entry too.
        for number in range(ENTRIES - 1):
            wire.post(f"/api/v1/incidents/{incident}/timeline", {"text": f"{number}: {NOTE}"})
        self.timeline = f"/api/v1/incidents/{incident}/timeline?limit={ENTRIES}"
        server.store("items", "# Items\n\n" + "".join(f"- [ ] Item {number}\n" for number in range(ITEMS)))
        self.list = wire.post("/api/v1/checklists", {"runbook": "items"})["id"]

    def entries(self):
        return len(self.server.wire().get(self.timeline)["items"])


class Theirs:
    name = "PocketBase"
    kind = "application/json"
    create = "/api/collections/incidents/records"
    body = json.dumps({"title": "Checkout errors {n}", "severity": "sev2", "services": ["checkout"], "state": "triggered"})
    tick = ("PATCH", "/api/collections/items/records/item{k}", {}, '{"state":"{s}"}')
    states = "ticked open"

    def __init__(self, server: PocketBase):
        self.server, self.port, self.headers = server, server.port, server.headers
        server.collect("incidents", {"title": "text", "severity": "text", "services": "json", "state": "text"})
        server.collect("entries", {"incident": "text", "text": "text"}, index="incident")
        server.collect("items", {"text": "text", "state": "text", "note": "text"})
        wire = server.wire()
        incident = wire.post(self.create, {"title": "A long night", "severity": "sev1"})["id"]
        for number in range(ENTRIES):
            wire.post("/api/collections/entries/records", {"incident": incident, "text": f"{number}: {NOTE}"})
        self.timeline = f"/api/collections/entries/records?perPage={ENTRIES}&filter=(incident='{incident}')"
        for number in range(ITEMS):
            # Its ids are 15 characters long.
            item = {"id": f"item{number:011}", "text": f"Item {number}", "state": "open"}
            wire.post("/api/collections/items/records", item)
        self.list = ""

    def entries(self):
        return len(self.server.wire().get(self.timeline)["items"])


def run(runbook: Runbook, pocketbase: PocketBase, durable: PocketBase, rounds: int, seconds: int):
    def figure(what: str, clients: int, beside: str):
        name = f"{what}, {clients} client{'s' if clients > 1 else ''}{beside}"
        return Figure("api", name, "/s", "PocketBase", goal=("ratio", "at least", 1))

    measures = {"open an incident": opened, "read a timeline of 100 entries": read, "tick an item": ticked}
    figures = {(what, clients): figure(what, clients, "") for what in measures for clients in (1, 32)}
    synced = {
        (what, 1): figure(what, 1, ", beside a durable PocketBase")
        for what, measure in measures.items() if measure is not read
    }  # fmt: skip
    ours, theirs, durable = Ours(runbook), Theirs(pocketbase), Theirs(durable)
    for side in (ours, theirs, durable):
        if side.entries() != ENTRIES:
            raise Wrong(f"{side.name} has {side.entries()} entries in its timeline")
    for number in range(rounds):
        for what, clients in figures:
            rates = [measures[what](side, clients, seconds, number) for side in (ours, theirs)]
            figures[what, clients].add(*rates)
            if (what, clients) in synced:
                rate = measures[what](durable, clients, seconds, number)
                synced[what, clients].add(rates[0], rate)
    return [*figures.values(), *synced.values()]


def opened(side, clients: int, seconds: int, number: int):
    headers = {**side.headers, "Content-Type": side.kind}
    return requests(side.port, side.create, headers, clients, seconds, body=side.body, tag=f"{number}-{clients}-").rate


def read(side, clients: int, seconds: int, _):
    return requests(side.port, side.timeline, side.headers, clients, seconds).rate


def ticked(side, clients: int, seconds: int, _):
    """Each item in turn, ticked the first time and opened again the next, so that every request changes something."""
    method, path, fields, body = side.tick
    headers = {**side.headers, "Content-Type": side.kind, **fields}
    width = "011" if side.name == "PocketBase" else "0"
    return requests(
        side.port, path.replace("{id}", side.list), headers, clients, seconds, body=body, method=method,
        cycle=(ITEMS, width, side.states)).rate  # fmt: skip

"""Every list, filter, search and detail page on a database of years: 100,000 runs, incidents and deployments, 20,000
checklists, 1,000,000 events.

One of each is made through the product; the others are copies of it with ids and times of their own, written by SQL with
the server stopped, the journal's chain included, so that the journal verifies.
"""

import hashlib
import json
import sqlite3
import time
from pathlib import Path

from figures import Figure, Wrong
from runbook import Runbook

GUIDE = """# Restart the service

- [ ] The owner is told
- [ ] The backup is of today

```sh {name=look}
echo ready
```

```sh {name=restart}
echo restarted
```
"""
SERVICES = 50
WORDS = "checkout errors latency disk full certificate expired queue grows replica lags login fails".split()
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def run(folder: Path, program: Path, rounds: int, small: bool):
    many = 300 if small else 100_000
    with Runbook(program, folder) as server:
        samples = Samples(server)
    database = folder / "data" / "runbook.db"
    with sqlite3.connect(database) as connection:
        copies = Copies(connection, samples, many)
        copies.make()
    connection.close()
    with Runbook(program, folder) as server:
        print(f"{many:,} runs, incidents and deployments, {server.verified():,} events, "
              f"{database.stat().st_size / 1e6:,.0f} MB", flush=True)  # fmt: skip
        groups = paths(server, copies)
        limits = {"list pages and filters": 20, "search": 20, "detail pages": 50}
        figures = {
            name: Figure("volume", f"{name}, slowest, 99th percentile", "ms", goal=("value", "at most", limits[name]))
            for name in groups
        }
        for number in range(rounds):
            for name, group in groups.items():
                slowest = {path: percentile(server, path, 5 if small else 200) for path in group}
                worst = sorted(slowest, key=slowest.get, reverse=True)[:5]
                told = "; ".join(f"{slowest[path]:.1f} ms for {path}" for path in worst)
                print(f"round {number + 1}, {name}: {told}", flush=True)
                figures[name].add(slowest[worst[0]])
    return list(figures.values())


class Samples:
    """One of each, made as people make them."""

    def __init__(self, server: Runbook):
        wire = server.wire()
        server.store("restart", GUIDE)
        self.run = server.begin("restart")
        server.wait(self.run)
        self.checklist = wire.post("/api/v1/checklists", {"runbook": "restart", "occasion": "a night"})["id"]
        incident = wire.post("/api/v1/incidents", {"title": "SAMPLE", "severity": "sev2", "services": ["service-0"]})
        self.incident = incident["id"]
        wire.post(f"/api/v1/incidents/{self.incident}/timeline", {"text": "Looked at the error rate of the new slot."})
        wire.post(f"/api/v1/incidents/{self.incident}/acknowledgement", {})
        wire.post(f"/api/v1/incidents/{self.incident}/resolution", {})
        self.deployment = wire.post("/api/v1/deployments/records", {
            "service": "service-0", "version": "v1", "environment": "production"})["id"]  # fmt: skip
        for number in range(SERVICES):
            wire.post("/api/v1/services", {"name": f"service-{number}"})

    @property
    def kinds(self):
        return {"run": self.run, "incident": self.incident, "checklist": self.checklist, "deployment": self.deployment}


class Copies:
    def __init__(self, connection: sqlite3.Connection, samples: Samples, many: int):
        self.connection, self.samples, self.many = connection, samples, many
        # So many years ago that the newest copy is older than the samples.
        self.clock = time.time() - many * 900
        self.ids = {kind: [] for kind in samples.kinds}

    def make(self):
        connection = self.connection
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        self.seq, self.hash = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        self.events = {kind: self.told(kind, id) for kind, id in self.samples.kinds.items()}
        self.rows = {kind: self.kept(kind, id) for kind, id in self.samples.kinds.items()}
        self.attempts = self.rows_of("attempts", "run = ?", self.samples.kinds["run"])
        self.output = self.rows_of(
            "output", "attempt IN (SELECT id FROM attempts WHERE run = ?)", self.samples.kinds["run"])
        self.entries = connection.execute("SELECT max(n) FROM search_entries").fetchone()[0] or 0
        for number in range(self.many):
            self.clock += 800
            for kind in self.samples.kinds:
                if kind != "checklist" or number % 5 == 0:
                    self.copy(kind, number)
        # They have their entries, and are not to be taken up beside what is measured.
        connection.execute("UPDATE cursors SET seq = ? WHERE name = 'search/incidents'", (self.seq,))
        connection.commit()
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def told(self, kind, id):
        """The sample's events, as their bodies and data."""
        return self.connection.execute(
            "SELECT j.body, d.data FROM journal_objects o JOIN journal j ON j.seq = o.seq"
            " JOIN journal_data d ON d.seq = j.seq WHERE o.object = ? ORDER BY o.seq", (f"{kind}/{id}",)).fetchall()

    def kept(self, kind, id):
        """The sample's rows, by table: those with its id, and those that name it."""
        tables = {
            "run": [("runs", "id"), ("run_steps", "run")],
            "incident": [("incidents", "id"), ("incident_services", "incident")],
            "checklist": [("checklists", "id"), ("checklist_items", "checklist")],
            "deployment": [("deployments", "id")],
        }
        rows = {}
        for table, column in tables[kind]:
            cursor = self.connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (id,))
            names = [entry[0] for entry in cursor.description]
            rows[table] = (column, names, cursor.fetchall())
        return rows

    def rows_of(self, table, condition, value):
        cursor = self.connection.execute(f"SELECT * FROM {table} WHERE {condition}", (value,))
        names = [entry[0] for entry in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def digest(self, run, sample, attempt):
        """Of an attempt's output, as its event has it."""
        hasher = hashlib.sha256()
        for piece in self.output:
            if piece["attempt"] == sample:
                head = f"{run} {piece['n']} {attempt} {piece['stream']} {piece['time']} {len(piece['bytes'])}\n"
                hasher.update(head.encode() + piece["bytes"])
        return hasher.hexdigest()

    def copy(self, kind, number):
        old, new = self.samples.kinds[kind], ulid(self.clock, self.seq)
        self.ids[kind].append(new)
        service = f"service-{number * 7 % SERVICES}"
        title = f"{WORDS[number % len(WORDS)]} {WORDS[number // 7 % len(WORDS)]} {number}"
        now = int(self.clock * 1e6)
        times = {"created", "started", "finished", "opened", "acknowledged", "resolved", "completed", "failed"}
        for table, (column, names, rows) in self.rows[kind].items():
            for row in rows:
                values = dict(zip(names, row, strict=True))
                values[column] = new
                for name in times & values.keys():
                    if values[name] is not None:
                        values[name] = now
                changed = {
                    "title": title, "occasion": title, "service": service, "severity": f"sev{number % 4 + 1}",
                    "services": json.dumps([service]), "environment": ["production", "staging"][number % 2],
                }  # fmt: skip
                for name in changed.keys() & values.keys():
                    if not (kind == "checklist" and name == "title") and table != "run_steps":
                        values[name] = changed[name]
                if table == "runs" and number % 9 == 0:
                    values["state"] = "failed"
                if kind == "incident" and number % 100 == 0:
                    # Some burn still.
                    for name, value in {"state": "triggered", "acknowledged": None, "acknowledged_by": None,
                                        "resolved": None}.items():  # fmt: skip
                        if name in values:
                            values[name] = value
                self.insert(table, values)
        ids = {old: new}
        if kind == "run":
            for attempt in self.attempts:
                ids[attempt["id"]] = f"{new[:20]}{attempt['id'][20:]}"
                self.insert("attempts", attempt | {"id": ids[attempt["id"]], "run": new})
            for piece in self.output:
                self.insert("output", piece | {"run": new, "attempt": ids[piece["attempt"]]})
            for attempt in self.attempts:
                name = attempt["id"]
                ids[self.digest(old, name, name)] = self.digest(new, name, ids[name])
        for body, data in self.events[kind]:
            for known, copied in ids.items():
                data = data.replace(known, copied)
            self.append(json.loads(body), data, old, new)
        if kind != "run":
            self.entries += 1
            self.connection.execute(
                "INSERT INTO search_entries (n, object, title, time) VALUES (?, ?, ?, ?)",
                (self.entries, f"{kind}/{new}", title, now))
            self.connection.execute(
                "INSERT INTO search_text (rowid, kind, title, text) VALUES (?, ?, ?, ?)",
                (self.entries, kind, title, f"{title} {service}"))

    def insert(self, table, values):
        self.connection.execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            tuple(values.values()))

    def append(self, body, data, old, new):
        """By the journal's rules, so that it verifies."""
        self.seq += 1
        salt = hashlib.sha256(self.seq.to_bytes(8, "big")).digest()
        body["id"] = ulid(self.clock, self.seq)
        body["time"] = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(self.clock))
        body["objects"] = [text.replace(old, new) for text in body["objects"]]
        body["data_sha256"] = hashlib.sha256(salt + data.encode()).hexdigest()
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        previous = self.hash
        head = b"runbook-journal/1\n" + previous + str(self.seq).encode() + b"\n" + text.encode()
        self.hash = hashlib.sha256(head).digest()
        self.connection.execute(
            "INSERT INTO journal (seq, prev, hash, body) VALUES (?, ?, ?, ?)", (self.seq, previous, self.hash, text))
        self.connection.execute("INSERT INTO journal_data (seq, salt, data) VALUES (?, ?, ?)", (self.seq, salt, data))
        for object in dict.fromkeys(body["objects"]):
            self.connection.execute("INSERT INTO journal_objects (object, seq) VALUES (?, ?)", (object, self.seq))


def ulid(seconds, number):
    """Sorts by its time, and is used once."""
    value = (int(seconds * 1000) << 80) | number
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def paths(server: Runbook, copies: Copies):
    # From the middle; the incident is one that is over.
    ids = {kind: made[len(made) // 2 + 1] for kind, made in copies.ids.items()}
    lists = {
        "/runs": ["state=failed", "state=succeeded", "runbook=restart", "runbook=restart&state=failed"],
        "/incidents": ["state=resolved", "state=triggered", "severity=sev1", "service=service-7", "open=true",
                       "severity=sev1&state=resolved", "service=service-7&severity=sev2"],
        "/checklists": ["state=open", "state=completed", "runbook=restart"],
        "/deployments": ["service=service-7", "environment=staging", "state=succeeded", "state=failed",
                         "service=service-7&environment=production"],
        "/journal": ["kind=incident.opened", f"object=incident/{ids['incident']}", "object=runbook/restart",
                     "object=runbook/restart&kind=run.created"],
        "/runbooks": [], "/services": [], "/queue": ["window=1h"],
    }  # fmt: skip
    pages = ["/", "/api/v1/status"]
    for path, queries in lists.items():
        for place in (path, f"/api/v1{path}"):
            pages += [place] + [f"{place}?{query}" for query in queries]
    pages += [f"/{kind}s?after={ids[kind]}" for kind in ("run", "incident", "checklist", "deployment")]
    search = [f"{place}?q={words}" for place in ("/search", "/api/v1/search") for words in (
        "checkout", "checkout%20errors", "che", "c", "service-7", "nothing", "latency%2099", "%22queue%20grows%22")]
    details = [f"{place}/{kind}s/{ids[kind]}" for kind in ids for place in ("", "/api/v1")]
    details += [f"/api/v1/incidents/{ids['incident']}/timeline", f"/api/v1/incidents/{ids['incident']}/postmortem",
                "/services/service-7", "/api/v1/services/service-7", "/runbooks/restart"]  # fmt: skip
    return {"list pages and filters": pages, "search": search, "detail pages": details}


def percentile(server: Runbook, path: str, times: int):
    """Milliseconds, the 99th percentile of requests one after the other."""
    wire = server.wire()
    taken = []
    headers = {**wire.headers, "Accept": "application/json" if path.startswith("/api/") else "text/html"}
    for _ in range(times):
        begun = time.perf_counter()
        wire.connection.request("GET", path, headers=headers)
        answer = wire.connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - begun) * 1e3)
        if answer.status != 200:
            raise Wrong(f"{path} was answered {answer.status}")
    return sorted(taken)[max(0, int(len(taken) * 0.99) - 1)]

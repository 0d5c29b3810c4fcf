"""Our server as the benches use it: no rate limit, logs only what is wrong."""

import json
import re
from pathlib import Path

from figures import Wrong
from programs import Program, Wire

TOKEN = "bench-0123456789abcdef0123456789abcdef"
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}
ENDS = {f"run.{state}" for state in ("succeeded", "failed", "cancelled", "interrupted")}


class Runbook(Program):
    """`runbook serve` on a data folder below `folder`, with an admin's token."""

    def __init__(self, program: Path, folder: Path, *flags: str):
        super().__init__(
            [program, "serve", "--port", "0", "--data", folder / "data", "--rate-limit", "off", "--log-level",
             "warning", *flags],
            folder, "runbook", {"RUNBOOK_BOOTSTRAP_TOKEN": TOKEN}, says_ready=True)  # fmt: skip

    def become_ready(self):
        ready = re.fullmatch(r"ready http://127\.0\.0\.1:(\d+)", self.line())
        if not ready:
            raise Wrong("The server's first line is not `ready http://127.0.0.1:PORT`.")
        self.port = int(ready[1])

    def wire(self):
        return Wire(self.port, AUTHORIZATION)

    def store(self, name: str, guide: str):
        return self.wire().post(f"/api/v1/runbooks?name={name}", guide, "text/markdown")

    def begin(self, runbook: str):
        """Starts a run; its id."""
        return self.wire().post("/api/v1/runs", {"runbook": runbook})["id"]

    def follow(self, run: str):
        """Reads a run's events to their end, which is the run's.

        They are not parsed, so that what is measured is the server's work.
        """
        wire = self.wire()
        wire.connection.request("GET", f"/api/v1/runs/{run}/events", headers=wire.headers)
        response = wire.connection.getresponse()
        while response.read1(1 << 20):
            pass

    def wait(self, run: str):
        """Until a run has ended, by the journal: none of its output is sent."""
        wire = self.wire()
        last = wire.get(f"/api/v1/journal?object=run/{run}&limit=1")["items"][0]["seq"]
        wire.connection.request("GET", f"/api/v1/journal/stream?after={last}", headers=wire.headers)
        for line in wire.connection.getresponse():
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if f"run/{run}" in event["objects"] and event["kind"] in ENDS:
                    return
        raise Wrong("The journal's stream ended before the run did.")

    def succeeded(self, run: str):
        """The record of a run that must have succeeded."""
        record = self.wire().get(f"/api/v1/runs/{run}")
        if record["state"] != "succeeded":
            raise Wrong(f"The run is {record['state']}: {record}")
        return record

    def events(self, run: str, kind: str):
        """A run's events of one kind, oldest first."""
        wire, events, after = self.wire(), [], 0
        while True:
            page = wire.get(f"/api/v1/journal?object=run/{run}&kind={kind}&after={after}&limit=200")["items"]
            if not page:
                return events
            events += page
            after = page[-1]["seq"]

    def verified(self):
        """How many events the journal has, each of them checked."""
        verification = self.wire().get("/api/v1/journal/verification")
        if not verification["ok"]:
            raise Wrong(f"The journal does not verify: {verification}")
        return verification["events"]

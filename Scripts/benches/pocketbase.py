"""PocketBase as its documentation sets it up for an application with people who sign in."""

import subprocess
import sys
from pathlib import Path

from programs import Program, Wire, answers, free_port

PERSON = {"identity": "bench@example.com", "password": "bench-0123456789"}
# In a rule: whoever has signed in.
SIGNED_IN = '@request.auth.id != ""'
# PocketBase syncs its log at checkpoints only; this makes each commit durable, as ours are.
DURABLE_HOOK = """
onBootstrap((e) => {
    e.next()
    e.app.nonconcurrentDB().newQuery("PRAGMA synchronous = FULL").execute()
})
"""


class PocketBase(Program):
    """With a collection of guides, and a person whose token reads and writes them through the records' route."""

    path = "/api/collections/guides/records"

    def __init__(self, folder: Path, is_durable=False):
        program = Path(sys.executable).with_name("pocketbase")
        hooks = folder / "hooks"
        hooks.mkdir(parents=True)
        if is_durable:
            (hooks / "durable.pb.js").write_text(DURABLE_HOOK)
        folders = ["--dir", folder / "data", "--hooksDir", hooks, "--migrationsDir", folder / "migrations"]
        subprocess.run([program, "superuser", "upsert", *PERSON.values(), *folders], check=True, capture_output=True)
        self.port = free_port()
        super().__init__([program, "serve", "--http", f"127.0.0.1:{self.port}", *folders], folder, "pocketbase")

    def become_ready(self):
        answers(self.port, "/api/health", self)

        super_user = self.sign_in("_superusers")
        super_user.post("/api/collections", {
            "name": "guides", "type": "base",
            "fields": [{"name": name, "type": "text"} for name in ("name", "title", "version", "content")],
            "indexes": ["CREATE UNIQUE INDEX guide_name ON guides (name)"],
            "listRule": SIGNED_IN, "viewRule": SIGNED_IN, "createRule": SIGNED_IN, "updateRule": SIGNED_IN,
        })  # fmt: skip
        super_user.post("/api/collections/users/records", {
            "email": PERSON["identity"], "password": PERSON["password"], "passwordConfirm": PERSON["password"],
        })  # fmt: skip
        self.headers = self.sign_in("users").headers

    def collect(self, name: str, fields, index: str = ""):
        """Makes a collection that whoever has signed in reads and writes; its fields by their type."""
        super_user = self.sign_in("_superusers")
        super_user.post("/api/collections", {
            "name": name, "type": "base", "fields": [{"name": field, "type": kind} for field, kind in fields.items()],
            "indexes": [f"CREATE INDEX {name}_{index} ON {name} ({index})"] if index else [],
            "listRule": SIGNED_IN, "viewRule": SIGNED_IN, "createRule": SIGNED_IN, "updateRule": SIGNED_IN,
        })  # fmt: skip

    def sign_in(self, collection: str):
        token = Wire(self.port).post(f"/api/collections/{collection}/auth-with-password", PERSON)["token"]
        return Wire(self.port, {"Authorization": token})

    def wire(self):
        return Wire(self.port, self.headers)

    def count(self):
        """How many guides there are."""
        return self.wire().get(f"{self.path}?perPage=1&fields=id")["totalItems"]

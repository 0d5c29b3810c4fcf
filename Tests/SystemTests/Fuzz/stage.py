"""What the fuzzer plays on: guides that do no harm, runs of them, people, and a visitor for each role.

All of it is made through the API itself, so that a generated request can be given what exists.
"""

import http.client
import json
from dataclasses import dataclass, field
from time import sleep
from urllib.parse import quote, urlsplit

PASSWORD = "correct horse battery"

QUICK, FAILING, LONG, ASKING = "fuzz.quick", "fuzz.failing", "fuzz.long", "fuzz.asking"
# An item that is proved by a check, and without which a checklist may be completed.
CHECKED, ITEM = "fuzz.checked", "checked.it-is-so-optional"
RELEASE = "fuzz.release"
GATED, MANUAL = "fuzz.gated", "fuzz.manual"

# Whatever is put into parameters and placeholders: the first is only ever printed, the second stands behind the end.
GUIDES = {
    QUICK: """---
parameters:
  WORD: {type: string, default: word}
---
# Quick

- [ ] somebody looked

## One

```sh {name=say}
echo "$WORD"
```

## Two

```bash {name=repeat}
echo "$WORD" >&2
```
""",
    FAILING: "# Failing\n\n```sh {name=fail}\necho no\nexit 1\n```\n",
    LONG: "# Long\n\n```sh {name=idle timeout=1h}\nsleep 3600\n```\n",
    CHECKED: "# Checked\n\n- [ ] it is so (optional)\n\n  ```sh {check}\n  true\n  ```\n",
    RELEASE: """---
service: fuzz
rollback: "#undo"
---
# Release

## Ship

```approval {name=go}
Ship {{version}}?
```

```sh {name=ship}
exit 0
```

## Undo

```sh {name=undo}
exit 0
```
""",
    GATED: "# Gated\n\n```approval {name=go}\nGo on?\n```\n",
    MANUAL: "# Manual\n\n```manual {name=cable}\nPlug it in.\n```\n",
    ASKING: "# Asking\n\n```sh {name=ask}\nexit 0\necho <pod-name>\n```\n",
}


class API:
    """JSON over one connection, without any library that the fuzzer uses too."""

    def __init__(self, url, headers):
        self.address = urlsplit(url).netloc
        self.headers = {"Accept": "application/json", **headers}

    def ask(self, method, path, body=None, headers=None, expecting=(200, 201, 204)):
        """The answer's headers and its JSON; another status than those expected ends the test."""
        sent = {**self.headers, **(headers or {})}
        if isinstance(body, dict):
            body, sent["Content-Type"] = json.dumps(body), "application/json"
        connection = http.client.HTTPConnection(self.address, timeout=120)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status not in expecting:
            raise SystemExit(f"{method} {path} was answered {answer.status}: {text.decode(errors='replace')[:500]}")
        return answer.headers, json.loads(text) if "json" in answer.headers.get_content_type() else None


@dataclass
class Session:
    """Somebody signed in with a browser."""

    cookie: str
    csrf: str

    @property
    def headers(self):
        return {"Cookie": self.cookie, "X-CSRF-Token": self.csrf}

    def __call__(self, request):
        """Sends a request of the fuzzer's with the session instead of the token."""
        request.headers.pop("Authorization", None)
        request.headers.update(self.headers)
        return request


@dataclass
class Visitor:
    """Somebody who asks, and what they may."""

    name: str
    headers: dict = field(default_factory=dict)
    permissions: frozenset = frozenset()
    session: Session | None = None

    @property
    def is_stranger(self):
        return not self.headers

    def may(self, operation):
        """Whether the document lets them: it names the permission that each way in needs."""
        ways = [needed for way in operation.get("security", []) for needed in way.values()]
        return not ways or (not self.is_stranger and any(set(needed) <= self.permissions for needed in ways))


STRANGER = Visitor("stranger")


class Stage:
    def __init__(self, url, token):
        self.url = url
        self.api = API(url, {"Authorization": f"Bearer {token}"})
        # The people and tokens that the fuzz itself needs.
        self.protected = set()
        self.people = {}
        for name, guide in GUIDES.items():
            self.api.ask("POST", f"/api/v1/runbooks?name={name}", guide, {"Content-Type": "text/markdown"})
        self.changed = "fuzz.changed"
        for guide in ("# Changed\n\n- [ ] it is so\n", "# Changed\n\n- [ ] it is not so\n"):
            self.api.ask("POST", f"/api/v1/runbooks?name={self.changed}", guide, {"Content-Type": "text/markdown"})
        self.names = 0
        self.service("fuzz-kept")
        self.destination("fuzz-kept")
        self.delivery = self.api.ask("POST", "/api/v1/notifications/destinations/fuzz-kept/test")[1]["id"]
        self.incident = self.new_incident()
        path = f"/api/v1/incidents/{self.incident}/timeline"
        self.note = self.api.ask("POST", path, {"text": "It was the disk."})[1]["note"]
        self.schedule = self.new_schedule()
        # The first takes messages, whatever is done to the second.
        self.hook, (self.paused_hook, _) = self.new_hook(), self.new_hook()
        self.failed = self.settled(self.begin(FAILING))
        self.done = self.settled(self.begin(QUICK))
        self.long = self.begin(LONG)

    def visitor(self, role):
        """Somebody of that role, with a token and a session."""
        person = self.api.ask(
            "POST", "/api/v1/users", {"name": f"fuzz {role}", "password": PASSWORD, "role": role}
        )[1]["id"]
        session = self.sign_in(role)
        # No scope is left out that the role has.
        cookie = API(self.url, session.headers)
        permissions = cookie.ask("GET", "/api/v1/me")[1]["permissions"]
        made = cookie.ask("POST", "/api/v1/tokens", {"name": f"fuzz {role}", "scopes": permissions})[1]
        self.people[role] = person
        self.protected |= {person, made["token"]["id"]}
        return Visitor(role, {"Authorization": f"Bearer {made['secret']}"}, frozenset(permissions), session)

    def sign_in(self, role):
        headers, session = API(self.url, {}).ask("POST", "/session", {"name": f"fuzz {role}", "password": PASSWORD})
        return Session(headers["Set-Cookie"].split(";")[0], session["csrf"])

    def token(self, visitor):
        """The id of a new token of theirs, for those who want to revoke one."""
        body = {"name": "fuzz", "scopes": ["read"]}
        return API(self.url, visitor.headers).ask("POST", "/api/v1/tokens", body)[1]["token"]["id"]

    def free_name(self):
        """That no service has yet."""
        self.names += 1
        return f"fuzz-{self.names}"

    def service(self, name=None):
        """The name of a new service."""
        name = name or self.free_name()
        return self.api.ask("POST", "/api/v1/services", {"name": name})[1]["name"]

    def destination(self, name=None):
        """The name of a new destination for news. There are few at a time, so that the others are removed."""
        for old in self.api.ask("GET", "/api/v1/notifications/destinations")[1]["items"]:
            if old["name"] != "fuzz-kept":
                path = f"/api/v1/notifications/destinations/{old['name']}"
                self.api.ask("DELETE", path, expecting=(204, 404))
        body = {"name": name or self.free_name(), "kind": "webhook", "url": "http://127.0.0.1:9/hook"}
        return self.api.ask("POST", "/api/v1/notifications/destinations", body)[1]["destination"]["name"]

    def new_schedule(self):
        return self.api.ask("POST", "/api/v1/schedules", {"runbook": QUICK, "cron": "@yearly"})[1]["id"]

    def new_hook(self):
        """Its name and its secret."""
        made = self.api.ask("POST", "/api/v1/hooks", {"name": self.free_name(), "runbook": QUICK})[1]
        return made["hook"]["name"], made["secret"]

    def new_incident(self):
        return self.api.ask("POST", "/api/v1/incidents", {"title": "It burns"})[1]["id"]

    def resolved_incident(self):
        incident = self.new_incident()
        self.api.ask("POST", f"/api/v1/incidents/{incident}/resolution")
        return incident

    def deployment(self):
        """The id of a new deployment that waits for an approval, in a place of its own."""
        body = {"runbook": RELEASE, "version": "v1", "environment": self.free_name()}
        return self.api.ask("POST", "/api/v1/deployments", body)[1]["id"]

    def begin(self, runbook):
        return self.api.ask("POST", "/api/v1/runs", {"runbook": runbook})[1]["id"]

    def checklist(self):
        """A new one, with every item open."""
        return self.api.ask("POST", "/api/v1/checklists", {"runbook": CHECKED})[1]["id"]

    def running(self):
        """A run that goes on until it is cancelled."""
        if not self.goes_on(self.long):
            self.long = self.begin(LONG)
        return self.long

    def waiting(self, runbook):
        """A new run that waits for somebody's answer."""
        run = self.begin(runbook)
        while self.api.ask("GET", f"/api/v1/runs/{run}")[1]["state"] != "waiting":
            sleep(0.002)
        return run

    def goes_on(self, run):
        _, answer = self.api.ask("GET", f"/api/v1/runs/{quote(run, safe='')}", expecting=(200, 400, 404))
        return answer.get("state") in ("queued", "running", "waiting")

    def settled(self, run):
        """Its stream ends when nothing follows by itself."""
        self.api.ask("GET", f"/api/v1/runs/{run}/events", headers={"Accept": "text/event-stream"})
        return run

    def works(self, visitor):
        """Whether the visitor is still let in, as whom they were."""
        me = API(self.url, visitor.headers).ask("GET", "/api/v1/me", expecting=(200, 401))[1]
        return frozenset(me.get("permissions", [])) == visitor.permissions

    def end(self):
        """Ends what would go on."""
        for state in ("queued", "running", "waiting"):
            for run in self.api.ask("GET", f"/api/v1/runs?state={state}&limit=500")[1]["items"]:
                # Some have come to their end by themselves meanwhile.
                self.api.ask("POST", f"/api/v1/runs/{run['id']}/cancellation", expecting=(200, 409))

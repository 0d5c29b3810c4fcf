"""Fifty clients work on the same hundred items at once; then the exported journal is replayed, and must give exactly what
is stored.

    ticking.py URL TOKEN

It shares no code with the server. Each client sees an item, changes it as it saw it, and looks again when somebody else
was first. It ends with 1 and says what differs.
"""

import http.client
import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

URL, TOKEN = sys.argv[1:3]
CLIENTS, ITEMS, ROUNDS = 50, 100, 20
STATES = ["ticked", "open", "not-applicable"]


class Client:
    def __init__(self):
        self.connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=120)

    def ask(self, method, path, body=None, headers=None):
        sent = {"Authorization": f"Bearer {TOKEN}", **(headers or {})}
        if isinstance(body, dict):
            body, sent["Content-Type"] = json.dumps(body), "application/json"
        self.connection.request(method, path, body, sent)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def json(self, method, path, body=None, headers=None):
        status, text = self.ask(method, path, body, headers)
        if status not in (200, 201):
            raise SystemExit(f"{method} {path} was answered {status}: {text[:300]}")
        return json.loads(text)


def work(number):
    """Gives how often this client changed something, and how often somebody else was first."""
    client, choices = Client(), random.Random(number)
    path = f"/api/v1/checklists/{checklist}"
    changed = refused = 0
    seen = {item["id"]: item["version"] for item in client.json("GET", path)["items"]}
    for turn in range(ROUNDS):
        item = choices.choice(list(seen))
        body = {"state": choices.choice(STATES), "note": f"client {number}, turn {turn}"}
        status, text = client.ask(
            "PUT", f"{path}/items/{quote(item)}", body, {"If-Match": f'"{seen[item]}"'})
        if status == 200:
            changed += 1
            seen[item] = json.loads(text)["version"]
        elif status == 412:
            refused += 1
            seen = {item["id"]: item["version"] for item in client.json("GET", path)["items"]}
        else:
            raise SystemExit(f"{item} was answered {status}: {text[:300]}")
    return changed, refused


def replayed(lines):
    """The items as the journal says that they became, from its first event of the list on."""
    items, changes = {}, 0
    for line in lines:
        event = json.loads(line)
        body = json.loads(event["body"])
        if f"checklist/{checklist}" not in body["objects"]:
            continue
        data = json.loads(event["data"])
        if body["kind"] == "checklist.started":
            items = {item: ("open", 1, None) for item in data["items"]}
        elif body["kind"].startswith("item."):
            state, version, note = items[data["item"]]
            if data["version"] != version + 1:
                raise SystemExit(f"event {event['seq']}: version {data['version']} follows version {version}")
            items[data["item"]] = (data["state"], data["version"], data.get("note"))
            changes += 1
    return items, changes


guide = "# Many hands\n\n" + "".join(f"- [ ] Item {number} of many\n" for number in range(ITEMS))
admin = Client()
admin.json("POST", "/api/v1/runbooks?name=many", guide, {"Content-Type": "text/markdown"})
checklist = admin.json("POST", "/api/v1/checklists", {"runbook": "many"})["id"]
with ThreadPoolExecutor(CLIENTS) as pool:
    results = list(pool.map(work, range(CLIENTS)))
changed, refused = (sum(column) for column in zip(*results))

stored = {
    item["id"]: (item["state"], item["version"], item.get("note"))
    for item in admin.json("GET", f"/api/v1/checklists/{checklist}")["items"]
}
_, export = admin.ask("GET", "/api/v1/journal/export")
told, changes = replayed(export.decode().splitlines()[1:])
print(f"{changed} changes were made, {refused} were refused, and {changes} are on the journal")
if changes != changed:
    sys.exit(f"{changed} changes were answered with 200, and the journal tells of {changes}")
if told != stored:
    differing = {item: (told.get(item), stored[item]) for item in stored if told.get(item) != stored[item]}
    sys.exit(f"the journal tells something else than what is stored: {differing}")
if refused == 0:
    sys.exit("nobody was refused, so they were not at the same items at once")

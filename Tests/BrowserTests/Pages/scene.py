"""A server that has been used: guides of every kind, and a run in every state."""

import json

from visit import FOLDER, ended, kill, lines, parent, send, start, state, store, until

LONG = "averylongwordwithoutaplacetobreak" * 7

ROLLBACK = """---
title: Roll AccuNode back
service: accunode
owner: platform
parameters:
  target:
    choices: [blue, green]
    default: blue
    description: The slot that served before.
  version:
    required: true
    pattern: "v[0-9]+[.][0-9]+[.][0-9]+"
    description: As tagged in Git, such as v1.2.3.
---
# Roll AccuNode back

Moves traffic back to the slot that served before, checks it, and only then retires the new one. It takes five minutes;
tell the [on-call channel](https://chat.example.com/ops) first.

## Before you begin

- [x] The incident is open and has a commander
- [ ] Nobody else is deploying
  - [ ] `#deployments` has been told
- [ ] The slot that served before is still warm

| slot | version | since | state |
| --- | --- | --- | --- |
| blue | v1.2.3 | 4 days | warm |
| green | v1.2.4 | 12 minutes | serving |

## Switch traffic

```sh {name=drain timeout=30s}
echo "draining the connections of ${target}"
for node in 1 2 3; do echo "node $node: 0 open"; done
```

```sh {name=switch-back timeout=30s}
echo "traffic to ${target} (${version}): 100 %"
echo "warning: 2 requests were retried" >&2
```

## Verify

```sh {name=healthy}
echo "GET /health: 200 in 12 ms"
```

> If it is not healthy within a minute, call the database team: the fault is not the deployment.

```yaml
expect:
  status: 200
  body: healthy
```

## Afterwards

Write down *when* it was back, and what was seen.
"""

FAILOVER = """---
title: Fail the orders database over
service: orders
owner: data
---
# Fail the orders database over

## Promote

```bash {name=lag}
echo "replica lag: 0.4 s"
```

```bash {name=promote}
echo "process $$"
echo "waiting for the replica to take over"
while true; do sleep 0.1; done
```

## Point the services at it

```bash {name=repoint}
echo "14 services repointed"
```
"""

PREFLIGHT = """---
title: Is this host fit for NeuralCipher?
service: neuralcipher
owner: platform
---
# Is this host fit for NeuralCipher?

```bash {name=processor}
echo "16 cores, AVX2: yes"
```

```bash {name=memory}
echo "memory: 3.8 of 4 GB in use" >&2
echo "needs 8 GB" >&2
exit 3
```

```bash {name=disk}
df -h /
```

## When it is not

```sh
ssh <user>@inventory.internal request-host
rm -rf /var/cache/neuralcipher
```
"""

WIDE = f"""---
title: A guide with everything wide {LONG}
service: {LONG[:60]}
parameters:
  value:
    default: {LONG}
    description: {LONG}
---
# Wide {LONG}

Prose with `{LONG}` and [a link](https://example.com/{LONG}) and {LONG}

- [ ] {LONG}
  - [ ] nested {LONG}

| one | two | three | four | five | six | seven |
| --- | --- | ----- | ---- | ---- | --- | ----- |
| {LONG} | 2 | 3 | 4 | 5 | 6 | {LONG} |

> > > {LONG}

```yaml
{LONG}: {LONG}
```

```bash {{name=first}}
echo "${{value}}{LONG}"
printf '%s\\t' {LONG} {LONG}
```

```bash {{name=hold-{LONG[:60]}}}
echo "process $$"
while true; do sleep 0.1; done
rm -rf {FOLDER}/{LONG}
exit 3
```
"""

WIDE_STEP = f"hold-{LONG[:60]}"

# A hundred steps, and more output than a page holds.
STEPS = "\n".join(f"```bash {{name=part-{n}}}\necho {n} of 100\n```\n" for n in range(1, 100))
LONG_RUN = f"# A hundred parts\n\n{STEPS}\n```bash {{name=count}}\nseq -f 'record %.0f is moved' 3000\n```\n"


SERVICES = [
    {"name": "orders", "owner": "data", "environments": ["staging", "production"],
     "dependencies": ["orders-db", "mail"],
     "description": "Takes what people order, and tells the warehouse.\n\n- **Busy** from 7 to 10 in the evening"},
    {"name": "mail", "owner": "platform"},
    {"name": "shop", "owner": "the shop's team", "contacts": ["#shop in the chat", "+49 30 5550 123"],
     "links": [{"title": "Dashboard", "url": "https://grafana.example.com/d/shop"}], "environments": ["production"],
     "dependencies": ["orders"]},
]


RELEASE = """---
title: Release the shop
service: shop
owner: the shop's team
kind: deployment
rollback: "#take-it-back"
parameters:
  version:
    required: true
    pattern: "v[0-9]+"
  slot:
    choices: [blue, green]
    default: blue
    description: Which slot it goes to first.
---
# Release the shop

## Build

```bash {name=build}
echo "the shop ${version} is built"
```

## Ship it to everybody

```approval {name=ship minimum=2 not-starter}
Is {{version}} what the customers shall see?
```

```bash {name=switch}
echo "traffic to ${slot}: 100 %"
```

## Take it back

```bash {name=back}
echo "${version} serves again"
```
"""


def cut_off(page, name, step):
    """Starts a run and takes its shim away, so that nobody knows how the step ended."""
    path = start(page, name)
    until("the step runs", lambda: lines(page, step))
    kill(parent(lines(page, step)[0].split()[1]))
    until("the step is unknown", lambda: state(page) == "interrupted")
    return path


def lay_out(page):
    """What a team might have. Gives the path of each run; what runs then runs for ever."""
    return once("scene", lambda: make(page))


def lay_out_wide(page):
    """What nobody should have, and somebody will."""
    return once("wide-scene", lambda: make_wide(page))


def once(name, make):
    """The first program that asks makes it."""
    made = FOLDER / f"{name}.json"
    if not made.exists():
        made.write_text(json.dumps(make()))
    return json.loads(made.read_text())


def make(page):
    guides = {"accunode.rollback": ROLLBACK, "orders.failover": FAILOVER, "neuralcipher.fitness": PREFLIGHT,
              "parts": LONG_RUN}
    for name, guide in guides.items():
        store(page, name, guide)
    for service in SERVICES:
        send(page, "POST", "/services", service, {"Content-Type": "application/json"})
    runs = incidents(page)
    runs["succeeded"] = start(page, "accunode.rollback", version="v1.2.3")
    ended(page, runs["succeeded"])
    runs["failed"] = start(page, "neuralcipher.fitness", only="?step=memory")
    ended(page, runs["failed"])
    runs["long"] = start(page, "parts")
    ended(page, runs["long"])
    runs["interrupted"] = cut_off(page, "orders.failover", "promote")
    runs["cancelled"] = start(page, "orders.failover")
    until("the step runs", lambda: lines(page, "promote"))
    page.locator("summary.danger").click()
    page.locator("text=Cancel the run").click()
    until("the run is cancelled", lambda: state(page) == "cancelled")
    runs["running"] = start(page, "orders.failover")
    until("the step runs", lambda: lines(page, "promote"))
    return runs


JSON = {"Content-Type": "application/json"}

# Every kind of entry that a timeline has.
NOTE = """Since the **last deployment**:

1. `checkout` answers 502
2. the queue grows

```sh
kubectl get pods --selector app=checkout
```

> seen by [support](https://example.com/1742)
"""


def alerts(status, *fingerprints):
    return {
        "version": "4", "groupKey": "{}:{alertname=\"HighErrorRate\"}", "status": status,
        "commonAnnotations": {"summary": "Errors of orders above 5 % for two minutes"},
        "alerts": [{
            "status": status, "fingerprint": one, "startsAt": "2026-01-19T03:05:00Z",
            "labels": {"alertname": "HighErrorRate", "service": "orders", "severity": "critical"},
            "annotations": {"summary": f"7.1 % on {one}", "runbook_url": "/runbooks/orders.failover"},
            "generatorURL": "https://prometheus.example.com/graph",
        } for one in fingerprints],
    }


def incidents(page):
    """Their paths: one that alerts opened and nobody has taken up, one that is worked, one that is over."""
    told = send(page, "POST", "/alerts/alertmanager", alerts("firing", "node-1", "node-2"), JSON)
    worked = send(page, "POST", "/incidents", {
        "title": "Checkout answers 502", "severity": "sev2", "services": ["shop", "orders"],
        "runbooks": ["accunode.rollback"], "note": NOTE}, JSON)["id"]
    send(page, "POST", f"/incidents/{worked}/acknowledgement")
    send(page, "PUT", f"/incidents/{worked}/roles/commander", {"person": "ada"}, JSON)
    note = send(page, "POST", f"/incidents/{worked}/timeline",
                {"text": "The first call from support.", "at": "2026-01-19T03:05:00Z"}, JSON)["note"]
    send(page, "PUT", f"/incidents/{worked}/timeline/{note}", {"text": "The first *mail* from support."},
         JSON | {"If-Match": "*"})
    run = start(page, "accunode.rollback", f"?incident={worked}", version="v1.2.2")
    ended(page, run)
    over = send(page, "POST", "/incidents", {"title": "The disk of mail-2 is full", "severity": "sev4"}, JSON)["id"]
    send(page, "POST", f"/incidents/{over}/resolution", {"note": "Old mail is gone."}, JSON)
    return {"alerted": f"/incidents/{told['incident']}", "worked": f"/incidents/{worked}", "over": f"/incidents/{over}"}


def deployments(page):
    """A deployment in every state that stays; gives the path of each."""
    return once("deployments", lambda: make_deployments(page))


def make_deployments(page):
    store(page, "shop.release", RELEASE)
    store(page, "shop.broken", RELEASE.replace('echo "the shop', 'echo "no compiler" >&2; exit 3; echo "the shop'))
    store(page, "shop.wide", RELEASE.replace("## Ship it to everybody", f"## {LONG}").replace("Is {{", f"{LONG} {{{{"))
    json_type = {"Content-Type": "application/json"}
    for version, told in (("v1", "succeeded"), ("v2", "failed"), ("v3", "succeeded")):
        send(page, "POST", "/deployments/records", {
            "service": "shop", "version": version, "environment": "production", "state": told,
            "external_id": f"pipeline/{version}", "commit": "9f86d08"}, json_type)
    made = {"recorded": "/deployments/" + send(page, "GET", "/deployments?state=failed")["items"][0]["id"]}

    def deploy(runbook, environment, state):
        body = {"runbook": runbook, "version": "v4", "environment": environment, "reason": "the new price list"}
        begun = send(page, "POST", "/deployments", body, json_type)["id"]
        until(f"it is {state}", lambda: send(page, "GET", f"/deployments/{begun}")["state"] == state)
        return begun

    made["waiting"] = "/deployments/" + deploy("shop.release", "production", "waiting")
    made["failed"] = "/deployments/" + deploy("shop.broken", "staging", "failed")
    made["wide"] = "/deployments/" + deploy("shop.wide", LONG[:60], "waiting")
    back = deploy("shop.release", "canary", "waiting")
    send(page, "POST", f"/deployments/{back}/rollback", {"reason": "errors above 5 %", "version": "v3"}, json_type)
    until("it is rolled back", lambda: send(page, "GET", f"/deployments/{back}")["state"] == "rolled-back")
    made["rolled back"] = f"/deployments/{back}"
    return made


def schedules(page):
    """A schedule in every state that stays; gives the path of each."""
    return once("schedules", lambda: make_schedules(page))


def make_schedules(page):
    def add(**order):
        return "/schedules/" + send(page, "POST", "/schedules", {"timezone": "Europe/Istanbul", **order}, JSON)["id"]

    made = {
        "run": add(runbook="parts", cron="0 2 * * *", missed="skip", overlap="allow"),
        "checklist": add(runbook="accunode.rollback", cron="0 9 * * mon", starts="checklist"),
        "paused": add(runbook="parts", cron="0 9 29 2 *"),
    }
    send(page, "POST", f"{made['paused']}/pause")
    return made


def hooks(page):
    """A hook that is ready and one that is paused; gives the path of each."""
    return once("hooks", lambda: make_hooks(page))


def make_hooks(page):
    def add(**order):
        return "/hooks/" + send(page, "POST", "/hooks", {"runbook": "parts", **order}, JSON)["hook"]["name"]

    made = {"ready": add(name="release"), "paused": add(name="nightly")}
    send(page, "POST", f"{made['paused']}/pause")
    return made


def queue(page):
    """A run that goes on for ever, and one that it keeps waiting; gives their paths."""
    store(page, "shop.migrate", "---\nconcurrency: 1\n---\n# Migrate\n\n```sh {name=migrate}\nsleep 100000\n```\n")
    runs = ["/runs/" + send(page, "POST", "/runs", {"runbook": "shop.migrate"}, JSON)["id"] for _ in range(2)]
    until("one of them goes on", lambda: send(page, "GET", runs[0])["state"] == "running")
    return runs


def make_wide(page):
    store(page, "wide", WIDE)
    schedule = send(page, "POST", "/schedules", {
        "runbook": "wide", "cron": ",".join(map(str, range(60))) + " 2 1 1 *", "starts": "checklist",
        "timezone": "America/North_Dakota/New_Salem", "parameters": {"value": LONG}}, JSON)["id"]
    wide = LONG[:60]
    send(page, "POST", "/services", {
        "name": "wide", "owner": LONG[:200], "contacts": [LONG[:200]], "environments": [wide],
        "links": [{"title": LONG[:200], "url": f"https://example.com/{LONG}"}], "dependencies": [wide],
        "description": WIDE.split("---", 2)[2]}, {"Content-Type": "application/json"})
    text = WIDE.split("---", 2)[2]
    incident = send(page, "POST", "/incidents", {
        "title": LONG[:300], "severity": "sev1", "services": [LONG[:200]], "runbooks": ["wide"], "note": text}, JSON)["id"]
    send(page, "POST", f"/incidents/{incident}/mitigation", {"note": LONG})
    runs = {"interrupted": cut_off(page, "wide", WIDE_STEP), "running": start(page, "wide", f"?incident={incident}")}
    runs["incident"] = f"/incidents/{incident}"
    runs["schedule"] = f"/schedules/{schedule}"
    hook = send(page, "POST", "/hooks", {
        "name": "w" * 63, "runbook": "wide", "parameters": {"value": LONG}}, JSON)["hook"]["name"]
    runs["hook"] = f"/hooks/{hook}"
    until("the step runs", lambda: lines(page, WIDE_STEP))
    return runs

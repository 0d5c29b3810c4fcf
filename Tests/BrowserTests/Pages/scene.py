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
ssh <user>@inventory.example.com request-host
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
    runs = {"succeeded": start(page, "accunode.rollback", version="v1.2.3")}
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


def make_wide(page):
    store(page, "wide", WIDE)
    wide = LONG[:60]
    send(page, "POST", "/services", {
        "name": "wide", "owner": LONG[:200], "contacts": [LONG[:200]], "environments": [wide],
        "links": [{"title": LONG[:200], "url": f"https://example.com/{LONG}"}], "dependencies": [wide],
        "description": WIDE.split("---", 2)[2]}, {"Content-Type": "application/json"})
    runs = {"interrupted": cut_off(page, "wide", WIDE_STEP), "running": start(page, "wide")}
    until("the step runs", lambda: lines(page, WIDE_STEP))
    return runs

"""Every page in every state, on a desk and a phone, light and dark: nothing keeps one from reading or pressing it."""

import scene
from sight import HEAVIEST, WIDTHS, Scale, inspect
from visit import NAME, Site, claim, ended, go, press, send, sign_in, start, store

WORDS = {
    "accessible": "breaks no rule of WCAG A and AA",
    "readable": "can be read",
    "roomy": "fits the screen",
    "apart": "has nothing in the place of something else",
    "at hand": "has its heading and main button on the first screen",
    "large enough": "has nothing to press that is too small",
}


# What axe-core does takes time by the square of a list's length, and its rows are all alike.
SHORT_JOURNAL = "/journal?limit=20"


def stay(page):
    """The page as it was opened."""


def open_menu(page):
    # On a desk the places are always there.
    if page.locator("button.place").is_visible():
        page.click("button.place")


def ask_to_cancel(page):
    page.locator("summary.danger").click()


def leave_out(page):
    """Sends the form with what the browser itself would let through, and the server not."""
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    page.fill("[name='p.version']", "one")
    press(page, "text=Run now")


def try_dry(page):
    press(page, "text=Dry run")


def name_badly(page):
    page.fill("[name=name]", "The Orders")
    page.fill("[name=links]", "Dashboard grafana.example.com")
    press(page, "text=Record it")


def say_nothing(page):
    page.fill("[name=title]", " ")
    press(page, "text=Open it")


def unfold(page):
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def ask_to_roll_back(page):
    page.locator("summary >> text=Roll back").click()


def deploy_badly(page):
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    page.fill("[name=version]", "four")
    page.fill("[name=environment]", "The Moon")
    press(page, "text=Deploy now")


def schedule_badly(page):
    page.fill("[name=runbook]", "parts")
    page.fill("[name=cron]", "0 2 * *")
    press(page, "text=Add it")


def hook_badly(page):
    page.fill("[name=name]", "Release")
    page.fill("[name=runbook]", "parts")
    page.fill("[name=pointers]", "VERSION=tag")
    press(page, "text=Add it")


def renew_secret(page):
    page.locator("summary:has-text('New secret')").click()
    press(page, "text=Make a new secret")


def verify(page):
    press(page, "text=Verify")
    go(page, SHORT_JOURNAL)


def mistype(page):
    sign_in(page, NAME, "wrong horse battery")


ORDERED = """---
title: Steps beside each other
rollback: back
---
# Ordered

```sh {name=build}
echo built
```
```sh {name=test parallel}
echo tested
```
```sh {name=scan-all-that-was-built-for-what-is-known-to-be-wrong parallel}
echo scanned
```
```sh {name=restart foreach="web1,web2,web3" at-once=2}
echo "$RUNBOOK_ITEM"
```
```sh {name=switch on-failure=rollback}
exit 3
```
```sh {name=tidy always}
echo tidied
```
"""

with Site() as site:
    desk = site.page()
    runs = scene.lay_out(desk)
    deployed = scene.deployments(desk)
    scheduled = scene.schedules(desk)
    hooked = scene.hooks(desk)
    going, waiting = scene.queue(desk)
    # In other words than the guide that other programs look for.
    versioned = scene.ROLLBACK.replace("slot", "place")
    store(desk, "versioned", versioned)
    store(desk, "versioned", versioned.replace("green]", "green, grey]").replace("drain timeout=30s", "drain timeout=1m")
          .replace("for node in 1 2 3", "for node in 1 2 3 4").replace("Nobody else is deploying", "Nobody else deploys"))
    store(desk, "back", "# Back\n\n```sh {name=back}\necho back\n```\n")
    store(desk, "ordered", ORDERED)
    ordered = start(desk, "ordered")
    ended(desk, ordered)
    journal_of = "/journal?object=run/" + runs["interrupted"].removeprefix("/runs/")

    pages = [
        ("now", "/", stay),
        ("the catalogue", "/runbooks", stay),
        ("a guide", "/runbooks/accunode.rollback", stay),
        ("a guide with findings", "/runbooks/neuralcipher.fitness", stay),
        ("the versions of a guide", "/runbooks/versioned/versions", stay),
        ("what a version changed", "/runbooks/versioned/versions/2/changes", stay),
        ("what a version changed, unfolded", "/runbooks/versioned/versions/2/changes", unfold),
        ("the form", "/runbooks/accunode.rollback/run", stay),
        ("the form with a fault", "/runbooks/accunode.rollback/run", leave_out),
        ("the form that can't be sent", "/runbooks/neuralcipher.fitness/run", stay),
        ("a dry run", "/runbooks/ordered/run", try_dry),
        ("a dry run that misses something", "/runbooks/neuralcipher.fitness/run", try_dry),
        ("a run with an order that was rolled back", ordered, stay),
        ("the runs", "/runs", stay),
        ("the runs that failed", "/runs?state=failed", stay),
        ("the runs of a guide that has none", "/runs?runbook=getting-started&state=queued", stay),
        ("a run that succeeded", runs["succeeded"], stay),
        ("a run that failed", runs["failed"], stay),
        ("a run that was cancelled", runs["cancelled"], stay),
        ("a run that is interrupted", runs["interrupted"], stay),
        ("a run that goes on", runs["running"], stay),
        ("a run one thinks of cancelling", runs["running"], ask_to_cancel),
        ("a run of a hundred steps", runs["long"], stay),
        ("the queue", "/queue", stay),
        ("a run that waits in the queue", waiting, stay),
        ("the incidents", "/incidents", stay),
        ("the incidents of a service that has none", "/incidents?service=none", stay),
        ("an incident that nobody has taken up", runs["alerted"], stay),
        ("an incident that is worked", runs["worked"], stay),
        ("an incident that is over", runs["over"], stay),
        ("an incident with everything unfolded", runs["worked"], unfold),
        ("an incident's notes alone", runs["worked"] + "?kind=note", stay),
        ("the form for a new incident", "/incidents/new", stay),
        ("the form for a new incident with a fault", "/incidents/new", say_nothing),
        ("the form of a run for an incident",
         "/runbooks/accunode.rollback/run?incident=" + runs["worked"].rsplit("/", 1)[1], stay),
        ("the services", "/services", stay),
        ("a service", "/services/orders", stay),
        ("a service with links", "/services/shop", stay),
        ("a service one thinks of removing", "/services/shop", ask_to_cancel),
        ("a service that is only named", "/services/neuralcipher", stay),
        ("the form for a new service", "/services/new", stay),
        ("the form of a service", "/services/orders/change", stay),
        ("the form of a service with a fault", "/services/new", name_badly),
        ("the schedules", "/schedules", stay),
        ("a schedule", scheduled["run"], stay),
        ("a schedule one thinks of removing", scheduled["checklist"], ask_to_cancel),
        ("a schedule that is paused", scheduled["paused"], stay),
        ("the form for a new schedule", "/schedules/new", stay),
        ("the form for a new schedule with a fault", "/schedules/new", schedule_badly),
        ("the hooks", "/hooks", stay),
        ("a hook that is paused", hooked["paused"], stay),
        ("a hook one thinks of removing", hooked["ready"], ask_to_cancel),
        ("a hook with a new secret", hooked["ready"], renew_secret),
        ("the form for a new hook", "/hooks/new", stay),
        ("the form for a new hook with a fault", "/hooks/new", hook_badly),
        ("the search", "/search", stay),
        ("what was found", "/search?q=the", stay),
        ("a search for nothing", "/search?q=%3F", stay),
        ("the deployments", "/deployments", stay),
        ("the deployments of a state that there are none of", "/deployments?state=planned", stay),
        ("a deployment that waits", deployed["waiting"], stay),
        ("a deployment one thinks of rolling back", deployed["waiting"], ask_to_roll_back),
        ("a deployment that failed", deployed["failed"], stay),
        ("a deployment that was rolled back", deployed["rolled back"], stay),
        ("a deployment that was made elsewhere", deployed["recorded"], stay),
        ("the choice of a runbook to deploy with", "/deployments/new", stay),
        ("the form of a deployment", "/deployments/new?runbook=shop.release", stay),
        ("the form of a deployment with a fault", "/deployments/new?runbook=shop.release", deploy_badly),
        ("the figures of deployments", "/deployments/figures?days=30", stay),
        ("the journal", SHORT_JOURNAL, stay),
        ("the verified journal", SHORT_JOURNAL, verify),
        ("a run's journal", journal_of, stay),
        ("a journal without an event", "/journal?object=run/none", stay),
        ("the menu", "/runs", open_menu),
        ("a page that is not there", f"/runs/{scene.LONG}", stay),
        ("a filter that is none", "/runs?state=none", stay),
    ]
    doors = [
        ("the door", "/sign-in", stay),
        ("the door with a wrong password", "/sign-in", mistype),
        ("the first admin's form", "/first-admin?token=x", stay),
    ]
    seats = {}
    for width, options in WIDTHS.items():
        insider, stranger = site.page(width=width, **options), site.page(session=None, width=width, **options)
        seats[width] = {"inside": (insider, Scale(insider)), "outside": (stranger, Scale(stranger))}

    def look(name, path, act, seat):
        faults, weights = {}, []
        for width in WIDTHS:
            page, scale = seats[width][seat]
            weights.append(scale.weigh(lambda: go(page, path)))
            act(page)
            for kind, found in inspect(page, width, name).items():
                faults.setdefault(kind, []).extend(found)
        if act is open_menu:
            # It lies over the heading, as it should.
            del faults["at hand"]
        for kind, found in faults.items():
            claim(f"{name} {WORDS[kind]}", not found, "; ".join(found))
        claim(f"{name} is no heavier than 100 KB", 0 < max(weights) <= HEAVIEST, weights)

    for seat, rooms in (("inside", pages), ("outside", doors)):
        for name, path, act in rooms:
            look(name, path, act, seat)
    for run in (waiting, going):
        send(desk, "POST", f"{run}/cancellation")
    wide = scene.lay_out_wide(desk)
    store(desk, "wide", scene.WIDE.replace(scene.LONG, scene.LONG + "er"))
    for name, path in {
        "the catalogue with everything wide": "/runbooks", "a guide with everything wide": "/runbooks/wide",
        "the versions with everything wide": "/runbooks/wide/versions",
        "what a version changed with everything wide": "/runbooks/wide/versions/2/changes",
        "the form with everything wide": "/runbooks/wide/run", "the runs with everything wide": "/runs",
        "an incident with everything wide": wide["incident"], "the incidents with everything wide": "/incidents",
        "a service with everything wide": "/services/wide", "the services with everything wide": "/services",
        "the schedules with everything wide": "/schedules", "a schedule with everything wide": wide["schedule"],
        "the hooks with everything wide": "/hooks", "a hook with everything wide": wide["hook"],
        "what was found with everything wide": "/search?q=a",
        "a deployment with everything wide": deployed["wide"], "the deployments with everything wide": "/deployments",
        "the figures with everything wide": "/deployments/figures",
        "a run with everything wide": wide["running"], "an interrupted run with everything wide": wide["interrupted"],
    }.items():
        look(name, path, stay, "inside")

    page, scale = seats[1280]["inside"]
    long = {"a guide of a hundred steps": "/runbooks/parts", "a whole page of the journal": "/journal"}
    for name, path in long.items():
        weight = scale.weigh(lambda: go(page, path))
        claim(f"{name} is no heavier than 100 KB", 0 < weight <= HEAVIEST, weight)

    phone = seats[390]["inside"][0]
    go(phone, "/runs")
    claim("the places are folded away on a phone", not phone.locator("nav >> text=Journal").is_visible())
    phone.click("button.place")
    press(phone, "nav >> text=Journal")
    claim("the menu leads to the journal", phone.url.endswith("/journal"), phone.url)
    site.claim_quiet()

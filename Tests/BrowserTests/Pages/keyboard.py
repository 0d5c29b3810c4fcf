"""By keyboard alone: every link, button and field is a stop, in the order of the page, and seen when one is there; a
run is started, cancelled and resumed without a mouse."""

import scene
from keys import unseen, walk, where
from sight import WIDTHS
from visit import FOLDER, Site, claim, go, lines, state, store, until

GUIDE = """---
parameters:
  word:
    required: true
---
# By hand

```bash {name=hold}
echo "$word"
while [ ! -e FOLDER/by-hand-$RUNBOOK_RUN ]; do sleep 0.02; done
```
""".replace("FOLDER", str(FOLDER))

def tab_to(page, words, key="Tab"):
    """Goes to what is called so, with no more keys than the page has stops."""
    for _ in range(200):
        if page.evaluate("document.activeElement?.textContent.trim()") == words:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{words!r} is not reached by {key}")


def enter(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


with Site() as site:
    desk = site.page()
    runs = scene.lay_out(desk)
    deployed = scene.deployments(desk)
    scheduled = scene.schedules(desk)
    hooked = scene.hooks(desk)
    paths = {
        "the deployments": "/deployments", "a deployment that waits": deployed["waiting"],
        "the form of a deployment": "/deployments/new?runbook=shop.release", "the figures": "/deployments/figures",
        "now": "/", "the catalogue": "/runbooks", "a guide": "/runbooks/accunode.rollback",
        "the form": "/runbooks/accunode.rollback/run", "the runs": "/runs", "the queue": "/queue",
        "a run that failed": runs["failed"],
        "an interrupted run": runs["interrupted"], "a run that goes on": runs["running"],
        "a run of a hundred steps": runs["long"], "the incidents": "/incidents", "an incident": runs["worked"],
        "an alerted incident": runs["alerted"], "a new incident": "/incidents/new", "the search": "/search?q=the",
        "the services": "/services", "a service": "/services/shop",
        "a service that is only named": "/services/neuralcipher", "the form of a service": "/services/orders/change",
        "the schedules": "/schedules", "a schedule": scheduled["checklist"],
        "the form of a schedule": "/schedules/new", "the hooks": "/hooks", "a hook": hooked["ready"],
        "the form of a hook": "/hooks/new", "the journal": "/journal?limit=10",
        "a page that is not there": "/runs/x", "the door": "/sign-in",
    }
    for width, options in WIDTHS.items():
        insider, stranger = site.page(width=width, **options), site.page(session=None, width=width, **options)
        for name, path in paths.items():
            page = stranger if name == "the door" else insider
            go(page, path)
            wanted, met = walk(page)
            stops = [int(place["stop"]) for place in met if place["stop"] is not None]
            missed = [words for index, words in enumerate(wanted) if index not in stops]
            claim(f"{name} has every stop once, in its order, at {width}",
                  len(wanted) > 2 and stops == list(range(len(wanted))), missed or stops)
            claim(f"one sees where one is on {name} at {width}", not unseen(met), unseen(met))

    page = insider
    go(page, "/runs")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    claim("the way past the navigation comes first, and is seen then", skip.bounding_box()["height"] >= 24)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    claim("it leads past the navigation",
          page.evaluate("document.activeElement.closest('main') !== null"), where(page))

    phone = site.page(width=390, **WIDTHS[390])
    go(phone, "/runs")
    tab_to(phone, "Runs")
    phone.keyboard.press("Enter")
    claim("the folded menu opens by keyboard", phone.locator("nav >> text=Journal").is_visible())
    phone.keyboard.press("Escape")
    claim("the menu closes by keyboard", not phone.locator("nav >> text=Journal").is_visible())
    claim("after the menu one is where one was",
          phone.evaluate("document.activeElement.matches('.place')"), where(phone))
    phone.keyboard.press("Enter")
    tab_to(phone, "Journal")
    enter(phone)
    claim("the menu leads to the journal by keyboard", phone.url.endswith("/journal"), phone.url)

    store(page, "by-hand", GUIDE)
    go(page, "/runbooks/by-hand")
    tab_to(page, "Run…")
    enter(page)
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.name") != "p.word":
        page.keyboard.press("Tab")
    page.keyboard.type("typed")
    enter(page)
    until("the step runs", lambda: lines(page, "hold") == ["typed"])
    claim("a run is started by keyboard", state(page) == "running", state(page))
    path = page.url
    tab_to(page, "Cancel…")
    page.keyboard.press("Enter")
    tab_to(page, "Cancel the run")
    enter(page)
    until("the run is cancelled", lambda: state(page) == "cancelled")
    claim("a run is cancelled by keyboard", page.url == path, page.url)
    until("resuming is offered", lambda: page.locator("text=Resume from hold").count() == 1)
    tab_to(page, "Resume from hold")
    enter(page)
    attempts = page.locator("[data-step='hold'] .attempt")
    until("the step runs again", lambda: attempts.count() == 2 and lines(page, "hold"))
    claim("a run is resumed by keyboard", state(page) == "running", state(page))
    FOLDER.joinpath("by-hand-" + path.rsplit("/", 1)[1]).touch()
    until("the run has ended", lambda: state(page) == "succeeded")

    go(page, runs["succeeded"])
    while not page.evaluate("document.activeElement.matches('.terminal')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until("a line has the focus", lambda: page.evaluate("document.activeElement.matches('.terminal li > a')"))
    last = page.evaluate("document.activeElement.hash")
    page.keyboard.press("ArrowUp")
    until("the line above it has it", lambda: page.evaluate("document.activeElement.hash") not in ("", None, last))
    def is_pressed():
        # Behind the page's own listener, which gives the line the focus again a moment after the browser has taken it.
        page.evaluate("""() => {
            window.pressed = new Promise((say) => {
                addEventListener("click", () => setTimeout(() => say(true)), { once: true });
                // A key that comes while the browser is busy may be lost.
                setTimeout(() => say(false), 5000);
            });
        }""")
        page.keyboard.press("Enter")
        return page.evaluate("() => window.pressed")

    until("a line is pressed", is_pressed)
    # A place within a page is no navigation that a key press, or `page.url`, waits for.
    address = page.evaluate("location.href")
    claim("a line of output is reached and linked by keyboard", address.endswith("#drain-3"), address)
    until("it is pressed again", is_pressed)
    claim(
        "a line that is pressed again keeps the focus", page.evaluate("document.activeElement.hash") == "#drain-3",
        page.evaluate("document.activeElement.outerHTML")[:200])
    page.keyboard.press("Escape")
    claim("one leaves the lines as one came", page.evaluate("document.activeElement.matches('.terminal')"))
    site.claim_quiet()

"""The first page and the open lists: what runs, waits, failed and succeeded, live and without scripts, for who may act
and for who may not."""

from urllib.parse import urlsplit

from visit import BASE, FOLDER, Site, claim, go, kill, lines, parent, press, reload_until, send, sign_in, start, state
from visit import store, until

GUIDE = """# News

```bash {name=first}
echo "process $$"
while [ ! -e FOLDER/now-$RUNBOOK_RUN ]; do sleep 0.02; done
```

```bash {name=second}
while [ ! -e FOLDER/on-$RUNBOOK_RUN ]; do sleep 0.02; done
```
""".replace("FOLDER", str(FOLDER))

BAD = """# Bad

```sh {name=broken}
exit FOLDER
```
"""

# Where each section begins: what is below must stay where it is when a line above goes.
TOPS = "() => [...document.querySelectorAll('h2')].map((heading) => heading.getBoundingClientRect().top)"


def row(page, section, path):
    return page.locator(f"#page-{section}-lines > li[data-key='run/{path.rsplit('/', 1)[1]}']")


def texts(page, section):
    return page.locator(f"#page-{section}-lines > li").all_inner_texts()


def sentence(page):
    return page.locator("#page-sentence").inner_text()


with Site() as site:
    admin = site.page()
    store(admin, "news", GUIDE)
    store(admin, "news-bad", BAD.replace("FOLDER", "7"))
    send(admin, "POST", "/users", {"name": "noel", "password": "noel looks at it", "role": "viewer"})
    page, quiet, phone = site.page(), site.page(scripts=False), site.page(width=390, has_touch=True, is_mobile=True)
    viewer = site.page(session=None)
    go(viewer, "/")
    sign_in(viewer, "noel", "noel looks at it")
    claim("one comes to Now after signing in", viewer.url == BASE + "/", viewer.url)
    pages = {"with scripts": page, "without scripts": quiet, "on a phone": phone, "to a viewer": viewer}
    for reader in pages.values():
        go(reader, "/")
    lists = {"the runs": (site.page(), "/runs"), "the catalogue": (site.page(), "/runbooks")}
    for reader, place in lists.values():
        go(reader, place)

    def see(what, condition):
        """Waits until every page has it: by itself, or where no script runs after a reload."""
        for kind, reader in pages.items():
            if reader is quiet:
                reload_until(reader, what, lambda: condition(reader))
            else:
                until(f"{what}, {kind}", lambda: condition(reader))
            claim(f"{what}, {kind}", True)

    def listed(what):
        """The state of the news's newest run, in an open list."""
        reader = lists[what][0]
        link = f"a[href='{path}']" + (".state" if what == "the catalogue" else "")
        found = reader.locator(f"#page-rows > tr:has({link}) .state").all_inner_texts()
        return found[0] if found else None

    path = start(admin, "news")
    until("it prints", lambda: lines(admin, "first"))
    see("a run that begins is seen", lambda reader: "step 1 of 2 · first" in row(reader, "running", path).inner_text())
    # The first run of all makes pages that taught how to begin load once more.
    for what, (reader, _) in lists.items():
        until(f"it is seen on {what}", lambda: listed(what) == "running")
        claim(f"a run that begins is seen on {what}", True)
        reader.evaluate("window.mark = 1")
    page.evaluate("window.mark = 1")
    run = path.rsplit("/", 1)[1]
    focused = row(page, "running", path).locator("a")
    focused.focus()
    FOLDER.joinpath(f"now-{run}").touch()
    see("its next step is seen", lambda reader: "step 2 of 2 · second" in row(reader, "running", path).inner_text())
    claim("the reader's focus stays on its line",
          page.evaluate("document.activeElement.pathname") == path, page.evaluate("document.activeElement.outerHTML"))
    for reader in (page, quiet):
        claim("the sentence counts it", "run is going" in sentence(reader) or "runs are going" in sentence(reader),
              sentence(reader))
    tops = page.evaluate(TOPS)
    FOLDER.joinpath(f"on-{run}").touch()
    see("its end is seen",
        lambda reader: row(reader, "lately", path).count() and not row(reader, "running", path).count())
    claim("nothing below jumps when a line goes", page.evaluate(TOPS) == tops, [tops, page.evaluate(TOPS)])

    for what, (reader, _) in lists.items():
        until(f"its end is seen on {what}", lambda: listed(what) == "succeeded")
        claim(f"its end is seen on {what}, which was never loaded again", reader.evaluate("window.mark") == 1)

    bad = start(admin, "news-bad")
    see("a failure is seen with its step and reason",
        lambda reader: "step 1 of 1 · broken · exit status 7" in "".join(row(reader, "failed", bad).all_inner_texts()))
    store(admin, "news-bad", BAD.replace("FOLDER", "0"))
    good = start(admin, "news-bad")
    see("that it has succeeded since is seen",
        lambda reader: row(reader, "failed", bad).locator("a.state").all_inner_texts() == ["succeeded since"])
    press(quiet, f"#page-failed-lines a.state[href='{good}']")
    claim("the later run is led to", urlsplit(quiet.url).path == good, quiet.url)
    go(quiet, "/")

    path = start(admin, "news")
    until("it prints", lambda: lines(admin, "first"))
    kill(parent(lines(admin, "first")[0].split()[1]))
    pages.pop("to a viewer")
    see("what waits for the reader is seen", lambda reader: row(reader, "waiting", path).count())
    until("the viewer has it", lambda: row(viewer, "others", path).count())
    text = viewer.locator("main").inner_text()
    claim("a viewer is not told that it waits for him", "for you" not in text and "somebody else" in text, text)
    claim("a viewer is offered nothing to run", viewer.locator("main .button").count() == 0)
    claim("the sentence says that it waits", "for you" in sentence(page), sentence(page))
    claim("a line names who asked for it", "by ada" in row(page, "waiting", path).inner_text(), texts(page, "waiting"))
    claim("the page was never loaded again", page.evaluate("window.mark") == 1)
    for kind, reader in (("with scripts", page), ("without scripts", quiet)):
        press(reader, f"#page-waiting-lines a[href^='{path}#']")
        claim(f"one comes to the question, {kind}",
              reader.locator(":target .question").is_visible() and state(reader) == "interrupted", reader.url)
    width = phone.evaluate("document.documentElement.scrollWidth")
    claim("the page fits a phone", width == 390, width)
    boxes = [phone.locator(selector).bounding_box() for selector in ("h1", "main .button.main")]
    claim("heading and main button stand on a phone's first screen",
          all(box and 0 <= box["y"] and box["y"] + box["height"] <= 844 for box in boxes), boxes)
    press(phone, "main .button.main")
    claim("the main button leads to the runbooks", phone.url == BASE + "/runbooks", phone.url)
    site.claim_quiet()

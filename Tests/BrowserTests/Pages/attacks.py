"""A guide and a run's output made of attacks: they are shown, and run nothing."""

from urllib.parse import quote

from harm import GUIDE, HIT, MARKUP, OUTPUT, TURN, could_run, has_run, turned
from visit import BASE, FOLDER, Site, claim, go, kill, lines, parent, press, start, state, store, until

# Asks what happened, and is told an attack.
HELD = """# Held

```bash {name=hold}
echo "process $$"
while true; do sleep 0.1; done
```
"""

with Site() as site:
    page = site.page()
    quiet = site.page(scripts=False)
    FOLDER.joinpath("attack").write_bytes(OUTPUT)
    FOLDER.joinpath("attacked").unlink(missing_ok=True)
    store(page, "attack", GUIDE.encode())
    store(page, "held", HELD)

    def look(what, path=None):
        if path:
            go(page, path)
        found, ran = could_run(page), has_run(page)
        claim(f"{what}: nothing that could run is in the page", not found, found)
        claim(f"{what}: nothing has run, nor tried to", not ran, ran)
        claim(f"{what}: what turns the direction turns nothing else", not turned(page)[0], turned(page))

    look("the guide", "/runbooks/attack")
    text = page.locator("article.guide").inner_text()
    claim("the guide shows the attack as text", f"<script>{HIT}</script>" in text, text)
    claim("the page keeps its own form and style",
          page.locator("main form").count() == 0 and page.locator("h1").first.is_visible())
    for link in page.locator("article.guide a").all():
        words, href = link.inner_text(), link.get_attribute("href") or ""
        if href and not href.startswith(("http", "//", "/runbooks/")):
            claim(f"the link {words} leads to a page", False, href)
    look("the catalogue", "/runbooks")
    look("the form", "/runbooks/attack/run")

    go(page, "/runbooks/attack/run?step=speak")
    press(page, "text=Run now")
    path = page.url.removeprefix(BASE)
    until("the attack was streamed", lambda: len(lines(page, "speak")) >= 27)
    look("output as it comes")
    streamed = lines(page, "speak")
    claim("output is text", streamed.count(MARKUP) == 2, streamed)
    claim("a terminal's link is its words", "a link" in streamed, streamed)
    claim("a terminal's title, screen and clipboard are left alone", "red after" in streamed, streamed)
    claim("what a carriage return covers is covered",
          "shown" in streamed and "hidden" not in "".join(streamed), streamed)
    claim("a parameter's value is text", f'"><script>{HIT}</script>' in streamed, streamed)
    title = page.title()
    go(quiet, path)
    claim("the server's page shows the same as the stream", lines(quiet, "speak") == streamed,
          [pair for pair in zip(lines(quiet, "speak"), streamed) if pair[0] != pair[1]])
    FOLDER.joinpath("attacked").touch()
    until("the run has ended", lambda: state(page) == "succeeded")
    claim("the output does not touch the title", "title" not in title, title)
    look("the run's page", path)
    look("the runs", "/runs")
    look("the journal", "/journal")
    claim("the catalogue has a title that turns the direction", go(page, "/runbooks") and turned(page)[1] > 0)

    held = start(page, "held")
    until("the step runs", lambda: lines(page, "hold"))
    kill(parent(lines(page, "hold")[0].split()[1]))
    until("the page asks what happened", lambda: page.locator(".question").count() == 1)
    page.fill("[name=note]", f"{TURN} {MARKUP}")
    press(page, "text=It succeeded")
    until("the run has ended", lambda: state(page) == "succeeded")
    look("a run with a note", held)
    look("the journal with a note", f"/journal?object=run/{held.removeprefix('/runs/')}")
    text = page.locator("main").inner_text()
    claim("a note is text in the journal", MARKUP in text, text)
    look("a door that leads elsewhere", f"/sign-in?next={quote('javascript:' + HIT)}")
    look("a problem", f"/runs/{quote(MARKUP, safe='')}")
    look("a filter", f"/journal?kind={quote(MARKUP)}&object={quote(MARKUP)}")
    store(page, "attack", GUIDE.replace("# ", f"# {MARKUP} ").encode())
    look("the versions", "/runbooks/attack/versions")
    look("what a version changed", "/runbooks/attack/versions/2/changes")
    look("what an attack was changed into", "/runbooks/attack")
    site.claim_quiet()

    # That the policy holds, and that the watch above would have seen it.
    go(page, "/runbooks")
    page.evaluate("const script = document.createElement('script'); script.textContent = 'window.hit = 1';"
                  "document.body.append(script)")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit = 1\">')")
    until("the policy has spoken", lambda: len(page.evaluate("window.violations")) >= 2)
    claim("even a script that got into a page would not run", page.evaluate("window.hit") is None)

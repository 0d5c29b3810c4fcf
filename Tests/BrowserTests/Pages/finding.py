"""The checks of these programs find what they are for: each is shown a fault, and the same page without it."""

import contextlib
import pathlib
import subprocess
import sys

import keys
import scene
import sight
from harm import MARKUP, could_run, has_run
from visit import BASE, FOLDER, Site, claim, go, start, state, store, until

PLANTED = pathlib.Path(__file__).parents[2] / "Planted" / "planted.py"

GUIDE = """# Attacked

```bash {name=speak}
cat FOLDER/shown
```
""".replace("FOLDER", str(FOLDER))


@contextlib.contextmanager
def planted(fault):
    """The address of the server with a fault."""
    with subprocess.Popen([sys.executable, str(PLANTED), "--to", BASE, "--plant", fault], stdout=subprocess.PIPE,
                          text=True) as proxy:
        try:
            yield proxy.stdout.readline().removeprefix("ready ").strip()
        finally:
            # Not terminate: who runs under a test may have inherited that SIGTERM is blocked.
            proxy.kill()


def spoil(page, selector, property, value):
    """Not by an attribute, which the policy forbids."""
    page.evaluate("([selector, property, value]) => { document.querySelector(selector).style[property] = value; }",
                  [selector, property, value])


with Site() as site:
    page, phone = site.page(), site.page(width=390, **sight.WIDTHS[390])
    runs = scene.lay_out(page)
    FOLDER.joinpath("shown").write_text(MARKUP + "\n")
    store(page, "attacked", GUIDE)
    attacked = start(page, "attacked")
    until("the run has ended", lambda: state(page) == "succeeded")

    with planted("none") as address:
        page.goto(address + "/runbooks/accunode.rollback/run")
        found = sight.accessible(page)
        claim("the server itself has no unlabelled field", not found, found)
        page.goto(address + attacked)
        found = could_run(page) + has_run(page)
        claim("the server itself escapes output", not found and "<img" in page.locator("main").inner_text(), found)
    with planted("unlabelled") as address:
        page.goto(address + "/runbooks/accunode.rollback/run")
        found = sight.accessible(page)
        claim("an unlabelled field is found", any(words.startswith("select-name:") for words in found), found)
    with planted("unescaped") as address:
        page.goto(address + attacked)
        until("the image was not there", lambda: has_run(page))
        claim("an unescaped output is found in the page", "img" in could_run(page), could_run(page))
        claim("that it ran is found", has_run(page) == ["it has run"], has_run(page))

    def finds(what, page, path, check, selector, property, value):
        go(page, path)
        before = check(page)
        spoil(page, selector, property, value)
        after = check(page)
        claim(f"{what} is found, and only then", not before and after, (before, after))

    def ask(script):
        return lambda page: page.evaluate(script)

    finds("a page that is too wide", page, "/runs", ask(sight.WIDE), "main", "width", "2000px")
    finds("text in the place of text", page, "/runs", ask(sight.OVERLAPS), "h1", "marginBottom", "-2rem")
    finds("text that can hardly be read", page, "/runs", ask(sight.CONTRAST), ".lead", "color", "#999")
    finds("a heading out of sight", page, "/runs", ask(sight.FIRST_SCREEN), "h1", "marginTop", "2000px")
    finds("a button out of sight", page, "/journal", ask(sight.FIRST_SCREEN), ".button.main", "marginTop", "2000px")
    finds("a button that is too small", phone, "/sign-in", ask(sight.SMALL), "main button", "scale", "0.3")
    finds("text under a bar", phone, runs["succeeded"], ask(sight.COVERED), "main", "paddingBottom", "0")

    go(page, "/runs")
    wanted, met = keys.walk(page)
    claim("a page that one walks well has nothing unseen", not keys.unseen(met) and len(met) == len(wanted), met)
    page.evaluate("document.querySelectorAll('main a').forEach((link) => { link.style.outline = 'none'; })")
    claim("a focus that can't be seen is found", len(keys.unseen(keys.walk(page)[1])) > 3)
    page.evaluate("document.querySelector('.filters a').tabIndex = -1")
    wanted, met = keys.walk(page)
    claim("a link that the keyboard does not reach is found", len(met) < len(wanted), (wanted, met))

    store(page, "long-read", "# A long read\n\n" + "one word after the other\n" * 4500)
    scale = sight.Scale(page)
    light = scale.weigh(lambda: go(page, "/runbooks/attacked"))
    heavy = scale.weigh(lambda: go(page, "/runbooks/long-read"))
    claim("a page that is too heavy is found", 20_000 < light <= sight.HEAVIEST < heavy, (light, heavy))

"""A step that has printed many lines, leafed through without scripts, from its end to its beginning."""

import re

from visit import Site, claim, ended, go, lines, press, start, store

COUNT = 3000
GUIDE = f"# Many\n\n```sh {{name=print}}\nseq -f 'line %.0f' 1 {COUNT}\n```\n"


def numbered(page):
    """The lines of a page: number and text."""
    items = page.locator(".terminal li")
    return list(zip(map(int, items.locator("a").all_text_contents()), items.locator("span").all_text_contents()))


with Site() as site:
    desk = site.page()
    store(desk, "many", GUIDE)
    path = start(desk, "many")
    claim("the run has succeeded", ended(desk, path) == "succeeded")

    plain = site.page(scripts=False)
    go(plain, path)
    plain.locator("[data-step=print] > summary").click()
    shown = lines(plain, "print")
    claim("the run's page ends with the last line", shown[-1] == f"line {COUNT}", shown[-1])
    claim("and has only the end of them", 50 < len(shown) < COUNT, len(shown))
    link = plain.locator("[data-step=print] a >> text=earlier line")
    claim("it says how many come before", link.inner_text() == f"{COUNT - len(shown)} earlier lines",
          link.inner_text())
    press(plain, "[data-step=print] a >> text=earlier line")
    found = numbered(plain)
    claim("the link leads to the line right before", found[-1] == (COUNT - len(shown), f"line {COUNT - len(shown)}"),
          found[-1])
    pages = [found]
    while plain.locator("main a >> text=Earlier lines").count():
        press(plain, "main a >> text=Earlier lines")
        pages.insert(0, numbered(plain))
    claim("earlier lines lead to the first one", pages[0][0] == (1, "line 1") and len(pages) > 2, pages[0][0])
    seen = {number: text for page in pages for number, text in page}
    claim("no line is missing, and each has its number",
          seen == {number: f"line {number}" for number in range(1, COUNT - len(shown) + 1)})
    press(plain, "main a >> text=Later lines")
    claim("later lines go on where the page ends", numbered(plain)[0][0] == pages[0][-1][0] + 1, numbered(plain)[0])
    press(plain, "main a >> text=Last lines")
    claim("the last lines end with the last one, after which none is offered",
          numbered(plain)[-1][0] == COUNT and plain.locator("main a >> text=Later lines").count() == 0)
    claim("the page says where it is", re.search(rf"Lines \d+ to {COUNT} of {COUNT}\.",
          plain.locator("main").inner_text()) is not None, plain.locator(".lead").inner_text())
    go(plain, f"{path}/steps/print/output?from=1000000")
    claim("a line that is not there is said not to be", "none from line 1000000 on" in plain.locator("main").inner_text(),
          plain.locator("main").inner_text())
    phone = site.page(width=390)
    go(phone, f"{path}/steps/print/output")
    claim("a phone scrolls the lines, not the page",
          phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
    site.claim_quiet()

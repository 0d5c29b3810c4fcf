"""Every heading, fence and item of a guide is found in the browser as text. Arguments: the files of the guides."""

import pathlib
import re
import sys

from reading import read, words
from visit import Site, claim, go, store

OWN_TEXT = """items => items.map((item) => {
  const copy = item.cloneNode(true);
  copy.querySelectorAll("ul, ol, pre, section, figure, .remark").forEach((inner) => inner.remove());
  return copy.textContent;
})"""

TARGETS = """links => links
  .map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1)))?.textContent.trim().replace(/\\s+/g, " "))"""


def same(kind, name, wanted, found):
    for index, (one, other) in enumerate(zip(wanted, found)):
        if one != other:
            return claim(f"{kind} of {name}", False, f"number {index + 1}: wanted {one!r}, found {other!r}")
    claim(f"{kind} of {name}", len(wanted) == len(found), f"wanted {len(wanted)}, found {len(found)}: {found[-3:]}")


with Site() as site:
    page = site.page()
    for file in map(pathlib.Path, sys.argv[1:]):
        name = file.stem.replace(".", "-")
        source = file.read_bytes()
        store(page, name, source)
        headings, fences, items = read(source.decode())
        go(page, f"/runbooks/{name}")
        guide = page.locator("article.guide")
        found = guide.locator("h1, h2, h3, h4, h5, h6").all_text_contents()
        same("headings", name, headings, [words(text) for text in found])
        # Compared without the white space at line ends, which HTML parsers and people pass over.
        same(
            "fences", name,
            [re.sub(r"\s+$", "", text, flags=re.M) for text in fences],
            [re.sub(r"\s+$", "", text, flags=re.M) for text in guide.locator("pre").all_text_contents()])
        same("items", name, items, [words(text) for text in guide.locator("li.task").evaluate_all(OWN_TEXT)])
        visible = words(guide.inner_text())
        place, missing = 0, []
        for text in headings:
            at = visible.find(text, place)
            if at < 0:
                missing.append(text)
            else:
                place = at + len(text)
        claim(f"nothing of {name} is hidden, and headings keep their order", not missing, missing)
        targets = page.locator(".contents li > a:first-child").evaluate_all(TARGETS)
        claim(f"the contents of {name} lead to every heading", targets == headings, targets)
        if name == "guide":
            claim("the guide of these tests holds something of each kind",
                  (len(headings), len(fences), len(items)) == (4, 9, 7), (len(headings), len(fences), len(items)))
    site.claim_quiet()

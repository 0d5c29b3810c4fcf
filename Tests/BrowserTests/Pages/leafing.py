"""A guide is pleasant to read, with scripts and without, on a desk and on a phone."""

import os
import pathlib

from reading import words
from visit import Site, claim, go, store

SCREENSHOTS = os.environ.get("RUNBOOK_SCREENSHOTS")

READING = b"""# Reading

Set `A` and <name> in prose, and <b>raw</b>; sign in as admin/admin.

<details><summary>More</summary></details>

## Tables

| left | right |
| :--- | ----: |
| 1 | 2 |

```mermaid
graph TD; a-->b
```

```yaml
key: value
```

    indented

## Steps

```console
$ echo one
one
$ rm -rf /srv/data
```
"""


def shot(page, name):
    if SCREENSHOTS:
        pathlib.Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)


with Site() as site:
    page = site.page(permissions=["clipboard-read", "clipboard-write"])
    store(page, "reading", READING)
    for scripts, width in [(True, 1280), (True, 390), (False, 1280), (False, 390)]:
        page = site.page(scripts=scripts, width=width)
        go(page, "/runbooks/reading")
        guide, kind = page.locator("article.guide"), f"{'with' if scripts else 'without'} scripts at {width}"
        captions = [words(text.removesuffix("Copy")) for text in guide.locator("figcaption").all_text_contents()]
        claim(f"fences say what they are, {kind}",
              [text for text in captions if text] == ["Mermaid diagram, as its source", "yaml"], captions)
        text = guide.inner_text()
        claim(f"raw HTML and <name> are shown as text, {kind}",
              "<name> in prose, and <b>raw</b>" in text and "<details><summary>More</summary></details>" in text, text)
        claim(f"a table keeps its cells and their sides, {kind}",
              guide.locator("td.align-right").all_text_contents() == ["2"], guide.locator("table").inner_html())
        remark = guide.locator(".fence .remark")
        claim(f"what is dangerous is said at the fence, {kind}",
              remark.count() > 0 and "line 28" in remark.first.inner_text(), remark.all_inner_texts())
        below = guide.locator("p:has-text('<name> in prose') + p.remark")
        claim(f"what is said of a paragraph stands below it, and the list of findings leads there, {kind}",
              below.count() == 1 and "line 3" in below.inner_text()
              and page.locator("aside a[href='#page-line-3']").count() == 1 and below.get_attribute("id") == "page-line-3",
              guide.locator(".remark").all_inner_texts())
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") if scripts else 0
        claim(f"nothing makes the page wider than the screen, {kind}", wide <= 0, wide)
        buttons = guide.locator("button.copy")
        claim(f"every fence can be copied where that is possible, {kind}",
              buttons.count() == (4 if scripts else 0), buttons.count())
        page.locator(".contents a", has_text="Tables").click()
        claim(f"the contents lead to the heading, {kind}", page.url.endswith("#tables"), page.url)
        shot(page, f"reading-{'scripts' if scripts else 'plain'}-{width}")
        page.context.close()
    page = site.page(permissions=["clipboard-read", "clipboard-write"])
    go(page, "/runbooks/reading")
    page.locator(".fence button.copy").click()
    page.locator(".fence button.copy", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    claim("a console is copied without prompts and output", copied == "echo one\nrm -rf /srv/data\n", copied)
    site.claim_quiet()

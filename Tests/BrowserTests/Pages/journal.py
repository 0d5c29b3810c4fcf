"""The journal while one looks on, its filters, and its verification."""

import re
from urllib.parse import urlsplit

from visit import Site, claim, ended, go, press, start, state, store, until

GUIDE = """# Note

```sh
echo noted
```
"""


def rows(page):
    return page.locator("#page-journal > li").evaluate_all("rows => rows.map((row) => Number(row.dataset.seq))")


with Site() as site:
    page = site.page()
    other = site.page()
    quiet = site.page(scripts=False)
    store(other, "note", GUIDE)

    go(page, "/journal")
    page.evaluate("window.mark = 1")
    go(quiet, "/journal")
    before = rows(page)
    whole = list(range(before[0], before[0] - len(before), -1))
    claim("events come newest first, without a gap", before == whole, before)
    path = start(other, "note")
    newest = page.locator("#page-journal > li").first
    until("the run's end is on the page", lambda: "brought a run to its end" in newest.inner_text())
    after = rows(page)
    claim("news come to the top by themselves", page.evaluate("window.mark") == 1 and after[0] > before[0], after)
    claim("live events come each once, without a gap", after == list(range(after[0], after[0] - len(after), -1)), after)
    text = page.locator("#page-journal > li").nth(after[0] - before[0] - 1).inner_text()
    claim("an event says who did what", "ada" in text and "asked for a run" in text, text)
    claim("without scripts the page stays as it was", rows(quiet) == before, rows(quiet))
    quiet.reload()
    claim("without scripts a reload brings the news", rows(quiet)[0] >= after[0], rows(quiet))

    # More at once than a page holds: the page asks for the news, and is answered when all of it has happened.
    store(other, "many", "# Many\n\n" + "```sh\ntrue\n```\n\n" * 60)
    go(page, "/journal")
    held = []
    page.route(re.compile("/journal$"), lambda route: held.append(route))
    ended(other, start(other, "many"))
    go(other, "/journal")
    last = rows(other)[0]
    until("the page asks", lambda: page.title() and held)
    for route in held:
        route.continue_()
    page.unroute(re.compile("/journal$"))
    until("the news are on the page", lambda: rows(page)[0] == last)
    after = rows(page)
    claim("a flood of events leaves no hole", after == list(range(after[0], after[0] - len(after), -1)), after)
    press(page, "text=Older events")
    claim("the page before goes on where the first ends", rows(page)[0] == after[-1] - 1, (after, rows(page)))
    go(page, "/journal")

    for reader, kind in ((page, "with scripts"), (quiet, "without scripts")):
        press(reader, "text=Verify")
        verdict = reader.locator(".verdict")
        claim(f"verifying says that the record holds, {kind}",
              verdict.get_attribute("data-tone") == "good" and "holds" in verdict.inner_text(), verdict.inner_text())
        reader.select_option("#page-kind", "run.created")
        press(reader, "text=Filter")
        kinds = reader.locator("#page-journal .seal").all_inner_texts()
        claim(f"one kind alone can be shown, {kind}", kinds and all("run.created" in text for text in kinds), kinds)
        go(reader, path)
        press(reader, "text=What the journal says of this run")
        texts = reader.locator("#page-journal > li").all_inner_texts()
        claim(f"a run leads to its events, {kind}",
              len(texts) == 4 and all(path.rsplit("/", 1)[1] in text for text in texts), texts)
        press(reader, "#page-journal a[href^='/runs/'] >> nth=0")
        claim(f"an event leads to its run, {kind}",
              urlsplit(reader.url).path == path and state(reader) == "succeeded", reader.url)
        go(reader, "/journal?object=run/none")
        text = reader.locator("main").inner_text()
        claim(f"a filter that fits nothing says so, {kind}", "Nothing on the record fits." in text, text)
    site.claim_quiet()

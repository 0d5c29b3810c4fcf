"""Checklists, worked through by two people at once, by checks, on a phone, by keyboard and without scripts; and what their
pages look like in every state."""

import re
from urllib.parse import urlsplit

from keys import unseen, walk
from sight import HEAVIEST, WIDTHS, Scale, inspect
from visit import BASE, FOLDER, Site, claim, go, press, send, sign_in, store, until

GUIDE = """---
title: AccuNode go-live
service: accunode
---
# AccuNode go-live

## The day before

- [ ] HTTPS is enforced

  ```sh {check name=https}
  while [ ! -e FOLDER/https ]; do sleep 0.02; done
  echo "301 to https"
  ```
- [x] Rate limiting is enabled
- [ ] No secrets in the repository

  ```sh {check name=secrets}
  echo "config/mail.env:3: <b>password</b>"
  exit 1
  ```
  - [ ] The history is scanned too
- [ ] Penetration test has passed (optional)

## The day

- [ ] Smoke test is green

  ```sh {check name=smoke}
  no-such-program
  ```
- [ ] The owner is told
"""

WORDS = {
    "accessible": "breaks no rule of WCAG A and AA", "readable": "can be read", "roomy": "fits the screen",
    "apart": "has nothing in the place of something else",
    "at hand": "has its heading and main button on the first screen",
    "large enough": "has nothing to press that is too small",
}


def item(page, number):
    return page.locator(f"#page-item-{number}")


def word(page, number):
    return item(page, number).locator("> .state").inner_text()


def box(page, number):
    return item(page, number).locator("button.box")


def tick(page, number):
    with page.expect_navigation():
        box(page, number).click()


def note(page, number, text, button):
    item(page, number).locator("summary", has_text="Note").click()
    item(page, number).locator("textarea").fill(text)
    with page.expect_navigation():
        item(page, number).locator("button", has_text=button).click()


with Site() as site:
    ada = site.page()
    store(ada, "go-live", GUIDE.replace("FOLDER", str(FOLDER)))
    store(ada, "many", "# Many\n\n" + "".join(f"- [ ] Item {n} of a long list that somebody wrote\n" for n in range(66)))
    send(ada, "POST", "/users", {"name": "ben", "password": "ben ticks with us", "role": "operator"})
    send(ada, "POST", "/users", {"name": "wanda", "password": "wanda looks at it", "role": "viewer"})

    # Started from its guide.
    go(ada, "/runbooks/go-live")
    press(ada, "a.button >> text=Checklist…")
    claim("the form says how much there is to tick, and what a check can prove",
          "7 items to tick, 3 of them with a check" in ada.locator(".lead").inner_text())
    ada.fill("[name=occasion]", "AccuNode 2.4")
    press(ada, "main button")
    path = urlsplit(ada.url).path
    claim("a checklist begins with every item open",
          re.fullmatch(r"/checklists/\w+", path) and [word(ada, n) for n in range(1, 8)] == ["open"] * 7, path)
    claim("it says what it is for", ada.locator("text=AccuNode 2.4").count() == 1)

    # Two people, live.
    ben = site.page(session=None)
    go(ben, path)
    sign_in(ben, "ben", "ben ticks with us")
    claim("one comes to the checklist after signing in", ben.url == BASE + path, ben.url)
    tick(ben, 2)
    until("the other sees it", lambda: word(ada, 2) == "done")
    claim("a tick shows in the other's browser, with who and when", "ben" in item(ada, 2).inner_text())
    claim("the count follows", ada.locator("#page-section-1-count").inner_text() == "1 of 5")
    claim("the sentence follows", ada.locator("#page-sentence").inner_text().startswith("1 of 7 done"))
    claim("the bar follows", ada.locator("progress").evaluate("bar => bar.value") == 14)
    item(ada, 4).locator("summary", has_text="Note").click()
    item(ada, 4).locator("textarea").fill("half a sent")
    tick(ben, 4)
    tick(ben, 7)
    until("the other sees the last", lambda: word(ada, 7) == "done")
    claim("what one is typing is not taken away by what the other does",
          item(ada, 4).locator("textarea").input_value() == "half a sent")
    with ada.expect_navigation():
        item(ada, 4).locator("button", has_text="Not applicable").click()
    said = item(ada, 4).locator(".problem").inner_text()
    claim("who comes second is told what the other did, beside the item", "ben ticked this item at" in said, said)
    claim("and nothing was overwritten", word(ada, 4) == "done", word(ada, 4))

    # Without scripts.
    quiet = site.page(scripts=False)
    go(quiet, path)
    tick(quiet, 4)
    claim("an item is opened again without scripts", word(quiet, 4) == "open")
    note(quiet, 5, "", "Not applicable")
    claim("what does not apply needs a reason",
          "Say in a note" in item(quiet, 5).locator(".problem").inner_text())
    note(quiet, 5, "the report comes on Monday", "Not applicable")
    claim("with a reason it is taken, without scripts",
          word(quiet, 5) == "not applicable" and "the report comes on Monday" in item(quiet, 5).inner_text())
    note(quiet, 4, "since 2019", "Save note")
    claim("a note is kept with an item that is open, without scripts",
          word(quiet, 4) == "open" and "since 2019" in item(quiet, 4).inner_text())
    stale = site.page(scripts=False)
    go(stale, path)
    tick(quiet, 4)
    tick(stale, 4)
    claim("two who see the same item don't undo each other without scripts",
          "ada ticked this item at" in item(stale, 4).locator(".problem").inner_text() and word(stale, 4) == "done")

    # Checks.
    go(ada, path)
    press(ada, "text=Run checks")
    until("it is checked", lambda: word(ada, 1) == "checking")
    claim("an item says that it is being checked", word(ada, 1) == "checking")
    until("the verdicts are in", lambda: word(ada, 3) == "check failed" and "could not run" in item(ada, 6).inner_text())
    claim("a check that says no fails its item", word(ada, 3) == "check failed")
    claim("a check that could not run leaves its item open and says why",
          word(ada, 6) == "open" and "could not run" in item(ada, 6).inner_text())
    (FOLDER / "https").touch()
    until("the first is proved", lambda: word(ada, 1) == "proved")
    claim("a check that succeeds ticks its item", word(ada, 1) == "proved")
    item(ada, 3).locator("summary", has_text="Evidence").click()
    proof = item(ada, 3).locator("pre").inner_text()
    claim("what a check printed is its evidence, as text", "<b>password</b>" in proof, proof)
    with ada.expect_navigation():
        item(ada, 3).locator("text=The whole run").click()
    claim("the evidence leads to the run", ada.locator("h1").inner_text() != "" and "/runs/" in ada.url, ada.url)
    go(ada, "/")
    claim("a check that failed is no failed run", ada.locator("#page-failed-lines >> text=go-live").count() == 0)
    claim("one's own open checklist waits for one", ada.locator(f"#page-waiting-lines a[href='{path}']").count() == 1)
    go(ben, "/")
    claim("another's does not", ben.locator(f"#page-others-lines a[href='{path}']").count() == 1)

    # By keyboard.
    go(ada, path)
    box(ada, 6).focus()
    with ada.expect_navigation():
        ada.keyboard.press("Enter")
    claim("an item is ticked by keyboard", word(ada, 6) == "done")
    go(ada, path)
    wanted, met = walk(ada)
    stops = [int(place["stop"]) for place in met if place["stop"] is not None]
    claim("every stop of a checklist is reached once", len(wanted) > 20 and sorted(stops) == list(range(len(wanted))),
          [words for index, words in enumerate(wanted) if index not in stops])
    claim("one sees where one is on a checklist", not unseen(met), unseen(met))

    # Completed.
    go(quiet, path)
    claim("it can't be completed while an item is open", quiet.locator("button >> text=Complete").count() <= 1
          and quiet.locator("summary >> text=Complete anyway").count() == 1)
    note(quiet, 3, "known, agreed with the owner", "Save note")
    tick(quiet, 3)
    claim("a failed check is overruled with a note alone", word(quiet, 3) == "done")
    go(ben, path)
    press(quiet, "button >> text=Complete")
    claim("a checklist is completed without scripts", quiet.locator("#page-state").inner_text() == "completed")
    until("the other sees it", lambda: ben.locator("#page-state").inner_text() == "completed")
    claim("the other sees that it is completed, and nothing left to press", ben.locator("button.box").count() == 0)
    with quiet.expect_download() as download:
        quiet.click("text=Export")
    lines = open(download.value.path()).read().split("\n")
    claim("the export has the boxes as they are", "- [x] HTTPS is enforced" in lines
          and "- [ ] Penetration test has passed (optional)" in lines, lines[:20])
    quiet.locator("summary >> text=Reopen").click()
    quiet.fill("#page-why", "the wrong host")
    press(quiet, "text=Reopen it")
    claim("and reopened", quiet.locator("#page-state").inner_text() == "open")
    press(quiet, "text=Everything that was done")
    claim("its journal tells all of it", quiet.locator("#page-journal > li").count() > 15)

    vera = site.page(session=None)
    go(vera, path)
    sign_in(vera, "wanda", "wanda looks at it")
    claim("a viewer is offered nothing that would be refused",
          vera.locator("main button, main summary:not(:has-text('Evidence'))").count() == 0)

    # How it looks.
    many = send(ada, "POST", "/checklists", {"runbook": "many"})["id"]
    done = send(ada, "POST", "/checklists", {"runbook": "go-live", "section": "the-day", "occasion": "a rehearsal"})["id"]
    send(ada, "POST", f"/checklists/{done}/completion", {"reason": "it was one"})
    for width, options in WIDTHS.items():
        page = site.page(width=width, **options)
        scale = Scale(page)
        for name, place in {
            "the checklists": "/checklists", "the completed checklists": "/checklists?state=completed",
            "the checklists of a guide that has none": "/checklists?runbook=getting-started",
            "the form for a checklist": "/checklists/new?runbook=go-live", "an open checklist": path,
            "a completed checklist": f"/checklists/{done}", "a checklist of 66 items": f"/checklists/{many}",
        }.items():
            weight = scale.weigh(lambda: go(page, place))
            claim(f"{name} is no heavier than 100 KB at {width}", 0 < weight <= HEAVIEST, weight)
            for kind, found in inspect(page, width, name).items():
                claim(f"{name} {WORDS[kind]} at {width}", not found, "; ".join(found))
    site.claim_quiet()

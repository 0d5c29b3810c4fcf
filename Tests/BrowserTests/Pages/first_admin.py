"""From the link that the first start prints to a session, which the other programs go on with."""

import os

from sight import WIDTHS, inspect
from visit import BASE, NAME, PASSWORD, SESSION, Site, claim, go, press

LINK = os.environ["RUNBOOK_TEST_LINK"]

with Site() as site:
    page = site.page(session=None)
    page.goto(LINK)
    claim("the link shows a form", page.locator("h1").inner_text() == "Make the first admin", page.content())

    def look(what):
        """Pages that only a server without anything has."""
        found = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            found += [fault for faults in inspect(page, width, what).values() for fault in faults]
        claim(f"{what} can be read and pressed by everybody", not found, found)

    def fill(password, again):
        page.fill("[name=name]", NAME)
        page.fill("[name=password]", password)
        page.fill("[name=password_again]", again)
        press(page, "main button")

    fill(PASSWORD, PASSWORD + "!")
    complaint = page.locator("[name=password_again] ~ .problem").inner_text()
    claim("two passwords that differ are refused at the field", "not the same" in complaint, complaint)
    claim("the name that was typed stays", page.input_value("[name=name]") == NAME, page.content())
    look("the first admin's form with a fault")
    fill("short", "short")
    complaint = page.locator("[name=password] ~ .problem").inner_text()
    claim("a short password is refused at the field", complaint != "", complaint)
    fill(PASSWORD, PASSWORD)
    claim("the admin is signed in at once", page.url == BASE + "/", page.url)
    claim("the name stands in the navigation", page.locator("nav .who bdi").inner_text() == NAME, page.content())
    text = page.locator("main").inner_text()
    claim("an empty installation says how to import", "runbook import FILE.md" in text, text)
    look("an empty installation")
    go(page, "/runs")
    text = page.locator("main").inner_text()
    claim("an empty list of runs says so", "There has been no run yet." in text, text)
    look("an empty list of runs")
    page.context.storage_state(path=SESSION)

    page.goto(LINK)
    fill(PASSWORD, PASSWORD)
    text = page.locator("main").inner_text()
    claim("the link works once",
          "There is an account already" in text and page.locator("[name=password]").count() == 0, text)
    site.claim_quiet()

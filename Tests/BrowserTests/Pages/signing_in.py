"""In and out again, with scripts and without."""

from visit import BASE, NAME, Site, claim, go, press, sign_in

with Site() as site:
    for scripts in (True, False):
        kind = "with scripts" if scripts else "without scripts"
        page = site.page(session=None, scripts=scripts)
        go(page, "/runs?state=failed")
        claim(f"a stranger is asked to sign in, {kind}", page.url.startswith(BASE + "/sign-in?next="), page.url)
        claim(f"a stranger sees no navigation, {kind}", page.locator("nav").count() == 0, page.content())
        sign_in(page, password="wrong horse battery")
        alert = page.locator("[role=alert]").inner_text()
        claim(f"a wrong password is said, {kind}", "wrong" in alert, alert)
        claim(f"the name stays after a wrong password, {kind}", page.input_value("[name=name]") == NAME)
        sign_in(page)
        claim(f"one comes to the page that one asked for, {kind}", page.url == BASE + "/runs?state=failed", page.url)
        press(page, "text=Sign out")
        claim(f"signing out leads to the door, {kind}", page.url == BASE + "/sign-in", page.url)
        page.go_back()
        page.reload()
        claim(f"nothing is left to go back to, {kind}", page.url.startswith(BASE + "/sign-in"), page.url)
        next = "https://elsewhere.example/" if scripts else "//elsewhere.example/"
        go(page, f"/sign-in?next={next}")
        sign_in(page)
        claim(f"one is never sent elsewhere, {kind}", page.url == BASE + "/", page.url)
        go(page, "/runs/unknown")
        claim(f"a problem page keeps the navigation, {kind}", page.locator("nav a[href='/runs']").count() == 1)
        claim(f"a problem page says what to do, {kind}", "There is nothing here" in page.locator("main").inner_text())
    site.claim_quiet()

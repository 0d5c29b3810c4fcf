"""A deployment by clicking: started by one, approved by two others, seen by all while it goes on, rolled back."""

import scene
from visit import PASSWORD, SESSION, Site, claim, go, press, reload_until, send, sign_in, store, until

GUIDE = scene.RELEASE.replace("service: shop", "service: kiosk")
JSON = {"Content-Type": "application/json"}


def see(page, what, condition):
    """Waits for it on the page, with a reload where no script renews it."""
    return until(what, condition) if page.scripted else reload_until(page, what, condition)


def state(page):
    return page.locator("#page-lead .state").inner_text()


def sentence(page):
    return page.locator("#page-sentence").inner_text()


def fill(page, environment, version):
    page.fill("[name=version]", version)
    page.fill("[name=environment]", environment)
    press(page, "text=Deploy now")


with Site() as site:
    setup = site.page()
    store(setup, "kiosk.release", GUIDE)
    store(setup, "kiosk.bare", GUIDE.replace('rollback: "#take-it-back"\n', ""))
    for name in ("grace", "linus"):
        send(setup, "POST", "/users", {"name": name, "password": PASSWORD, "role": "operator"}, JSON)
    send(setup, "POST", "/users", {"name": "victor", "password": PASSWORD, "role": "viewer"}, JSON)

    for scripts in (True, False):
        kind = "with scripts" if scripts else "without scripts"
        place = "production" if scripts else "staging"
        send(setup, "POST", "/deployments/records",
             {"service": "kiosk", "version": "v1", "environment": place}, JSON)
        people = {}
        for name in ("ada", "grace", "linus", "victor"):
            page = site.page(session=SESSION if name == "ada" else None, scripts=scripts)
            page.scripted = scripts
            if name != "ada":
                go(page, "/sign-in")
                sign_in(page, name)
            people[name] = page
        ada, grace, linus, vera = people.values()

        go(ada, "/deployments")
        press(ada, "text=Deploy…")
        ada.select_option("[name=runbook]", "kiosk.release")
        press(ada, "text=Go on")
        stages = ada.locator(".plan li bdi").all_inner_texts()
        claim(f"the form says which stages there will be, {kind}", stages == ["Build", "Ship it to everybody"], stages)
        fill(ada, place, "four")
        claim(f"a wrong version is said at its place, and what was typed stays, {kind}",
              "version" in ada.locator("p.banner, .problem").first.inner_text()
              and ada.input_value("[name=environment]") == place, ada.locator("main").inner_text())
        fill(ada, place, "v2")
        path = ada.url
        see(ada, "it waits", lambda: state(ada) == "waiting")
        claim(f"it says what it waits for, {kind}",
              sentence(ada) == "Blocked by: 0 of 2 approvals by an operator other than ada.", sentence(ada))
        claim(f"who started it is told to ask somebody else, {kind}",
              "ask another operator" in ada.locator("#page-lead").inner_text()
              and ada.locator("text=Approve").count() == 0, ada.locator("main").inner_text())
        see(ada, "the stages are shown so",
            lambda: ada.locator("#page-stages .word").all_inner_texts() == ["succeeded", "waiting"])

        for page in (grace, linus, vera):
            page.goto(path)
        claim(f"a viewer is offered nothing, {kind}",
              vera.locator("#page-acts button, #page-acts summary").count() == 0)
        press(grace, "text=Approve “Ship it to everybody”")
        see(ada, "the approval is shown to the one who started it", lambda: "1 of 2" in sentence(ada))
        claim(f"whose approval it was is shown to all, {kind}",
              "approved by grace" in ada.locator("#page-stages").inner_text())
        claim(f"nobody approves twice, {kind}",
              "has approved" in grace.locator("#page-lead").inner_text()
              and grace.locator("text=Approve “").count() == 0, grace.locator("#page-lead").inner_text())
        press(linus, "text=Approve “Ship it to everybody”")
        for name, page in people.items():
            see(page, "it has succeeded", lambda: state(page) == "succeeded")
        claim(f"all see that it went well, {kind}", sentence(vera) == "All stages went well.", sentence(vera))

        press(ada, "text=its run succeeded >> nth=1")
        claim(f"a stage leads to its run, {kind}", "/runs/" in ada.url
              and ada.locator("[data-step='switch']").count() == 1, ada.url)

        ada.goto(path)
        ada.locator("summary >> text=Roll back").click()
        claim(f"the good version is filled in, {kind}", ada.input_value("#page-rollback-version") == "v1")
        ada.fill("#page-rollback-reason", "errors above 5 %")
        press(ada, "text=Roll it back")
        see(ada, "it is rolled back", lambda: state(ada) == "rolled-back")
        claim(f"it says what runs again, {kind}", sentence(ada) == "Taken back: v1 runs again.", sentence(ada))
        see(ada, "there is a follow-up", lambda: ada.locator("text=its follow-up checklist").count() == 1)
        press(ada, "text=its follow-up checklist")
        claim(f"four things are left to do after it, {kind}",
              ada.locator(".items li").count() == 4 and "post-mortem" in ada.locator(".items").inner_text(),
              ada.locator("main").inner_text())
        ada.goto(path)
        press(ada, "text=the rollback's run")
        claim(f"the rollback's run was given the good version, {kind}",
              "v1 serves again" in ada.locator("main").inner_text(), ada.locator("main").inner_text())

        go(ada, "/deployments/new?runbook=kiosk.release")
        fill(ada, place, "v3")
        held = ada.url
        go(grace, "/deployments/new?runbook=kiosk.release")
        fill(grace, place, "v5")
        claim(f"a second one is refused, and the first one named, {kind}",
              f"kiosk v3 to {place}" in grace.locator("p.banner").inner_text()
              and grace.input_value("[name=version]") == "v5", grace.locator("main").inner_text())
        ada.goto(held)
        ada.locator("summary >> text=Abort").click()
        press(ada, "text=Abort the deployment")
        claim(f"it is aborted by clicking, {kind}", state(ada) == "aborted", state(ada))

        go(ada, f"/deployments?service=kiosk&environment={place}")
        rows = ada.locator(".rows tbody th").all_inner_texts()
        claim(f"the list of a place has its deployments, newest first, {kind}",
              [row.split()[2] for row in rows] == ["v3", "v2", "v1"], rows)
        press(ada, "a.button >> text=Figures")
        row = ada.locator(".rows tbody tr").inner_text()
        claim(f"the figures count the one that was taken back, {kind}", "50 %" in row and "1 of 2" in row, row)
        claim(f"the plot says in words what it shows, {kind}",
              "1 failed" in ada.locator("svg[role=img]").get_attribute("aria-label"))
        go(ada, "/deployments/new?runbook=kiosk.bare")
        fill(ada, f"bare-{place}", "v2")
        claim(f"without a rollback it does not start, and says what to do, {kind}",
              "names no rollback runbook" in ada.locator("p.banner").inner_text(), ada.locator("main").inner_text())
        ada.check("[name=no_rollback]")
        press(ada, "text=Deploy now")
        claim(f"going without one wants a reason, {kind}",
              "say why" in ada.locator("main").inner_text() and ada.is_checked("[name=no_rollback]"),
              ada.locator("main").inner_text())
        ada.fill("[name=reason]", "the schema only grows")
        press(ada, "text=Deploy now")
        facts = ada.locator("#page-facts").inner_text()
        claim(f"that it went without one is on its page, {kind}",
              "started without a rollback" in facts and "the schema only grows" in facts
              and ada.locator("text=Roll back…").count() == 0, facts)
        for page in people.values():
            page.context.close()
    site.claim_quiet()

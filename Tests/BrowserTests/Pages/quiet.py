"""With scripts off every page says the same, and every form does what it says; a form's faults, cancelling, resuming
and judging without scripts are in their own programs."""

import scene
from sight import WIDE, WIDTHS
from visit import BASE, Site, claim, go, press, reload_until, sign_in, state

# What is put there for scripts alone is neither seen nor read.
HIDDEN = "button.copy, #page-jump, #page-live, template"


def words(page):
    """What the page says; without times, which are words of the moment, and durations, which scripts have exactly."""
    return page.evaluate("""() => {
      const main = document.querySelector("main").cloneNode(true);
      for (const element of main.querySelectorAll("time, .number, HIDDEN")) element.remove();
      return main.textContent.replace(/\\s+/g, " ").trim();
    }""".replace("HIDDEN", HIDDEN))


with Site() as site:
    loud, quiet = site.page(), site.page(scripts=False)
    runs = scene.lay_out(loud)
    deployed = scene.deployments(loud)
    scheduled = scene.schedules(loud)
    hooked = scene.hooks(loud)
    paths = {
        "the deployments": "/deployments", "a deployment that waits": deployed["waiting"],
        "a deployment that was rolled back": deployed["rolled back"], "the figures": "/deployments/figures",
        "the form of a deployment": "/deployments/new?runbook=shop.release",
        "the catalogue": "/runbooks", "a guide": "/runbooks/accunode.rollback",
        "a guide with findings": "/runbooks/neuralcipher.fitness", "the form": "/runbooks/accunode.rollback/run",
        "the runs": "/runs", "the queue": "/queue", "the runs that failed": "/runs?state=failed",
        "a run that succeeded": runs["succeeded"],
        "a run that failed": runs["failed"], "a cancelled run": runs["cancelled"],
        "an interrupted run": runs["interrupted"], "a run of a hundred steps": runs["long"],
        "the incidents": "/incidents", "an incident": runs["worked"], "an alerted incident": runs["alerted"],
        "a new incident": "/incidents/new", "what was found": "/search?q=the",
        "the services": "/services", "a service": "/services/shop",
        "a service that is only named": "/services/neuralcipher", "the form of a service": "/services/orders/change",
        "the schedules": "/schedules", "a schedule": scheduled["run"], "a paused schedule": scheduled["paused"],
        "the form of a schedule": "/schedules/new?runbook=parts",
        "the hooks": "/hooks", "a hook": hooked["ready"], "the form of a hook": "/hooks/new?runbook=parts",
        "a run's journal": "/journal?object=run/" + runs["failed"].removeprefix("/runs/"),
        "a page that is not there": "/runs/x",
    }
    for name, path in paths.items():
        go(loud, path)
        go(quiet, path)
        spoken = words(loud).replace(loud.url.rsplit("/", 1)[-1], "")
        said = words(quiet).replace(quiet.url.rsplit("/", 1)[-1], "")
        if name == "a page that is not there":
            # Each request has a number of its own.
            spoken, said = spoken.split("Request")[0], said.split("Request")[0]
        claim(f"{name} says the same without scripts", len(said) > 40 and said == spoken, f"{said} | {spoken}")
        left = quiet.locator(HIDDEN).evaluate_all(
            "all => all.filter((one) => one.checkVisibility()).map((one) => one.outerHTML)")
        claim(f"{name} shows no button that needs a script", not left, left)
        wide = quiet.evaluate(WIDE)
        claim(f"{name} fits without scripts", not wide, wide)

    # The journal: its filters and its pages.
    go(quiet, "/journal?limit=5")
    first = quiet.locator("#page-journal > li").evaluate_all("rows => rows.map((row) => Number(row.dataset.seq))")
    press(quiet, "text=Older events")
    second = quiet.locator("#page-journal > li").evaluate_all("rows => rows.map((row) => Number(row.dataset.seq))")
    claim("the journal is paged without scripts", second and second[0] == first[-1] - 1, (first, second))
    go(quiet, "/journal")
    quiet.select_option("#page-kind", "run.cancelled")
    quiet.fill("#page-object", "run/" + runs["cancelled"].removeprefix("/runs/"))
    press(quiet, "text=Filter")
    rows = quiet.locator("#page-journal > li").all_inner_texts()
    claim("the journal is filtered by kind and object without scripts",
          len(rows) == 1 and "cancelled a run" in rows[0], rows)
    press(quiet, "a.button >> text=Everything")
    claim("the filter is taken off without scripts", quiet.url == BASE + "/journal", quiet.url)

    # Lists and their filters.
    go(quiet, "/runs")
    press(quiet, "nav.filters >> text=interrupted")
    states = quiet.locator(".rows .state").all_inner_texts()
    claim("runs are filtered without scripts", states and set(states) == {"interrupted"}, states)
    go(quiet, "/runs?limit=2")
    newer = quiet.locator(".rows th a").evaluate_all("links => links.map((link) => link.pathname)")
    press(quiet, "text=Older runs")
    older = quiet.locator(".rows th a").evaluate_all("links => links.map((link) => link.pathname)")
    claim("the list of runs is paged without scripts",
          len(newer) == 2 and older and not set(newer) & set(older) and max(older) < min(newer), (newer, older))

    # A part of a guide, chosen on its page.
    go(quiet, "/runbooks/accunode.rollback")
    press(quiet, "[aria-label='Run the section Verify']")
    plan = quiet.locator(".plan code").all_inner_texts()
    claim("a section is chosen without scripts", plan == ["healthy"], plan)
    quiet.fill("[name='p.version']", "v1.2.3")
    press(quiet, "text=Run now")
    reload_until(quiet, "the run has ended", lambda: state(quiet) == "succeeded")
    claim("a section is run without scripts", quiet.locator("[data-step]").count() == 1)
    press(quiet, "text=What the journal says of this run")
    press(quiet, "#page-journal a[href^='/runbooks/'] >> nth=0")
    claim("the journal leads to the guide without scripts",
          quiet.url == BASE + "/runbooks/accunode.rollback", quiet.url)

    # An incident is opened, worked and told.
    go(quiet, "/incidents")
    press(quiet, "text=Open an incident…")
    quiet.fill("[name=title]", " ")
    quiet.fill("[name=services]", "shop, mail")
    press(quiet, "text=Open it")
    claim("a form of an incident that is wrong says where, and keeps what was typed, without scripts",
          "Say in a few words" in quiet.locator("#page-title-hint").inner_text()
          and quiet.input_value("[name=services]") == "shop, mail")
    quiet.fill("[name=title]", "Mail is late")
    quiet.select_option("[name=severity]", "sev1")
    press(quiet, "text=Open it")
    incident = quiet.url
    claim("an incident is opened without scripts", quiet.locator("main .state >> nth=0").inner_text() == "sev1 triggered")
    press(quiet, "text=Acknowledge")
    claim("an incident is taken up without scripts",
          quiet.url == incident and quiet.locator("main .state >> nth=0").inner_text() == "sev1 acknowledged")
    quiet.fill("#page-note", "It *began* with the queue.")
    quiet.locator("text=It was earlier").click()
    quiet.fill("#page-at", "2026-01-19T03:05")
    press(quiet, "text=Add note")
    last = quiet.locator("#page-timeline > li >> nth=-1")
    claim("a note for earlier is added without scripts, and stands where it belongs",
          last.locator("em").inner_text() == "began" and "03:05:00 UTC" in last.inner_text()
          and "Written down" in last.inner_text(), last.inner_text())
    last.locator("summary:has-text('Edit')").click()
    last.locator("textarea").fill("It began with the *disk*.")
    press(quiet, "#page-timeline > li >> nth=-1 >> text=Save")
    last.locator("summary:has-text('edited once')").click()
    claim("a note is edited without scripts, and keeps what it said",
          "It began with the queue." in last.inner_text() and "It began with the disk." in last.inner_text())
    quiet.locator("summary:has-text('Parts')").click()
    quiet.fill("#page-role-scribe", "ADA")
    press(quiet, "[aria-label='Save scribe']")
    quiet.locator("summary:has-text('Change')").click()
    quiet.select_option("#page-change-severity", "sev2")
    quiet.fill("#page-change-runbooks", "accunode.rollback")
    press(quiet, "#page-change-runbooks >> xpath=ancestor::form >> text=Save")
    claim("an incident and its parts are changed without scripts",
          "sev2" in quiet.locator("main .state >> nth=0").inner_text() and "ada" in quiet.locator("#page-facts").inner_text())
    press(quiet, "[aria-label='Run accunode.rollback']")
    quiet.fill("[name='p.version']", "v1.2.3")
    press(quiet, "text=Run now")
    reload_until(quiet, "the run has ended", lambda: state(quiet) == "succeeded")
    quiet.goto(incident)
    claim("a run for an incident is on its timeline without scripts, with the end of its output",
          quiet.locator("#page-timeline .terminal").count() == 1
          and quiet.locator("#page-runs .state").inner_text() == "succeeded")
    press(quiet, "nav.filters >> text=notes")
    claim("a timeline is filtered without scripts", quiet.locator("#page-timeline > li").count() == 1)
    quiet.goto(incident)
    press(quiet, "text=Resolved")
    claim("an incident is resolved without scripts, and may be reopened",
          quiet.locator("#page-acts button").all_inner_texts() == ["Reopen"])

    # Searching, and searching on.
    go(quiet, "/search")
    quiet.fill("[name=q]", "slot served")
    quiet.select_option("[name=kind]", "runbook")
    press(quiet, "main button.main")
    titles = quiet.locator("ol.lines a").all_inner_texts()
    claim("words are found without scripts", titles == ["Roll AccuNode back"], titles)
    press(quiet, "ol.lines a")
    claim("what was found leads to it without scripts", quiet.url == BASE + "/runbooks/accunode.rollback", quiet.url)

    # A service is recorded, changed and removed.
    go(quiet, "/services/neuralcipher")
    press(quiet, "text=Record it")
    claim("the form knows the name of a service that is only named, without scripts",
          quiet.input_value("[name=name]") == "neuralcipher")
    quiet.fill("[name=links]", "Dashboard grafana.example.com")
    press(quiet, "text=Record it")
    claim("a form that is wrong says where, and keeps what was typed, without scripts",
          "is no address" in quiet.locator("#page-links-hint").inner_text()
          and quiet.input_value("[name=links]") == "Dashboard grafana.example.com")
    quiet.fill("[name=links]", "Dashboard https://grafana.example.com")
    quiet.fill("[name=dependencies]", "orders mail")
    press(quiet, "text=Record it")
    claim("a service is recorded without scripts", quiet.url == BASE + "/services/neuralcipher"
          and quiet.locator("a:has-text('Dashboard')").get_attribute("href") == "https://grafana.example.com")
    press(quiet, "a.button >> text=Change")
    quiet.fill("[name=owner]", "the deciphering team")
    press(quiet, "text=Save")
    claim("a service is changed without scripts",
          "the deciphering team owns it" in quiet.locator(".lead").inner_text())
    press(quiet, "text=mail")
    claim("a service leads to what it needs, and that says so, without scripts",
          quiet.url == BASE + "/services/mail" and quiet.locator("text=neuralcipher").count() == 1)
    go(quiet, "/services/neuralcipher")
    quiet.locator("summary.danger").click()
    press(quiet, "text=Remove the service")
    go(quiet, "/services/neuralcipher")
    claim("a service is removed without scripts", quiet.locator("text=Record it").count() == 1)

    # A schedule is added, paused, resumed and removed.
    go(quiet, "/schedules/new?runbook=parts")
    quiet.fill("[name=cron]", "0 25 * * *")
    quiet.fill("[name=timezone]", "Europe/Istanbul")
    press(quiet, "text=Add it")
    claim("a time that is none is said at its field, and what was typed stays, without scripts",
          "no hour" in quiet.locator("#page-cron-hint").inner_text() and quiet.input_value("[name=cron]") == "0 25 * * *"
          and quiet.get_attribute("[name=cron]", "aria-invalid") == "true", quiet.locator("main").inner_text())
    quiet.fill("[name=cron]", "0 22 * * *")
    press(quiet, "text=Add it")
    claim("a schedule is added without scripts, and says when it comes",
          "/schedules/" in quiet.url and "22:00 Europe/Istanbul" in quiet.locator("main").inner_text(), quiet.url)
    press(quiet, "button >> text=Pause")
    paused = quiet.locator("h1 .state").inner_text()
    press(quiet, "button >> text=Resume")
    claim("a schedule is paused and resumed without scripts",
          paused == "paused" and quiet.locator("h1 .state").inner_text() == "scheduled", paused)
    quiet.locator("summary.danger").click()
    press(quiet, "text=Remove the schedule")
    claim("a schedule is removed without scripts",
          quiet.url == BASE + "/schedules" and quiet.locator("text=0 22 * * *").count() == 0, quiet.url)

    # A hook is added, shows its secret once, is paused, resumed and removed.
    go(quiet, "/hooks/new?runbook=parts")
    quiet.fill("[name=name]", "Quiet")
    press(quiet, "text=Add it")
    claim("a name that is none is said at its field without scripts",
          "lower-case" in quiet.locator("#page-name-hint").inner_text() and quiet.input_value("[name=name]") == "Quiet",
          quiet.locator("main").inner_text())
    quiet.fill("[name=name]", "quiet")
    press(quiet, "text=Add it")
    secret = quiet.locator(".teach code").inner_text()
    claim("a hook is added without scripts, and shows its secret", secret.startswith("whsec_"), secret)
    go(quiet, "/hooks/quiet")
    claim("its secret is shown this once", "whsec_" not in quiet.content())
    press(quiet, "button >> text=Pause")
    paused = quiet.locator("h1 .state").inner_text()
    press(quiet, "button >> text=Resume")
    claim("a hook is paused and resumed without scripts",
          paused == "paused" and quiet.locator("h1 .state").inner_text() == "ready", paused)
    quiet.locator("summary.danger").click()
    press(quiet, "text=Remove the hook")
    claim("a hook is removed without scripts",
          quiet.url == BASE + "/hooks" and quiet.locator("main >> text=quiet").count() == 0, quiet.url)

    # The folded menu is the browser's own work.
    phone = site.page(session=None, scripts=False, width=390, **WIDTHS[390])
    go(phone, "/runs")
    sign_in(phone)
    claim("one signs in on a phone without scripts", phone.url == BASE + "/runs", phone.url)
    claim("the menu is folded without scripts", not phone.locator("nav >> text=Journal").is_visible())
    phone.click("button.place")
    press(phone, "nav >> text=Journal")
    claim("the menu leads on without scripts", phone.url == BASE + "/journal", phone.url)
    press(phone, "text=Verify")
    claim("the journal is verified on a phone without scripts",
          phone.locator(".verdict").get_attribute("data-tone") == "good")
    phone.click("button.place")
    press(phone, "text=Sign out")
    claim("one signs out by the menu without scripts", phone.url == BASE + "/sign-in", phone.url)
    site.claim_quiet()

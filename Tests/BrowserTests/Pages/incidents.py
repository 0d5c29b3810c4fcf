"""An incident in several browsers at once: what one does the others see, without touching what they are writing; and what
attacks in titles, notes, alerts and output do nothing."""

from harm import HIT, MARKUP, OUTPUT, TURN, could_run, has_run, turned
from scene import JSON, alerts
from visit import BASE, FOLDER, Site, claim, go, press, send, sign_in, start, store, until

SAY = """# Say

```bash {name=say}
cat FOLDER/attack-incident
```
""".replace("FOLDER", str(FOLDER))


def standing(page):
    return page.locator("#page-standing").inner_text()


def entries(page):
    return page.locator("#page-timeline > li .what").all_inner_texts()


with Site() as site:
    page, other, phone = site.page(), site.page(), site.page(width=390, has_touch=True, is_mobile=True)
    go(page, "/incidents")
    send(page, "POST", "/users", {"name": "iris", "password": "iris looks at it", "role": "viewer"}, JSON)
    viewer = site.page(session=None)
    go(viewer, "/incidents")
    sign_in(viewer, "iris", "iris looks at it")
    readers = {"another browser": other, "a phone": phone, "a viewer": viewer}
    for reader in [page, *readers.values()]:
        go(reader, "/incidents")
    id = send(page, "POST", "/incidents", {"title": "The lamp is out", "severity": "sev2"}, JSON)["id"]
    path = f"/incidents/{id}"
    for name, reader in readers.items():
        until("the list has it", lambda: reader.locator(f"tr[data-key='{id}']").count() == 1)
        claim(f"{name} sees a new incident in the list",
              reader.locator(f"tr[data-key='{id}'] .state").inner_text() == "sev2 triggered")
    for reader in [page, *readers.values()]:
        go(reader, path)
    claim("a viewer is offered nothing that would be refused",
          viewer.locator("main form, main details, main button:visible").count() == 0,
          viewer.locator("main form, main details").count())

    other.fill("#page-note", "half of a th")
    press(page, "text=Acknowledge")
    for name, reader in readers.items():
        until("the state is news", lambda: "sev2 acknowledged" in standing(reader))
        until("the timeline has it", lambda: "Acknowledged" in entries(reader))
        claim(f"{name} sees at once who has taken it up", "ada is on it" in standing(reader), standing(reader))
    claim("what one is writing stays as it is", other.input_value("#page-note") == "half of a th")
    until("the button is gone", lambda: "Acknowledge" not in other.locator("#page-acts button").all_inner_texts())
    claim("the buttons are those of the new state",
          other.locator("#page-acts button").all_inner_texts() == ["Mitigated", "Resolved"])

    store(page, "say", SAY)
    FOLDER.joinpath("attack-incident").write_bytes(OUTPUT)
    run = start(page, "say", f"?incident={id}")
    for name, reader in readers.items():
        until("the run is told", lambda: "Run say succeeded" in entries(reader))
        claim(f"{name} sees the end of a run's output as it comes", reader.locator("#page-timeline .terminal").count() == 1)
    go(page, path)
    other.fill("#page-note", "a thought")
    press(other, "text=Add note")
    until("the note is told", lambda: page.locator("#page-timeline .guide").count() == 1)
    row = page.locator("#page-timeline > li").filter(has=page.locator(".guide"))
    row.locator("summary").click()
    row.locator("textarea").fill("another thou")
    press(other, "text=Mitigated")
    until("the state is news", lambda: "sev2 mitigated" in standing(page))
    claim("an edit that is being written stays as it is", row.locator("textarea").input_value() == "another thou")

    def look(what, reader, place):
        go(reader, place)
        found, ran = could_run(reader), has_run(reader)
        claim(f"{what}: nothing that could run is in the page", not found, found)
        claim(f"{what}: nothing has run, nor tried to", not ran, ran)
        claim(f"{what}: what turns the direction turns nothing else", not turned(reader)[0], turned(reader))

    look("attacks in output", page, path)
    words = f"{TURN} {MARKUP}"
    attacked = send(page, "POST", "/incidents", {
        "title": words, "severity": "sev4", "services": [words],
        "note": f"# {words}\n\n{words}\n\n[x](javascript:{HIT}) ![y](x\" onerror=\"{HIT}) <javascript:{HIT}>\n\n"
                f"| {words} |\n| --- |\n| <td onclick={HIT}> |\n\n```\"><script>{HIT}</script>\n{MARKUP}\n```\n"}, JSON)["id"]
    send(page, "POST", f"/incidents/{attacked}/mitigation", {"note": words}, JSON)
    look("attacks in a title, services and notes", page, f"/incidents/{attacked}")
    claim("an attack in a note is shown as text",
          f"<script>{HIT}</script>" in page.locator("#page-timeline").inner_text())
    look("attacks in the list", page, "/incidents")
    look("attacks on Now", page, "/")
    message = alerts("firing", "attack")
    message["groupKey"] = "attack"
    message["commonAnnotations"] = {}
    message["alerts"][0]["labels"] = {"alertname": words, "service": words, "severity": words}
    message["alerts"][0]["annotations"] = {"summary": words, "runbook_url": f"javascript:{HIT}"}
    message["alerts"][0]["generatorURL"] = f"javascript:{HIT}"
    told = send(page, "POST", "/alerts/alertmanager", message, JSON)["incident"]
    look("attacks in an alert", page, f"/incidents/{told}")
    claim("an alert leads nowhere but to a page", page.locator("#page-alerts a").count() == 0)
    site.claim_quiet()

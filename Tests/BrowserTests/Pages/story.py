"""A go-live that goes wrong, from the first tick to the draft of the postmortem, by two people who are signed in: once
with scripts and once without. The incident comes from a real Alertmanager, fed by its own `amtool`."""

import re
import signal
import subprocess
from datetime import datetime, timezone
from urllib.parse import quote, urlsplit

from visit import BASE, FOLDER, PASSWORD, SESSION, Site, claim, go, press, reload_until, send, sign_in, store, until

JSON = {"Content-Type": "application/json"}

DEPLOY = """---
title: Deploy AccuNode
service: SERVICE
kind: deployment
rollback: SERVICE.rollback
parameters:
  version: {type: string, required: true}
---
# Deploy AccuNode

## Before

- [ ] The backup is of today
- [ ] The owner is told
- [ ] The new version is there

  ```sh {check name=image}
  echo "accunode is in the registry"
  ```

## Production

```approval {name=ship not-starter}
Ship {{version}} to production?
```

```sh {name=switch}
echo "traffic to $version"
```

## Verify

```sh {name=healthy}
echo "GET /health: 503"
exit 22
```
"""

ROLLBACK = """---
title: Roll AccuNode back
service: SERVICE
alerts:
  - {alertname: HighErrorRate, service: SERVICE}
parameters:
  version: {type: string, required: true}
---
# Roll AccuNode back

```sh {name=back}
echo "traffic to $version"
```
"""


class Alertmanager:
    """Debian's, which calls the server's webhook."""

    def __init__(self, token):
        configuration = FOLDER / "alertmanager.yml"
        configuration.write_text(f"""
route: {{receiver: runbook, group_by: [alertname, service], group_wait: 50ms, group_interval: 100ms}}
receivers:
  - name: runbook
    webhook_configs:
      - url: {BASE}/api/v1/alerts/alertmanager
        http_config: {{authorization: {{credentials: "{token}"}}}}
""")
        self.log = FOLDER / "alertmanager.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["prometheus-alertmanager", f"--config.file={configuration}",
                 f"--storage.path={FOLDER / 'alertmanager'}", "--web.listen-address=127.0.0.1:0",
                 "--cluster.listen-address="], stderr=log, stdout=log)
        until("Alertmanager listens", lambda: self.found() or self.process.poll() is not None)
        self.address = self.found()[1]

    def found(self):
        return re.search(r"address=(127\.0\.0\.1:\d+)", self.log.read_text())

    def fire(self, service, is_over=False):
        # To the microsecond: an end from before its beginning would be that of an earlier alert.
        end = datetime.now(timezone.utc).isoformat()
        subprocess.run(
            ["amtool", f"--alertmanager.url=http://{self.address}", "alert", "add", "alertname=HighErrorRate",
             f"service={service}", "severity=critical", f"--annotation=summary={service} answers 503",
             *([f"--end={end}"] if is_over else [])], check=True, capture_output=True)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def see(page, what, condition):
    """Waits for it on the page, with a reload where no script renews it."""
    return until(what, condition) if page.scripted else reload_until(page, what, condition)


def word(page, number):
    return page.locator(f"#page-item-{number} > .state").inner_text()


def tick(page, number):
    with page.expect_navigation():
        page.locator(f"#page-item-{number} button.box").click()


def state(page):
    return page.locator("#page-lead .state").inner_text()


def standing(page):
    return page.locator("#page-standing").inner_text()


with Site() as site:
    setup = site.page()
    go(setup, "/")
    send(setup, "POST", "/users", {"name": "bruno", "password": PASSWORD, "role": "operator"}, JSON)
    made = send(setup, "POST", "/tokens", {"name": "alertmanager", "scopes": ["alerts"]}, JSON)
    alertmanager = Alertmanager(made["secret"])
    for scripts in (True, False):
        kind = "with scripts" if scripts else "without scripts"
        service = "told" if scripts else "quietly-told"
        for name, guide in (("deploy", DEPLOY), ("rollback", ROLLBACK)):
            store(setup, f"{service}.{name}", guide.replace("SERVICE", service))
        send(setup, "POST", "/deployments/records",
             {"service": service, "version": "v1.2.3", "environment": "production"}, JSON)
        ada, ben = site.page(scripts=scripts), site.page(session=None, scripts=scripts)
        ada.scripted = ben.scripted = scripts
        go(ben, "/sign-in")
        sign_in(ben, "bruno")

        # The deployment waits for its checklist, which both work through.
        go(ada, f"/deployments/new?runbook={quote(service)}.deploy")
        ada.fill("[name=version]", "v1.2.4")
        ada.fill("[name=environment]", "production")
        press(ada, "text=Deploy now")
        deployment = urlsplit(ada.url).path
        see(ada, "it waits", lambda: state(ada) == "waiting")
        claim(f"the deployment says that its checklist holds it, {kind}",
              "items" in ada.locator("#page-sentence").inner_text(), ada.locator("#page-sentence").inner_text())
        press(ada, "text=its checklist")
        checklist = urlsplit(ada.url).path
        go(ben, checklist)
        tick(ada, 1)
        see(ben, "the other's tick", lambda: word(ben, 1) == "done")
        tick(ben, 2)
        press(ben, "button >> text=Run checks")
        see(ada, "it is proved", lambda: word(ada, 3) == "proved")
        claim(f"two people and a check have done it all, {kind}",
              "bruno" in ada.locator("#page-item-2").inner_text(), ada.locator("#page-item-2").inner_text())
        ada.reload()
        press(ada, "button >> text=Complete")

        # Approved by the second.
        go(ada, deployment)
        see(ada, "it waits for approval", lambda: "approval" in ada.locator("#page-sentence").inner_text())
        claim(f"who started it is not asked to approve it, {kind}", ada.locator("text=Approve “").count() == 0)
        go(ben, deployment)
        press(ben, "text=Approve “Production”")
        see(ada, "its health check fails", lambda: state(ada) == "failed")
        claim(f"it says which stage failed, {kind}", "Verify" in ada.locator("main").inner_text())

        # The alert.
        alertmanager.fire(service)
        go(ben, "/")
        reload_until(ben, "it burns", lambda: ben.locator(f"text={service} answers 503").count() > 0)
        press(ben, f"text={service} answers 503")
        incident = urlsplit(ben.url).path
        press(ben, "text=Acknowledge")
        claim(f"the second one is on it, {kind}", "bruno is on it" in standing(ben), standing(ben))
        go(ada, incident)
        claim(f"the guide that fits is attached, {kind}",
              f"{service}.rollback" in ada.locator("#page-fittings").inner_text())
        ada.fill("#page-note", "It began with *v1.2.4*.")
        press(ada, "text=Add note")
        see(ben, "the other's note", lambda: "It began with" in ben.locator("#page-timeline").inner_text())

        # Rolled back, from the incident.
        press(ben, f"[aria-label='Run {service}.rollback']")
        ben.fill("[name='p.version']", "v1.2.3")
        press(ben, "text=Run now")
        reload_until(ben, "it has run", lambda: "succeeded" in ben.locator("header.head").inner_text())
        go(ada, deployment)
        ada.locator("summary >> text=Roll back").click()
        claim(f"the good version is filled in, {kind}", ada.input_value("#page-rollback-version") == "v1.2.3")
        ada.fill("#page-rollback-reason", f"{service} answers 503")
        press(ada, "text=Roll it back")
        see(ada, "it is rolled back", lambda: state(ada) == "rolled-back")

        go(ben, incident)
        press(ben, "button >> text=Mitigated")
        alertmanager.fire(service, is_over=True)
        see(ben, "the alert's end resolves it", lambda: "resolved" in standing(ben))
        # The newest first or last, as the page has it: the same story read in one direction.
        told = ben.locator("#page-timeline > li .what").all_inner_texts()
        story = [
            f"Deployment of {service} v1.2.4 to production failed", "Opened as sev1", "Acknowledged", "Note",
            f"Run {service}.rollback", "Mitigated", "Resolved",
        ]
        places = [next((place for place, words in enumerate(told) if words.startswith(one)), None) for one in story]
        known = [place for place in places if place is not None]
        claim(f"the timeline tells the story, {kind}", len(known) == len(story), (told, places))
        claim(f"the timeline is in its order, {kind}", known in (sorted(known), sorted(known, reverse=True)), told)
        with ben.expect_download() as download:
            ben.click("text=Draft of the postmortem")
        draft = open(download.value.path()).read()
        claim(f"the draft of the postmortem has its title and its times, {kind}",
              f"# Postmortem: {service} answers 503" in draft and "acknowledge" in draft.lower(), draft[:400])
        for page in (ada, ben):
            page.context.close()
    alertmanager.end()

    go(setup, "/journal")
    press(setup, "text=Verify")
    claim("and nobody has changed the record",
          setup.locator(".verdict").get_attribute("data-tone") == "good", setup.locator(".verdict").inner_text())
    site.claim_quiet()

"""Cancelling, resuming and saying what happened, by clicking."""

from visit import FOLDER, Site, claim, go, is_alive, kill, lines, parent, press, reload_until, start, state, store
from visit import until

GUIDE = """# Steer

```bash {name=before}
echo "attempt $RUNBOOK_ATTEMPT"
```

```bash {name=hold}
echo "process $$"
while [ ! -e FOLDER/release-$RUNBOOK_RUN ]; do sleep 0.02; done
echo released
```
""".replace("FOLDER", str(FOLDER))


def see(page, what, condition):
    """Waits for it on the page, with a reload where no script renews it."""
    return until(what, condition) if page.scripted else reload_until(page, what, condition)


def steps(page):
    return page.locator("[data-step]").evaluate_all("steps => steps.map((step) => step.dataset.state)")


with Site() as site:
    for scripts in (True, False):
        kind = "with scripts" if scripts else "without scripts"
        page = site.page(scripts=scripts)
        page.scripted = scripts
        store(page, "steer", GUIDE)
        path = start(page, "steer")
        run = path.rsplit("/", 1)[1]
        see(page, "the step runs", lambda: lines(page, "hold"))
        process = int(lines(page, "hold")[0].split()[1])
        claim(f"the step is a living process, {kind}", is_alive(process), process)
        button = page.locator("text=Cancel the run")
        claim(f"cancelling asks first, {kind}", not button.is_visible())
        page.locator("summary.danger").click()
        press(page, "text=Cancel the run")
        see(page, "the run is cancelled", lambda: state(page) == "cancelled")
        claim(f"a cancelled run has ended its process, {kind}", not is_alive(process), process)
        see(page, "the steps are shown so", lambda: steps(page) == ["succeeded", "cancelled"])
        see(page, "resuming is offered", lambda: page.locator("text=Resume from hold").count() == 1)
        sentence = page.locator("#page-sentence").inner_text()
        claim(f"a cancelled run says where it ended, {kind}",
              sentence == "Ended by a person in step 2 of 2, hold.", sentence)

        press(page, "text=Resume from hold")
        see(page, "the step runs again", lambda: lines(page, "hold") not in ([], [f"process {process}"]))
        claim(f"a resumed run does what was done not again, {kind}",
              page.locator("[data-step='before'] .attempt").count() == 1, page.locator("main").inner_text())
        FOLDER.joinpath(f"release-{run}").touch()
        see(page, "the run has succeeded", lambda: state(page) == "succeeded")
        page.reload()
        claim(f"a resumed run goes on to its end, {kind}", lines(page, "hold")[-1] == "released", lines(page, "hold"))
        headings = page.locator("[data-step='hold'] .attempt h3").all_inner_texts()
        claim(f"every attempt is kept, {kind}",
              [text.split(" after")[0] for text in headings] == ["1st attempt, cancelled", "2nd attempt, succeeded"],
              headings)

        for label, end in (("It succeeded", "succeeded"), ("It failed", "failed"), ("Run it again", "succeeded")):
            path = start(page, "steer")
            run = path.rsplit("/", 1)[1]
            see(page, "the step runs", lambda: lines(page, "hold"))
            is_asking = scripts and label == "It succeeded"
            if is_asking:
                page.locator("summary.danger").click()
            kill(parent(lines(page, "hold")[0].split()[1]))
            see(page, "the page asks what happened", lambda: page.locator(".question").count() == 1)
            if label == "It succeeded":
                claim(f"an unknown outcome is said, {kind}",
                      state(page) == "interrupted" and steps(page) == ["succeeded", "unknown"], steps(page))
            if is_asking:
                until("the page says what it waits for",
                      lambda: "waits for somebody" in page.locator("#page-live").inner_text())
                claim("what one was asked stays when the state changes", page.locator("text=Cancel the run").is_visible()
                      and page.evaluate("document.activeElement.textContent") == "Cancel…")
                page.locator("summary.danger").click()
            page.fill("[name=note]", f"seen on the host: {label} & <b>well</b>")
            FOLDER.joinpath(f"release-{run}").touch()
            press(page, f"text={label}")
            see(page, "the run has ended", lambda: state(page) == end)
            claim(f"after \"{label}\" the run has {end}, {kind}", steps(page)[1] == end, steps(page))
            go(page, f"/journal?kind=run.resumed&object=run/{run}")
            text = page.locator("#page-journal").inner_text()
            claim(f"the journal has the verdict and the note of \"{label}\", {kind}",
                  f"seen on the host: {label} & <b>well</b>" in text and "outcome" in text, text)
    site.claim_quiet()

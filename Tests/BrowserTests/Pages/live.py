"""Live means: a step prints a line and waits for a file that is made only after that line was read from the page."""

from cable import Cable
from visit import FOLDER, Site, claim, go, lines, reload_until, start, state, store, until

GUIDE = """# Live

```bash {name=first}
echo begun
```

```bash {name=wait}
echo "line one of $RUNBOOK_RUN"
while [ ! -e FOLDER/go-$RUNBOOK_RUN ]; do sleep 0.02; done
echo "to the error" >&2
printf 'half'
while [ ! -e FOLDER/on-$RUNBOOK_RUN ]; do sleep 0.02; done
printf ' a line\\nline last\\n'
```

```bash {name=after}
seq 300
```
""".replace("FOLDER", str(FOLDER))


def written(run):
    return sorted([f"line one of {run}", "to the error", "half a line", "line last"])


FLOOD = """# Flood

```bash {name=flood}
while [ ! -e FOLDER/flood-$RUNBOOK_RUN ]; do sleep 0.02; done
seq -f 'record %.0f is moved' 100000
```
""".replace("FOLDER", str(FOLDER))

with Site() as site:
    page = site.page()
    store(page, "live", GUIDE)

    path = start(page, "live")
    run = path.rsplit("/", 1)[1]
    page.evaluate("window.mark = 1")
    until("the first line is on the page", lambda: lines(page, "wait") == [f"line one of {run}"])
    claim("a line appears while its step runs", state(page) == "running", state(page))
    sentence = page.locator("#page-sentence").inner_text()
    claim("the page says at which step the run is", sentence == "At step 2 of 3, wait.", sentence)

    # Somebody else comes in the middle.
    late = site.page()
    go(late, path)
    FOLDER.joinpath(f"go-{run}").touch()
    # Which of two streams was read first is not for this test to say.
    until("half a line is there", lambda: sorted(lines(page, "wait"))[0] == "half" and len(lines(page, "wait")) == 3)
    errors = page.locator("[data-step='wait'] li.err > span").all_text_contents()
    claim("standard error is told apart", errors == ["to the error"], errors)
    FOLDER.joinpath(f"on-{run}").touch()
    until("the run has ended on the page", lambda: state(page) == "succeeded")
    whole = lines(page, "wait")
    until("the last line is there", lambda: len(lines(page, "after")) == 300)
    claim("a line that came in two halves is one", sorted(whole) == written(run), whole)
    claim("the page was never loaded again", page.evaluate("window.mark") == 1)
    steps = page.locator("[data-step]").evaluate_all("steps => steps.map((step) => step.dataset.state)")
    claim("every step shows its end", steps == ["succeeded"] * 3, steps)
    until("the head is renewed", lambda: "All 3 steps went well." in page.locator("#page-head").inner_text())
    claim("what can't be cancelled any more has no button", page.locator("summary.danger").count() == 0)
    until("the page says that it is over", lambda: page.locator("#page-live").inner_text() == "The run is over.")
    until("the late one has all of it", lambda: lines(late, "wait") == whole and len(lines(late, "after")) == 300)
    claim("a reader who comes late misses nothing", lines(late, "after") == [str(n) for n in range(1, 301)])
    numbers = late.locator("[data-step='after'] .attempt li > a").all_text_contents()
    claim("lines are numbered from one", numbers == [str(n) for n in range(1, 301)], numbers)
    before = {step: lines(late, step) for step in ("wait", "after")}
    late.reload()
    claim("the server's own page shows the same", before == {step: lines(late, step) for step in before}, before)

    quiet = site.page(scripts=False)
    path = start(quiet, "live")
    run = path.rsplit("/", 1)[1]
    reload_until(quiet, "the first line is on the page", lambda: lines(quiet, "wait") == [f"line one of {run}"])
    claim("without scripts a line is there after a reload", state(quiet) == "running", state(quiet))
    FOLDER.joinpath(f"go-{run}").touch()
    FOLDER.joinpath(f"on-{run}").touch()
    reload_until(quiet, "the run has ended", lambda: state(quiet) == "succeeded")
    claim("without scripts all of it is there in the end",
          sorted(lines(quiet, "wait")) == written(run), lines(quiet, "wait"))
    with quiet.expect_download() as download:
        quiet.locator("text=Output").first.click()
    text = download.value.path().read_text()
    claim("the whole output can be taken along",
          text.startswith("begun\nline one of ") and text.endswith("\n300\n"), text)

    # A stream that breaks off is taken up again where it ended.
    cable = Cable()
    path = start(page, "live")
    run = path.rsplit("/", 1)[1]
    page.goto(cable.address + path)
    until("the first line is on the page", lambda: lines(page, "wait") == [f"line one of {run}"])
    cable.cut()
    until("the page says that it is lost", lambda: "is lost" in page.locator("#page-live").inner_text())
    FOLDER.joinpath(f"go-{run}").touch()
    FOLDER.joinpath(f"on-{run}").touch()
    go(late, path)
    until("the run has ended elsewhere", lambda: state(late) == "succeeded")
    claim("what is cut off stays as it was", state(page) == "running", state(page))
    cable.mend()
    until("the page has caught up", lambda: state(page) == "succeeded" and len(lines(page, "after")) == 300)
    claim("after a lost connection nothing is missing or doubled",
          sorted(lines(page, "wait")) == written(run), lines(page, "wait"))
    store(page, "flood", FLOOD)
    path = start(page, "flood")
    until("the page follows", lambda: page.locator("#page-live").is_visible())
    FOLDER.joinpath("flood-" + path.rsplit("/", 1)[1]).touch()
    rows = page.locator("[data-step='flood'] .terminal li")
    until("the last line is there", lambda: rows.count() and rows.last.inner_text().endswith("record 100000 is moved"))
    numbers = rows.locator("a").all_text_contents()
    claim("of a flood the page holds the latest lines, numbered without a gap",
          numbers == [str(n) for n in range(98_001, 100_001)], (len(numbers), numbers[:1]))
    claim("the page says where the others are",
          "Earlier lines are in the whole output" in page.locator("[data-step='flood']").inner_text())

    # The cut itself is what the browser may complain of, and nothing else.
    site.complaints = [words for words in site.complaints if not words.startswith(cable.address)]
    site.requests = [url for url in site.requests if not url.startswith(cable.address)]
    site.claim_quiet()

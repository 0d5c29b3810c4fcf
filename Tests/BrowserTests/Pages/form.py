"""The questions before a run: every kind of parameter, what is wrong at its field, and what becomes of a secret."""

from visit import Site, claim, go, lines, press, reload_until, state, store

GUIDE = """---
title: Ask for everything
parameters:
  version:
    required: true
    description: As tagged in <b>Git</b>.
    pattern: "[0-9]+[.][0-9]+"
  replicas:
    type: integer
    default: 3
  ratio:
    type: number
    default: 0.5
  dry:
    type: boolean
    default: true
  region:
    choices: [eu-west, us-east]
    default: eu-west
  word:
    sensitive: true
---
# Ask

```sh {name=tell}
echo "$version $replicas $ratio $dry $region $word"
```

```sh {name=other}
echo other
```
"""

BLOCKED = """# Blocked

```sh
ssh <user>@db.internal uptime
```
"""

with Site() as site:
    for scripts in (True, False):
        kind = "with scripts" if scripts else "without scripts"
        page = site.page(scripts=scripts)
        store(page, "ask", GUIDE)
        go(page, "/runbooks/ask")
        press(page, "text=Run…")
        defaults = {name: page.input_value(f"[name='p.{name}']") for name in ("replicas", "ratio", "dry", "region")}
        claim(f"defaults are filled in, {kind}",
              defaults == {"replicas": "3", "ratio": "0.5", "dry": "true", "region": "eu-west"}, defaults)
        hint = page.locator("[name='p.version'] ~ div .note").inner_text()
        claim(f"a description is shown as written, {kind}", hint == "As tagged in <b>Git</b>.", hint)
        page.fill("[name='p.version']", "one")
        page.fill("[name='p.replicas']", "4")
        page.fill("[name='p.word']", "opensesame")
        page.select_option("[name='p.region']", "us-east")
        page.select_option("[name='p.dry']", "false")
        press(page, "text=Run now")
        complaint = page.locator("[name='p.version'] ~ div .problem").inner_text()
        claim(f"a wrong value is said at its field, {kind}", "pattern" in complaint, complaint)
        banner = page.locator("[role=alert]").inner_text()
        claim(f"what is said at a field is not said twice, {kind}", "pattern" not in banner, banner)
        kept = [page.input_value(f"[name='p.{name}']") for name in ("version", "replicas", "region", "dry")]
        claim(f"what was typed stays, {kind}", kept == ["one", "4", "us-east", "false"], kept)
        claim(f"a secret does not come back, {kind}",
              page.input_value("[name='p.word']") == "" and "opensesame" not in page.content(), page.content())
        press(page, "text=Dry run")
        dry = page.locator("#page-plan").inner_text()
        claim(f"a dry run says what is missing, {kind}", "2 things" in dry and "pattern" in dry, dry)
        page.fill("[name='p.version']", "1.4")
        page.fill("[name='p.word']", "opensesame")
        press(page, "text=Dry run")
        dry = page.locator("#page-plan").inner_text()
        claim(f"a dry run says what would run, with which values, {kind}",
              "Nothing is missing" in dry and "us-east" in dry and 'echo "$version' in dry, dry)
        claim(f"a dry run shows no secret, {kind}", "opensesame" not in page.content(), dry)
        page.fill("[name='p.word']", "opensesame")
        press(page, "text=Run now")
        reload_until(page, "the run has succeeded", lambda: state(page) == "succeeded")
        printed = lines(page, "tell")
        claim(f"every value reaches the step, and the secret is masked, {kind}",
              printed == ["1.4 4 0.5 false us-east ••••••"], printed)
        facts = page.locator("main").inner_text()
        claim(f"the run's page shows its parameters but for the secret, {kind}",
              "us-east" in facts and "opensesame" not in page.content(), facts)

        go(page, "/runbooks/ask")
        press(page, "#page-step-other >> text=Run step")
        plan = page.locator(".plan code").all_inner_texts()
        claim(f"a single step's form runs that step alone, {kind}", plan == ["other"], plan)

        store(page, "blocked", BLOCKED)
        go(page, "/runbooks/blocked/run")
        text = page.locator("main").inner_text()
        claim(f"an unfilled placeholder is named with its line, {kind}", "<user>" in text and "line 4" in text, text)
        gap = page.locator("input[name='p.gap.%3Cuser%3E']")
        gap.fill("a b; id")
        press(page, "text=Run now")
        text = page.locator("main").inner_text()
        claim(f"what could reach into the shell is refused at its field, {kind}",
              "its value may have letters" in text and gap.input_value() == "a b; id", text)
        gap.fill("nobody")
        press(page, "text=Run now")
        claim(f"what fills a placeholder starts the run, {kind}", "/runs/" in page.url, page.url)
    site.claim_quiet()

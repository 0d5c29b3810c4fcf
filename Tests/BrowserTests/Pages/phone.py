"""Every page on a phone, light and dark: nothing is wider than the screen, everything can be read and pressed."""

from visit import FOLDER, Site, claim, go, kill, lines, parent, press, start, state, store, until

LONG = "averylongwordwithoutaplacetobreak" * 7

GUIDE = f"""---
title: A guide with everything wide {LONG}
service: {LONG[:60]}
parameters:
  value:
    default: {LONG}
    description: {LONG}
---
# Wide {LONG}

Prose with `{LONG}` and [a link](https://example.com/{LONG}) and {LONG}

- [ ] {LONG}
  - [ ] nested {LONG}

| one | two | three | four | five | six | seven |
| --- | --- | ----- | ---- | ---- | --- | ----- |
| {LONG} | 2 | 3 | 4 | 5 | 6 | {LONG} |

> > > {LONG}

```yaml
{LONG}: {LONG}
```

```bash {{name=first}}
echo "${{value}}{LONG}"
printf '%s\\t' {LONG} {LONG}
```

```bash {{name=hold-{LONG[:60]}}}
echo "process $$"
while [ ! -e {FOLDER}/wide ]; do sleep 0.02; done
rm -rf {FOLDER}/{LONG}
exit 3
```
"""

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => value / 255)
      .map((value) => value <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3]) layers.push(colour);
      if (colour[3] === 255) break;
    }
    let result = layers.pop() ?? [255, 255, 255, 255];
    while (layers.length) {
      const layer = layers.pop(), share = layer[3] / 255;
      result = result.map((value, index) => layer[index] * share + value * (1 - share));
    }
    return result;
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || element.disabled || !element.getClientRects().length) continue;
    const one = luminance(rgba(getComputedStyle(element).color)), other = luminance(behind(element));
    const ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""

# Links in running text may be smaller (WCAG 2.5.8); lines of output have their number for a link.
SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
  .filter((element) => !element.closest(".terminal, p, dd, li.task, .guide, .skip") && element.checkVisibility())
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < 24 || box.width < 24))
  .map(([element, box]) => `${element.textContent.trim().slice(0, 30)} ${box.width}x${box.height}`)"""

# What is fixed to the screen does not make the page wider.
BURST = """() => [...document.querySelectorAll(".button, summary")]
  .filter((element) => element.checkVisibility())
  .filter((element) => element.scrollWidth > element.clientWidth + 1 || element.getBoundingClientRect().right > 390)
  .map((element) => `${element.textContent.trim().slice(0, 30)} is wider than its place`)"""

WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5).map((element) => `${element.tagName}.${element.className}`)"""

with Site() as site:
    desk = site.page()
    store(desk, "wide", GUIDE)
    running = start(desk, "wide")
    hold = f"hold-{LONG[:60]}"
    until("the step runs", lambda: lines(desk, hold))
    interrupted = start(desk, "wide")
    until("the step runs", lambda: lines(desk, hold))
    kill(parent(lines(desk, hold)[0].split()[1]))
    until("the step is unknown", lambda: state(desk) == "interrupted")

    paths = {
        "now": "/", "the catalogue": "/runbooks", "a guide": "/runbooks/wide", "the form": "/runbooks/wide/run",
        "the runs": "/runs", "the runs of one guide": "/runs?runbook=wide", "a running run": running,
        "an interrupted run": interrupted, "the journal": "/journal",
        "a run's journal": f"/journal?object=run/{interrupted.removeprefix('/runs/')}",
        "a page that is not there": f"/runs/{LONG}", "a wrong filter": "/runs?state=none",
    }
    doors = {"the door": "/sign-in", "the first admin's link": "/first-admin?token=x"}

    def phone(theme, **session):
        return site.page(width=390, color_scheme=theme, has_touch=True, is_mobile=True, **session)

    phones = {theme: phone(theme) for theme in ("light", "dark")}
    strangers = {theme: phone(theme, session=None) for theme in phones}

    def look(what, path):
        wide, poor, small = [], [], []
        for theme in phones:
            page = (strangers if what in doors else phones)[theme]
            go(page, path)
            width = page.evaluate("Math.max(document.documentElement.scrollWidth, innerWidth)")
            if width > 390:
                wide += [width, page.evaluate(WIDE)]
            wide += page.evaluate(BURST)
            poor += [f"{theme}: {words}" for words in page.evaluate(CONTRAST)]
            small += page.evaluate(SMALL)
        claim(f"{what} fits a phone", not wide, wide)
        claim(f"{what} can be read, light and dark", not poor, poor)
        claim(f"what one presses on {what} is large enough", not small, small)

    for what, path in {**paths, **doors}.items():
        look(what, path)
    FOLDER.joinpath("wide").touch()
    go(desk, running)
    until("the run has failed", lambda: state(desk) == "failed")
    look("a failed run", running)

    page = phones["light"]
    go(page, "/runs")
    claim("the places are folded away", not page.locator("nav >> text=Journal").is_visible())
    page.click("button.place")
    press(page, "nav >> text=Journal")
    claim("the menu leads to the journal", page.url.endswith("/journal"), page.url)
    site.claim_quiet()

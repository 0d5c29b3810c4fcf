"""A guide and a run's output made of attacks: they are shown, and run nothing."""

from urllib.parse import quote

from visit import BASE, FOLDER, Site, claim, go, lines, press, state, store, until

# What each would do if it could; `hit` is looked for on every page.
HIT = "window.hit=1"
MARKUP = f"<script>{HIT}</script><img src=x onerror={HIT}><svg onload={HIT}><a href=javascript:{HIT}>a</a>"

GUIDE = f"""---
title: 'Attack {MARKUP}'
service: '"><script>{HIT}</script>'
owner: "' onmouseover='{HIT}"
parameters:
  value:
    default: '"><script>{HIT}</script>'
    description: '{MARKUP}'
  choice:
    choices: ['"><script>{HIT}</script>', '</select><script>{HIT}</script>']
    default: '</select><script>{HIT}</script>'
---
# Heading {MARKUP}

<script>{HIT}</script>
<img src=x onerror="{HIT}">
<iframe srcdoc="<script>parent.hit=1</script>"></iframe>
<form action="https://elsewhere.example/"><input name=password><button>Sign in</button></form>
<base href="https://elsewhere.example/">
<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">
<link rel=stylesheet href="https://elsewhere.example/a.css">
<style>body {{ display: none }}</style>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={HIT}&gt;">

Inline <b onmouseover="{HIT}">bold</b> <svg/onload={HIT}> text.

[one](javascript:{HIT}) [two](JaVaScRiPt:{HIT}) [three](&#106;avascript:{HIT}) [four](java&#10;script:{HIT})
[five](data:text/html,<script>{HIT}</script>) [six](vbscript:{HIT}) [seven]( javascript:{HIT})
[eight](https://example.com/" onclick="{HIT})
[nine](https://example.com/?a='onclick='{HIT} "a title\\" onclick=\\"{HIT}")
[ten](//elsewhere.example/) <javascript:{HIT}> [eleven](https://example.com/\U000e0022onclick={HIT})
![twelve](x" onerror="{HIT}) ![thirteen](https://elsewhere.example/pixel.png) ![fourteen](javascript:{HIT})
[fifteen][ref] "\u0301onclick={HIT} x

[ref]: javascript:{HIT}

- [ ] {MARKUP}
- [x] <input type=checkbox onclick="{HIT}" autofocus onfocus="{HIT}">

| {MARKUP} | b |
| --- | :-: |
| <td onclick="{HIT}"> | [x](javascript:{HIT}) |

```"><script>{HIT}</script>
{MARKUP}
```

```sh {{name=set env="{MARKUP}"}}
true
```

```sh {{name=speak}}
cat FOLDER/attack
cat FOLDER/attack >&2
echo "$value"
while [ ! -e FOLDER/attacked ]; do sleep 0.02; done
cat FOLDER/attack
```

```sh {{name="><script>{HIT}</script>}}
true
```
""".replace("FOLDER", str(FOLDER))

ESC, BEL = "\x1b", "\x07"
OUTPUT = "".join(
    line + "\n"
    for line in (
        MARKUP,
        f"</span></li></ol></div><script>{HIT}</script>",
        f"<!--<script>{HIT}</script>--><![CDATA[<script>{HIT}</script>]]>",
        f'" onclick="{HIT}" \' onclick=\'{HIT}\' &lt;script&gt;{HIT}&lt;/script&gt;',
        f"{ESC}]8;;javascript:{HIT}{BEL}a link{ESC}]8;;{BEL}",
        f"{ESC}]0;title{BEL}{ESC}[2J{ESC}[1;31mred{ESC}[0m{ESC}]52;c;aGl0{BEL} after",
        f"{ESC}P+q544e{ESC}\\{ESC}[6n{ESC}(B bell{BEL} back\b nul\x00 del\x7f",
        "hidden\rshown",
        "\u202eright to left\u202c \u2066isolated\u2069 \u0301\" combining",
        "{{runID}} {{{content}}} ${7*7} <%= 7*7 %>",
        "  \u2028 separators \u2029 \ufeff",
        "a" * 5000 + f"<script>{HIT}</script>",
    )
).encode() + b"\xff\xfe\xc0\xaf not UTF-8 <script>" + HIT.encode() + b"</script>\n"

DANGEROUS = """() => {
  const found = [];
  for (const element of document.querySelectorAll("main *")) {
    if (/^(script|iframe|object|embed|base|meta|link|style|svg|math|frame|audio|video|img)$/i.test(element.localName))
      found.push(element.localName);
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on") || name === "style" || name === "srcdoc") found.push(`${element.localName} ${name}`);
      if (/^(href|src|action|formaction|poster|data)$/.test(name)) {
        const url = new URL(value, location.href);
        if (!/^(https?:|mailto:)$/.test(url.protocol)) found.push(`${name}=${value}`);
        if (element.localName !== "a" && url.origin !== location.origin)
          found.push(`${element.localName} ${name}=${value}`);
      }
    }
  }
  return found;
}"""

with Site() as site:
    page = site.page()
    quiet = site.page(scripts=False)
    FOLDER.joinpath("attack").write_bytes(OUTPUT)
    store(page, "attack", GUIDE.encode())

    def look(what, path=None):
        if path:
            go(page, path)
        found = page.evaluate(DANGEROUS)
        claim(f"{what}: nothing that could run is in the page", not found, found)
        broken = page.evaluate("window.violations")
        claim(f"{what}: nothing has run, nor tried to", page.evaluate("window.hit") is None and not broken, broken)

    look("the guide", "/runbooks/attack")
    text = page.locator("article.guide").inner_text()
    claim("the guide shows the attack as text", f"<script>{HIT}</script>" in text, text)
    claim("the page keeps its own form and style",
          page.locator("main form").count() == 0 and page.locator("h1").first.is_visible())
    for link in page.locator("article.guide a").all():
        words, href = link.inner_text(), link.get_attribute("href") or ""
        if href and not href.startswith(("http", "//", "/runbooks/")):
            claim(f"the link {words} leads to a page", False, href)
    look("the catalogue", "/runbooks")
    look("the form", "/runbooks/attack/run")

    go(page, "/runbooks/attack/run?step=speak")
    press(page, "text=Run now")
    path = page.url.removeprefix(BASE)
    until("the attack was streamed", lambda: len(lines(page, "speak")) >= 27)
    look("output as it comes")
    streamed = lines(page, "speak")
    claim("output is text", streamed.count(MARKUP) == 2, streamed)
    claim("a terminal's link is its words", "a link" in streamed, streamed)
    claim("a terminal's title, screen and clipboard are left alone", "red after" in streamed, streamed)
    claim("what a carriage return covers is covered",
          "shown" in streamed and "hidden" not in "".join(streamed), streamed)
    claim("a parameter's value is text", f'"><script>{HIT}</script>' in streamed, streamed)
    title = page.title()
    go(quiet, path)
    claim("the server's page shows the same as the stream", lines(quiet, "speak") == streamed,
          [pair for pair in zip(lines(quiet, "speak"), streamed) if pair[0] != pair[1]])
    FOLDER.joinpath("attacked").touch()
    until("the run has ended", lambda: state(page) == "succeeded")
    claim("the output does not touch the title", "title" not in title, title)
    look("the run's page", path)
    look("the runs", "/runs")
    look("the journal", "/journal")
    look("a problem", f"/runs/{quote(MARKUP, safe='')}")
    look("a filter", f"/journal?kind={quote(MARKUP)}&object={quote(MARKUP)}")
    site.claim_quiet()

    # That the policy holds, and that the watch above would have seen it.
    go(page, "/runbooks")
    page.evaluate("const script = document.createElement('script'); script.textContent = 'window.hit = 1';"
                  "document.body.append(script)")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit = 1\">')")
    until("the policy has spoken", lambda: len(page.evaluate("window.violations")) >= 2)
    claim("even a script that got into a page would not run", page.evaluate("window.hit") is None)

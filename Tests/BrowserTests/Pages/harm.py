"""Attacks, as a guide and as a step's output, and what they would have done to a page: left in it, and run."""

from visit import FOLDER

# What each would do if it could; `hit` is looked for on every page.
HIT = "window.hit=1"
MARKUP = f"<script>{HIT}</script><img src=x onerror={HIT}><svg onload={HIT}><a href=javascript:{HIT}>a</a>"
# A right-to-left override that nobody ends, a quote that an accent hides, and an override that says it ends.
TURN = "\u202eturned \"\u0301onclick=x \u202ddone"

GUIDE = f"""---
title: 'Attack {TURN} {MARKUP}'
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

Inline <b onmouseover="{HIT}">bold</b> <svg/onload={HIT}> text. {TURN}

<scr<script>ipt>{HIT}</scr</script>ipt> <img src=x onerror={HIT}//
<svg><animate onbegin={HIT} attributeName=x dur=1s><set attributeName=href to=javascript:{HIT}></svg>
<a href="java&#x09;script:{HIT}">tab</a> <a href=" data:text/html,<script>{HIT}</script>">data</a>
<p title="\"><script>{HIT}</script>"></p <div onclick={HIT}

[one](javascript:{HIT}) [two](JaVaScRiPt:{HIT}) [three](&#106;avascript:{HIT}) [four](java&#10;script:{HIT})
[five](data:text/html,<script>{HIT}</script>) [six](vbscript:{HIT}) [seven]( javascript:{HIT})
[eight](https://example.com/" onclick="{HIT})
[nine](https://example.com/?a='onclick='{HIT} "a title\\" onclick=\\"{HIT}")
[ten](//elsewhere.example/) <javascript:{HIT}> [eleven](https://example.com/\U000e0022onclick={HIT})
![twelve](x" onerror="{HIT}) ![thirteen](https://elsewhere.example/pixel.png) ![fourteen](javascript:{HIT})
[fifteen][ref] "\u0301onclick={HIT} x

[ref]: javascript:{HIT}

- [ ] {MARKUP} {TURN}
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

COULD_RUN = """() => {
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


def could_run(page):
    return page.evaluate(COULD_RUN)


def has_run(page):
    """What has run, and what the policy has kept from it."""
    return (["it has run"] if page.evaluate("window.hit") else []) + page.evaluate("window.violations")


# What comes after a text that turns the direction, and is not a part of it, is still written from left to right.
TURNED = """() => {
  const found = [];
  const isolates = (element) => element.localName === "bdi"
    || !/^(inline|contents)$/.test(getComputedStyle(element).display)
    || /isolate|plaintext/.test(getComputedStyle(element).unicodeBidi);
  const range = document.createRange();
  const box = (node, at) => {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const turning = [];
  while (walker.nextNode()) if (/[\u202d\u202e]/.test(walker.currentNode.data)) turning.push(walker.currentNode);
  for (const node of turning) {
    let own = node.parentElement;
    while (!isolates(own)) own = own.parentElement;
    const row = own.closest("li, tr, p, h1, h2, dl, header, summary") ?? own.parentElement;
    const others = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    while (others.nextNode()) {
      const at = others.currentNode.data.search(/\w\w/), other = others.currentNode;
      if (at < 0 || own.contains(other) || /[\u202d\u202e]/.test(other.data)) continue;
      const one = box(other, at), next = box(other, at + 1);
      if (one.width && one.top === next.top && one.left > next.left) found.push(other.data.trim().slice(0, 40));
    }
  }
  return { found, turning: turning.length };
}"""


def turned(page):
    """The texts that stand in the wrong direction for another's fault, and how many texts there are that try."""
    seen = page.evaluate(TURNED)
    return seen["found"], seen["turning"]

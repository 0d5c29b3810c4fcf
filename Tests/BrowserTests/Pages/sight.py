"""What is wrong with a page as people meet it: seen, read aloud, pressed with a thumb, fetched over a thin line."""

import importlib.resources
import os
import pathlib
import re

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# All that may differ between the two themes, which differ in nothing but colour, and in that at every width alike.
COLOUR = ["color-contrast", "link-in-text-block"]
WIDTHS = {390: {"has_touch": True, "is_mobile": True}, 1280: {}}
THEMES = ("light", "dark")
SCREENSHOTS = os.environ.get("RUNBOOK_SCREENSHOTS")
# In bytes, the document and all that it loads, into an empty cache.
HEAVIEST = 100_000

ASK_AXE = """async (only) => {
  const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)}`));
}"""

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
      known.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
    }
    return known.get(colour);
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

# What is fixed to the screen does not make the page wider, but may stand out of it.
WIDE = """() => {
  const name = (element) => `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 30)}`;
  const width = Math.max(document.documentElement.scrollWidth, innerWidth);
  const screen = document.documentElement.clientWidth;
  const found = width > screen ? [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > screen + 1).slice(0, 5).map(name) : [];
  for (const element of document.querySelectorAll(".button, summary")) {
    if (!element.checkVisibility()) continue;
    if (element.scrollWidth > element.clientWidth + 1 || element.getBoundingClientRect().right > screen) {
      found.push(`${name(element)} is wider than its place`);
    }
  }
  return found;
}"""

# Two texts, or a text and a field, of different elements in one place. What is fixed to the screen, or was opened above
# the page, lies over other things on purpose. A line's box is taller than its letters, so each gives up a sixth of it.
OVERLAPS = """() => {
  const liesAbove = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { position, zIndex } = getComputedStyle(at);
      if (/fixed|sticky/.test(position) || position === "absolute" && zIndex !== "auto") return true;
    }
    return false;
  };
  const clip = (element) => {
    let box = { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 };
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = at.getBoundingClientRect();
      box = { left: Math.max(box.left, edge.left), top: Math.max(box.top, edge.top),
        right: Math.min(box.right, edge.right), bottom: Math.min(box.bottom, edge.bottom) };
    }
    return box;
  };
  const boxes = [];
  const add = (element, rects, words) => {
    const edge = clip(element);
    for (const rect of rects) {
      const part = { element, words,
        left: Math.max(rect.left, edge.left) + 1, right: Math.min(rect.right, edge.right) - 1,
        top: Math.max(rect.top + rect.height / 12, edge.top),
        bottom: Math.min(rect.bottom - rect.height / 12, edge.bottom) };
      if (part.right > part.left && part.bottom > part.top) boxes.push(part);
    }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const shown = new Map();
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim()) continue;
    if (!shown.has(element)) {
      shown.set(element, element.checkVisibility({ checkVisibilityCSS: true })
        && !element.closest(".skip, script, option") && !liesAbove(element));
    }
    if (!shown.get(element)) continue;
    range.selectNodeContents(node);
    add(element, range.getClientRects(), node.textContent.trim().slice(0, 30));
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, img")) {
    if (field.checkVisibility() && !liesAbove(field)) add(field, [field.getBoundingClientRect()], field.localName);
  }
  boxes.sort((one, other) => one.top - other.top);
  const found = new Set();
  boxes.forEach((one, index) => {
    for (let next = index + 1; next < boxes.length && boxes[next].top < one.bottom; next++) {
      const other = boxes[next];
      if (one.element === other.element || one.right <= other.left || other.right <= one.left) continue;
      found.add(`"${one.words}" and "${other.words}"`);
    }
  });
  return [...found].slice(0, 5);
}"""

# Scrolled to its end, a page has nothing left below the bars that are fixed to the screen.
COVERED = """() => {
  scrollTo(0, document.documentElement.scrollHeight);
  const bars = [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && getComputedStyle(element).position === "fixed");
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const last = [...document.querySelectorAll("main *")]
    .filter((element) => hasText(element) && element.checkVisibility() && !bars.some((bar) => bar.contains(element)))
    .map((element) => [element, element.getBoundingClientRect().bottom]).sort(([, one], [, other]) => other - one)[0];
  const found = bars.filter((bar) => bar.getBoundingClientRect().top > innerHeight / 2)
    .filter((bar) => last && last[1] > bar.getBoundingClientRect().top)
    .map((bar) => `${bar.className} covers ${last[0].textContent.trim().slice(0, 30)}`);
  scrollTo(0, 0);
  return found;
}"""

# The heading and what one most likely came to press are there without scrolling, and nothing lies over them.
FIRST_SCREEN = """() => ["h1", ".button.main"].flatMap((selector) => {
  const element = [...document.querySelectorAll(`main ${selector}`)].find((element) => element.checkVisibility());
  if (!element) return selector === "h1" ? ["there is no heading"] : [];
  const box = element.getBoundingClientRect();
  // Of a heading that runs over the whole screen one sees the beginning.
  const x = box.left + Math.min(box.width / 2, 40), y = box.top + Math.min(box.height / 2, 12);
  if (box.left < 0 || box.top < 0 || y > innerHeight) return [`${selector} is at ${box.left}, ${box.top}`];
  const top = document.elementFromPoint(x, y);
  if (element.contains(top) || top?.contains(element)) return [];
  return [`${top?.className || top?.tagName} lies over ${selector}`];
})"""


def accessible(page, only=RULES):
    """What axe-core says against the page; nothing that the policy forbids is needed for it."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    return page.evaluate(ASK_AXE, only)


class Scale:
    """Weighs what a page and its parts are on the wire; its browser keeps nothing."""

    def __init__(self, page):
        self._sizes = {}
        self._page = page
        wire = page.context.new_cdp_session(page)
        wire.on("Network.loadingFinished", lambda end: self._add(end["requestId"], end["encodedDataLength"]))
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _add(self, request, size):
        self._sizes[request] = size

    def weigh(self, go):
        """The bytes that `go` makes the page fetch."""
        self._sizes.clear()
        go()
        self._page.wait_for_load_state("load")
        return sum(self._sizes.values())


def shoot(page, name, width, theme):
    """Leaves a picture of the whole page where somebody wants to look at it."""
    if SCREENSHOTS:
        folder = pathlib.Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        # A screen as high as the page, so that what is fixed to its lower edge does not stand in the middle.
        before = page.viewport_size
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(max(height, before["height"]), 6000)})
        page.screenshot(path=str(folder / f"{file}-{width}-{theme}.png"), animations="disabled")
        page.set_viewport_size(before)


def inspect(page, width, name):
    """Everything that is wrong with the page that is shown, in both themes: a list for each kind of fault."""
    faults = {"accessible": [], "readable": [], "roomy": [], "apart": [], "at hand": [], "large enough": []}
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        seen = f"{width} {theme}: "
        if theme == THEMES[0] or width > 500:
            rules = RULES if theme == THEMES[0] else COLOUR
            faults["accessible"] += [seen + words for words in accessible(page, rules)]
        faults["readable"] += [seen + words for words in page.evaluate(CONTRAST)]
        shoot(page, name, width, theme)
    seen = f"{width}: "
    faults["roomy"] += [seen + words for words in page.evaluate(WIDE)]
    faults["apart"] += [seen + words for words in page.evaluate(OVERLAPS) + page.evaluate(COVERED)]
    faults["at hand"] += [seen + words for words in page.evaluate(FIRST_SCREEN)]
    faults["large enough"] += [seen + words for words in page.evaluate(SMALL)] if width < 500 else []
    return faults

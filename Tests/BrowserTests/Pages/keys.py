"""A walk over a page by the Tab key."""

# What should be a stop. A line of output is reached through its terminal, a place of the folded menu once it is open.
STOPS = """() => {
  const stops = [...document.querySelectorAll("a[href], button, input, select, summary, textarea, [tabindex='0']")]
    .filter((element) => element.matches(".skip") || element.checkVisibility({ checkVisibilityCSS: true }))
    .filter((element) => !element.disabled && element.type !== "hidden" && !element.closest(".terminal li"));
  stops.forEach((element, index) => { element.dataset.stop = index; });
  return stops.map((element) => `${element.localName} ${element.textContent.trim().slice(0, 40)}`);
}"""

# Where one is, and whether one can see it: it has an outline, and is not covered.
PLACE = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const shown = [...element.getClientRects()].some((part) => [.1, .5, .9].some((across) => [.1, .5, .9].some((down) => {
    const top = document.elementFromPoint(part.left + part.width * across, part.top + part.height * down);
    return top && (element.contains(top) || top.contains(element));
  })));
  const name = `${element.localName} ${element.textContent.trim().slice(0, 40)} at ${box.left}, ${box.top}`;
  return { stop: element.dataset.stop ?? null, outlined, shown, name };
}"""


def walk(page):
    """Presses Tab until one is through; gives the stops that should be, and what was met."""
    wanted = page.evaluate(STOPS)
    met = []
    while len(met) <= len(wanted) + 5:
        page.keyboard.press("Tab")
        place = where(page)
        # The browser's own buttons come after the last stop.
        if place is None or met and place["stop"] == met[0]["stop"]:
            break
        met.append(place)
    return wanted, met


def where(page):
    return page.evaluate(PLACE)


def unseen(met):
    """Stops at which one does not see where one is."""
    return [place for place in met if not place["outlined"] or not place["shown"]]

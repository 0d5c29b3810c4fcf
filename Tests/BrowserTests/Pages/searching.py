"""Search finds while one types, marks what it has found, and leads to where it stands."""

from visit import BASE, Site, claim, go, press, store, until

GUIDE = """# Önbellek

## Temizlik

Önbelleği sıfırla, sonra bekle.

```sh {name=flush-cache}
redis-cli flushall
```
"""

with Site() as site:
    page = site.page()
    store(page, "cache", GUIDE.encode())
    go(page, "/search")
    field = page.locator("[name=q]")
    field.press_sequentially("onbellegi sifir")
    marks = page.locator("#page-found mark")
    until("something is found", lambda: marks.count() > 0)
    claim("what is found is marked as it is written", marks.first.inner_text() in ("Önbelleği", "Önbelleğ"),
          marks.first.inner_text())
    claim("the field keeps its text and the focus",
          field.input_value() == "onbellegi sifir" and field.evaluate("it => it === document.activeElement"))
    claim("the address is that of what is found", page.url == BASE + "/search?q=onbellegi+sifir&kind=", page.url)
    claim("what is found says where it stands", "in temizlik, line 5" in page.locator("#page-found").inner_text(),
          page.locator("#page-found").inner_text())
    press(page, "#page-found a >> nth=0")
    claim("it leads to the section", page.url == BASE + "/runbooks/cache#temizlik", page.url)
    go(page, "/search")
    field.press_sequentially("flushall")
    until("something is found", lambda: marks.count() > 0)
    press(page, "#page-found a >> nth=0")
    claim("a command leads to its step", page.url == BASE + "/runbooks/cache#page-step-flush-cache", page.url)
    site.claim_quiet()

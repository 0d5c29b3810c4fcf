"""What a viewer sees: everything, and no button that would be refused."""

from visit import BASE, FOLDER, Site, claim, go, kill, lines, parent, press, send, sign_in, start, state, store, until

GUIDE = """# View

```bash {name=hold}
echo "process $$"
while [ ! -e FOLDER/viewed ]; do sleep 0.02; done
```
""".replace("FOLDER", str(FOLDER))

with Site() as site:
    admin = site.page()
    store(admin, "view", GUIDE)
    send(admin, "POST", "/users", {"name": "vera", "password": "viewing is enough", "role": "viewer"})
    path = start(admin, "view")
    page = site.page(session=None)
    go(page, "/runbooks/view")
    sign_in(page, "vera", "viewing is enough")
    claim("a viewer reads guides",
          page.url == BASE + "/runbooks/view" and "process" in page.locator("article").inner_text(), page.url)
    claim("a viewer is offered nothing to run", page.locator("a[href*='/run?'], a[href$='/run']").count() == 0)
    answer = go(page, "/runbooks/view/run")
    text = page.locator("main").inner_text()
    claim("what a viewer may not do is said", answer.status == 403 and "vera may not run runbooks" in text, text)
    claim("a refusal keeps the navigation", page.locator("nav .who bdi").inner_text() == "vera")
    go(page, path)
    until("the output is there", lambda: lines(page, "hold"))
    claim("a viewer sees a run live", state(page) == "running", state(page))
    claim("a viewer is not offered to cancel", page.locator("summary.danger, main form").count() == 0)
    kill(parent(lines(page, "hold")[0].split()[1]))
    until("the run is interrupted", lambda: state(page) == "interrupted")
    page.reload()
    claim("a viewer is not asked what happened", page.locator(".question").count() == 0)
    go(page, "/journal")
    press(page, "text=Verify")
    tone = page.locator(".verdict").get_attribute("data-tone")
    claim("a viewer may verify the journal", tone == "good", tone)
    site.claim_quiet()

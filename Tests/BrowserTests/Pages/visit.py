"""What the programs of this folder share: a browser on the server, and a line for each claim.

A program prints `ok<TAB>claim` or `no<TAB>claim<TAB>what was seen instead`; the Swift test holds
each claim and their number.
"""

import os
import pathlib
import re
import signal
import time
from urllib.parse import quote, urlsplit

from playwright.sync_api import sync_playwright

BASE = os.environ["RUNBOOK_URL"]
FOLDER = pathlib.Path(os.environ["RUNBOOK_TEST_FOLDER"])
SESSION = FOLDER / "admin.json"
NAME, PASSWORD = "ada", "correct horse battery"
CHROMIUM = os.environ.get("RUNBOOK_CHROMIUM", "/usr/bin/chromium")

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


def claim(text, holds, seen=""):
    """Says whether a claim holds; `seen` is what one wants to read when it does not."""
    if holds:
        print(f"ok\t{text}", flush=True)
    else:
        words = " ".join(str(seen).split())[:1500]
        print(f"no\t{text}\t{words}", flush=True)


def until(what, condition):
    """Waits until it is so. The limit ends a test that hangs; nothing depends on how long it takes."""
    deadline = time.monotonic() + 60
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain until {what}")
        time.sleep(0.02)


class Site:
    """A browser, and everything that its pages complained about."""

    def __init__(self):
        self.playwright = sync_playwright().start()
        # Without a sandbox, for tests also run as root.
        self.browser = self.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        self.complaints = []
        self.requests = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.close()
        self.playwright.stop()

    def page(self, session=SESSION, scripts=True, width=1280, **options):
        """A page in a browser of its own, signed in as the admin unless said otherwise."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 844 if width < 500 else 900},
            java_script_enabled=scripts,
            storage_state=str(session) if session else None,
            **options,
        )
        context.set_default_timeout(60_000)
        if scripts:
            context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self.requests.append(request.url))
        return page

    def _console(self, message):
        # A page that is answered with 400 or 404 is such a message too; its own test says whether that is right.
        is_answer = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type in ("error", "warning") and not is_answer:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _dialog(self, dialog):
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def claim_quiet(self):
        """Nothing that any page of this program did was an error or against the policy."""
        elsewhere = [url for url in self.requests if urlsplit(url).netloc != urlsplit(BASE).netloc]
        claim("no page asks another host for anything", not elsewhere, elsewhere)
        claim("no page logs an error or breaks the policy", not self.complaints, self.complaints)


def go(page, path):
    """Opens a page, and gives its answer."""
    return page.goto(BASE + path)


def press(page, selector):
    """Clicks what leads to another page, and waits until that is there."""
    with page.expect_navigation():
        page.click(selector)


def sign_in(page, name=NAME, password=PASSWORD):
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    press(page, "main button")


def csrf(page):
    return page.locator("form.who [name=csrf]").get_attribute("value")


def send(page, method, path, body=None, headers=None):
    """Asks the API with the page's session."""
    answer = page.request.fetch(
        BASE + "/api/v1" + path, method=method, data=body, headers={"X-CSRF-Token": csrf(page), **(headers or {})}
    )
    assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
    return answer.json()


def store(page, name, guide):
    go(page, "/runbooks")
    return send(page, "POST", f"/runbooks?name={quote(name)}", guide, {"Content-Type": "text/markdown"})


def start(page, name, only="", **parameters):
    """Starts a runbook by its form, or what the query `only` leaves of it; gives the path of the run."""
    go(page, f"/runbooks/{quote(name)}/run{only}")
    for key, value in parameters.items():
        page.fill(f"[name='p.{key}']", value)
    press(page, "text=Run now")
    path = urlsplit(page.url).path
    assert re.fullmatch(r"/runs/\w+", path), page.locator("main").inner_text()
    return path


def ended(page, path):
    """Waits on a run's page until it is over; gives how it ended."""
    go(page, path)
    ends = ("succeeded", "failed", "cancelled", "rolled-back")
    return until("the run has ended", lambda: state(page) in ends and state(page))


def state(page):
    return page.locator("#page-head .state").inner_text()


def lines(page, step):
    """The latest attempt's output as the page has it."""
    return page.locator(f"[data-step='{step}'] .attempt:last-of-type .terminal li > span").all_text_contents()


def reload_until(page, what, condition):
    """As a reader without scripts does."""

    def look():
        page.reload()
        return condition()

    return until(what, look)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def parent(pid):
    """Of a step's process: what watches over it."""
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def kill(pid):
    os.kill(pid, signal.SIGKILL)

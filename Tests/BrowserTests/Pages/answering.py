"""Steps that wait for people, answered where the people are: a run begun in a terminal goes on when somebody else approves
it in a browser, and the terminal asks for what whoever started it may answer. Argument: the program."""

import os
import pty
import re
import select
import subprocess
import sys

from visit import BASE, FOLDER, PASSWORD, Site, claim, go, press, send, sign_in, state, store, until

PROGRAM = sys.argv[1]
JSON = {"Content-Type": "application/json"}
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
GUIDE = """# Switch

```bash {name=prepare}
echo "prepared"
```

```approval {name=go not-starter}
Switch the traffic over?
```

```bash {name=switch confirm="This takes the old one out. Go on?"}
echo "switched"
```

```manual {name=look}
Look at the dashboard for a minute.
```

```bash {name=finish}
echo "finished"
```
"""
RELEASE = """# Release

```approval {name=go role=admin}
Release it to everybody?
```

```bash {name=release}
echo "released"
```
"""


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, token, *words):
        self.terminal, other = pty.openpty()
        self.process = subprocess.Popen(
            [PROGRAM, *words], stdin=other, stdout=other, stderr=other, start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(FOLDER), "LANG": "C.UTF-8", "TERM": "xterm-256color",
                 "RUNBOOK_URL": BASE, "RUNBOOK_TOKEN": token})
        os.close(other)
        self.written = b""

    def read(self, seconds=0.1):
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return False
        try:
            piece = os.read(self.terminal, 65536)
        except OSError:
            return False  # The other end is closed.
        self.written += piece
        return bool(piece)

    @property
    def text(self):
        while self.read(0):
            pass
        return CONTROL.sub("", self.written.decode(errors="replace"))

    def says(self, words):
        until(f"the terminal says {words}", lambda: self.read() is None or words in self.text)
        return self.text

    def type(self, line):
        os.write(self.terminal, line.encode() + b"\n")

    def end(self):
        """Its exit status."""
        until("the command ends", lambda: (self.read(), self.process.poll() is not None)[1])
        return self.process.returncode, self.text


with Site() as site:
    desk = site.page()
    store(desk, "switch", GUIDE)
    store(desk, "watch", "# Watch\n\n```manual {name=look}\nLook at the dashboard for a minute.\n```\n")
    for name, role in (("otto", "operator"), ("olga", "operator"), ("vivian", "viewer")):
        send(desk, "POST", "/users", {"name": name, "password": PASSWORD, "role": role}, JSON)
    people = {}
    for name in ("otto", "olga", "vivian"):
        people[name] = site.page(session=None)
        go(people[name], "/sign-in")
        sign_in(people[name], name)
    otto, olga, vivian = people.values()
    go(otto, "/runbooks")
    token = send(otto, "POST", "/tokens", {"name": "terminal", "scopes": ["operate", "read"]}, JSON)["secret"]

    terminal = Terminal(token, "exec", "switch")
    said = terminal.says("waits for")
    claim("the terminal says for whom the run waits, and how they answer",
          "go waits for 0 of 1 approvals by an operator other than otto" in " ".join(said.split())
          .replace("1 approval by", "1 approvals by") and "runbook runs approve" in said, said)
    run = re.search(r"approve (\w{26})", said)[1]
    path = f"/runs/{run}"
    refused = subprocess.run(
        [PROGRAM, "runs", "approve", run, "go"], capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(FOLDER), "RUNBOOK_URL": BASE, "RUNBOOK_TOKEN": token})
    claim("who started the run may not approve it from the terminal",
          refused.returncode == 77 and "otto" in refused.stderr, (refused.returncode, refused.stderr))
    go(otto, path)
    claim("nor in the browser, where nothing offers it", otto.locator("main button >> text=Approve").count() == 0,
          otto.locator("main").inner_text())
    go(vivian, path)
    claim("a viewer is offered no answer", vivian.locator("main button >> text=Approve").count() == 0)
    go(olga, "/")
    claim("the front page says to whom may answer that it waits for them",
          olga.locator(f"main a[href^='{path}']").count() > 0, olga.locator("main").inner_text())
    go(olga, path)
    claim("the page asks the step's question", "Switch the traffic over?" in olga.locator("main").inner_text())
    press(olga, "main button >> text=Approve")

    said = terminal.says("may switch begin?")
    claim("approved in the browser, the run goes on in the terminal, which asks before what is dangerous",
          "This takes the old one out. Go on?" in said and "switched" not in said, said)
    until("the page says so too", lambda: "waiting" in state(olga))
    terminal.type("y")
    said = terminal.says("when it is done, say what you did")
    claim("confirmed at the keyboard, the step ran, and the next asks a person to do it",
          "switched" in said and "Look at the dashboard" in said, said)
    terminal.type("no spikes")
    status, said = terminal.end()
    claim("what was done by hand is said at the keyboard, and the run ends well",
          status == 0 and "finished" in said, (status, said))
    go(olga, path)
    olga.locator("main details:not([open]) > summary").evaluate_all("all => all.forEach((one) => one.click())")
    told = olga.locator("main").inner_text()
    claim("the page says who did what", state(olga) == "succeeded" and all(words in told for words in (
        "Approved by olga", "Confirmed by otto (terminal)", "Done by otto (terminal): no spikes")), told)

    terminal = Terminal(token, "exec", "switch")
    said = terminal.says("waits for")
    run = re.search(r"approve (\w{26})", said)[1]
    go(olga, f"/runs/{run}")
    olga.fill("[name=note]", "not on a Friday")
    press(olga, "main button >> text=Reject")
    status, said = terminal.end()
    claim("rejected in the browser, the terminal says so and why, and ends with 1",
          status == 1 and "rejected" in said and "not on a Friday" in said, (status, said))
    go(olga, f"/runs/{run}")
    claim("a rejected run is none that failed", state(olga) == "rejected", olga.locator("main").inner_text())

    store(desk, "release", RELEASE)
    terminal = Terminal(token, "exec", "release")
    said = terminal.says("waits for")
    run = re.search(r"approve (\w{26})", said)[1]
    claim("who has not the right is told that an admin must approve", "go waits for 0 of 1 approval by an admin"
          in " ".join(said.split()), said)
    go(olga, f"/runs/{run}")
    claim("nor is another one without the right offered it", olga.locator("main button >> text=Approve").count() == 0
          and "admin" in olga.locator("main").inner_text(), olga.locator("main").inner_text())
    claim("meanwhile the terminal waits", terminal.process.poll() is None and "released" not in terminal.text)
    plain = site.page(scripts=False)
    go(plain, f"/runs/{run}")
    press(plain, "main button >> text=Approve")
    status, said = terminal.end()
    claim("approved in an admin's browser without scripts, the run goes on in the terminal and exits with 0, unasked",
          status == 0 and "released" in said, (status, said))

    terminal = Terminal(token, "exec", "watch")
    said = terminal.says("when it is done")
    # The keyboard goes away with the terminal: the run waits on.
    os.close(terminal.terminal)
    terminal.process.wait()
    go(olga, "/runs")
    press(olga, "main a >> text=watch")
    claim("a closed terminal leaves the run waiting, for somebody else to answer", state(olga) == "waiting",
          olga.locator("main").inner_text())
    press(olga, "main button >> text=It is done")
    until("it has ended", lambda: state(olga) == "succeeded")
    claim("which they do in the browser", True)

    store(desk, "login", "# Login\n\n```sh {name=login interactive}\ncloud login\ncloud whoami\n```\n")
    terminal = Terminal(token, "exec", "login")
    said = terminal.says("if it failed")
    claim("what needs a terminal is shown to whoever has one, line by line",
          "It needs a terminal: run it with sh in one of your own" in " ".join(said.split())
          and re.search(r"^\s*cloud login\r?\n\s*cloud whoami\r?$", said, re.M), said)
    go(olga, "/runs")
    press(olga, "main a >> text=login")
    shown = olga.locator(".question pre").inner_text()
    claim("the page shows the same, line by line", shown == "cloud login\ncloud whoami", shown)
    terminal.type("failed: no such account")
    status, said = terminal.end()
    claim("and that it failed, and why, is said at the keyboard", status == 1 and "no such account" in said,
          (status, said))
    go(olga, "/runs")
    press(olga, "main a >> text=login")
    claim("which fails the run", state(olga) == "failed", olga.locator("main").inner_text())
    send(desk, "POST", "/runs", {"runbook": "login"}, JSON)
    until("it asks", lambda: (go(olga, "/runs"), press(olga, "main a >> text=login"), state(olga))[2] == "waiting")
    olga.fill("[name=note]", "the page too")
    press(olga, "main button >> text=It failed")
    until("it has ended", lambda: state(olga) == "failed")
    claim("so says the page's button", "Failed, says olga: the page too" in olga.locator("main").inner_text(),
          olga.locator("main").inner_text())

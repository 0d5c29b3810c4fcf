"""Attacks in a guide and in output, as every command shows them in a real terminal: nothing in them is obeyed.
Argument: the program."""

import fcntl
import os
import pty
import re
import struct
import sys
import termios

from harm import GUIDE, OUTPUT
from visit import BASE, FOLDER, Site, claim, go, ended, send, start, store

PROGRAM = sys.argv[1]
# What the program itself says to a terminal: colours, its cursor, the line that it draws anew.
OWN = re.compile(r"\x1b\[(?:[0-9;]*m|[0-9]*[A-GK]|0?J|\?25[hl]|\?2004[hl])")
# What would be obeyed, or would deceive, if it were left: every other control, and all that turns the direction.
OBEYED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")
# The attack's own colours, which would pass for the program's.
COLOURS = "\x1b[1;31m"


def show(token, *words):
    """What a command writes to a terminal of its own."""
    child, terminal = pty.fork()
    if child == 0:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(FOLDER), "LANG": "C.UTF-8", "TERM": "xterm-256color",
                       "RUNBOOK_URL": BASE, "RUNBOOK_TOKEN": token}
        os.execve(PROGRAM, ["runbook", *words], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    written = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break  # The other end is closed.
        if not piece:
            break
        written += piece
    os.close(terminal)
    os.waitpid(child, 0)
    return written.decode(errors="surrogateescape")


with Site() as site:
    page = site.page()
    FOLDER.joinpath("attack").write_bytes(OUTPUT)
    FOLDER.joinpath("attacked").touch()
    FOLDER.joinpath("attack.md").write_text(GUIDE)
    store(page, "attack", GUIDE.encode())
    path = start(page, "attack", only="?step=speak")
    ended(page, path)
    run = path.rsplit("/", 1)[1]
    go(page, "/runbooks")
    scopes = ["admin", "author", "operate", "read"]
    token = send(page, "POST", "/tokens", {"name": "terminal", "scopes": scopes})["token"]

# The browser has gone: a process that forks should have no other threads.
commands = [
    ("list",), ("show", "attack"), ("exec", "attack", "--step", "speak", "--yes"), ("runs", "list"),
    ("runs", "show", run), ("runs", "logs", run), ("audit", "tail"), ("inspect", f"{FOLDER}/attack.md"),
    ("lint", f"{FOLDER}/attack.md"), ("show", OUTPUT.decode(errors="replace").splitlines()[4]),
    ("list", "--json"), ("show", "attack", "--json"), ("runs", "logs", run, "--json"), ("audit", "tail", "--json"),
    ("exec", "attack", "--step", "speak", "--yes", "--json"),
]
for words in commands:
    name = " ".join(words).replace(run, "ID").replace(str(FOLDER) + "/", "")[:40].encode("ascii", "ignore").decode()
    name = re.sub(r"[\x00-\x1f]", "", name)
    written = show(token, *words)
    left = OBEYED.search(OWN.sub("", written))
    claim(f"`runbook {name}` writes something", len(written) > 20, ascii(written))
    claim(f"`runbook {name}` obeys nothing", not left and COLOURS not in written, (left, ascii(written)))

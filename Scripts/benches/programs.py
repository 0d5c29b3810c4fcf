"""Programs that a bench starts, and the way to talk to them."""

import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

from figures import Wrong

# Only ends what hangs.
LIMIT = 300


class Program:
    """A server in a folder of its own, ended with the `with` that started it.

    With `says_ready` its standard output is for `line`, else for its log.
    """

    def __init__(self, arguments, folder: Path, name: str, environment=None, says_ready=False):
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = folder / f"{name}.log"
        variables = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                arguments, cwd=folder, env={**variables, "HOME": str(folder), **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if says_ready else log, stderr=log,
                start_new_session=True)  # fmt: skip

    def __enter__(self):
        try:
            self.become_ready()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def become_ready(self):
        """Waits until it serves."""
        raise NotImplementedError

    def end(self):
        """As an operator ends it, and waits for it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.communicate(timeout=LIMIT)

    @contextlib.contextmanager
    def paused(self):
        """Takes no processor time while another is measured."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)

    @property
    def said(self):
        return self.log.read_text(errors="replace")[-2000:]

    def line(self):
        """The first line on standard output."""
        readable, _, _ = select.select([self.process.stdout], [], [], LIMIT)
        line = self.process.stdout.readline().decode().strip() if readable else ""
        if not line:
            raise Wrong(f"{self.name} says nothing; its log: {self.said}")
        return line

    def memory(self, field="VmRSS"):
        """MiB resident now; with `VmHWM` at most so far."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise Wrong(f"{self.name} has ended; its log: {self.said}")


class Wire:
    """One connection that stays open."""

    def __init__(self, port: int, headers=None):
        self.port = port
        self.headers = headers or {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)

    def send(self, method, path, body=None, kind="application/json"):
        """The answer's JSON, or nothing where it is none; anything but success is wrong."""
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
        headers = {**self.headers, **({"Content-Type": kind} if body is not None else {})}
        self.connection.request(method, path, body.encode() if isinstance(body, str) else body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if not 200 <= response.status < 300:
            raise Wrong(f"{method} {path}: {response.status} {content.decode(errors='replace')[:500]}")
        is_json = response.getheader("Content-Type", "").startswith("application/json")
        return json.loads(content) if is_json else None

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body, kind="application/json"):
        return self.send("POST", path, body, kind)


def answers(port: int, path: str, program: Program):
    """Waits until a server answers there that has no other way to say so."""
    deadline = time.monotonic() + LIMIT
    while True:
        try:
            return Wire(port).get(path)
        except (OSError, http.client.HTTPException, Wrong) as error:
            if program.process.poll() is not None or time.monotonic() > deadline:
                raise Wrong(f"{program.name} does not answer; its log: {program.said}") from error
            time.sleep(0.05)


def free_port():
    """One that nobody listens at, for peers that can't choose one themselves."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]

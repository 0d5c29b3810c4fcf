"""A server made for the tests: a proxy before the real one, which plants one fault.

    planted.py --to http://127.0.0.1:8080 --plant FAULT

prints `ready http://127.0.0.1:PORT` and goes on until it is ended. A check that is worth having finds the fault behind
this address, and finds nothing at the address behind it. The faults:

    none                    passes everything on unchanged
    unlabelled              no field of a page has a label
    unescaped               a run's page shows an image of the output as markup, without the policy that would stop it
    500:GET:/api/v1/runs    this method and path are answered with this status; `{…}` in a path is any one segment
"""

import argparse
import http.client
import re
import signal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# They belong to one connection, and each side of the proxy has its own.
HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection"}
POLICY = "content-security-policy"


class Fault:
    """None at all: what passes stays as it is."""

    def status(self, method, path):
        """The answer that is given without asking the real server."""
        return None

    def page(self, path, text):
        """A page as it is passed on."""
        return text

    def drops(self, header):
        return False


class Unlabelled(Fault):
    def page(self, path, text):
        return re.sub(r"<(/?)label\b[^>]*>", r"<\1span>", text)


class Unescaped(Fault):
    def page(self, path, text):
        if not path.startswith("/runs/"):
            return text
        return re.sub(r"&lt;(img [^<>&]*)&gt;", r"<\1>", text)

    def drops(self, header):
        return header == POLICY


class Answered(Fault):
    def __init__(self, status, method, path):
        self.code, self.method = int(status), method
        parts = re.split(r"\{[^}]*\}", path)
        self.pattern = re.compile("[^/]+".join(re.escape(part) for part in parts))

    def status(self, method, path):
        return self.code if method == self.method and self.pattern.fullmatch(path) else None


def fault(words):
    """Reads what stands after `--plant`."""
    if answered := re.fullmatch(r"(\d{3}):([A-Z]+):(/.*)", words):
        return Answered(*answered.groups())
    kinds = {"none": Fault, "unlabelled": Unlabelled, "unescaped": Unescaped}
    if words not in kinds:
        raise argparse.ArgumentTypeError(f"write {', '.join(kinds)} or STATUS:METHOD:PATH, not {words!r}")
    return kinds[words]()


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name):
        """Every method is passed on, also those that no server knows."""
        if name.startswith("do_"):
            return self.forward
        raise AttributeError(name)

    def forward(self):
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if status := self.server.fault.status(self.command, path):
            return self.answer(status, [("Content-Type", "text/plain")], b"planted\n")
        upstream = http.client.HTTPConnection(self.server.to)
        try:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for header, value in self.headers.items():
                # A page that is compressed could not be changed.
                if header.lower() not in HOP | {"accept-encoding"}:
                    upstream.putheader(header, value)
            upstream.putheader("Connection", "close")
            upstream.endheaders(body)
            self.pass_on(path, upstream.getresponse())
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            upstream.close()

    def pass_on(self, path, answer):
        fault = self.server.fault
        headers = [
            (header, value)
            for header, value in answer.getheaders()
            if header.lower() not in HOP and not fault.drops(header.lower())
        ]
        if answer.headers.get_content_type() == "text/html" and self.command != "HEAD":
            page = fault.page(path, answer.read().decode())
            return self.answer(answer.status, headers, page.encode())
        if self.command == "HEAD" or answer.length is not None:
            return self.stream(answer, headers, lambda piece: piece)
        chunked = [("Transfer-Encoding", "chunked")]
        self.stream(answer, headers + chunked, lambda piece: b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def stream(self, answer, headers, frame):
        """Passes on what has arrived, as it arrives: an event stream does not end."""
        self.send(answer.status, headers)
        while piece := answer.read1(65536):
            self.wfile.write(frame(piece))

    def answer(self, status, headers, body):
        kept = [(header, value) for header, value in headers if header.lower() != "content-length"]
        self.send(status, kept + [("Content-Length", str(len(body)))])
        if self.command != "HEAD":
            self.wfile.write(body)

    def send(self, status, headers):
        self.send_response_only(status)
        for header, value in headers:
            self.send_header(header, value)
        self.end_headers()

    def log_message(self, *_):
        """The real server has its own log."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", required=True, metavar="URL", help="the real server")
    parser.add_argument("--plant", required=True, type=fault, metavar="FAULT")
    arguments = parser.parse_args()
    # Whoever started this may have it blocked.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    server.to, server.fault = urlsplit(arguments.to).netloc, arguments.plant
    print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

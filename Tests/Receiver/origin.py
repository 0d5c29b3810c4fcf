"""A web server for requests that steps make: what it answers stands in the path. It prints `ready PORT`, then a line of JSON
for each request as soon as it came. With the paths of a certificate and its key it speaks TLS.

    /status/N   that status, with the body `status N`
    /flaky/N    503 for the first N requests to it, then 200
    /headers    the security headers of a site that has them
    /json       a document
    /away       a redirection to /json
    /round      a redirection to itself
    /echo       what came, as JSON
    /hang/N     nothing, ever, for the first N requests to it, then what /echo answers
    /endless    an answer that does not end
"""

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DOCUMENT = {"status": "ok", "release": {"tag": "v2.1", "parts": [1, 2.5]}, "a/b": None}


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    counts = {}
    turns = threading.Lock()

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        came = {"method": self.command, "path": self.path, "body": body,
                "headers": {name.lower(): value for name, value in self.headers.items()}}
        with self.turns:
            print(json.dumps(came), flush=True)
            count = self.counts[self.path] = self.counts.get(self.path, 0) + 1
        path = self.path.split("?")[0].split("/")[1:]
        if path[0] == "status":
            self.answer(int(path[1]), f"status {path[1]}".encode())
        elif path[0] == "flaky":
            self.answer(503 if count <= int(path[1]) else 200, b"word")
        elif path[0] == "headers":
            self.answer(200, b"<html>", [
                ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
                ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"), ("Content-Security-Policy", "default-src 'self'")])
        elif path[0] == "json":
            self.answer(200, json.dumps(DOCUMENT).encode(), [("Content-Type", "application/json")])
        elif path[0] == "away":
            self.answer(301, headers=[("Location", "/json")])
        elif path[0] == "round":
            self.answer(302, headers=[("Location", self.path)])
        elif path[0] == "hang" and count <= int(path[1]):
            threading.Event().wait()
        elif path[0] == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"no " * 10_000)
        else:
            self.answer(200, json.dumps(came).encode(), [("Content-Type", "application/json")])

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = handle_any

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    server.daemon_threads = True
    if len(sys.argv) == 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[1:])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"ready {server.server_port}", flush=True)
    server.serve_forever()

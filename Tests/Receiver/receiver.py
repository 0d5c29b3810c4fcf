"""A receiver of webhooks, for tests: it answers as it is told, writes down what came, and checks signatures by the
standard's own words (https://www.standardwebhooks.com), without any of the server's code.

    receiver.py serve ANSWER…       prints `ready PORT`, then a line of JSON for each request; the answers in turn, the last
                                    one for all that follow: a status, `hang`, `drip` (a byte of an answer a second),
                                    `endless` (an answer that does not end) or `away` (a redirect to itself)
    receiver.py check SECRET        reads such lines, and prints for each whether its signature is right
"""

import base64
import hashlib
import hmac
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

turns = threading.Lock()


def answers(words):
    yield from words[:-1]
    while True:
        yield words[-1]


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with turns:
            answer = next(self.server.answers)
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = {"path": self.path, "headers": headers, "body": body.decode(), "answer": answer}
            print(json.dumps(came), flush=True)
        if answer == "hang":
            threading.Event().wait()
        if answer == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nX-Filling: " + b"a" * 3600:
                self.wfile.write(bytes([byte]))
                time.sleep(1)
        if answer == "endless":
            self.send_response(500)
            self.end_headers()
            while True:
                self.wfile.write(b"no " * 10_000)
        if answer == "away":
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(int(answer))
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"word")

    def log_message(self, *_):
        pass


def serve(words):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    server.answers = answers(words)
    print(f"ready {server.server_port}", flush=True)
    server.serve_forever()


def is_signed(came, secret):
    headers = came["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{came['body']}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    versions = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, expected) for version, value in versions)


def check(secret):
    for line in sys.stdin:
        came = json.loads(line)
        is_recent = abs(time.time() - int(came["headers"]["webhook-timestamp"])) < 300
        print("right" if is_recent and is_signed(came, secret) else "wrong")


if __name__ == "__main__":
    serve(sys.argv[2:]) if sys.argv[1] == "serve" else check(sys.argv[2])

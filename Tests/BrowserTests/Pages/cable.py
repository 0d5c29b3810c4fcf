"""A way to the server that can be cut and mended, as a laptop's is."""

import socket
import threading
from urllib.parse import urlsplit

from visit import BASE


class Cable:
    def __init__(self):
        target = urlsplit(BASE)
        self._target = (target.hostname, target.port)
        self._lock = threading.Lock()
        self._is_whole = True
        self._ends = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self):
        """Ends what goes through it, and lets nothing through any more."""
        with self._lock:
            self._is_whole = False
            for end in self._ends:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # It has ended by itself.
            self._ends.clear()

    def mend(self):
        with self._lock:
            self._is_whole = True

    def _serve(self):
        while True:
            near, _ = self._door.accept()
            with self._lock:
                if not self._is_whole:
                    near.close()
                    continue
                far = socket.create_connection(self._target)
                self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one, other):
        try:
            while data := one.recv(1 << 16):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # It was cut.

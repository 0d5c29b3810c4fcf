"""The least that running steps durably can cost in Python: `loop.py COUNT DATABASE` prints the seconds.

Each step is started as Runbook starts one, bash with its flags and the script in a file; a row is committed before it,
and changed and committed after it, with the same SQLite settings.
"""

import os
import sqlite3
import sys
import time

count, path = int(sys.argv[1]), sys.argv[2]
script = path + ".sh"
with open(script, "w") as file:
    file.write(":\n")
database = sqlite3.connect(path, isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute("CREATE TABLE IF NOT EXISTS steps (id INTEGER PRIMARY KEY, started REAL, ended REAL, status INTEGER)")

start = time.perf_counter()
for _ in range(count):
    row = database.execute("INSERT INTO steps (started) VALUES (?)", (time.time(),)).lastrowid
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", script]
    _, status = os.waitpid(os.posix_spawnp("bash", command, os.environ), 0)
    database.execute("UPDATE steps SET ended = ?, status = ? WHERE id = ?", (time.time(), status, row))
print(time.perf_counter() - start)

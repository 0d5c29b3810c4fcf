"""The machine that the figures are from."""

import os
import platform
import subprocess
import time
from pathlib import Path
from statistics import median


def described(folder: Path):
    """One line: processor, cores, memory, kernel, file system, and what a synced write costs on it."""
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal:"))) / (1 << 20)
    source, kind = subprocess.run(
        ["df", "--output=source,fstype", folder], check=True, capture_output=True, text=True
    ).stdout.splitlines()[1].split()  # fmt: skip
    return (
        f"{cpu or platform.machine()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB memory, "
        f"Linux {platform.release()}, {kind} on {source}, where a synced write of 4 KB takes "
        f"{synced_write(folder):.2f} ms and {written(folder):,.0f} MB a second are written"
    )


def synced_write(folder: Path):
    """Milliseconds, the median of a hundred: every durable commit waits at least this long."""
    path = folder / "synced"
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    times = []
    for number in range(100):
        start = time.perf_counter()
        os.pwrite(file, bytes(4096), number * 4096)
        os.fdatasync(file)
        times.append((time.perf_counter() - start) * 1e3)
    os.close(file)
    path.unlink()
    return median(times)


def written(folder: Path):
    """MB a second, of 256 MB synced at the end: what is stored goes to the write-ahead log, then to the database."""
    path = folder / "written"
    piece = b"x" * 1_000_000
    start = time.perf_counter()
    with open(path, "wb", buffering=0) as file:
        for _ in range(256):
            file.write(piece)
        os.fdatasync(file.fileno())
    elapsed = time.perf_counter() - start
    path.unlink()
    return 256 / elapsed

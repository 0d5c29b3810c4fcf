"""A flow of steps on the Prefect server that PREFECT_API_URL names: `prefect_flow.py COUNT` prints the seconds.

Until every step's end is on the server's record, as it is when ours ends: Prefect records in the background.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request

from prefect import flow, runtime, task


@task
def step():
    subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", ":"], check=True)


@flow
def steps(count: int):
    for _ in range(count):
        step()
    return runtime.flow_run.id


def recorded(run: str):
    """How many of a flow run's tasks the server has as completed."""
    wanted = {
        "flow_runs": {"id": {"any_": [run]}},
        "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
    }
    request = urllib.request.Request(
        os.environ["PREFECT_API_URL"] + "/task_runs/count", json.dumps(wanted).encode(),
        {"Content-Type": "application/json"})  # fmt: skip
    with urllib.request.urlopen(request) as answer:
        return int(answer.read())


count = int(sys.argv[1])
# What it does only once is not counted.
steps(1)
start = time.perf_counter()
run = str(steps(count))
while recorded(run) < count:
    time.sleep(0.01)
print(time.perf_counter() - start)

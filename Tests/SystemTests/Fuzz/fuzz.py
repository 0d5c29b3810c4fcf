"""Fuzzes every operation of the API's own description, as a stranger, a viewer, an operator and an admin.

    fuzz.py [VISITOR…]

It reads RUNBOOK_URL and RUNBOOK_TOKEN (an admin's), and prints `ok<TAB>claim` or `no<TAB>claim<TAB>what was seen
instead`; it ends with 1 when a claim does not hold. The same seed makes the same requests, but for ids:

    RUNBOOK_FUZZ_SEED       a number
    RUNBOOK_FUZZ_EXAMPLES   how many requests are made up per operation and visitor, besides those that follow from the
                            document alone: each value of an enumeration, each limit and what lies behind it, …
    RUNBOOK_FUZZ_PATHS      a regular expression: which of the paths, instead of all of them
"""

import os
import re
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

import schemathesis
import streams  # noqa: F401  adds its check
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.engine import events, from_schema
from schemathesis.openapi.checks import RejectedPositiveData

from document import described, operations
from shaping import Shaping
from stage import STRANGER, Stage

URL = os.environ["RUNBOOK_URL"]
SEED = int(os.environ.get("RUNBOOK_FUZZ_SEED", "20261121"))
PATHS = re.compile(os.environ.get("RUNBOOK_FUZZ_PATHS", ""))
EXAMPLES = int(os.environ.get("RUNBOOK_FUZZ_EXAMPLES", "5"))
ROLES = ["viewer", "operator", "admin"]


def configuration(visitor):
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": URL,
            # Ends a test that hangs. Streams end by their number of events.
            "request-timeout": 120,
            "max-stream-events": 5,
            # Without it, what lies outside of /api/ is answered with pages.
            "headers": {"Accept": "application/json", **visitor.headers},
            "continue-on-failure": True,
            "generation": {"max-examples": EXAMPLES, "no-shrink": True, "database": "none"},
            "output": {"sanitization": {"enabled": False}},
            "operations": [
                {
                    # Each password is hashed for 0.1 s, in a debug build for 2.5 s.
                    "include-name": "POST /session",
                    "generation": {"max-examples": 2},
                    "phases": {
                        "coverage": {"enabled": visitor.is_stranger, "generation": {"mode": "negative"}},
                        "stateful": {"enabled": False},
                    },
                },
                {
                    # A token is refused here. The session that `shaping` sends instead looks made up to the fuzzer.
                    "include-name": "DELETE /session",
                    "checks": {"positive_data_acceptance": {"enabled": False}, "ignored_auth": {"enabled": False}},
                },
                {
                    # Its requests are changed, so that they end; see `shaping`.
                    "include-name": "GET /api/v1/journal/stream",
                    "checks": {"negative_data_rejection": {"enabled": False}},
                },
                {
                    # Any body is taken, when it is signed; `shaping` signs an empty one.
                    "include-name": "POST /api/v1/hooks/{name}",
                    "checks": {"negative_data_rejection": {"enabled": False}},
                },
            ],
        }
    )


def filter_failure(context, failure, case, response):
    """Whether what the fuzzer holds to be wrong is wrong."""
    if isinstance(failure, RejectedPositiveData):
        # Much cannot be said by a schema: that a time lies ahead, that there is such a runbook. Then the problem says
        # it, and names the field; but for a NUL, which may stand anywhere and is found where things are stored.
        if response.status_code != 400:
            return True
        problem = response.json()
        return not problem.get("errors") and "NUL" not in problem["detail"]
    if isinstance(failure, AcceptedNegativeData):
        # An empty value in the query counts as none, for forms send the fields that nobody filled; and so does a null.
        is_null = isinstance(case.body, dict) and None in case.body.values()
        # Of a parameter that comes several times the first counts.
        first = [value[0] if isinstance(value, list) and value else value for value in case.query.values()]
        return not is_null and all(value not in ("", [], {}) for value in first)
    return True


class Fuzz:
    """One visitor's."""

    def __init__(self, stage, visitor):
        self.visitor = visitor
        self.document = described(stage.url, PATHS)
        self.statuses = defaultdict(Counter)
        self.failures = {}
        shaping = Shaping(stage, visitor, SEED)
        schema = schemathesis.openapi.from_dict(self.document, config=configuration(visitor))

        # The one hook that every phase asks is global.
        @schemathesis.hook
        def before_call(context, case, kwargs):
            shaping(case, kwargs)

        schema.hooks.hook(filter_failure)
        try:
            for event in from_schema(schema).execute():
                self.note(event)
        finally:
            schemathesis.hooks.unregister(before_call)

    def note(self, event):
        if isinstance(event, events.NonFatalError):
            self.failures[event.label, event.info.title] = event.info.message
        if isinstance(event, events.FatalError):
            raise event.exception
        if not isinstance(event, events.ScenarioFinished):
            return
        record = event.recorder
        for case, sent in record.interactions.items():
            if sent.response is not None:
                self.statuses[record.cases[case].value.operation.label][sent.response.status_code] += 1
        for case, checks in record.checks.items():
            answer = record.interactions[case].response
            for failed in (check.failure_info for check in checks if check.failure_info):
                self.failures.setdefault(
                    (failed.failure.operation, failed.failure.title),
                    f"{failed.failure.message} It was answered {answer.status_code}: {failed.code_sample}",
                )

    @property
    def requests(self):
        return sum(sum(counter.values()) for counter in self.statuses.values())

    def claims(self):
        """What must hold, and what is seen where it does not."""
        good = {label for label, seen in self.statuses.items() if any(200 <= status < 300 for status in seen)}
        all_of_it = operations(self.document)
        allowed = {label for label, operation in all_of_it.items() if self.visitor.may(operation)}
        yield "every answer is as described", [f"{' '.join(key)}: {text}" for key, text in self.failures.items()]
        yield "every operation was called", set(all_of_it) - set(self.statuses)
        yield "every operation that they may call was carried out", allowed - good
        yield "no operation that they may not call was carried out", good - allowed


def claim(text, wrong):
    """Says whether a claim holds: nothing is wrong."""
    for seen in wrong:
        print(f"no\t{text}\t{' '.join(str(seen).split())[:1500]}", flush=True)
    if not wrong:
        print(f"ok\t{text}", flush=True)
    return not wrong


def main():
    wanted = sys.argv[1:] or [STRANGER.name, *ROLES]
    stage = Stage(URL, os.environ["RUNBOOK_TOKEN"])
    holds = True
    print(f"seed {SEED}, {EXAMPLES} examples", file=sys.stderr)
    # Signing in takes a debug build seconds, in which the others are fuzzed already.
    with ThreadPoolExecutor(1) as doorman:
        needed = [role for role in ROLES if role in wanted or role == "viewer"]
        visitors = {role: doorman.submit(stage.visitor, role) for role in needed}
        visitors["viewer"].result()
        for name in wanted:
            visitor = visitors[name].result() if name in visitors else STRANGER
            started = time.monotonic()
            fuzz = Fuzz(stage, visitor)
            seconds = time.monotonic() - started
            print(f"{name}: {fuzz.requests} requests in {seconds:.0f} s", file=sys.stderr)
            for text, wrong in fuzz.claims():
                holds &= claim(f"{name}: {text}", wrong)
            if not visitor.is_stranger:
                holds &= claim(f"{name}: their token still works", [] if stage.works(visitor) else ["it does not"])
    stage.end()
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()

"""The API's own description, as the fuzzer reads it."""

import json
from urllib.request import urlopen

# OpenAPI 3.1 knows a stream only as one long text; the fuzzer holds the schema against each event. What the data of the
# event is, `streams` checks.
EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"enum": ["journal", "run", "step", "output"]},
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "data": {"type": "string"},
    },
}


def described(url, wanted):
    """What is said of the paths in which the pattern `wanted` is found."""
    with urlopen(f"{url}/api/openapi.json", timeout=120) as answer:
        document = json.load(answer)
    document["paths"] = {path: methods for path, methods in document["paths"].items() if wanted.search(path)}
    for name, operation in operations(document).items():
        if "default" in operation["responses"]:
            raise SystemExit(f"{name}: a `default` describes every status, so that none would be undocumented.")
        for response in operation["responses"].values():
            if stream := response.get("content", {}).get("text/event-stream"):
                stream["schema"] = EVENT
    return document


def operations(document):
    """By the name that the fuzzer gives them."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }

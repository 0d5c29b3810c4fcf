"""What an event stream carries, which OpenAPI 3.1 has no words for: the description of the operation says it."""

import json

import jsonschema
import schemathesis

# By the event's name, the schema of its data.
DATA = {"journal": "JournalEvent", "run": "Run", "step": "RunStep", "output": "OutputChunk"}


@schemathesis.check
def events_are_as_described(context, response, case):
    kind = response.headers.get("content-type", [""])[0]
    if not kind.startswith("text/event-stream"):
        return
    components = case.operation.schema.raw_schema["components"]
    # What stands behind the last empty line is not whole: the fuzzer stops reading at some event.
    for event in response.content.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in event.split("\n") if not line.startswith(":"))
        if not fields:
            continue
        schema = {"$ref": f"#/components/schemas/{DATA[fields['event']]}", "components": components}
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        for error in validator.iter_errors(json.loads(fields["data"])):
            raise AssertionError(f"An event `{fields['event']}` is not as described: {error.message}")

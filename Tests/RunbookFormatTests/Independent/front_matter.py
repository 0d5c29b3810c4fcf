"""Judges JSON values by a JSON Schema without any of Runbook's code.

Standard input is {"schema": …, "values": [text, …]}, each text JSON; standard output is a JSON list of booleans. A schema that is
none ends it with an error.
"""

import json
import sys

from jsonschema import Draft202012Validator

given = json.load(sys.stdin)
Draft202012Validator.check_schema(given["schema"])
validator = Draft202012Validator(given["schema"])
json.dump([validator.is_valid(json.loads(text)) for text in given["values"]], sys.stdout)

"""Verifies an exported journal on standard input; shares no code with Runbook. Usage: verify_export.py < export"""
import hashlib
import json
import sys

lines = [json.loads(line) for line in sys.stdin]
prev = hashlib.sha256(lines[0]["instance"].encode()).hexdigest()
erased = {
    seq
    for line in lines[1:]
    if json.loads(line["body"])["kind"] == "journal.erased" and line["data"]
    for seq in json.loads(line["data"])["events"]
}
for number, line in enumerate(lines[1:], start=1):
    signed = b"runbook-journal/1\n" + bytes.fromhex(prev) + b"%d\n" % number + line["body"].encode()
    good = line["seq"] == number and line["prev"] == prev and line["hash"] == hashlib.sha256(signed).hexdigest()
    if line["data"] is None:
        good = good and line["salt"] is None and number in erased
    else:
        salted = bytes.fromhex(line["salt"]) + line["data"].encode()
        good = good and json.loads(line["body"])["data_sha256"] == hashlib.sha256(salted).hexdigest()
    if not good:
        print("bad", number)
        sys.exit(1)
    prev = line["hash"]
print("good", len(lines) - 1, prev)

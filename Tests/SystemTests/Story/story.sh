#!/usr/bin/env bash
# A go-live that goes wrong, from the first tick to the draft of the postmortem, through the terminal alone.
#
# Two people: mira starts the deployment, ben approves it. They need no browser and no other program than `runbook`, and
# Alertmanager's own `amtool` for the alert. It reads
#
#     RUNBOOK_URL, RUNBOOK_TOKEN   the server, and an admin's token to make the two people with
#     RUNBOOK                      the program
#     ALERTMANAGER                 the address of an Alertmanager that calls the server's webhook
#     STORY                        an empty folder for the guides and the two people's sign-ins
#
# and ends with 0 when everything was as it should be; else it says what was not.
set -euo pipefail

# A server that is away for a moment is asked again until it is back.
patiently() {
    local status=0
    "$@" || status=$?
    while [ "$status" -eq 69 ]; do
        read -rt 0.2 <> <(:) || :
        status=0
        "$@" || status=$?
    done
    return "$status"
}
runbook() { patiently "$RUNBOOK" "$@"; }
as() { local person=$1; shift; RUNBOOK_TOKEN='' HOME="$STORY/$person" patiently "$RUNBOOK" "$@"; }
mira() { as mira "$@"; }
ben() { as ben "$@"; }
field() { python3 -c 'import functools, json, sys; print(functools.reduce(lambda value, key: value[int(key) if key.isdigit() else key], sys.argv[1].split("."), json.load(sys.stdin)))' "$1"; }
chapter() { echo "— $*"; }
fail() { echo "not so: $*" >&2; exit 1; }
# refused STATUS WORDS COMMAND…: it must end so, and say that.
refused() {
    local status=$1 words=$2 said; shift 2
    if said=$("$@" 2>&1 >/dev/null); then fail "this was taken: $*"; elif [ $? -ne "$status" ]; then fail "$*: $said"; fi
    case $said in *"$words"*) ;; *) fail "$* said: $said" ;; esac
}
holds() { case $1 in *"$2"*) ;; *) fail "“$2” is not in: $1" ;; esac; }
# The first event of a kind, when it comes.
event() {
    local line
    exec 3< <(ben audit tail --follow --limit 1 --kind "$1" --json)
    read -r line <&3
    kill $!
    exec 3<&-
    printf '%s\n' "$line"
}

chapter "Two guides are imported, two people let in, and what runs today is recorded"
mkdir -p "$STORY/guides/accunode" "$STORY/mira" "$STORY/ben"
cat > "$STORY/guides/accunode/deploy.md" <<'GUIDE'
---
title: Deploy AccuNode
service: accunode
kind: deployment
rollback: accunode.rollback
parameters:
  version: {type: string, required: true}
---
# Deploy AccuNode

## Before

- [ ] The backup is of today
- [ ] The owner is told
- [ ] The new version is there

  ```sh {check name=image}
  echo "accunode is in the registry"
  ```

## Production

```approval {name=ship not-starter}
Ship {{version}} to production?
```

```sh {name=switch}
echo "traffic to $version"
```

## Verify

```sh {name=healthy}
echo "GET /health: 503"
exit 22
```
GUIDE
cat > "$STORY/guides/accunode/rollback.md" <<'GUIDE'
---
title: Roll AccuNode back
service: accunode
alerts:
  - {alertname: HighErrorRate, service: accunode}
parameters:
  version: {type: string, required: true}
---
# Roll AccuNode back

```sh {name=back}
echo "traffic to $version"
```
GUIDE
runbook import "$STORY/guides" > /dev/null
runbook service add accunode --owner platform --environment production > /dev/null
for person in mira ben; do
    echo "correct horse battery" | runbook user add "$person" --role operator --password-stdin > /dev/null
    echo "correct horse battery" | as "$person" login "$person" --password-stdin 2> /dev/null
done
mira deploy record --service accunode --version v1.2.3 --environment production > /dev/null 2>&1

chapter "mira starts the deployment; it waits for its checklist and says so"
deployment=$(mira deploy start accunode/deploy --version v1.2.4 --environment production --json | field id)
holds "$(mira deploy show "$deployment")" waiting
refused 65 "" mira deploy start accunode/deploy --version v1.2.5 --environment production
checklist=$(mira checklist list --json | field items.0.id)

chapter "Both work through the checklist, and a check proves the rest"
mira checklist tick "$checklist" 1 2> /dev/null
ben checklist tick "$checklist" 2 --note "by telephone" 2> /dev/null
ben checklist check "$checklist" > /dev/null
refused 65 "not" ben checklist waive "$checklist" 1
mira checklist complete "$checklist" 2> /dev/null
holds "$(ben checklist export "$checklist")" "- [x] The new version is there"

chapter "ben approves; mira, who started it, may not"
refused 77 "" mira deploy promote "$deployment"
ben deploy promote "$deployment" --follow > /dev/null 2>&1 && fail "the health check was to fail"
holds "$(mira deploy show "$deployment")" failed

chapter "Alertmanager opens an incident, with the guide that fits"
alert() {
    amtool --alertmanager.url="$ALERTMANAGER" alert add alertname=HighErrorRate service=accunode severity=critical \
        --annotation=summary="AccuNode answers 503" "$@"
}
alert
event incident.opened > /dev/null
incident=$(ben incident list --open --json | field items.0.id)
holds "$(ben incident show "$incident")" accunode.rollback
ben incident ack "$incident" 2> /dev/null
refused 65 "ben" mira incident ack "$incident"
ben incident assign "$incident" commander ben > /dev/null 2>&1
mira incident note "$incident" "It began with *v1.2.4*." > /dev/null

chapter "The deployment is rolled back, to the good version that ran before"
mira deploy rollback "$deployment" --reason "AccuNode answers 503" --follow > /dev/null 2>&1
holds "$(mira deploy show "$deployment")" rolled-back
holds "$(mira deploy versions accunode)" v1.2.3
event deployment.follow-up-started > /dev/null
followup=$(mira deploy show "$deployment" --json | field follow_up)
holds "$(mira checklist show "$followup")" "post-mortem"
ben exec accunode/rollback --param version=v1.2.3 --incident "$incident" --yes > /dev/null 2>&1
ben incident mitigate "$incident" --note "v1.2.3 serves again" 2> /dev/null
# The alert ends, and the incident with it.
alert --end="$(date --utc +%Y-%m-%dT%H:%M:%S.%6NZ)"
event incident.resolved > /dev/null
refused 65 "reopen" mira incident ack "$incident"

chapter "The timeline tells all of it, in order, and the postmortem begins with it"
timeline=$(mira incident timeline "$incident")
place=0
for words in "started" "Opened as sev1" "cknowledged" "It began with" "rolled back" "After a rollback: 4 items" "Run accunode.rollback succeeded" \
    "itigated" "esolved"; do
    line=$(printf '%s\n' "$timeline" | grep -n -m1 -- "$words" | cut -d: -f1 || true)
    [ -n "$line" ] || fail "“$words” is not on the timeline: $timeline"
    [ "$line" -ge "$place" ] || fail "“$words” stands too early on the timeline: $timeline"
    place=$line
done
holds "$(mira incident postmortem "$incident")" "# Postmortem: AccuNode answers 503"
holds "$(mira status)" "Nothing is running"

chapter "And nobody has changed the record"
holds "$(runbook audit verify)" "the journal is intact"

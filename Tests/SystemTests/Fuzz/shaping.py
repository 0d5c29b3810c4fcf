"""What is changed in a request that the fuzzer has made up, before it is sent.

Half of the well-formed ones are given names and ids of what exists, for what was made up exists almost never, and a
fuzz of nothing but 404 finds nothing. And some are made harmless:

- No guide of the fuzzer's own has a fence, so that no text of its own can ever run.
- The tokens and the people of the visitors are neither revoked nor disabled, or the rest would be a fuzz of 401.
- A stream that does not end by itself is not followed, or is asked for what it has already, which comes at once.
"""

import base64
import hmac
import time
from random import Random

from schemathesis.core import NOT_SET

from stage import ASKING, CHECKED, FAILING, GATED, GUIDES, ITEM, MANUAL, PASSWORD, QUICK, RELEASE

IMPORTED = "fuzz.imported"
# Fences, the only thing in a guide that runs, need one of these.
WITHOUT_FENCES = str.maketrans("`~", "'-")

# Some requests with the same key are the same, which is answered again, and some are not, which is refused.
KEYS = [None, "one", "two", "three"]
# A password is hashed, which takes a debug build seconds.
COSTLY = {"signIn", "addPerson"}


class Shaping:
    """For one visitor. Its choices follow from the seed and the order of the requests."""

    def __init__(self, stage, visitor, seed):
        self.stage = stage
        self.visitor = visitor
        self.random = Random(f"{seed} {visitor.name}")
        self.asked = set()

    def __call__(self, case, kwargs):
        operation = case.operation.definition.raw["operationId"]
        self.protect(case, operation)
        if case.meta is None or not case.meta.generation.mode.is_negative:
            # The first request for each operation is always one of these.
            is_first = operation not in self.asked
            if is_first or (operation not in COSTLY and self.random.random() < 0.5):
                self.asked.add(operation)
                if shape := getattr(self, operation, None):
                    shape(case, kwargs)
                self.name(case, None if is_first else self.random.choice(KEYS))
        if operation == "followJournal":
            self.shorten(case)

    def name(self, case, key):
        """Most of the made-up idempotency keys are none, and would be all that is refused."""
        if "Idempotency-Key" in case.headers:
            del case.headers["Idempotency-Key"]
            if key:
                case.headers["Idempotency-Key"] = key

    def protect(self, case, operation):
        if operation in ("changePerson", "revokeToken") and case.path_parameters.get("id") in self.stage.protected:
            case.path_parameters["id"] = "somebody-else"
        if operation in ("removeHook", "pauseHook", "renewHookSecret") and (
            case.path_parameters.get("name") == self.stage.hook[0]
        ):
            case.path_parameters["name"] = "somebody-else"
        if operation == "followRun" and self.stage.goes_on(str(case.path_parameters.get("id"))):
            case.path_parameters["id"] = self.stage.done
        if operation == "storeRunbook":
            if case.query.get("name") in GUIDES:
                case.query["name"] = IMPORTED
            if case.body is not NOT_SET:
                case.body = str(case.body).translate(WITHOUT_FENCES)

    def shorten(self, case):
        """What the server would refuse stays."""
        text = case.headers.get("Last-Event-ID", case.query.get("after"))
        text = str(text) if isinstance(text, int) else text
        if not isinstance(text, str) or text == "" or text.strip("+").isdigit():
            case.headers.pop("Last-Event-ID", None)
            case.query["after"] = "0"

    def known_run(self, case, _):
        case.path_parameters["id"] = self.random.choice([self.stage.done, self.stage.failed])

    def known_runbook(self, case, _):
        case.path_parameters["name"] = self.random.choice(list(GUIDES))
        case.query.pop("version", None)

    getRun = getRunOutput = followRun = known_run
    getRunbook = listRunbookVersions = getRunbookSource = known_runbook

    def compareRunbookVersions(self, case, _):
        case.path_parameters["name"] = self.stage.changed
        case.path_parameters["version"] = "2"
        case.query.pop("from", None)

    def getService(self, case, _):
        case.path_parameters["name"] = "fuzz-kept"

    checkServiceLinks = getService

    def addService(self, case, _):
        case.body = {"name": self.stage.free_name(), "links": [{"title": "Home", "url": "https://example.com"}]}

    def replaceService(self, case, _):
        case.path_parameters["name"] = "fuzz-kept"
        case.body = {"owner": self.visitor.name}

    def removeService(self, case, _):
        case.path_parameters["name"] = self.stage.service()

    def listSchedules(self, case, _):
        case.query.pop("after", None)

    def known_schedule(self, case, _):
        case.path_parameters["id"] = self.stage.schedule

    getSchedule = pauseSchedule = resumeSchedule = known_schedule

    def addSchedule(self, case, _):
        """One that comes once a year."""
        case.body = {"runbook": QUICK, "cron": "0 0 1 1 *", "missed": self.random.choice(["skip", "once", "all"])}

    def removeSchedule(self, case, _):
        case.path_parameters["id"] = self.stage.new_schedule()

    def listHooks(self, case, _):
        case.query.pop("after", None)

    def known_hook(self, case, _):
        case.path_parameters["name"] = self.stage.paused_hook

    getHook = pauseHook = resumeHook = renewHookSecret = known_hook

    def addHook(self, case, _):
        case.body = {"name": self.stage.free_name(), "runbook": QUICK, "pointers": {"WORD": "/word"}}

    def removeHook(self, case, _):
        case.path_parameters["name"] = self.stage.new_hook()[0]

    def receiveHookMessage(self, case, _):
        """Signed with the hook's secret, as its sender would; there is nothing in it."""
        name, secret = self.stage.hook
        case.path_parameters["name"] = name
        case.body = NOT_SET
        message, seconds = self.stage.free_name(), str(int(time.time()))
        code = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), f"{message}.{seconds}.".encode(), "sha256")
        case.headers["webhook-id"], case.headers["webhook-timestamp"] = message, seconds
        case.headers["webhook-signature"] = "v1," + base64.b64encode(code).decode()

    def search(self, case, _):
        case.query["q"] = self.random.choice(["quick", "somebody looked", '"fuzz.kept', "fuz* OR NOT"])

    def addDestination(self, case, _):
        """One that nothing is sent to: nothing listens there."""
        case.body = {"name": self.stage.free_name(), "kind": "webhook", "url": "http://127.0.0.1:9/hook"}

    def testDestination(self, case, _):
        case.path_parameters["name"] = "fuzz-kept"

    def removeDestination(self, case, _):
        case.path_parameters["name"] = self.stage.destination()

    def listDeliveries(self, case, _):
        case.query.pop("destination", None)

    def getDelivery(self, case, _):
        case.path_parameters["id"] = self.stage.delivery

    retryDelivery = getDelivery

    def known_incident(self, case, _):
        case.path_parameters["id"] = self.stage.incident

    getIncident = getPostmortem = known_incident

    def getTimeline(self, case, _):
        case.path_parameters["id"] = self.stage.incident
        case.query.pop("kind", None)
        case.query.pop("after", None)

    def listIncidents(self, case, _):
        case.query.pop("after", None)

    def openIncident(self, case, _):
        case.body = {"title": "It burns", "severity": "sev2", "services": ["fuzz-kept"], "runbooks": [QUICK]}

    def changeIncident(self, case, _):
        case.path_parameters["id"] = self.stage.incident
        case.body = {"title": f"It burns, says {self.visitor.name}", "severity": self.random.choice(["sev1", "sev2"])}

    def move(self, case, _):
        """One that nobody has touched, so that each move but reopening is allowed."""
        case.path_parameters["id"] = self.stage.new_incident()
        case.body = {"note": "It was the network."}

    acknowledgeIncident = mitigateIncident = resolveIncident = move

    def reopenIncident(self, case, _):
        case.path_parameters["id"] = self.stage.resolved_incident()
        case.body = {}

    def addNote(self, case, _):
        case.path_parameters["id"] = self.stage.incident
        case.body = {"text": "It was the *network*.", "at": "2026-01-19T03:05:00Z"}

    def editNote(self, case, _):
        case.path_parameters.update(id=self.stage.incident, note=self.stage.note)
        case.headers["If-Match"] = "*"
        case.body = {"text": f"It was {self.visitor.name}."}

    def assignRole(self, case, _):
        case.path_parameters.update(id=self.stage.incident, role=self.random.choice(["commander", "scribe"]))
        case.body = {"person": "fuzz viewer"}

    def receiveAlerts(self, case, _):
        """The same again and again, so that it is one incident."""
        status = self.random.choice(["firing", "resolved"])
        alert = {"status": status, "labels": {"alertname": "Fuzz", "severity": "warning"}, "fingerprint": "f",
                 "annotations": {"runbook_url": QUICK}, "startsAt": "2026-01-19T03:05:00Z"}
        case.body = {"version": "4", "groupKey": "{}:{}", "status": status, "alerts": [alert]}

    def createDeployment(self, case, _):
        case.body = {"runbook": RELEASE, "version": "v2", "environment": self.stage.free_name()}

    def recordDeployment(self, case, _):
        case.body = {
            "service": "fuzz", "version": "v3", "environment": self.stage.free_name(), "state": "succeeded",
            "external_id": self.stage.free_name(),
        }

    def getDeployment(self, case, _):
        case.path_parameters["id"] = self.stage.deployment()

    def promoteDeployment(self, case, _):
        case.path_parameters["id"] = self.stage.deployment()
        case.body = {"stage": "ship"}

    def abortDeployment(self, case, _):
        case.path_parameters["id"] = self.stage.deployment()
        case.body = {"reason": "the wrong tag"}

    def rollBackDeployment(self, case, _):
        case.path_parameters["id"] = self.stage.deployment()
        case.body = {"reason": "errors"}

    def cancelRun(self, case, _):
        case.path_parameters["id"] = self.stage.running()

    def resumeRun(self, case, _):
        """A run that fails again each time."""
        case.path_parameters["id"] = self.stage.settled(self.stage.failed)
        case.body = {"note": "It was the network."}

    def approveStep(self, case, _):
        case.path_parameters.update(id=self.stage.waiting(GATED), step="go")
        case.body = {"note": "Seen on staging."}

    rejectStep = approveStep

    def confirmStep(self, case, _):
        case.path_parameters.update(id=self.stage.waiting(MANUAL), step="cable")
        case.body = {"note": "Port 12."}

    skipStep = confirmStep

    def createRun(self, case, _):
        runbook = self.random.choice([QUICK, FAILING, ASKING])
        case.body = {"runbook": runbook, **({"placeholders": {"<pod-name>": "a"}} if runbook == ASKING else {})}

    def known_checklist(self, case, _):
        case.path_parameters["id"] = self.stage.checklist()

    getChecklist = exportChecklist = completeChecklist = reopenChecklist = runChecks = known_checklist

    def createChecklist(self, case, _):
        case.body = {"runbook": CHECKED, "occasion": "a rehearsal"}

    def changeItem(self, case, _):
        case.path_parameters.update(id=self.stage.checklist(), item=ITEM)
        case.headers["If-Match"] = self.random.choice(["*", '"1"'])
        case.body = {"state": self.random.choice(["ticked", "open"]), "note": "as it was asked for"}

    def checkItem(self, case, _):
        case.path_parameters.update(id=self.stage.checklist(), item=ITEM)

    def storeRunbook(self, case, _):
        case.query["name"] = IMPORTED
        case.body = self.random.choice(list(GUIDES.values()))

    def signIn(self, case, _):
        case.media_type = "application/json"
        case.body = {"name": "fuzz viewer", "password": PASSWORD}

    def addPerson(self, case, _):
        case.body = {"name": f"added by {self.visitor.name}", "password": PASSWORD, "role": "viewer"}

    def changePerson(self, case, _):
        """Somebody who can bear it."""
        case.path_parameters["id"] = self.stage.people["viewer"]
        case.body = {"author": False, "disabled": False}

    def signOut(self, case, kwargs):
        """With the session, once; a token is refused here."""
        if session := self.visitor.session:
            self.visitor.session = None
            kwargs["auth"] = session

    def addToken(self, case, _):
        case.body = {"name": "fuzz", "scopes": ["read"]}

    def revokeToken(self, case, _):
        if self.visitor.is_stranger:
            return
        case.path_parameters["id"] = self.stage.token(self.visitor)

"""Times are shown in the reader's own zone; without scripts they say that they are UTC."""

import re
from datetime import datetime, timedelta, timezone

from visit import Site, claim, go, store

# Zones without summer time, and one of them with three quarters of an hour.
ZONES = {"Asia/Kathmandu": timedelta(hours=5, minutes=45), "America/Phoenix": timedelta(hours=-7)}
TIMES = "times => times.map((time) => [time.dateTime, time.title, time.textContent])"
PATHS = ("/runbooks", "/runbooks/timed", "/journal")

with Site() as site:
    store(site.page(), "timed", "# Timed\n\n```sh\ntrue\n```\n")
    for zone, offset in ZONES.items():
        page = site.page(timezone_id=zone)
        for path in PATHS:
            go(page, path)
            times = page.locator("main time").evaluate_all(TIMES)
            wrong = []
            for instant, title, text in times:
                local = datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(timezone(offset))
                if not title.startswith(f"{local.day} {local:%b %Y, %H:%M:%S}") or not re.search("ago|just now", text):
                    wrong.append((instant, title, text))
            claim(f"{path} shows times in {zone}", times and not wrong, wrong or "no times")
    page = site.page(scripts=False, timezone_id="Asia/Kathmandu")
    for path in PATHS:
        go(page, path)
        times = page.locator("main time").evaluate_all(TIMES)
        wrong = [(instant, text) for instant, _, text in times if text != f"{instant[:10]} {instant[11:16]} UTC"]
        claim(f"{path} says UTC without scripts", times and not wrong, wrong or "no times")
    site.claim_quiet()

"""One week of a command centre: forty faults, each told once to whom it concerns, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from energy.store.pool import Database
from tests.command_centre.centre import Centre, gateways
from tests.command_centre.table import read_week
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


@pytest.fixture
def centre(
    new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Centre]:
    week = read_week()
    site: TestSite = new_site("Asia/Shanghai", at=week.begins)
    with gateways() as (first, second, mail):
        made = Centre(site=site, week=week, folder=tmp_path, first=first, second=second, mail=mail)
        made.found(monkeypatch)
        yield made
        made.close()


def test_play(centre: Centre) -> None:
    import os, time
    from datetime import timedelta
    t=time.time()
    days=float(os.environ.get("DAYS","1"))
    centre.play(centre.week.begins+timedelta(days=days))
    print("STEPS",centre.steps,"S",time.time()-t)
    from tests.command_centre.table import ZONE
    loc=lambda x: x and x.astimezone(ZONE).strftime("%a %H:%M")
    for a in centre.alerts():
        if a["parent"] is None: print(loc(a["raised_at"]),loc(a["cleared_at"]),loc(a["closed_at"]),loc(a["seen"]),a["key"],a["point"],a["about"],a["code"],a["severity"],a["historic"],list(a["suppressed"].values()),a["cause"],"children",sum(b["parent"]==a["alert"] for b in centre.alerts()),a["level"])
    for f in centre.week.faults:
        n=len(centre.alerts_of(f,centre.alerts()))
        if n!=1: print("FAULT",f.number,f.what,n)
    for r in centre.site.rows("SELECT a.key, a.about, c.key, n.about, n.way, n.state, n.level, n.repeat, n.gateway, n.queued_at, n.handed_at, n.template FROM {s}.notice n JOIN {s}.contact c USING (contact) LEFT JOIN {s}.alert a ON a.alert=n.subject ORDER BY n.queued_at"): print(*[loc(x) if hasattr(x,'hour') else x for x in r])
    print(len(centre.first.desk.taken), len(centre.second.desk.taken), len(centre.mail.desk.taken), len(centre.mail.mails))
    assert False

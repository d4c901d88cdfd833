"""Estimates by the command row: proposed, recorded, superseded, with the net effect shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
SPAN = "--from 2019-01-08 --to 2019-01-09"


def told(row: Row, channel: int, first: int, last: int, *, a_quarter: int = 10) -> None:
    """Bring readings of some days, ten counts a quarter-hour."""
    row.site.accept(
        *(reading(channel, 15 * n, 5_000 + a_quarter * n) for n in range(first * 96, last * 96 + 1))
    )
    row.site.project()


def test_an_estimate_is_proposed_recorded_and_gives_way_with_its_net_effect(row: Row) -> None:
    channel = row.site.counter("e1", facts=counter_facts(max_per_hour=None))
    row.site.clock.move_to(MIDNIGHT + timedelta(days=40))
    told(row, channel, 0, 7)
    proposed = row("estimate propose e1 --method hour_of_week", *SPAN.split())
    assert "19.2" in proposed.stdout
    assert "Nothing was written" in proposed.stdout
    assert row.json("estimate list") == []
    words = ("--reason", "gateway away", "--by", "manager")
    row("estimate record e1 --method hour_of_week", *SPAN.split(), *words)
    row("estimate record e1 --method hour_of_week", *SPAN.split(), *words, "--dry-run")
    row("estimate record e1 --method hour_of_week", *SPAN.split(), *words)
    assert "No interval" in row("estimate propose e1 --method hour_of_week", *SPAN.split()).stdout
    (stands,) = row.json("estimate list e1")
    assert (stands["standing"], len(stands["days"])) == ("stands", 2)
    assert stands["inputs"]["reason"] == "gateway away"
    told(row, channel, 8, 9, a_quarter=12)
    (partly,) = row.json("estimate list --state partly")
    assert partly["days"][1]["standing"] == 0
    told(row, channel, 7, 8, a_quarter=12)
    shown = row.json("estimate show", stands["estimate"][:8])
    estimate: dict[str, Any] = shown["estimate"]
    assert estimate["standing"] == "superseded"
    known = sum(day["known"] for day in estimate["days"])
    stated = sum(day["stated"] for day in estimate["days"])
    assert stated == 2 * 96 * 100
    assert known - stated == sum(lot["difference"] for lot in shown["arrived"])
    text = row("estimate show", stands["estimate"][:8]).stdout
    assert "superseded" in text
    assert "Net effect so far" in text


def test_everything_missing_is_estimated_with_one_reason_and_one_event_each(row: Row) -> None:
    channels = [row.site.counter(f"e{n}") for n in range(3)]
    silent = row.site.counter("silent")
    row.site.clock.move_to(MIDNIGHT + timedelta(days=40))
    for channel in channels:
        told(row, channel, 0, 7)
    asked = ("--method", "linear", "--all-missing", *SPAN.split())
    proposed = row.json("estimate propose", *asked, code=1)
    assert len(proposed["drafts"]) == 3
    assert {each["channel"].split("/")[0] for each in proposed["refused"]} >= {"silent"}
    words = ("--reason", "outage of the gateway", "--by", "manager")
    recorded = row.json("estimate record", *asked, *words, code=1)
    assert len({each["recorded_at"] for each in recorded["recorded"]}) == 3
    assert len(row.json("estimate list")) == 3
    assert silent


def test_a_point_or_everything_is_named_never_both(row: Row) -> None:
    asked = ("--method", "linear", *SPAN.split())
    assert "--all-missing" in row("estimate propose", *asked, code=2).output
    row("estimate propose m1 --all-missing", *asked, code=2)
    assert "schedule" in row("estimate methods").stdout
    assert "estimate list" in row("estimate show zz", code=2).output

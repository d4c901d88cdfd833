"""The life of a meter by the command row: reset, reversed, moved, tested, adjusted, retired."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy.base.clock import SystemClock
from energy.base.period import local_day
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.meters import commission, find_meter
from tests.fixtures.postgres import new_site
from tests.fixtures.two_way import found_yard, plan_two_way
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
WHY = ["--reason", "found on the spot", "--by", "manager"]


@pytest.fixture
def hangar(row: Row) -> Row:
    """A point whose meter counts both ways, read by the quarter-hour, and a free one."""
    site = row.site
    metering = site.application("metering")
    found_yard(site)
    first, second = plan_two_way(site, "hangar-3")
    plan_two_way(site, "workshop")
    meter = find_meter(metering, site.site.key, "hangar-3")
    commission(
        meter, since=MIDNIGHT, serial="S-41", start_counts={first: 0, second: 40_000}, unit=41
    )
    metering.store(meter)
    told = []
    for minute in range(0, 1441, 15):
        # Wired the wrong way round until six in the morning; without voltage at eight.
        told += [
            reading(first, minute, max(0, minute - 360) if minute < 480 else minute - 480),
            reading(second, minute, 40_000 + min(minute, 360)),
        ]
    site.accept(*told)
    site.project()
    return row


def test_the_office_tells_the_life_of_a_meter(hangar: Row) -> None:
    days = ["--from", "2019-01-01", "--to", "2019-01-01"]
    assert hangar.json("usage show hangar-3", *days)["groups"][0]["usage"] is None
    asked = hangar("meter reset hangar-3 --at", "2019-01-01 07:40", *WHY, code=2).output
    assert "No register of hangar-3 fell" in asked
    out = hangar("meter reset hangar-3 --at", "2019-01-01 07:59", "--before", "1.19", *WHY).stdout
    assert "the reset is recorded" in out
    refused = hangar(
        "meter reverse hangar-3 --from", "2019-01-01", "--to", "2019-01-01 05:59", *WHY, code=2
    ).output
    assert "Readings around it" in refused
    out = hangar(
        "meter reverse hangar-3 --from", "2019-01-01", "--to", "2019-01-01 06:00", *WHY
    ).stdout
    assert "import is counted by the export register" in out
    assert hangar.json("usage show hangar-3", *days)["groups"][0]["usage"] == 14_390
    life = hangar.json("meter life hangar-3")
    assert [(r["serial"], r["register"], r["usage"], r["missing"]) for r in life[:3]] == [
        ("S-41", "active_energy_export", 3_600, 0),
        ("S-41", "active_energy_import", 1_190, 0),
        ("S-41", "active_energy_import", 9_600, 0),
    ]
    moved = hangar("meter move hangar-3 workshop --at", "2019-01-01 12:00", *WHY).stdout
    assert "The meter of hangar-3 serves workshop" in moved
    history = hangar("meter history hangar-3").stdout
    assert "found wired the wrong way round" in history
    assert "counted by" in history
    assert "发现接线反向" in hangar("meter history hangar-3 --lang zh").stdout
    hangar("meter retire workshop --at", "2019-01-01 12:00:01", "--count", "2.40", "--count",
           "active_energy_export=403.60", *WHY)  # fmt: skip


def test_a_reset_says_whether_it_explains_the_fall_and_is_taken_back(hangar: Row) -> None:
    (fall,) = hangar.json("finding list --point hangar-3", code=1)
    reset = ["meter reset hangar-3 --at", "2019-01-01 07:45", *WHY]
    out = hangar(*reset).stdout
    assert "count before: active_energy_import  1.05 kWh (count 105)" in out
    assert "The fall is explained" in out
    assert hangar.json("finding list --point hangar-3") == []
    both = hangar(*reset, "--undo", "--after", "1", code=2).output
    assert "leave --before and --after out" in both
    undone = hangar.json(*reset, "--undo", code=1)
    assert [row["key"]["start"] for row in undone["open_falls"]] == [fall["key"]["start"]]
    assert "撤回复位" in hangar("meter history hangar-3 --lang zh").stdout
    wrong = hangar("meter reset hangar-3 --at", "2019-01-01 07:30", "--before", "0.9", *WHY, code=1)
    assert "No reading shows a fall here" in wrong.output
    assert 'meter reset hangar-3 --at "2019-01-01 07:30" --undo' in wrong.output


def test_a_certificate_changes_nothing_until_two_people_decide(hangar: Row, tmp_path: Path) -> None:
    days = ["--from", "2019-01-01", "--to", "2019-01-01"]
    paper = tmp_path / "certificate.pdf"
    paper.write_bytes(b"%PDF-1.7 certificate")
    today = local_day(SystemClock().now(), hangar.site.site.zone)
    told = ["--certificate", str(paper), "--laboratory", "Metrology Institute"]
    told += ["--tested-on", str(today), "--valid-until", str(today + timedelta(days=40))]
    told += ["--class", "B", "--weighted", "-0.5"]
    for error in ("--error 5%=-1.2", "--error 100%=-0.4", "--error-after 100%=0.01"):
        told += error.split()
    wrong = hangar("meter calibrate hangar-3", *told, "--error", "ten=1e999999999", code=2).output
    assert "is no LOAD=ERROR" in wrong
    hangar("meter calibrate hangar-3", *told)
    facts = ["--seal", "A88123", "--next-check", str(today + timedelta(days=20))]
    hangar("meter facts hangar-3", *facts, *WHY)
    assert "found on the spot; seal A88123; next check" in hangar("meter history hangar-3").stdout
    due = hangar.json("meter due", code=1)
    assert [(d["what"], d["days_left"]) for d in due] == [
        ("next_check", 20),
        ("certificate_until", 40),
    ]
    assert "Nothing is due" in hangar("meter due --within 2w").stdout
    assert "error.meter_due" not in hangar("meter due --within soon", code=2).output
    shown = hangar("meter show hangar-3").stdout
    assert all(part in shown for part in ("A88123", "100 %: -0.4 (0.01)", "accuracy class"))
    before = hangar.json("usage show hangar-3", *days)
    draft = hangar("meter adjust hangar-3 --dry-run", *days, *WHY).stdout
    assert "Nothing was written" in draft
    made = hangar.json("meter adjust hangar-3", *days, "--full-load", "10", *WHY)
    assert made["total"] == sum(made["draft"]["days"].values()) > 0
    refused = hangar(f"meter approve {made['adjustment'][:8]} --by manager", code=2).output
    assert "Ask another person" in refused
    hangar(f"meter approve {made['adjustment'][:8]} --by approver")
    after = hangar.json("usage show hangar-3", *days)
    assert after["groups"] == before["groups"]
    assert after["adjusted"] == [["2019-01-01", made["total"]]]
    assert (
        "Bills add them to what the registers counted"
        in hangar("usage show hangar-3", *days).stdout
    )
    assert "approved" in hangar("meter adjustments hangar-3").stdout
    hangar("meter adjust hangar-3", *days, *WHY, code=2)


def test_an_adjustment_is_taken_back_by_its_author(hangar: Row) -> None:
    days = ["--from", "2019-01-01", "--to", "2019-01-01"]
    made = hangar.json("meter adjust hangar-3 --error -1", *days, *WHY)
    hangar(f"meter reject {made['adjustment'][:8]} --reason mistyped --by manager")
    (row,) = hangar.json("meter adjustments")
    assert row["state"] == "rejected"
    assert hangar.json("usage show hangar-3", *days)["adjusted"] == []

"""A round goes the way through the places, and what comes back is recorded once."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from adapters.files.round_result import RoundEntry, RoundResult
from energy.metering.plant import Source
from energy.metering.reading import Reading
from processes.field_round import Round, build_round
from processes.field_round_result import RoundImported, RoundRefusedError, Verdict, import_round
from processes.technician_pulse import commission_pulse
from processes.technician_values import FieldRefusedError, NewPoint, Removed
from tests.fixtures.field import Field
from tests.fixtures.postgres import NOON, command
from tests.processes.test_technician_pulse import METER, Box

pytestmark = pytest.mark.servers
BY = uuid4()


@pytest.fixture
def way(field: Field, port: int) -> Field:
    """Two electricity meters and a gas meter behind a pulse box."""
    field.site.application("metering").store(
        Source(
            site=field.site.site.key,
            key="pulses-1",
            kind="mqtt",
            settings={"host": "127.0.0.1", "port": 1883, "topic": "site/pulses/+"},
            command_id=command("pulses"),
        )
    )
    field.site.project()
    for unit, point in ((2, "b2-elec"), (5, "b2-shop")):
        installed = field.installed(unit, point=point, location=f"Board {unit}")
        new = NewPoint(name=f"Meter {unit}", place="b2", utility="electricity")
        field.technician(port).commission(installed, new, watch_s=0)
    gas = NewPoint(name="Gas", place="b2", utility="gas")
    commission_pulse(field.desk(port), METER, gas, Box(field, 1_000, 1_010), watch_s=60)
    field.site.tick(3_600)
    now = field.site.clock.now()
    channels = {
        (p, q): n for n, p, q in field.site.rows("SELECT number, point, quantity FROM {s}.channel")
    }
    field.site.accept(
        Reading(channel=channels["b2-elec", "active_energy_import"], at=now, count=field.count(2)),
        Reading(channel=channels["b2-gas", "volume"], at=now, count=1_110),
    )
    field.site.project()
    return field


def made(field: Field, language: str = "en", **wanted: list[str]) -> Round:
    return build_round(
        field.desk(1),
        places_wanted=wanted.get("places", []),
        points_wanted=wanted.get("points", []),
        language=language,
    )


def entry(field: Field, point: str, value: str | None, **changes: Any) -> RoundEntry:
    serials = {"b2-elec": "S-2", "b2-shop": "S-5", "b2-gas": "G-1"}
    quantity = "volume" if point == "b2-gas" else "active_energy_import"
    told = RoundEntry(
        point=point,
        quantity=quantity,
        serial=serials[point],
        at=field.site.clock.now(),
        value=value,
        note="",
        confirmed=False,
    )
    return replace(told, **changes)


def result(field: Field, *entries: RoundEntry, site: str = "") -> RoundResult:
    key = site or field.site.site.key
    return RoundResult(site=key, round="r1", reader="Ada Okoye", entries=entries)


def bring(field: Field, *entries: RoundEntry, **changes: bool) -> RoundImported:
    return import_round(
        field.desk(1),
        result(field, *entries),
        by=BY,
        dry_run=changes.get("dry_run", False),
        partial=changes.get("partial", False),
    )


def test_a_round_names_each_meter_with_its_place_last_display_and_limits(way: Field) -> None:
    stops = {stop.point: stop for stop in made(way).stops}
    assert list(stops) == ["b2-elec", "b2-gas", "b2-shop"]
    electric, gas = stops["b2-elec"], stops["b2-gas"]
    shown = way.count(2)
    assert electric.last == f"{shown // 100}.{shown % 100:02}"
    assert electric.where == "Building 2 · Board 2"
    assert (electric.serial, electric.digits, electric.unit) == ("S-2", 2, "kWh")
    assert electric.per_hour is not None
    assert (gas.last, gas.digits) == ("4712.53", None)
    content = json.loads(
        made(way, "zh").page().partition('id="round">')[2].partition("</script>")[0]
    )
    assert [stop["number"] for stop in content["stops"]] == [1, 2, 3]
    assert content["texts"]["confirm"].startswith("已再次核对")


def test_a_round_is_one_page_of_html_that_asks_nobody_and_a_printed_sheet_with_boxes(
    way: Field,
) -> None:
    page = made(way).page()
    for word in ("http:", "https:", "//cdn", " src=", "@import", "fetch("):
        assert word not in page, word
    for language in ("en", "zh"):
        pdf = made(way, language).sheets()
        folder = os.environ.get("METERLINE_KEEP_PAPERS")
        if folder:
            Path(folder, f"round-{language}.pdf").write_bytes(pdf)
            Path(folder, f"round-{language}.html").write_text(made(way, language).page())
        text = " ".join(
            " ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages).split()
        )
        for words in ("b2-elec", "S-2", "Board 5", "4712.53", "G-1"):
            assert words in text, words


def test_a_way_through_unknown_places_is_refused(way: Field) -> None:
    assert [stop.point for stop in made(way, points=["b2-shop"]).stops] == ["b2-shop"]
    assert len(made(way, places=["b2"]).stops) == 3
    with pytest.raises(FieldRefusedError, match="No place 'roof'"):
        made(way, places=["roof"])
    with pytest.raises(FieldRefusedError, match="No meter serves a point 'b9'"):
        made(way, points=["b9"])


def test_what_was_read_is_recorded_once_and_a_pulse_display_is_a_control_reading(
    way: Field,
) -> None:
    way.site.tick(60)
    told = [
        entry(way, "b2-elec", way.display(2)),
        entry(way, "b2-gas", "4712.53"),
        entry(way, "b2-shop", None, note="no access"),
    ]
    brought = bring(way, *told)
    assert [each.verdict for each in brought.entries] == [
        Verdict.RECORDED,
        Verdict.CONTROL,
        Verdict.NOTE,
    ]
    assert (brought.written, brought.added, brought.open) == (2, True, True)
    [(count,)] = way.site.rows(
        "SELECT r.count FROM {s}.reading AS r JOIN {s}.channel AS c "
        "ON c.number = r.channel WHERE c.point = 'b2-elec' AND c.kind = 'counter' AND r.at = %s",
        way.site.clock.now(),
    )
    assert count == int(way.display(2).replace(".", "")) * 10
    before = way.position()
    again = bring(way, *told)
    assert (again.added, way.position()) == (False, before)


def test_a_dry_run_judges_and_writes_nothing(way: Field) -> None:
    before = way.position()
    brought = bring(way, entry(way, "b2-elec", way.display(2)), dry_run=True)
    assert [each.verdict for each in brought.entries] == [Verdict.RECORDED]
    assert way.position() == before


def test_a_drift_of_a_pulse_meter_needs_a_person(way: Field) -> None:
    way.site.tick(60)
    brought = bring(way, entry(way, "b2-gas", "4722.53"))
    assert [(each.verdict, each.text) for each in brought.entries] == [(Verdict.DRIFT, "+10 m3")]
    assert brought.open


def test_entries_that_do_not_fit_their_meter_stop_all_unless_the_rest_is_asked_for(
    way: Field, port: int
) -> None:
    read_at = way.site.clock.now()
    way.site.tick(60)
    gone = Removed(displays=(way.display(2),), reason="burnt")
    way.technician(port).replace(way.installed(102, source="", profile=""), gone, watch_s=0)
    way.site.tick(60)
    before = way.position()
    sound = entry(way, "b2-elec", way.display(2), at=read_at)
    wrong = [
        entry(way, "b2-elec", way.display(2)),
        entry(way, "b2-shop", "1.234"),
        entry(way, "b2-shop", "5", at=NOON - timedelta(days=1)),
        entry(way, "b2-shop", "5", quantity="volume"),
        entry(way, "b2-shop", "5", at=datetime(2030, 1, 1, tzinfo=NOON.tzinfo)),
    ]
    with pytest.raises(RoundRefusedError) as refused:
        bring(way, sound, *wrong)
    message = str(refused.value)
    for words in (
        "entry 2 (b2-elec): S-2 was read at",
        "but meter S-102 since",
        "finer than the register",
        "but no meter served it",
        "no counter volume at b2-shop",
        "lies in the future",
        "--partial",
    ):
        assert words in message, message
    assert way.position() == before
    brought = bring(way, sound, *wrong, partial=True)
    assert [each.verdict for each in brought.entries] == [
        Verdict.RECORDED,
        *[Verdict.REFUSED] * 5,
    ]


def test_the_result_of_another_site_is_refused(way: Field) -> None:
    with pytest.raises(RoundRefusedError, match="The round is of site elsewhere"):
        import_round(
            way.desk(1), result(way, site="elsewhere"), by=BY, dry_run=False, partial=False
        )

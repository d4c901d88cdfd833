"""What is told about a finished play."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from energy.base.clock import to_us
from simulator.plant import Plant
from simulator.progress import PlayWindow
from simulator.report import play_report, write_report

FIRST = datetime(2019, 1, 1, tzinfo=UTC)
WINDOW = PlayWindow(first=FIRST, last=FIRST + timedelta(days=31), slot_s=900)


def test_the_report_gives_the_true_course_of_every_register(plant: Plant, tmp_path: Path) -> None:
    write_report(tmp_path / "play.json", play_report(plant, WINDOW, readings_sent=42))
    report = json.loads((tmp_path / "play.json").read_text())
    assert (report["readings_sent"], report["meters"], report["channels"]) == (42, 28, 42)
    assert report["slots"] == 31 * 96 + 1
    assert report["first_slot"] == "2019-01-01T00:00:00+00:00"
    assert report["last_slot"] == "2019-02-01T00:00:00+00:00"
    rolled = report["registers"]["cam-b58-gas"]
    assert rolled["modulus"] == 10**8
    assert rolled["start_count"] == 99_900_000
    # 28,288 kWh in January at 39.5 MJ/m3.
    assert rolled["end_count"] == 99_900_000 + 28_288 * 720 // 79
    assert report["registers"]["cam-b2-elec"]["modulus"] is None
    for point, register in plant.registers().items():
        assert report["registers"][point]["end_count"] == register.true_count(to_us(WINDOW.last))

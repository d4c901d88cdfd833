"""What the meters page says of a polled device."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboards.components.device_text import SILENT_S, device_counts, device_text
from dashboards.queries.rows import DeviceAnswers
from tests.dashboards.components.test_meter_grid import VIEWER

WELL = DeviceAnswers(
    bus="10.8.1.20:502",
    last_seen=datetime(2026, 1, 1, tzinfo=UTC),
    failing="",
    failing_s=None,
    message="",
    answers=12_345,
    failures=6,
    latency_us=41_300,
    told_age_s=9,
)


@pytest.mark.parametrize(
    ("device", "said"),
    [
        (None, "–"),
        (WELL, "answers in 41 ms"),
        (replace(WELL, latency_us=200), "answers in 1 ms"),
        (replace(WELL, failing="modbus.no_answer", failing_s=7_300), "no answer · 2 h"),
        (replace(WELL, failing="mbus.brand_new", failing_s=5), "mbus.brand_new · 5 s"),
        (replace(WELL, last_seen=None, latency_us=None), "no answer yet"),
        (replace(WELL, told_age_s=SILENT_S + 1), "collector silent · 91 s"),
        (
            replace(WELL, failing="modbus.no_answer", failing_s=9, told_age_s=600),
            "collector silent · 10 min",
        ),
    ],
)
def test_a_device_is_told_in_a_few_words(device: DeviceAnswers | None, said: str) -> None:
    assert device_text(VIEWER, device) == said


def test_counts_name_the_bus() -> None:
    assert device_counts(VIEWER, WELL) == (
        "10.8.1.20:502 · 12,345 answers, 6 failures since the collector's start"
    )

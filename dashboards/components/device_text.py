"""In: how a device answers. Out: its words, short for a grid and long for a page. Pure."""

from __future__ import annotations

from decimal import Decimal

from dashboards.components.pieces import age_text
from dashboards.formats import NOTHING, number
from dashboards.queries.rows import DeviceAnswers
from dashboards.viewer import Viewer
from energy.base.text import catalogue

SILENT_S = 90
"""A collector that has told nothing for so long is silent itself. [s]"""


def device_text(viewer: Viewer, device: DeviceAnswers | None) -> str:
    """Return in a few words how a device answers; a dash for one that nobody polls."""
    if device is None:
        return NOTHING
    if device.told_age_s > SILENT_S:
        return viewer.say("device.untold", age=age_text(viewer, device.told_age_s))
    if device.failing:
        return f"{_fault(viewer, device.failing)} · {age_text(viewer, device.failing_s)}"
    if device.last_seen is None or device.latency_us is None:
        return viewer.say("device.unasked")
    return viewer.say("device.answers", ms=str(_ms(device.latency_us)))


def device_counts(viewer: Viewer, device: DeviceAnswers) -> str:
    """Return bus, answers and failures since the collector's start."""
    return viewer.say(
        "device.counts",
        bus=device.bus,
        answers=number(viewer.language, Decimal(device.answers)),
        failures=number(viewer.language, Decimal(device.failures)),
    )


def _ms(latency_us: int) -> int:
    return max(1, round(latency_us / 1000))


def _fault(viewer: Viewer, code: str) -> str:
    """Return the word for an error class; a new one as it is."""
    key = f"device.fault.{code.rpartition('.')[2]}"
    return viewer.say(key) if key in catalogue() else code

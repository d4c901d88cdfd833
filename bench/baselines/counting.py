"""In: alarms and planted anomalies. Out: false alarms a meter-month, recall by kind. Pure.

The counting rule. An alarm is one raising with the hours it speaks of, up to the hour in which it
was raised. It catches every planted anomaly of its meter of which it speaks of at least one hour;
one that touches none is false. What was raised before an anomaly and still stands catches nothing.
Real events of the archive have no labels and count as false: the figures are upper bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.baselines.planted import Kind, Planted
from energy.alerting.baseline.rolling import Floats

DAYS_OF_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One alarm of a method."""

    meter: int
    begin: int
    """First hour it speaks of, a place in the grid. [h]"""
    hour: int
    """Hour that raised it, the last it speaks of. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a method is worth on some planted meters."""

    false_a_month: Floats
    """Shape (meters,). [1 / month]"""
    false: tuple[Raised, ...]
    caught: dict[Planted, Raised | None]

    @property
    def recall(self) -> dict[Kind, float]:
        """Return the share caught of each kind that was planted."""
        return {
            kind: float(np.mean(found))
            for kind in Kind
            if (found := [by is not None for one, by in self.caught.items() if one.kind is kind])
        }


def count(
    raised: Sequence[Raised], planted: Sequence[Planted], *, meters: int, days: int
) -> Counted:
    """Return false alarms and recall.

    Args:
        raised: Alarms of the days judged.
        planted: What was planted in them.
        meters: Number of meters.
        days: Number of days judged.
    """
    caught: dict[Planted, Raised | None] = dict.fromkeys(planted)
    of_meter: dict[int, list[Planted]] = {}
    for one in planted:
        of_meter.setdefault(one.meter, []).append(one)
    false = []
    for alarm in raised:
        touched = [
            one
            for one in of_meter.get(alarm.meter, [])
            if alarm.begin < one.end and alarm.hour >= one.begin
        ]
        for one in touched:
            caught[one] = caught[one] or alarm
        if not touched:
            false.append(alarm)
    numbers = np.bincount([alarm.meter for alarm in false], minlength=meters)
    return Counted(false_a_month=numbers * DAYS_OF_MONTH / days, false=tuple(false), caught=caught)

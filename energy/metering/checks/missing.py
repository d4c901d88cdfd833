"""In: readings of channels, how often each should be read. Out: where readings are missing. Pure.

A gap of a running counter costs no energy: its total is measured, only its shape is not. What the
finding says is that somebody should know why, and that a demand within it is not known.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from energy.base.finding import Severity
from energy.metering.checks.span import Span
from energy.metering.usage_strips import Flags, Ints, SeriesColumns

CODE: Final = "reading.missing"
SEVERITY: Final = Severity.WARN
LATE: Final = 5
"""So many halves of what is expected between two readings are still no gap."""


def found(series: SeriesColumns, expected_us: Ints, least_us: Ints) -> list[Span]:
    """Return the gaps, from the last reading before to the first one after.

    Args:
        series: Readings of some channels, each by instant.
        expected_us: Time between two readings of each channel; 0 where nobody can tell. [us]
        least_us: A shorter time without readings is no gap of a channel. [us]
    """
    gaps = np.flatnonzero(missing(series, expected_us, least_us))
    owner = np.searchsorted(series.offsets, gaps, side="right") - 1
    begin, end = series.at_us[gaps], series.at_us[gaps + 1]
    due = np.rint((end - begin) / expected_us[owner]).astype(np.int64) - 1
    rows = zip(owner.tolist(), begin.tolist(), end.tolist(), due.tolist(), strict=True)
    return [
        Span(
            place=place,
            start_us=start_us,
            end_us=end_us,
            lasts=False,
            proof={"readings": lost, "expected_every_s": int(expected_us[place]) // 1_000_000},
        )
        for place, start_us, end_us, lost in rows
    ]


def missing(series: SeriesColumns, expected_us: Ints, least_us: Ints) -> Flags:
    """Return behind which readings others are missing, shape (readings - 1,)."""
    if len(series.at_us) < 2:
        return np.zeros(0, dtype=np.bool_)
    longest = np.where(
        expected_us > 0,
        np.maximum(LATE * expected_us // 2, least_us),
        np.iinfo(np.int64).max,
    )
    gap = np.diff(series.at_us)
    # From the last reading of a channel no step leads to the first of the next.
    inner = series.offsets[1:-1]
    gap[inner[(inner > 0) & (inner < len(series.at_us))] - 1] = 0
    late: Flags = gap > np.repeat(longest, np.diff(series.offsets))[:-1]
    return late

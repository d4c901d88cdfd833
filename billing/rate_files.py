"""In: a tariff file and a usage file. Out: charge lines and their sums. I/O: reads the two files.

The command `tariff rate`: no database, no journal; the same rating as a bill run's.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from billing.errors import UnbillableUsageError, UsageFileError
from billing.rating import rate_supply
from billing.tariff import TariffVersion
from billing.tariff_file import parse_tariff
from billing.tax import Settlement, settle
from energy.base.clock import from_us, to_us
from energy.base.period import local_day
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

POINT = "file"
"""Metering point that the charge lines of a file name."""
COLUMNS = ["start", "usage"]
_SHOWN = 20


def rate_files(tariff_path: Path, usage_csv_path: Path) -> Settlement:
    """Return the settled charge lines of the local days that a usage file touches.

    Args:
        tariff_path: Tariff file (TOML).
        usage_csv_path: Usage file: `start,usage`, aware instants, whole base units; an empty
            usage is missing. [base unit]

    Raises:
        TariffFileError: The tariff file is wrong.
        UsageFileError: The usage file is wrong.
        UnbillableUsageError: Usage is missing within the days, or the tariff does not hold.
        RatingError: A tariff period begins inside a usage interval.
    """
    tariff = parse_tariff(tariff_path.read_text(encoding="utf-8"))
    return rate_text(tariff, usage_csv_path.read_text(encoding="utf-8"))


def rate_text(tariff: TariffVersion, usage_csv: str) -> Settlement:
    """Return the settled charge lines of a usage file's content; see `rate_files`."""
    span = read_usage(usage_csv)
    last = span.start + timedelta(seconds=span.step_s) * (len(span.usage) - 1)
    rated = rate_supply(
        point=POINT,
        span=span,
        versions=[tariff],
        first_day=local_day(span.start, tariff.zone),
        last_day=local_day(last, tariff.zone),
        position=0,
    )
    if rated.findings:
        raise UnbillableUsageError(rated.findings)
    return settle(rated.charges, tariff.currency)


def read_usage(text: str) -> UsageSpan:
    """Return the usage of a file; instants between the rows are missing.

    Args:
        text: Content with the header `start,usage`.

    Raises:
        UsageFileError: Anything is wrong; the first problems are listed with their rows.
    """
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or rows[0] != COLUMNS:
        raise UsageFileError([f"row 1: must be {','.join(COLUMNS)}"])
    problems: list[str] = []
    found: dict[int, int | None] = {}
    for number, row in enumerate(rows[1:], 2):
        try:
            at_us, usage = _row(row)
        except ValueError as error:
            problems.append(f"row {number}: {error}")
            continue
        if at_us in found:
            problems.append(f"row {number}: {row[0]} stands there twice")
        found[at_us] = usage
    if len(found) < 2 and not problems:
        problems.append("file: two rows are needed to know the grid")
    if problems:
        raise UsageFileError(problems[:_SHOWN])
    return _span(found)


def _row(row: list[str]) -> tuple[int, int | None]:
    if len(row) != len(COLUMNS):
        raise ValueError(f"has {len(row)} columns, not {len(COLUMNS)}")
    at = datetime.fromisoformat(row[0])
    if at.tzinfo is None:
        raise ValueError(f"{row[0]} has no offset; write 2019-01-01T00:00:00+00:00")
    text = row[1].strip()
    if text and not text.removeprefix("-").isdecimal():
        raise ValueError(f"{text!r} is no whole number of base units")
    return to_us(at), int(text) if text else None


def _span(found: dict[int, int | None]) -> UsageSpan:
    instants = np.array(sorted(found), dtype=np.int64)
    step_us = int(np.diff(instants).min())
    offsets, rest = np.divmod(instants - instants[0], step_us)
    if rest.any() or step_us % 1_000_000:
        raise UsageFileError(["file: the starts do not lie on one grid of whole seconds"])
    usage = np.zeros(int(offsets[-1]) + 1, dtype=np.int64)
    quality = np.full(len(usage), int(Quality.MISSING), dtype=np.uint8)
    for offset, at_us in zip(offsets.tolist(), instants.tolist(), strict=True):
        value = found[at_us]
        if value is not None:
            usage[offset] = value
            quality[offset] = int(Quality.MEASURED)
    return UsageSpan(
        channel=0,
        start=from_us(int(instants[0])),
        step_s=step_us // 1_000_000,
        usage=usage,
        quality=quality,
    )

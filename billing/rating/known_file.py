"""In: JSON files of earlier bills and of agreed quantities. Out: both, checked. I/O: reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from billing.rating.errors import RatingFileError
from billing.rating.file_text import json_of
from billing.rating.quantities import Agreed, EarlierMaximum, History, OpeningPosition
from billing.tariffs.clauses import DemandClause
from billing.tariffs.tariff import TariffVersion

MOST_BYTES = 2**20
"""Of such a file. [B]"""
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,12})?")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAgreed:
    """An agreed quantity of a file."""

    name: str
    unit: str
    value: Decimal
    valid_from: date
    valid_to: date | None


class _Checked:
    """Rows of a file: reads typed values and notes problems with their path."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[str] = []

    def rows(
        self, whole: Mapping[str, object], key: str, keys: tuple[str, ...]
    ) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Yield the rows of a list with their path; unknown keys are noted."""
        listed = whole.get(key, [])
        if not isinstance(listed, list):
            example = ", ".join(f'"{each}": ...' for each in keys)
            self.problems.append(f"{key}: must be a list of objects like {{{example}}}")
            return
        for n, row in enumerate(listed, 1):
            path = f"{key}[{n}]"
            if not isinstance(row, dict):
                self.problems.append(f"{path}: must be an object with {', '.join(keys)}")
                continue
            for unknown in sorted(set(row) - set(keys)):
                self.problems.append(f"{path}.{unknown}: is not known; known are {', '.join(keys)}")
            yield path, row

    def decimal(self, path: str, value: object) -> Decimal:
        """Return a decimal written as a text, or a whole number."""
        plain = str(value) if isinstance(value, str | int) else ""
        if _DECIMAL.fullmatch(plain):
            return Decimal(plain)
        self.problems.append(f'{path}: must be a decimal as a text, for example "123.4"')
        return Decimal(0)

    def text(self, path: str, value: object, known: tuple[str, ...] = ()) -> str:
        """Return a text, one of those known where any are given."""
        if isinstance(value, str) and value and (not known or value in known):
            return value
        says = f"one of {', '.join(known)}" if known else "a text"
        self.problems.append(f"{path}: must be {says}, not {value!r}")
        return ""

    def day(self, path: str, value: object) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            self.problems.append(f"{path}: must be a day, for example 2025-01-01")
            return date.min

    def refuse(self) -> None:
        """Raise what was noted."""
        if self.problems:
            raise RatingFileError(self.file, self.problems)


def read_history(path: Path, tariff: TariffVersion) -> History:
    """Return earlier maxima and opening positions of a file.

    `{"maxima": [{"month": "2025-01", "kw": "410.5", "period": null}],
    "openings": [{"charge": "E", "year": 2025, "quantity": "1800"}]}`

    Args:
        path: The file (JSON).
        tariff: Says which charges and tariff periods there are.

    Raises:
        RatingFileError: Anything is wrong; all problems are listed with their paths.
    """
    whole = _object(path, ("maxima", "openings", "agreed"))
    checked = _Checked(str(path))
    charges = tuple(clause.key for clause in tariff.clauses)
    periods = tuple(each.key for each in tariff.periods)
    maxima: list[EarlierMaximum] = []
    for at, row in checked.rows(whole, "maxima", ("month", "kw", "period", "charge")):
        month = checked.text(f"{at}.month", row.get("month"))
        if month and not _MONTH.fullmatch(month):
            checked.problems.append(f"{at}.month: must be a month like 2025-01, not {month!r}")
        period = row.get("period")
        if period is not None:
            period = checked.text(f"{at}.period", period, periods)
        elif row.get("charge") is not None:
            charge = checked.text(f"{at}.charge", row["charge"], charges)
            period = _period_of(tariff, charge)
        kw = checked.decimal(f"{at}.kw", row.get("kw"))
        maxima.append(EarlierMaximum(month=month, value=kw, period=period))
    openings: list[OpeningPosition] = []
    for at, row in checked.rows(whole, "openings", ("charge", "year", "quantity")):
        year = row.get("year")
        if not isinstance(year, int) or isinstance(year, bool) or not 1900 <= year <= 2999:
            checked.problems.append(f"{at}.year: must be a year like 2025, not {year!r}")
            year = 0
        charge = checked.text(f"{at}.charge", row.get("charge"), charges)
        if (charge, year) in {(each.charge, each.year) for each in openings}:
            checked.problems.append(f"{at}: {charge} of {year} stands there twice")
        quantity = checked.decimal(f"{at}.quantity", row.get("quantity"))
        openings.append(OpeningPosition(charge=charge, quantity=quantity, year=year))
    checked.refuse()
    return History(maxima=tuple(maxima), openings=tuple(openings))


def _period_of(tariff: TariffVersion, charge: str) -> str | None:
    found = [
        clause.period
        for clause in tariff.clauses
        if isinstance(clause, DemandClause) and clause.key == charge
    ]
    return found[0] if found else None


def read_agreed(path: Path) -> tuple[Agreed, ...]:
    """Return the agreed quantities of a file, or those that a history has under `agreed`.

    `{"contract_demand_kw": "500"}` holds for all days; `{"agreed": [{"name": ..., "value": ...,
    "from": "2025-01-01", "to": null}]}` holds from a day on, until the day before `to`.

    Args:
        path: The file (JSON).

    Raises:
        RatingFileError: Anything is wrong; all problems are listed with their paths.
    """
    whole = dict(_object(path, ()))
    checked = _Checked(str(path))
    history = bool({"maxima", "openings"} & set(whole))
    listed = whole.pop("agreed", {})
    named = {} if history else whole
    if isinstance(listed, dict):
        named, listed = {**named, **listed}, []
    agreed = [
        FileAgreed(
            name=name,
            unit="",
            value=checked.decimal(name, value),
            valid_from=date.min,
            valid_to=None,
        )
        for name, value in named.items()
    ]
    for at, row in checked.rows({"agreed": listed}, "agreed", ("name", "value", "from", "to")):
        agreed.append(
            FileAgreed(
                name=checked.text(f"{at}.name", row.get("name")),
                unit="",
                value=checked.decimal(f"{at}.value", row.get("value")),
                valid_from=checked.day(f"{at}.from", row.get("from")),
                valid_to=None if row.get("to") is None else checked.day(f"{at}.to", row["to"]),
            )
        )
    checked.refuse()
    return tuple(agreed)


def _object(path: Path, keys: tuple[str, ...]) -> Mapping[str, object]:
    whole = json_of(path, MOST_BYTES)
    if not isinstance(whole, dict):
        raise RatingFileError(str(path), ["file: must be an object"])
    unknown = sorted(set(whole) - set(keys)) if keys else []
    if unknown:
        raise RatingFileError(
            str(path), [f"{key}: is not known; known are {', '.join(keys)}" for key in unknown]
        )
    return whole

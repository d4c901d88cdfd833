"""In: an invoice's canonical JSON and provenance. Out: charge rows and register pairs. Pure.

The bill on the screen is the document itself: nothing here is calculated anew but the counts
between two register readings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from dashboards.queries.bill_rows import (
    ChargeRow,
    ComputedProof,
    FindingRow,
    RegisterPair,
    RegisterReadingRow,
    RegisterSource,
)
from dashboards.queries.sql_site import decimal_of
from energy.base.finding import Severity
from energy.base.quality import Quality

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A charge line with the parts of the document around it."""

    row: ChargeRow
    charge: Table
    supply: Table
    tariff: Table
    """The tariff version in force at the charge's first day."""

    @property
    def by_register(self) -> bool:
        """Return whether the charge rests on a register (else it is charged by time)."""
        return self.charge.get("quality") is not None


def lines_of(document: Table) -> list[DocumentLine]:
    """Return the charge lines in the order of the bill."""
    return [
        _line(number, supply, charge)
        for number, (supply, charge) in enumerate(_charges(document), start=1)
    ]


def _charges(document: Table) -> Iterator[tuple[Table, Table]]:
    for supply in document["supplies"]:
        for charge in supply["charges"]:
            yield supply, charge


def _line(number: int, supply: Table, charge: Table) -> DocumentLine:
    tariff = _tariff(supply, charge["first_day"])
    row = ChargeRow(
        number=number,
        reference=charge["charge"],
        names=charge["name"],
        point=supply["point"],
        quantity=_decimal(charge["quantity"]),
        unit=charge["unit"],
        price=_decimal(charge["price"]),
        amount=Decimal(charge["amount"]),
        clause=charge["clause"],
        tariff=str(tariff.get("tariff", "")),
        first_day=date.fromisoformat(charge["first_day"]),
        last_day=date.fromisoformat(charge["last_day"]),
        quality=_worst(charge),
    )
    return DocumentLine(row=row, charge=charge, supply=supply, tariff=tariff)


def _worst(charge: Table) -> Quality | None:
    """Return the worst quality of what a charge rests on; None where it is charged by time."""
    told = charge.get("quality")
    return Quality[told["worst"].upper()] if told and told.get("worst") else None


def _tariff(supply: Table, day: str) -> Table:
    for tariff in supply["tariffs"]:
        if tariff["first_day"] <= day <= tariff["last_day"]:
            found: Table = tariff
            return found
    return {}


def _decimal(text: str) -> Decimal:
    """Return a number of the document; a fraction a/b is shown with 12 digits."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return decimal_of(Fraction(text))


def findings_of(
    provenance: Table, others: Mapping[int, str] = MappingProxyType({})
) -> tuple[FindingRow, ...]:
    """Return what was found when the bill was drafted, each once, with the points concerned.

    Args:
        provenance: Of the invoice.
        others: Points of channels that the bill only rests on, by channel number.
    """
    points = {**others, **{each["channel"]: each["point"] for each in provenance["supplies"]}}
    rows: list[FindingRow] = []
    for found in provenance["findings"]:
        row = FindingRow(
            code=found["code"],
            severity=Severity(found["severity"]),
            point=found["proof"].get("point") or points.get(found["channel"]),
            start=datetime.fromisoformat(found["start"]),
            end=datetime.fromisoformat(found["end"]),
            proof=found["proof"],
        )
        if row not in rows:  # two supplies of an account may rest on one point
            rows.append(row)
    return tuple(rows)


def pairs_of(
    line: DocumentLine, provenance: Table, modulus: int | None
) -> tuple[RegisterPair, ...]:
    """Return the register readings behind a charge line, one pair a meter.

    Args:
        line: The charge line.
        provenance: The invoice's provenance: it knows the readings' journal positions.
        modulus: Counts at which the register returns to zero. [count]
    """
    if not line.by_register:
        return ()
    known: list[Any] = next(
        (s["readings"] for s in provenance["supplies"] if s["point"] == line.supply["point"]), []
    )
    positions = [(int(opening), int(closing)) for _, opening, closing in known]
    return tuple(
        _pair(reading, positions[n] if n < len(positions) else (0, 0), modulus)
        for n, reading in enumerate(line.supply["readings"])
    )


def computed_of(line: DocumentLine, provenance: Table) -> ComputedProof | None:
    """Return what a charge line rests on that is computed; None for what is measured.

    Args:
        line: The charge line.
        provenance: The invoice's provenance: it knows the readings' journal positions.
    """
    document = line.supply.get("computed")
    if document is None or not line.by_register:
        return None
    point = line.supply["point"]
    told: Table = next((s for s in provenance["supplies"] if s["point"] == point), {})
    positions = iter(told.get("computed", ()))
    return ComputedProof(
        document=document,
        registers=tuple(_source(each, positions) for each in document["registers"]),
    )


def days_of(line: DocumentLine) -> tuple[tuple[date, Decimal | None], ...]:
    """Return the days of a line on a register, each with the usage of its point; none by time."""
    first, last = line.row.first_day, line.row.last_day
    if not line.by_register or first is None or last is None:
        return ()
    start = date.fromisoformat(line.supply["first_day"])
    days = (start + timedelta(days=n) for n in range(len(line.supply["daily"])))
    told = zip(days, line.supply["daily"], strict=True)
    return tuple(
        (day, None if used is None else _decimal(used))
        for day, used in told
        if first <= day <= last
    )


def _source(register: Table, positions: Iterator[Any]) -> RegisterSource:
    """Return a register with its pairs; their positions stand in the same order."""
    pairs = []
    for reading in register["readings"]:
        _, _, opening, closing = next(positions, (None, None, 0, 0))
        pairs.append(_pair(reading, (int(opening), int(closing)), reading["modulus"]))
    return RegisterSource(
        point=register["point"],
        name=register["name"],
        value=register["value"],
        unit=register["unit"],
        pairs=tuple(pairs),
    )


def _pair(reading: Table, positions: tuple[int, int], modulus: int | None) -> RegisterPair:
    resolution, multiplier = Fraction(reading["resolution"]), Fraction(reading["multiplier"])
    opening, closing = (
        _reading(reading, reading[side], resolution, position)
        for side, position in zip(("opening", "closing"), positions, strict=True)
    )
    counts = closing.count - opening.count
    if counts < 0 and modulus is not None:
        counts += modulus
    return RegisterPair(
        opening=opening,
        closing=closing,
        counts=counts,
        resolution=reading["resolution"],
        multiplier=reading["multiplier"],
        used=decimal_of(counts * resolution * multiplier),
        unit=reading["unit"],
    )


def _reading(
    reading: Table, side: Table, resolution: Fraction, position: int
) -> RegisterReadingRow:
    return RegisterReadingRow(
        serial=reading["serial"],
        at=datetime.fromisoformat(side["at"]),
        count=int(side["count"]),
        value=int(side["count"]) * decimal_of(resolution),
        unit=reading["unit"],
        quality=Quality[side["quality"].upper()],
        position=position,
    )


def wording_of(line: DocumentLine, tariff_document: Table) -> tuple[tuple[str, str], ...]:
    """Return the fields of the clause as the published tariff has them."""
    charges = tariff_document.get("charges", tariff_document.get("charge", []))
    clause: Table = next((c for c in charges if c.get("id") == line.row.clause), {})
    words = [(key, str(clause[key])) for key in ("kind", "per", "period") if key in clause]
    for period in tariff_document.get("periods", tariff_document.get("period", [])):
        if "period" in clause and period.get("id") == clause["period"]:
            words.extend(("at", _when(part)) for part in period.get("when", [period]))
    tax = tariff_document.get("tax", {})
    words.extend((f"tax_{key}", str(tax[key])) for key in ("rate", "mode") if key in tax)
    gas = line.tariff.get("gas")
    if gas and line.by_register:
        text = f"{gas['correction']} × {gas['calorific_mj_per_m3']} MJ/m³ ÷ 3.6"
        words.append(("gas", text))
    return tuple(words)


def _when(part: Table) -> str:
    spans = ", ".join(_listed(part.get("at", "00:00-24:00")))
    where = [
        *_listed(part.get("seasons", part.get("season", []))),
        *_listed(part.get("days", [])),
    ]
    return f"{spans} ({', '.join(where)})" if where else spans


def _listed(value: object) -> list[str]:
    """Return a list of a tariff file, which may be written as one text."""
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []

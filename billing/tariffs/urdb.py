"""In: a rate of the US utility rate database (URDB, JSON). Out: a tariff document. Pure.

URDB has a grid of whole hours, no holidays, no tax, US dollars per kWh. What it says and the
tariff file cannot say, or may mean two things, is listed with its reason: nothing is lost in
silence. Its ratchets are written as 0.35 by some and as 35 by others: a person says which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from billing.tariffs.errors import UrdbFileError
from billing.tariffs.tariff_file import tariff_of

OPEN_FROM = Decimal("1e30")
"""A bound from here on is no bound: 1e+38 stands in many rates."""
TOLD = frozenset(
    {
        *("label", "name", "utility", "uri", "sector", "description", "source", "sourceparent"),
        *("eiaid", "approved", "is_default", "startdate", "enddate", "supersedes", "revisions"),
        *("basicinformationcomments", "energycomments", "demandcomments", "servicetype"),
        *("country", "voltagecategory", "phasewiring", "rateUrl", "lastUpdatedAt", "version"),
        *("energyattrs", "demandattrs", "fixedattrs", "minattrs", "guid", "latest_update"),
        *("demandunits", "flatdemandunits", "demandrateunit", "flatdemandunit", "demandwindow"),
        *("fixedchargeunits", "minchargeunits", "lookbackMonths", "lookbackPercent"),
        *("lookbackRange", "demandratchetpercentage"),
    }
)
"""Keys that are told elsewhere, or say nothing that is billed."""
REFUSED: dict[str, str] = {
    "demandreactivepowercharge": "a price of reactive power: write a charge with `quantity`, or a "
    "power-factor table",
    "coincidentratestructure": "coincident demand: nothing bills the hour of somebody else's peak",
    "coincidentrateschedule": "see coincidentratestructure",
    "coincidentrateunit": "see coincidentratestructure",
    "fueladjustmentsmonthly": "an adder by month of the year: publish its months as a price table "
    "and write an adder with `table`",
    "fixedchargeeaaddl": "a price of each further meter: write a fixed charge with `agreed`",
    "annualmincharge": "a minimum of a year: write a minimum by hand",
    "dgrules": "rules of feeding in: feed-in is not billed by this tariff",
    "usenetmetering": "net metering: feed-in is not billed by this tariff",
    **dict.fromkeys(
        (
            *("peakkwcapacitymin", "peakkwcapacitymax", "peakkwcapacityhistory"),
            *("peakkwhusagemin", "peakkwhusagemax", "peakkwhusagehistory"),
            *("voltageminimum", "voltagemaximum"),
        ),
        "who may have the rate: the contract says it, not the tariff",
    ),
}


class RatchetScale(StrEnum):
    """What a ratchet's figures are."""

    FRACTION = "fraction"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Something that was not carried over."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A tariff document and what is missing from it."""

    document: dict[str, object]
    rejected: tuple[Rejected, ...]


@dataclass(slots=True)
class Making:
    """A document on its way."""

    rate: Mapping[str, Any]
    rejected: list[Rejected] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seasons: list[dict[str, object]] = field(default_factory=list)
    season_of_month: list[str] = field(default_factory=list)
    periods: list[dict[str, object]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    """Energy and demand period of each tariff period."""
    charges: list[dict[str, object]] = field(default_factory=list)

    def reject(self, path: str, reason: str) -> None:
        """Note what is not carried over."""
        self.rejected.append(Rejected(path=path, reason=reason))


def import_urdb(
    text: str, *, zone: str, valid_from: date | None, ratchet: RatchetScale | None
) -> Imported:
    """Return the tariff document of a URDB rate.

    Args:
        text: JSON of the rate, or of the service's answer with one item.
        zone: Time zone of its schedules; URDB does not say it.
        valid_from: First local day; the rate's start date when None.
        ratchet: What its ratchet figures are; asked for where it has any.

    Raises:
        UrdbFileError: It is no such rate, or what it says must be decided first.
    """
    from billing.tariffs.urdb_charges import add_charges  # rests on what stands here
    from billing.tariffs.urdb_schedule import add_times

    rate = _rate_of(text)
    making = Making(rate)
    add_times(making)
    add_charges(making, ratchet)
    begins = valid_from or _start(rate)
    if begins is None:
        making.problems.append("startdate: is missing; say --from the first day of the tariff")
    for key in rate:
        if key in REFUSED and rate[key] not in (None, 0, [], "", False):
            making.reject(key, REFUSED[key])
        elif key not in REFUSED and key not in TOLD and key not in CARRIED:
            making.reject(key, "is not known")
    if making.problems or begins is None:
        raise UrdbFileError(making.problems)
    making.reject("tax", "URDB says none: rate 0 is written, set the right one")
    document = _document(making, zone, begins)
    tariff_of(document)
    return Imported(document=document, rejected=tuple(making.rejected))


CARRIED = frozenset(
    {
        *("energyratestructure", "energyweekdayschedule", "energyweekendschedule"),
        *("demandratestructure", "demandweekdayschedule", "demandweekendschedule"),
        *("flatdemandstructure", "flatdemandmonths"),
        *("fixedchargefirstmeter", "fixedmonthlycharge", "mincharge", "minmonthlycharge"),
    }
)


def _rate_of(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise UrdbFileError([f"file: not JSON: {str(error)[:160]}"]) from None
    items = found.get("items") if isinstance(found, dict) else None
    if isinstance(items, list):
        if len(items) != 1:
            raise UrdbFileError([f"items: holds {len(items)} rates; leave one in the file"])
        found = items[0]
    if not isinstance(found, dict) or "energyratestructure" not in found:
        raise UrdbFileError(["energyratestructure: is missing; this is no rate of URDB"])
    return found


def _start(rate: Mapping[str, Any]) -> date | None:
    start = rate.get("startdate")
    if isinstance(start, int) and not isinstance(start, bool) and 0 <= start < 2**33:
        return datetime.fromtimestamp(start, UTC).date()
    return None


def _document(making: Making, zone: str, begins: date) -> dict[str, object]:
    rate = making.rate
    label = str(rate.get("label") or rate.get("name") or "urdb")
    key = re.sub(r"[^A-Za-z0-9_.-]+", "-", label).strip("-._") or "urdb"
    document: dict[str, object] = {
        "tariff": key,
        "name": {"en": " / ".join(str(rate[k]) for k in ("utility", "name") if rate.get(k)) or key},
        "utility": "electricity",
        "currency": "USD",
        "zone": zone,
        "clock": "local",
        "valid": {"from": begins.isoformat(), "to": None},
        "tax": {"mode": "exclusive", "rate": "0", "rounding": "per_rate"},
        "rounding": {"mode": "half_up", "line": 2, "quantity": 3},
    }
    if making.periods:
        document |= {"seasons": making.seasons, "periods": making.periods}
    document["charges"] = making.charges
    tiered = [row for row in making.charges if row.get("period") and "tiers" in row]
    if any(row["kind"] == "energy" for row in tiered):
        document["tier_mode"] = "chronological"
    return document


def number_of(making: Making, value: object, path: str) -> Decimal:
    """Return a number of a rate; a problem where it is none."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if number.is_finite() and (abs(number) < 10**12 or number >= OPEN_FROM):
            return number
    making.problems.append(f"{path}: must be a number, not {str(value)[:40]!r}")
    return Decimal(0)


def text_of(number: Decimal) -> str:
    """Return a number as the texts of a tariff file, to twelve digits."""
    short = round(number, 12).normalize()
    return format(short or Decimal(0), "f")


def table_of(making: Making, key: str) -> Sequence[Any]:
    """Return a list of a rate, empty where it has none."""
    value = making.rate.get(key)
    if value is None or isinstance(value, list):
        return value or []
    making.problems.append(f"{key}: must be a list")
    return []

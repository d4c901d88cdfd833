"""In: a tariff file and a usage file. Out: charge lines and their sums. I/O: reads the files.

The command `tariff rate`: no database, no journal; the same rating as a bill run's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from billing.errors import CalendarGapError, RatingError, TariffFileError
from billing.money import exact_text, plain, round_half_up
from billing.rating.errors import RatingFileError
from billing.rating.file_text import text_of
from billing.rating.file_unit import in_unit_of_file
from billing.rating.known_file import read_agreed, read_history
from billing.rating.months import cycle_of
from billing.rating.rate import rate_supply
from billing.rating.tax import Settlement, settle
from billing.rating.usage_file import days_of_file, header_of, read_usage_file
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import read_tariff
from energy.base.finding import Finding, Severity

POINT = "file"
"""Metering point that the charge lines of a file name."""
MOST_TARIFF_BYTES = 2**20
MOST_DAYS = 1100
"""Billed at once: three years."""
FINE = 12
"""Digits of an exact value that is no finite decimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedFile:
    """A usage file rated by a tariff file."""

    tariff: TariffVersion
    settlement: Settlement
    notes: tuple[str, ...]
    """What a person should know; nothing that forbids the bill."""

    def document(self) -> dict[str, object]:
        """Return the bill as JSON values: the fixed interface of `tariff rate --json`."""
        settled = self.settlement
        return {
            "currency": self.tariff.currency,
            "lines": [
                {
                    "charge": charge.clause,
                    "quantity": _decimal(charge.quantity),
                    "unit": charge.unit,
                    "price": plain(charge.price),
                    "amount": plain(charge.amount),
                    "unrounded": _decimal(charge.unrounded),
                    "tax_rate": plain(charge.tax.rate),
                }
                for charge in settled.charges
            ],
            "net": plain(settled.net),
            "tax": [
                {"rate": plain(row.tax.rate), "base": plain(row.net), "amount": plain(row.amount)}
                for row in settled.rows
            ],
            "gross": plain(settled.total),
            "tariff_hash": self.tariff.sha256,
        }


def rate_files(  # one keyword a file
    tariff_path: Path,
    usage_path: Path,
    *,
    days: tuple[date, date] | None = None,
    history_path: Path | None = None,
    agreed_path: Path | None = None,
) -> RatedFile:
    """Return the settled charge lines of some local days of a usage file.

    Args:
        tariff_path: Tariff file.
        usage_path: Usage file (CSV).
        days: First and last local day, included; None for all that the usage file touches.
        history_path: Earlier maxima and opening positions (JSON).
        agreed_path: Agreed quantities (JSON).

    Raises:
        RatingFileError: A file cannot be used; names it, the place in it and the cause.
    """
    tariff = _tariff(tariff_path)
    tariff, said = in_unit_of_file(tariff_path, tariff, header_of(usage_path))
    first, last = days or days_of_file(usage_path, tariff)
    _check_days(tariff_path, tariff, first, last)
    quantities = read_usage_file(usage_path, tariff, first, last)
    if history_path is not None:
        quantities = replace(
            quantities,
            history=read_history(history_path, tariff),
            agreed=read_agreed(history_path),
        )
    if agreed_path is not None:
        agreed = (*quantities.agreed, *read_agreed(agreed_path))
        quantities = replace(quantities, agreed=agreed)
    try:
        rated = rate_supply(
            point=POINT,
            quantities=quantities,
            versions=[tariff],
            first_day=first,
            last_day=last,
            position=0,
            cycle_day=cycle_of(first, last),
        )
        settled = settle(rated.charges, tariff.currency)
    except CalendarGapError as error:
        raise RatingFileError(str(tariff_path), [f"calendar: {error}"]) from None
    except RatingError as error:
        raise RatingFileError(str(usage_path), [f"file: {error}"]) from None
    barred = [each for each in rated.findings if each.severity is Severity.DO_NOT_BILL]
    if barred:
        says_agreed = agreed_path or history_path or tariff_path
        paths = {"tariff": tariff_path, "usage": usage_path, "agreed": says_agreed}
        raise _refused(barred, paths, tariff.zone)
    return RatedFile(
        tariff=tariff,
        settlement=settled,
        notes=(*said, *(_said(each, tariff.zone) for each in rated.findings)),
    )


def _tariff(path: Path) -> TariffVersion:
    text_of(path, MOST_TARIFF_BYTES)
    try:
        return read_tariff(path)
    except TariffFileError as error:
        raise RatingFileError(str(path), error.problems) from None


def _check_days(path: Path, tariff: TariffVersion, first: date, last: date) -> None:
    if last < first:
        raise RatingFileError(str(path), [f"period: {last} is before {first}"])
    if (last - first).days >= MOST_DAYS:
        raise RatingFileError(str(path), [f"period: {first} to {last} is over {MOST_DAYS} days"])
    if not 1900 <= first.year <= last.year <= 2999:
        raise RatingFileError(str(path), [f"period: {first} to {last} is out of any calendar"])
    until = tariff.valid_to
    if first < tariff.valid_from or (until is not None and last >= until):
        end = "on" if until is None else f"until the day before {until}"
        raise RatingFileError(
            str(path),
            [
                (
                    f"valid: the tariff holds from {tariff.valid_from} {end}; "
                    f"{first} to {last} is not all within"
                )
            ],
        )


WHERE = {
    "bill.calendar_unpublished": "tariff",
    "bill.price_unpublished": "tariff",
    "bill.agreed_missing": "agreed",
}
"""File that is at fault where it is not the usage."""


def _refused(findings: list[Finding], paths: dict[str, Path], zone: ZoneInfo) -> RatingFileError:
    where = WHERE.get(findings[0].code, "usage")
    same = [each for each in findings if WHERE.get(each.code, "usage") == where]
    return RatingFileError(
        str(paths[where]), list(dict.fromkeys(_said(each, zone) for each in same))
    )


SAYS = {
    "bill.usage_missing": "usage is missing; a gap is not a zero",
    "bill.quantity_missing": "the file has no column of a quantity that a charge needs",
    "bill.price_unpublished": "the price table has no value for the month",
    "bill.calendar_unpublished": "the calendar is not published for the year",
    "bill.agreed_missing": (
        "a charge needs an agreed quantity that nothing states; give it by --agreed, or under "
        "`agreed` in the file of --history"
    ),
    "bill.shape_needed": "a charge by time of day needs intervals, not days or months",
    "bill.days_not_read": "no row begins and ends with these days, and sums are never cut",
    "bill.demand_missing": "no whole window of demand is known in these days",
    "bill.no_reactive_meter": "no reactive energy, so no adjustment by power factor",
    "bill.no_active_energy": "no active energy, so no power factor",
}
"""What a finding means for a file."""


def _said(finding: Finding, zone: ZoneInfo) -> str:
    proof = ", ".join(f"{key} {value}" for key, value in finding.proof.items())
    begin, end = (each.astimezone(zone).isoformat() for each in (finding.start, finding.end))
    where = f"{begin} to {end}"
    said = SAYS.get(finding.code, finding.code)
    return f"{where}: {said}{f' ({proof})' if proof else ''}"


def _decimal(value: Decimal | Fraction) -> str:
    """Return an exact value as a decimal; with twelve digits where it is no finite one."""
    if isinstance(value, Decimal):
        return plain(value)
    text = exact_text(value)
    return plain(round_half_up(value, FINE)) if "/" in text else text

"""In: accounts and tariffs of a site file. Out: a checked plan of the books. I/O: tariff files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from billing.accounts.account import Supply
from billing.accounts.party import PartyFacts
from billing.accounts.site_contracts import (
    TERM_KEYS,
    PlannedTerms,
    read_parties_of,
    read_terms_of,
)
from billing.invoices.invoice_facts import Issuer
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import parse_tariff
from energy.base.errors import EnergyError

_ACCOUNT_KEYS = {
    *("key", "name", "address", "email", "language", "opened_on", "supplies"),
    *TERM_KEYS,
}
_ISSUER_KEYS = {"name", "address", "tax_number", "prefix", "payment_days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAccount:
    """An account as the site file has it."""

    key: str
    name: str
    address: str
    email: str
    language: str
    opened_on: date
    supplies: tuple[Supply, ...]
    terms: PlannedTerms = field(default_factory=PlannedTerms)


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksPlan:
    """The billing side of a site file, checked."""

    tariffs: tuple[str, ...]
    """Texts of the tariff files."""
    accounts: tuple[PlannedAccount, ...]
    issuer: Issuer | None
    parties: Mapping[str, PartyFacts] = field(default_factory=dict)
    """By key."""


def read_books(
    document: Mapping[str, Any], folder: Path, utilities: Mapping[str, str]
) -> tuple[BooksPlan | None, list[str]]:
    """Return the plan and no problem, or None and every problem found.

    Args:
        document: The parsed site file.
        folder: Folder of the site file: tariff files are named from there.
        utilities: Point -> utility of the file's meters.
    """
    problems: list[str] = []
    texts, tariffs = _tariffs(document, folder, problems)
    parties, party_problems = read_parties_of(document)
    problems += party_problems
    accounts = [
        _account(table, n, tariffs, utilities, list(parties), problems)
        for n, table in enumerate(document.get("account", []), 1)
    ]
    keys = [account.key for account in accounts]
    problems += [f"account {key!r} stands twice" for key in {k for k in keys if keys.count(k) > 1}]
    payers: dict[str, list[tuple[str, Supply]]] = {}
    for account in accounts:
        for supply in account.supplies:
            for other, known in payers.get(supply.point, []):
                if known.overlaps(supply):
                    problems.append(
                        f"account {account.key!r}: {supply.point} is paid for by {other!r} then"
                    )
            payers.setdefault(supply.point, []).append((account.key, supply))
    issuer = _issuer(document, problems)
    if problems:
        return None, problems
    return BooksPlan(
        tariffs=tuple(texts), accounts=tuple(accounts), issuer=issuer, parties=parties
    ), []


def _tariffs(
    document: Mapping[str, Any], folder: Path, problems: list[str]
) -> tuple[list[str], dict[str, list[TariffVersion]]]:
    texts: list[str] = []
    tariffs: dict[str, list[TariffVersion]] = {}
    for n, table in enumerate(document.get("tariff", []), 1):
        name = table.get("file")
        if not isinstance(name, str):
            problems.append(f"tariff {n}: `file` is missing")
            continue
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            problems.append(f"tariff {name!r}: lies outside the folder of the site file")
            continue
        try:
            text = path.read_text(encoding="utf-8")
            version = parse_tariff(text)
        except (OSError, ValueError) as error:
            problems.append(f"tariff {name!r}: cannot be read ({error})")
        except EnergyError as error:
            problems.append(f"tariff {name!r}: {error}")
        else:
            texts.append(text)
            tariffs.setdefault(version.tariff, []).append(version)
    return texts, tariffs


def _account(
    table: Mapping[str, Any],
    number: int,
    tariffs: Mapping[str, list[TariffVersion]],
    utilities: Mapping[str, str],
    parties: Sequence[str],
    problems: list[str],
) -> PlannedAccount:
    where = f"account {table.get('key') or number!r}"
    problems += [f"{where}: unknown key `{key}`" for key in set(table) - _ACCOUNT_KEYS]
    for key in ("key", "name", "address", "email"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            problems.append(f"{where}: `{key}` is missing or no text")
    if table.get("language", "en") not in ("en", "zh"):
        problems.append(f"{where}: language is none of en, zh")
    opened_on = table.get("opened_on")
    if not isinstance(opened_on, date):
        problems.append(f"{where}: `opened_on` is no date")
        opened_on = date(2000, 1, 1)
    supplies = []
    for supply in table.get("supplies", []):
        point, tariff = supply.get("point"), supply.get("tariff")
        first, last = supply.get("from", opened_on), supply.get("to")
        if not isinstance(point, str) or point not in utilities:
            problems.append(f"{where}: point {point!r} is no meter of this file")
        elif not isinstance(tariff, str) or tariff not in tariffs:
            problems.append(f"{where}: tariff {tariff!r} is no tariff of this file")
        elif utilities[point] != tariffs[tariff][0].utility:
            problems.append(
                f"{where}: {point} measures {utilities[point]}, {tariff} prices "
                f"{tariffs[tariff][0].utility}"
            )
        elif not isinstance(first, date) or not isinstance(last, date | None):
            problems.append(f"{where}: `from` or `to` of {point} is no date like 2026-01-31")
        else:
            supplies.append(Supply(point=point, tariff=tariff, valid_from=first, valid_to=last))
    points = [each.point for each in supplies]
    terms, term_problems = read_terms_of(table, where, points, parties)
    problems += term_problems
    return PlannedAccount(
        key=str(table.get("key")),
        name=str(table.get("name")),
        address=str(table.get("address")),
        email=str(table.get("email")),
        language=str(table.get("language", "en")),
        opened_on=opened_on,
        supplies=tuple(supplies),
        terms=terms,
    )


def _issuer(document: Mapping[str, Any], problems: list[str]) -> Issuer | None:
    table = document.get("issuer")
    if table is None:
        return None
    if not isinstance(table, dict) or set(table) != _ISSUER_KEYS:
        problems.append(f"[issuer]: needs exactly {', '.join(sorted(_ISSUER_KEYS))}")
        return None
    return Issuer(**table)

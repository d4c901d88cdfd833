"""In: accounts, a position of the books. Out: what was agreed with them, as known. I/O: reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from billing.accounts.account import PointDays
from billing.accounts.errors import ContractError
from billing.accounts.party import PartyFacts, facts_from
from billing.accounts.roles import PartyRole
from billing.accounts.terms import ContractTerms, SuppliedPoint
from billing.accounts.terms_told import told
from billing.money import exponent_of, round_half_up
from energy.base.secrets import PersonVault

Connection = psycopg.Connection[tuple[object, ...]]
ALWAYS = 2**62
"""Behind every position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRow:
    """A deposit and what became of it. [currency]."""

    deposit: UUID
    account: str
    key: str
    currency: str
    asked: Decimal
    paid: Decimal
    applied: Decimal
    refunded: Decimal
    refund_asked: Decimal
    asked_on: date
    due_on: date
    reason: str

    @property
    def held(self) -> Decimal:
        """Return what the utility holds. [currency]."""
        return self.paid - self.applied - self.refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractAct:
    """One act on a contract."""

    position: int
    account: str
    topic: str
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account with how much is agreed and supplied."""

    account: str
    name: str
    language: str
    opened_on: date
    supplies: int


def read_terms(
    connection: Connection,
    schema: str,
    accounts: Sequence[str] | None = None,
    *,
    books_position: int = ALWAYS,
) -> dict[str, ContractTerms]:
    """Return what is agreed with accounts, as known at a position, without supplies.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        accounts: Keys; all with whom anything is agreed when None.
        books_position: What the books learned after it is not known.
    """
    found: dict[str, ContractTerms] = {}
    for act in read_acts(connection, schema, accounts, books_position=books_position):
        known = found.get(act.account) or ContractTerms(account=act.account)
        found[act.account] = told(known, act.topic, act.facts)
    return found


def read_acts(
    connection: Connection,
    schema: str,
    accounts: Sequence[str] | None = None,
    *,
    books_position: int = ALWAYS,
) -> list[ContractAct]:
    """Return the acts on contracts in order; see `read_terms`."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT position, account, topic, facts, at FROM {schema}.contract_act "
        "WHERE position <= %s AND (%s::text[] IS NULL OR account = ANY(%s)) ORDER BY position",
        (books_position, _listed(accounts), _listed(accounts)),
    ).fetchall()
    return [
        ContractAct(position=position, account=account, topic=topic, facts=_read(facts), at=at)
        for position, account, topic, facts, at in rows
    ]


@dataclass(slots=True)
class TermsBook:
    """What is agreed with every account as known at a position, read once."""

    connection: Connection
    schema: str
    books_position: int
    _terms: dict[str, ContractTerms] | None = None

    def of(self, point: str, account: str | None, day: date) -> ContractTerms:
        """Return what is agreed with who pays for a point.

        Args:
            point: The metering point.
            account: Who pays; whoever does on the day when None.
            day: A local day.
        """
        if self._terms is None:
            self._terms = read_terms(
                self.connection, self.schema, books_position=self.books_position
            )
        if account is None:
            row = self.connection.execute(
                f"SELECT account FROM {self.schema}.account_channel WHERE point = %s "
                "AND position <= %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s) "
                "ORDER BY position DESC LIMIT 1",
                (point, self.books_position, day, day),
            ).fetchone()
            account = "" if row is None else str(row[0])
        return self._terms.get(account) or ContractTerms(account=account)


def read_contract(connection: Connection, schema: str, account: str) -> ContractTerms:
    """Return what is agreed with an account now, with its supplies and the days billed."""
    every = read_contracts(connection, schema, [account])
    return every.get(account) or ContractTerms(account=account)


def read_contracts(
    connection: Connection, schema: str, accounts: Sequence[str] | None = None
) -> dict[str, ContractTerms]:
    """Return what is agreed with accounts now, with their supplies and the days billed.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        accounts: Keys; all that were opened when None.
    """
    asked = _listed(accounts)
    keys = connection.execute(
        f"SELECT account FROM {schema}.account WHERE %s::text[] IS NULL OR account = ANY(%s)",
        (asked, asked),
    ).fetchall()
    terms = read_terms(connection, schema, accounts)
    supplies: dict[str, list[SuppliedPoint]] = {}
    for account, point, utility, tariff, first, after in connection.execute(
        "SELECT k.account, k.point, coalesce(m.utility, ''), k.tariff, k.valid_from, k.valid_to "
        f"FROM {schema}.account_channel AS k LEFT JOIN {schema}.meter AS m USING (point) "
        "WHERE (%s::text[] IS NULL OR k.account = ANY(%s)) "
        "AND k.valid_to IS DISTINCT FROM k.valid_from ORDER BY k.point, k.valid_from",
        (asked, asked),
    ):
        supplies.setdefault(str(account), []).append(
            SuppliedPoint(
                point=str(point),
                utility=str(utility),
                tariff=str(tariff),
                valid_from=_date(first),
                valid_to=None if after is None else _date(after),
            )
        )
    billed = _billed(connection, schema, asked)
    return {
        str(key): replace(
            terms.get(str(key)) or ContractTerms(account=str(key)),
            supplies=tuple(supplies.get(str(key), ())),
            billed=tuple(billed.get(str(key), ())),
        )
        for (key,) in keys
    }


def _billed(
    connection: Connection, schema: str, asked: list[str] | None
) -> dict[str, list[PointDays]]:
    found: dict[str, list[PointDays]] = {}
    for account, point, first, last in connection.execute(
        f"SELECT account, point, first_day, last_day FROM {schema}.billed_days "
        "WHERE until_position IS NULL AND (%s::text[] IS NULL OR account = ANY(%s))",
        (asked, asked),
    ):
        days = PointDays(point=str(point), first_day=_date(first), last_day=_date(last))
        found.setdefault(str(account), []).append(days)
    return found


def read_accounts(connection: Connection, schema: str, vault: PersonVault) -> list[AccountRow]:
    """Return every account with its name, opened."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.account, a.person, a.name_sealed, a.language, a.opened_on, "
        f"(SELECT count(*) FROM {schema}.account_channel AS k WHERE k.account = a.account "
        "AND k.valid_to IS DISTINCT FROM k.valid_from) "
        f"FROM {schema}.account AS a ORDER BY a.account"
    ).fetchall()
    return [
        AccountRow(
            account=account,
            name=vault.open(person, sealed),
            language=language,
            opened_on=opened_on,
            supplies=supplies,
        )
        for account, person, sealed, language, opened_on, supplies in rows
    ]


def read_parties(
    connection: Connection, schema: str, vault: PersonVault, parties: Sequence[str] | None = None
) -> dict[str, PartyFacts | None]:
    """Return the facts of parties by key, as known now; None of one that was erased.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        vault: Opens what is sealed.
        parties: Keys; all when None.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT party, person, facts_sealed FROM {schema}.party WHERE until_position IS NULL "
        "AND (%s::text[] IS NULL OR party = ANY(%s)) ORDER BY party",
        (_listed(parties), _listed(parties)),
    ).fetchall()
    return {party: facts_from(vault.open(person, sealed)) for party, person, sealed in rows}


def party_of_account(
    connection: Connection,
    schema: str,
    vault: PersonVault,
    account: str,
    day: date,
    *roles: PartyRole,
) -> PartyFacts | None:
    """Return the facts of the first of some roles that an account has on a day; None of none.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        vault: Opens what is sealed.
        account: Key of the account.
        day: The local day.
        roles: In the order in which they are asked for: payer before tenant, for a bill.
    """
    terms = read_terms(connection, schema, [account]).get(account)
    named = [] if terms is None else [terms.party_on(role, day) for role in roles]
    key = next((each for each in named if each is not None), None)
    return None if key is None else read_parties(connection, schema, vault, [key]).get(key)


def read_deposits(
    connection: Connection, schema: str, account: str | None = None
) -> list[DepositRow]:
    """Return deposits by account and key."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT deposit, account, key, currency, asked, paid, applied, refunded, refund_asked, "
        f"asked_on, due_on, reason FROM {schema}.deposit "
        "WHERE %s::text IS NULL OR account = %s ORDER BY account, key",
        (account, account),
    ).fetchall()
    names = tuple(DepositRow.__dataclass_fields__)
    return [
        DepositRow(**dict(zip(names, (*row[:4], *_amounts(row), *row[9:]), strict=True)))
        for row in rows
    ]


def _amounts(row: Sequence[Any]) -> list[Decimal]:
    """Return a deposit's sums with the digits of its currency."""
    digits = exponent_of(row[3])
    return [round_half_up(each, digits) for each in row[4:9]]


def require_tariff(connection: Connection, schema: str, point: str, tariff: str) -> None:
    """Refuse a tariff that is not published, or prices something else than a point measures.

    Raises:
        ContractError: It does not fit.
    """
    rows = connection.execute(
        f"SELECT DISTINCT v.utility, m.utility FROM {schema}.tariff_version AS v "
        f"LEFT JOIN {schema}.meter AS m ON m.point = %s WHERE v.tariff = %s",
        (point, tariff),
    ).fetchall()
    if not rows:
        raise ContractError.of("share.no_tariff", tariff=tariff)
    for priced, measured in rows:
        if priced != measured:
            raise ContractError.of("share.tariff", tariff=tariff, priced=priced, utility=measured)


def _listed(keys: Sequence[str] | None) -> list[str] | None:
    return None if keys is None else list(keys)


def _read(stored: object) -> Mapping[str, Any]:
    document = json.loads(stored) if isinstance(stored, str) else stored
    assert isinstance(document, Mapping), "an act is a table"
    return document


def _date(value: object) -> date:
    assert isinstance(value, date), "the column is a date"
    return value

"""In: who pays for what, a last day. Out: who is due by reading cycles, for what. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import psycopg

from billing.accounts.account import Supply
from billing.accounts.cycle import DaySpan, periods_due
from billing.accounts.terms import ContractTerms
from billing.views.account_terms import read_contracts
from billing.views.payers import Payer

Connection = psycopg.Connection[tuple[object, ...]]
DAY = timedelta(days=1)


def due_payers(
    connection: Connection, schema: str, payers: Sequence[Payer], last_day: date
) -> list[Payer]:
    """Return the payers with what their cycles make due, one piece a span; without those not due.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        payers: Who pays for what.
        last_day: Last local day that is over.
    """
    contracts = read_contracts(connection, schema, [each.account for each in payers])
    due = []
    for payer in payers:
        contract = contracts.get(payer.account) or ContractTerms(account=payer.account)
        supplies = _due(payer, contract, last_day)
        if supplies:
            due.append(replace(payer, supplies=supplies))
    return due


def first_day_due(
    connection: Connection, schema: str, accounts: Sequence[str], last_day: date
) -> date | None:
    """Return the first local day that any cycle makes due; None where nothing is.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        accounts: Only of these; all when empty.
        last_day: Last local day that is over.
    """
    contracts = read_contracts(connection, schema, list(accounts) or None)
    spans = [
        span
        for contract in contracts.values()
        for utility in sorted({each.utility for each in contract.supplies})
        for span in periods_due(contract, utility, last_day)
    ]
    return min((span.first_day for span in spans), default=None)


def _due(payer: Payer, contract: ContractTerms, last_day: date) -> tuple[Supply, ...]:
    utilities = {each.point: each.utility for each in contract.supplies}
    spans: Mapping[str, list[DaySpan]] = {
        utility: periods_due(contract, utility, last_day)
        for utility in sorted(set(utilities.values()))
    }
    pieces = [
        _cut(supply, span)
        for supply in payer.supplies
        for span in spans.get(utilities.get(supply.point, ""), ())
    ]
    return tuple(each for each in pieces if each is not None)


def _cut(supply: Supply, span: DaySpan) -> Supply | None:
    """Return the part of a supply within a span; None where there is none."""
    after = span.last_day + DAY
    first = max(supply.valid_from, span.first_day)
    end = after if supply.valid_to is None else min(supply.valid_to, after)
    return replace(supply, valid_from=first, valid_to=end) if first < end else None

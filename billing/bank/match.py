"""In: a bank entry, what is open, what is remembered. Out: whose it is, or proposals. Pure.

Certain is what names a document of one account, or comes from a payer that a person has matched
before and that pays for one account only. Anything else waits for a person, with proposals that
say why: amount, name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from billing.bank.statement import StatementEntry, folded
from billing.receivables.items import OpenItem

LEAST_NAME = 4
"""Shorter names match nothing: "Co" is everybody's. [character]"""
MOST_PROPOSALS = 5
_WEIGHT = {"number": 100, "alias": 50, "name": 20, "amount": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An account that an entry may be a payment of."""

    account: str
    items: tuple[str, ...]
    """Documents that it names or pays exactly."""
    because: tuple[str, ...]
    """number, alias, name, amount."""
    certain: bool
    top_up: bool = False
    """Whether the account pays first: the money goes onto its balance, no document is paid."""

    @property
    def weight(self) -> int:
        """Return how much speaks for it."""
        return sum(_WEIGHT[each] for each in self.because)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an entry is compared with."""

    items: tuple[OpenItem, ...]
    """Open items, and those settled that a payer may still name."""
    names: Mapping[str, str]
    """Account -> name in clear."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Digest of a payer -> account."""
    prepaid: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Account that pays first -> numbers of the documents that its balance pays."""


class Matcher:
    """Finds whose money an entry is."""

    def __init__(self, known: Known) -> None:
        """Prepare what entries are compared with."""
        self._known = known
        self._by_number = {folded(item.number): item for item in known.items}
        self._open = {item.number for item in known.items if item.open > 0}
        self._by_amount: dict[Decimal, list[OpenItem]] = {}
        balances: dict[str, Decimal] = {}
        for item in known.items:
            if item.open > 0:
                self._by_amount.setdefault(item.open, []).append(item)
            balances[item.account] = balances.get(item.account, Decimal(0)) + item.open
        self._by_balance: dict[Decimal, list[str]] = {}
        for account, owed in balances.items():
            self._by_balance.setdefault(owed, []).append(account)
        self._names = {
            account: folded(name)
            for account, name in known.names.items()
            if len(folded(name)) >= LEAST_NAME
        }

    def proposals(self, entry: StatementEntry, digests: Iterable[str] = ()) -> list[Proposal]:
        """Return whose payment an entry may be, the likeliest first; none for money that goes out.

        Args:
            entry: The entry.
            digests: Of its payer.
        """
        if entry.amount <= 0:
            return []
        reasons: dict[str, dict[str, list[str]]] = {}
        for item in self._named(entry):
            reasons.setdefault(item.account, {}).setdefault("number", []).append(item.number)
        for digest in digests:
            if digest in self._known.aliases:
                reasons.setdefault(self._known.aliases[digest], {}).setdefault("alias", [])
        payer = folded(entry.payer)
        for account, name in self._names.items():
            if len(payer) >= LEAST_NAME and (name in payer or payer in name):
                reasons.setdefault(account, {}).setdefault("name", [])
        for item in self._by_amount.get(entry.amount, []):
            reasons.setdefault(item.account, {}).setdefault("amount", []).append(item.number)
        for account in self._by_balance.get(entry.amount, []):
            reasons.setdefault(account, {}).setdefault("amount", [])
        return self._ordered(reasons)

    def _onto_balance(self, account: str, numbers: Iterable[str]) -> bool:
        """Return whether money of an account is a top-up: it names nothing it still owes."""
        paid_first = self._known.prepaid.get(account)
        if paid_first is None:
            return False
        return not any(each in self._open and each not in paid_first for each in numbers)

    def _named(self, entry: StatementEntry) -> list[OpenItem]:
        """Return the items whose number stands in what the payer wrote, as a word of its own."""
        words = re.split(r"[\s,;:|]+", f"{entry.told} {entry.end_to_end}")
        found = {}
        for word in words:
            item = self._by_number.get(folded(word)) if word else None
            if item is not None:
                found[item.number] = item
        return list(found.values())

    def _ordered(self, reasons: Mapping[str, Mapping[str, list[str]]]) -> list[Proposal]:
        numbered = [account for account, told in reasons.items() if "number" in told]
        known = [account for account, told in reasons.items() if "alias" in told]
        sure = numbered or known
        found = [
            Proposal(
                account=account,
                items=tuple(told.get("number") or told.get("amount") or ()),
                because=tuple(each for each in _WEIGHT if each in told),
                certain=sure == [account],
                top_up=self._onto_balance(account, told.get("number", ())),
            )
            for account, told in reasons.items()
        ]
        return sorted(found, key=lambda each: (-each.weight, each.account))[:MOST_PROPOSALS]

"""In: records of prepaid card systems. Out: their events, and what is implausible in them. Pure.

The records are control facts: what another system says was bought and left. No money moves here and
no account is debited; prepaid accounts of Meterline's own are another thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby, pairwise
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

CENT = Decimal("0.01")
BALANCE, REFUND = "balance", "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRecord:
    """One record of a card system, as it printed it."""

    system: str
    record: str
    """Its number: (system, record) is known once."""
    card: str
    meter: str
    kind: str
    """purchase, refund or balance."""
    at: datetime
    energy: Decimal | None
    """Bought or given back. [unit]"""
    unit: str
    money: Decimal | None
    """[currency]"""
    price: Decimal | None
    """[currency / unit]"""
    remaining: Decimal | None
    """Left afterwards. [unit]"""
    used: Decimal | None
    """Since the record before. [unit]"""
    currency: str
    file: str
    file_row: int
    sha256: str
    """Of the file, in hex."""


def ic_card_id(site: str, system: str, record: str) -> UUID:
    """Return the id of a card system's record."""
    return id_of("ic_card_record", site, system, record)


class ICCardRecord(JournalAggregate):
    """One record of a prepaid card system."""

    TOPIC = "ic_card_record"

    class Created(JournalAggregate.Created):
        """A record was taken over."""

        TOPIC = "ic_card.recorded"
        site: str
        system: str
        record: str
        card: str
        meter: str
        kind: str
        at: datetime
        energy: Decimal | None
        unit: str
        money: Decimal | None
        price: Decimal | None
        remaining: Decimal | None
        used: Decimal | None
        currency: str
        file: str
        file_row: int
        sha256: str
        imported_by: UUID | None

    @staticmethod
    def create_id(*, site: str, system: str, record: str, **_: object) -> UUID:
        """Return the id from site, system and number."""
        return ic_card_id(site, system, record)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        system: str,
        record: str,
        card: str,
        meter: str,
        kind: str,
        at: datetime,
        energy: Decimal | None,
        unit: str,
        money: Decimal | None,
        price: Decimal | None,
        remaining: Decimal | None,
        used: Decimal | None,
        currency: str,
        file: str,
        file_row: int,
        sha256: str,
        imported_by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Take a record over."""
        self.system = system


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFinding:
    """Something in the records of a card that cannot be right."""

    code: str
    """card.amount, card.balance or card.used."""
    card: str
    record: str
    at: datetime
    stated: Decimal
    expected: Decimal
    """What it should be, or the least it can be."""


def implausible(records: Iterable[CardRecord]) -> list[CardFinding]:
    """Return what cannot be right: money, balances.

    Energy times price is the money, to the cent; what is left is what was left before, plus what
    was bought, minus what was used: never more than without any use.

    Args:
        records: In any order.
    """
    ordered = sorted(records, key=lambda each: (each.system, each.card, each.at, each.record))
    found = [finding for each in ordered if (finding := _amount(each)) is not None]
    for _, group in groupby(ordered, key=lambda each: (each.system, each.card)):
        mine = list(group)
        told = [n for n, each in enumerate(mine) if each.remaining is not None]
        for before, after in pairwise(told):
            found += _balance(mine[before], mine[before + 1 : after + 1])
    return found


def _amount(record: CardRecord) -> CardFinding | None:
    if record.energy is None or record.price is None or record.money is None:
        return None
    expected = (record.energy * record.price).quantize(CENT, ROUND_HALF_UP)
    if abs(record.money) == abs(expected):
        return None
    return _finding("card.amount", record, record.money, expected)


def _balance(before: CardRecord, between: Sequence[CardRecord]) -> list[CardFinding]:
    """Return what is wrong from one record that tells what is left to the next one."""
    after = between[-1]
    assert before.remaining is not None
    assert after.remaining is not None
    most = before.remaining + sum((_bought(each) for each in between), Decimal(0))
    used = [each.used for each in between]
    if None not in used:
        exact = most - sum((each for each in used if each is not None), Decimal(0))
        if exact != after.remaining:
            return [_finding("card.used", after, after.remaining, exact)]
    if after.remaining > most:
        return [_finding("card.balance", after, after.remaining, most)]
    return []


def _bought(record: CardRecord) -> Decimal:
    if record.energy is None or record.kind == BALANCE:
        return Decimal(0)
    return -abs(record.energy) if record.kind == REFUND else record.energy


def _finding(code: str, record: CardRecord, stated: Decimal, expected: Decimal) -> CardFinding:
    return CardFinding(
        code=code,
        card=record.card,
        record=record.record,
        at=record.at,
        stated=stated,
        expected=expected,
    )

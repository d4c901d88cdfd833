"""Records of card systems that cannot be right are named, and the others are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.prepaid.ic_card import CardRecord, implausible

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def record(day: int, *, kind: str = "purchase", card: str = "1", **amounts: str) -> CardRecord:
    given = {name: Decimal(text) for name, text in amounts.items()}
    return CardRecord(
        system="s",
        record=f"{card}-{day:03d}",
        card=card,
        meter="m",
        kind=kind,
        at=NOON + timedelta(days=day),
        energy=given.get("energy"),
        unit="kWh",
        money=given.get("money"),
        price=given.get("price"),
        remaining=given.get("remaining"),
        used=given.get("used"),
        currency="CNY",
        file="f.csv",
        file_row=day,
        sha256="",
    )


def codes(*records: CardRecord) -> list[str]:
    return [found.code for found in implausible(records)]


def test_energy_times_price_is_the_money_to_the_cent() -> None:
    assert codes(record(1, energy="100", price="0.6667", money="66.67")) == []
    assert codes(record(1, energy="100", price="0.6667", money="66.66")) == ["card.amount"]
    assert codes(record(1, kind="refund", energy="-10", price="0.5", money="5.00")) == []


def test_more_is_never_left_than_without_any_use() -> None:
    first, bought = record(1, kind="balance", remaining="50"), record(2, energy="100")
    assert codes(first, bought, record(3, kind="balance", remaining="150")) == []
    (found,) = implausible([record(3, kind="balance", remaining="150.1"), first, bought])
    assert (found.code, found.expected) == ("card.balance", Decimal(150))


def test_what_was_used_explains_what_is_left() -> None:
    first = record(1, remaining="50")
    assert codes(first, record(2, energy="100", remaining="130", used="20")) == []
    assert codes(first, record(2, energy="100", remaining="129", used="20")) == ["card.used"]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=20))
def test_an_honest_card_has_no_finding(days: list[tuple[int, int]]) -> None:
    left, records = Decimal(1000), [record(0, remaining="1000", used="0")]
    for day, (bought, wanted) in enumerate(days, 1):
        used = min(Decimal(wanted), left)
        left += bought - used
        records.append(record(day, energy=str(bought), remaining=str(left), used=str(used)))
    assert implausible(records[::-1]) == []

"""What was due first is settled first; a credit goes to its own invoice before any other."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.receivables.items import ItemKind, Money, OpenItem, applications, balance, money_in
from tests.examples import tried

DAY = date(2024, 1, 1)


def item(number: str, amount: int, due: int = 0, *, settled: int = 0, corrects: str | None = None
         ) -> OpenItem:  # fmt: skip
    return OpenItem(
        number=number,
        kind=ItemKind.CREDIT_NOTE if amount < 0 else ItemKind.INVOICE,
        account="A",
        currency="EUR",
        dated=DAY + timedelta(days=due),
        due_on=DAY + timedelta(days=due + 14),
        amount=Decimal(amount),
        settled=Decimal(settled),
        corrects=corrects,
    )


def money(source: str, left: int, on: int = 0) -> Money:
    return Money(
        source=source, amount=Decimal(left), left=Decimal(left), on=DAY + timedelta(days=on)
    )


def told(parts: list[object]) -> list[tuple[str, str, int]]:
    return [(p.source, p.item, int(p.amount)) for p in parts]  # type: ignore[attr-defined]


def test_what_was_due_first_is_settled_first_and_the_rest_stays_credit() -> None:
    items = [item("I-2", 50, due=5), item("I-1", 100)]
    parts = applications([money("P", 120)], items)
    assert told([*parts]) == [("P", "I-1", 100), ("P", "I-2", 20)]
    assert [part.on for part in parts] == [DAY, DAY + timedelta(days=5)]  # both were there
    assert sum(p.amount for p in applications([money("P", 500)], items)) == 150


def test_named_items_are_settled_in_their_order_and_nothing_else() -> None:
    items = [item("I-1", 100), item("I-2", 50), item("I-3", 10)]
    parts = applications([money("P", 500)], items, ["I-3", "I-2"])
    assert told([*parts]) == [("P", "I-3", 10), ("P", "I-2", 50)]


def test_a_credit_note_goes_to_its_own_invoice_first() -> None:
    items = [item("I-1", 100), item("I-2", 50), item("C-1", -60, corrects="I-2")]
    parts = applications(money_in(items), items)
    assert told([*parts]) == [("C-1", "I-2", 50), ("C-1", "I-1", 10)]
    own = applications(money_in(items), items, own_only=True)
    assert told([*own]) == [("C-1", "I-2", 50)]


@tried(50)
@given(
    owed=st.lists(st.integers(1, 10_000), max_size=8),
    paid=st.lists(st.integers(1, 10_000), max_size=8),
)
def test_nothing_is_settled_or_used_twice_and_the_balance_stays(
    owed: list[int], paid: list[int]
) -> None:
    items = [item(f"I-{n}", amount, due=n % 3) for n, amount in enumerate(owed)]
    sources = [money(f"P-{n}", amount) for n, amount in enumerate(paid)]
    parts = applications(sources, items)
    for each in items:
        assert sum(p.amount for p in parts if p.item == each.number) <= each.amount
    for source in sources:
        assert sum(p.amount for p in parts if p.source == source.source) <= source.left
    assert sum(p.amount for p in parts) == min(sum(owed), sum(paid))
    assert balance(items, sources) == sum(owed) - sum(paid)

"""In: what a clerk typed about money. Out: the command done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from billing.money import LONGEST_TYPED, typed_number
from billing.receivables.account_book import Means
from billing.receivables.by_hand import TypedPayment
from billing.receivables.errors import PaymentError
from dashboards.formats import money
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, number_named
from dashboards.viewer import Viewer
from energy.base.period import local_day

RECORD, MATCH = "record-payment", "match-entry"
REMEMBER, ONCE = "remember", "once"
MOST = 10**12
"""More is the number of a card or an account by mistake. [currency]"""


def record(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Record a payment; `about` is the account where the form stands on its page.

    Raises:
        PaymentError: What was typed is no amount or day, or the command was refused.
    """
    today = local_day(parts.clock.now(), parts.settings.zone)
    payment = TypedPayment(
        account=about or typed.get("account", ""),
        amount=amount_typed(typed.get("amount", "")),
        means=_means(typed.get("means", "")),
        reference=typed.get("reference", ""),
        on=_day(typed.get("day", "")),
    )
    key = parts.commands.money.record(
        viewer.scope, payment, today, items=_items(typed.get("items", ""))
    )
    return viewer.say(
        "money.recorded",
        payment=key,
        account=payment.account,
        amount=money(viewer.language, payment.amount, parts.settings.currency),
    )


def match(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Take a waiting bank entry as a payment; `about` is "ENTRY@POSITION".

    Raises:
        PaymentError: The command was refused.
        UnknownSubjectError: It is no such text.
    """
    entry, _, seen_at = about.partition("@")
    account = typed.get("account", "")
    parts.commands.money.match(
        viewer.scope,
        id_named(entry),
        number_named(seen_at),
        account,
        items=_items(typed.get("items", "")),
        remember=typed.get("remember") == REMEMBER,
    )
    return viewer.say("money.matched", account=account)


ACTS: dict[str, Callable[[Parts, Viewer, str, Mapping[str, str]], str]] = {
    RECORD: record,
    MATCH: match,
}


def amount_typed(text: str) -> Decimal:
    """Return an amount that a person typed.

    Raises:
        PaymentError: It is none.
    """
    amount = typed_number(text)
    if amount is None or abs(amount) >= MOST:
        raise PaymentError.of("typed_amount", text=text[:LONGEST_TYPED])
    return amount


def _means(text: str) -> Means:
    if text not in set(Means):
        raise PaymentError.of("typed_means", text=text[:LONGEST_TYPED])
    return Means(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise PaymentError.of("typed_day", text=text[:LONGEST_TYPED]) from None


def _items(text: str) -> tuple[str, ...]:
    return tuple(each for each in text.replace(",", " ").replace("，", " ").split() if each)

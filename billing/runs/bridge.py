"""In: the bills of two runs. Out: the bridge between their totals, by cause. Pure.

Accounts that only one of both has are new or left; of the others the change of each bill is
divided as its own sentence says (billing/invoices/change.py). The causes add up to the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from billing.invoices.change import CAUSES, divided, effects_between
from energy.base.units import Utility

BRIDGE: Final = ("new", "left", *CAUSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """From the total of one run to that of the next. [currency]."""

    before: Decimal
    after: Decimal
    causes: Mapping[str, Decimal]
    accounts: Mapping[str, Mapping[str, Decimal]]
    """The same by account, without zeros."""

    def __post_init__(self) -> None:
        """Hold the invariant: nothing is left over."""
        assert self.before + sum(self.causes.values()) == self.after, "a bridge reaches its end"


def bridge_between(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Bridge:
    """Return what changed from one run's bills to another's.

    Args:
        before: Documents of the earlier run, by account.
        after: Documents of the later run, by account.

    Raises:
        MoneyError: A currency is unknown.
    """
    accounts: dict[str, dict[str, Decimal]] = {}
    for account in sorted({*before, *after}):
        old, new = before.get(account), after.get(account)
        parts = _parts(old, new)
        accounts[account] = {cause: value for cause, value in parts.items() if value}
    causes = {
        cause: sum((parts.get(cause, Decimal(0)) for parts in accounts.values()), Decimal(0))
        for cause in BRIDGE
    }
    return Bridge(
        before=sum((_total(each) for each in before.values()), Decimal(0)),
        after=sum((_total(each) for each in after.values()), Decimal(0)),
        causes=causes,
        accounts={account: parts for account, parts in accounts.items() if parts},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilitySum:
    """What two runs charge for a utility, before tax; None where a run has none. [currency]."""

    utility: str
    before: Decimal | None
    after: Decimal | None


def utility_sums(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> list[UtilitySum]:
    """Return what each utility comes to in an earlier run's bills and in a later run's.

    Args:
        before: Documents of the earlier run.
        after: Documents of the later run.
    """
    old, new = _by_utility(before), _by_utility(after)
    return [
        UtilitySum(utility=each.value, before=old.get(each.value), after=new.get(each.value))
        for each in Utility
        if each.value in old or each.value in new
    ]


def _by_utility(documents: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for block in (block for document in documents for block in document["supplies"]):
        if block["charges"]:
            charged = sum((Decimal(each["net"]) for each in block["charges"]), Decimal(0))
            found[block["utility"]] = found.get(block["utility"], Decimal(0)) + charged
    return found


def _parts(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Mapping[str, Decimal]:
    if old is None or new is None:
        side = new or old
        assert side is not None, "one of both has the account"
        return {"new": _total(side)} if old is None else {"left": -_total(side)}
    return divided(effects_between(old, new), _total(new) - _total(old), new["currency"])


def _total(document: Mapping[str, Any]) -> Decimal:
    return Decimal(document["totals"]["total"])

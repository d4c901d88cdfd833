"""In: the balance of supply nodes by local day. Out: where more is lost than the limit. Pure.

A day speaks when nearly all of its intervals are known: what a gap leaves out is no loss. What is
unaccounted the other way (more goes out than comes in) is as wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from energy.base.clock import to_us
from energy.base.finding import Severity
from energy.metering.checks.span import Span
from energy.metering.supply.balance import NodeBalance

CODE: Final = "balance.loss_over_limit"
SEVERITY: Final = Severity.WARN
LEAST_KNOWN: Final = 90
"""Intervals of a day that must be known. [%]"""


def speaks(balance: NodeBalance) -> bool:
    """Return whether a day says something of its node."""
    return 100 * balance.known >= LEAST_KNOWN * max(balance.expected, 1)


def found(days: Sequence[tuple[int, NodeBalance]]) -> list[Span]:
    """Return the days on which more is unaccounted than the limit allows.

    Args:
        days: Balances of local days that are over, each with the place of its node's channel.
    """
    return list(_found(days))


def _found(days: Iterable[tuple[int, NodeBalance]]) -> Iterable[Span]:
    for place, day in days:
        if not speaks(day) or not day.over_limit:
            continue
        share = day.share
        assert share is not None, "what is over its limit has a share"
        yield Span(
            place=place,
            start_us=to_us(day.start),
            end_us=to_us(day.end),
            lasts=False,
            proof={
                "node": day.node.key,
                "in": day.known_in,
                "out": day.known_out,
                "expected_loss": day.known_loss,
                "unaccounted_percent": f"{float(share):.2f}",
                "limit_percent": str(day.node.limit_percent),
            },
        )

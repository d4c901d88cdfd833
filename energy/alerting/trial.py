"""In: a defined rule, its back-test, channels. Out: what is tested, cases to be read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from energy.alerting.backtest import BackTest, Case
from energy.alerting.rules.kinds import WatchedChannel, specs_of
from energy.alerting.rules.spec import RuleSpec, Scale
from energy.base.clock import to_us
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.store.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One alert that there would have been, as people read it."""

    about: str
    raised_at: datetime
    """In the site's zone."""
    cleared_at: datetime | None
    value: Decimal
    limit: Decimal
    unit: str


def specs_on_trial(
    site: Site,
    key: str,
    versions: list[dict[str, Any]],
    channels: Mapping[int, WatchedChannel],
) -> list[RuleSpec]:
    """Return the last of some versions of a rule, one a subject.

    Args:
        site: The site.
        key: Of the rule.
        versions: As events stored them, in order.
        channels: The site's channels by number.

    Raises:
        RefusedError: There is no version.
        CalendarError: Its hours cannot be read.
        RuleError: Its numbers cannot be read.
    """
    if not versions:
        raise RefusedError.of("rule.unknown", key=key)
    return specs_of(id_of("rule on trial", site.key, key), versions[-1], site.zone, channels)


def case_rows(
    channels: Mapping[int, WatchedChannel], zone: ZoneInfo, spec: RuleSpec, found: BackTest
) -> list[CaseRow]:
    """Return the cases of a back-test as people read them.

    Args:
        channels: The site's channels by number.
        zone: The site's zone.
        spec: The rule.
        found: Its back-test.
    """
    scale = spec.terms.scale
    return [_row(zone, scale, channels.get(case.subject.channel), case) for case in found.cases]


def _row(
    zone: ZoneInfo, scale: Scale | None, channel: WatchedChannel | None, case: Case
) -> CaseRow:
    if scale is not None:
        step, unit = scale.resolution, scale.unit
    else:
        step, unit = Fraction(1), ""
        if channel is not None:
            step, unit = channel.per_count_at(to_us(case.raised_at)), channel.unit
    return CaseRow(
        about=case.subject.name if channel is None else channel_name(channel),
        raised_at=case.raised_at.astimezone(zone),
        cleared_at=case.cleared_at and case.cleared_at.astimezone(zone),
        value=as_read(case.value * step),
        limit=as_read(case.limit * step),
        unit=unit,
    )


def channel_name(channel: WatchedChannel) -> str:
    """Return how people name a channel."""
    return f"{channel.point}/{channel.quantity}"


def as_read(value: Fraction) -> Decimal:
    """Return a value with up to six digits behind the point."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return round(exact, 6).normalize() + Decimal(0)

"""In: an issued document. Out: the content of its paper: with load, last year, page. I/O: reads.

What the paper shows beside the document is as known when it was billed: the load is read at the
metering position of the draft, and left out where it does not add up to what was billed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from billing.documents.compared import compared_with
from billing.documents.contents import Bill, CreditNote, Load
from billing.money import round_half_up
from billing.views.documents import Connection, bill_a_year_before, provenance_of
from energy.base.errors import EnergyError
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.views.computed import channel_usage

Json = Mapping[str, Any]
_HOUR_S = 3600
_LOAD_DIGITS = 2


def bill_content(
    connection: Connection, site: Site, invoice: UUID, document: Json, *, tenant_url: str = ""
) -> Bill:
    """Return the content of a bill or credit note.

    Args:
        connection: Any connection that may read.
        site: The site.
        invoice: Its id.
        document: Its canonical document.
        tenant_url: Address of the tenant's pages; the document's number is put behind it.
    """
    number = document["number"] or ""
    url = f"{tenant_url.rstrip('/')}/{number}" if tenant_url and number else ""
    if document["kind"] == "credit_note":
        return CreditNote(invoice=document, capitals=True)
    zh = document["account"]["language"] == "zh"
    plain = Bill(invoice=document, tenant_url=url, capitals=zh or document["currency"] == "CNY")
    earlier, first_day = _last_year(connection, site, document)
    told = compared_with(document, earlier)
    day = date.fromisoformat(first_day) if first_day else None
    return replace(
        plain,
        compared=told,
        compared_with={} if day is None else _month(day),
        loads=_loads(connection, site, invoice, document),
    )


def _month(day: date) -> dict[str, str]:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return {"en": f"{months[day.month - 1]} {day.year}", "zh": f"{day.year} 年 {day.month} 月"}


def _last_year(
    connection: Connection, site: Site, document: Json
) -> tuple[dict[str, Any] | None, str]:
    """Return the bill of the same days a year before that stands, with its first day."""
    first = date.fromisoformat(document["period"]["first_day"])
    found = bill_a_year_before(
        connection, site.schema, document["account"]["key"], _year_before(first)
    )
    return (json.loads(found[0]), found[1].isoformat()) if found else (None, "")


def _year_before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def _loads(connection: Connection, site: Site, invoice: UUID, document: Json) -> tuple[Load, ...]:
    """Return the load of each electric point whose intervals add up to what was billed."""
    text = provenance_of(connection, site.schema, invoice)
    provenance = json.loads(text) if text else {}
    channels = {each["point"]: each.get("channel") for each in provenance.get("supplies", ())}
    loads: list[Load] = []
    for supply in document["supplies"]:
        channel = channels.get(supply["point"])
        if supply["utility"] != "electricity" or channel is None or not supply["usage"]:
            continue
        load = _load(connection, site, channel, supply, provenance["metering_position"])
        loads += [load] if load is not None else []
    return tuple(loads)


def _load(
    connection: Connection, site: Site, channel: int, supply: Json, position: int
) -> Load | None:
    zone: ZoneInfo = site.zone
    first, last = (date.fromisoformat(supply[key]) for key in ("first_day", "last_day"))
    period = span_of_days(first, last, zone)
    try:
        found = channel_usage(connection, site.schema, zone, [channel], period, as_of=position)
    except EnergyError:  # the chart is an extra: the bill goes without
        return None
    span = found.get(channel)
    billed = supply["usage"]["total"]
    per_kwh = to_base(Utility.ELECTRICITY, "kWh")
    if span is None or billed is None or int(span.usage.sum()) != Fraction(billed) * per_kwh:
        return None
    return _load_of(supply["point"], span, per_kwh)


def _load_of(point: str, span: UsageSpan, per_kwh: Fraction) -> Load | None:
    """Return the load of a span: usage by the width of its intervals. [kW]."""
    known = span.quality < int(Quality.SUSPECT)
    if not known.any():
        return None
    factor = Fraction(_HOUR_S, span.step_s) / per_kwh
    values = [
        round_half_up(int(usage) * factor, _LOAD_DIGITS) if good else None
        for usage, good in zip(span.usage, known, strict=True)
    ]
    highest = int(np.where(known, span.usage, -1).argmax())
    at = span.start + timedelta(seconds=highest * span.step_s)
    return Load(point=point, unit="kW", values=values, maximum_at=at)

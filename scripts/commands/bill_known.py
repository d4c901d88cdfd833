"""In: an issued bill, a day or positions. Out: the bill as known there, printed. I/O: reads.

The same answer as that of the slider above the bill's page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import (
    NOTHING,
    in_zone,
    print_facts,
    print_json,
    print_table,
    working,
)
from scripts.commands.tree import misused

if runs():
    from billing.corrections.anew import Known
    from billing.corrections.as_known import Arrived, KnownStep, known_at, known_on
    from billing.corrections.causes import reason_of
    from billing.corrections.errors import LineCreditError
    from dashboards.formats import amount_text
    from dashboards.queries.known_rows import KnownBill
    from energy.base.period import local_day
    from energy.base.units import Utility
    from scripts.commands.bill_correct import print_charges
    from scripts.commands.bill_office import invoice_of

_PLACES = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


def as_known(at: Opened, name: str, asked: str, *, as_json: bool) -> None:
    """Print what an issued bill would be as known on a day or at positions, and why.

    Args:
        at: The site.
        name: The invoice.
        asked: A day (2019-02-10), a position of the metering journal, or that and one of the
            books, as the address of the page has them (4711-95).
        as_json: Whether for machines.

    Raises:
        UnknownBillingObjectError: There is no such invoice.
        LineCreditError: It is no issued bill.
        NotFoldedError: The views have not come that far.
        click.UsageError: What is asked is neither a day nor positions.
    """
    invoice = invoice_of(at, name)
    found = at.queries.known_steps(at.scope, invoice)
    if found is None:
        raise LineCreditError.of("only_bills", number=name)
    known = _known(at, asked, found.steps)
    with working(at.text("bill.looking")):
        answer = at.queries.bill_as_known(at.scope, invoice, known.metering, known.books)
    assert answer is not None, "it was issued a moment ago"
    if as_json:
        told = answer.rows
        difference = told.found.now - told.found.was
        print_json({"number": told.number, "difference": difference, "bill": told.found})
        return
    _print(at, answer.rows)


def _known(at: Opened, asked: str, steps: Sequence[KnownStep]) -> Known:
    places = _PLACES.fullmatch(asked)
    if places is not None:
        metering, books = int(places[1]), places[2]
        return (
            known_at(steps, metering)
            if books is None
            else Known(metering=metering, books=int(books))
        )
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise misused("as_known", value=asked[:24]) from None
    today = local_day(at.system.clock.now(), at.site.zone)
    return known_on(steps, day, at.site.zone, today)


def _print(at: Opened, told: KnownBill) -> None:
    found, currency = told.found, told.currency
    why = reason_of(found.causes)[at.language] if found.causes else NOTHING
    proposed = [f"{row.name} ({at.text(f'bill.state.{row.state}')})" for row in told.corrections]
    print_facts(
        [
            (at.say("known.was"), f"{found.was} {currency}"),
            (at.say("known.now_total"), f"{found.now} {currency}"),
            (at.say("corrections.head_difference"), f"{found.now - found.was:+} {currency}"),
            (at.say("corrections.head_why"), why),
            (at.say("known.head_positions"), f"{found.known.metering} / {found.known.books}"),
            (at.say("known.correction"), ", ".join(proposed) or NOTHING),
        ]
    )
    if found.barred:
        print(at.say("known.barred", codes=", ".join(found.barred)))
    print()
    keys = ("when", "what", "point", "days", "change", "position")
    rows = [_row(at, told, each) for each in found.arrived]
    heads = [at.say(f"known.head_{key}") for key in keys]
    print_table(heads, rows, right=(4,), below=(1,), nothing=at.say("known.none_arrived"))
    if found.charges:
        print()
        print_charges(at, found.charges)


def _row(at: Opened, told: KnownBill, each: Arrived) -> tuple[object, ...]:
    days = dict.fromkeys(day.isoformat() for day in (each.first_day, each.last_day) if day)
    places = "-".join(map(str, dict.fromkeys((each.first_position, each.last_position))))
    when = in_zone(each.at, at.site.zone)
    return (
        "" if when is None else f"{when:%Y-%m-%d %H:%M}",
        _what(at, told, each),
        each.point,
        " - ".join(days),
        _change(each),
        f"{at.say(f'known.journal_{each.journal}')} {places}",
    )


def _what(at: Opened, told: KnownBill, each: Arrived) -> str:
    if each.journal == "books":
        return at.say(f"known.topic_{each.kind.partition('.')[0]}")
    by = None if each.by is None else told.people.get(each.by, "?")
    said = ", ".join(word for word in (by, each.source, each.reason) if word)
    kind = at.say(f"known.kind_{each.kind}")
    return f"{kind}: {said}" if said else kind


def _change(each: Arrived) -> str:
    """Return what it added to the usage of its days."""
    if each.difference is None or each.utility not in set(Utility):
        return NOTHING
    sign = "+" if each.difference > 0 else ""
    return sign + amount_text("en", Utility(each.utility), each.difference)

"""In: what a clerk typed at a cash desk. Out: the command done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from billing.cash_desk.desk import Payment
from billing.cash_desk.shift import Shift, cash_of
from billing.cash_desk.shift_events import Means, ShiftState, Taking
from billing.money import LONGEST_TYPED
from billing.prepaid.card_writer import Answer
from billing.prepaid.errors import DeskRefusedError, PrepaidRefusedError
from dashboards.components.act_form import Done
from dashboards.formats import money, number
from dashboards.pages.desk.paths import desk_path, receipt_path, sheet_path
from dashboards.pages.money.acts import amount_typed
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, number_named
from dashboards.till_commands import Counted, SeenShift, Sold
from dashboards.told import refusal_text
from dashboards.viewer import Viewer

OPEN, TOP_UP, PAY, SELL, WRITE = "till-open", "till-top-up", "till-pay", "till-sell", "till-write"
VOID, COUNT, RESUME, SIGN = "till-void", "till-count", "till-resume", "till-sign"
COUNTED = "count-"
"""Begins the name of the field that counts a coin or note."""
YES, NO = "yes", "no"
MOST_COUNTED = 5
"""Digits of how many coins or notes there are."""
Fields = Mapping[str, str]


def open_shift(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> Done:
    """Open a shift at the desk that `about` or the form names, with what was counted in it.

    Raises:
        DeskRefusedError: What was typed cannot be counted, or the command was refused.
    """
    if about:
        seen = seen_of(about)
    else:
        desk = typed.get("desk", "")
        found = parts.queries.shift(viewer.scope, desk) if desk.isalnum() else None
        number = found.rows.shift.number if found else 0
        seen = SeenShift(desk=desk, number=number, version=0)
    shift = parts.commands.till.open(viewer.scope, seen, cash_of(_denominations(typed)))
    words = viewer.say("till.opened", desk=shift.desk, number=shift.number)
    return Done(words=words, links=((viewer.say("till.serve"), desk_path(shift.desk), False),))


def top_up(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> Done:
    """Take money onto the prepaid account of `about`.

    Raises:
        RefusedError: What was typed is no amount, or the command was refused.
    """
    seen, account = seen_of(about), _subject(about)
    paid = _payment(typed, amount_typed(typed.get("amount", "")))
    taking = parts.commands.till.top_up(viewer.scope, seen, account, paid)
    return _taken(parts, viewer, seen, taking)


def pay(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> Done:
    """Take the payment of a document of the account of `about`, or money on account.

    An empty amount is all that the page showed as open on the document.

    Raises:
        RefusedError: What was typed is no amount, or the command was refused.
    """
    seen, account = seen_of(about), _subject(about)
    document, _, open_ = typed.get("document", "").rpartition("@")
    amount = amount_typed(typed.get("amount", "") or (open_ if document else ""))
    taking = parts.commands.till.pay(
        viewer.scope,
        seen,
        account,
        document or None,
        _payment(typed, amount),
        advance=typed.get("rest") == YES,
    )
    return _taken(parts, viewer, seen, taking)


def sell(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> Done:
    """Sell units for the card of the point of `about`, and write them.

    Raises:
        RefusedError: What was typed is no amount, or the command was refused.
    """
    seen, till = seen_of(about), parts.commands.till
    units, cost = typed.get("units", ""), typed.get("amount", "")
    means = _means(typed.get("means", ""))
    sold = Sold(
        point=_subject(about),
        means=means,
        units=amount_typed(units) if units else None,
        money=amount_typed(cost) if cost else None,
        given=_given(typed, means),
        again=typed.get("again") == YES,
    )
    taking, priced, write = till.sell(viewer.scope, seen, sold)
    done = _taken(parts, viewer, seen, taking)
    units_sold = f"{number(viewer.language, priced.units)} {viewer.unit(priced.unit)}"
    try:
        answer = write()
        written = viewer.say(f"till.write_{answer.answer}", proof=answer.proof or "–")
    except PrepaidRefusedError as error:  # the money is taken: the units wait for their card
        written = refusal_text(viewer.language, error)
    words = " ".join((done.words, viewer.say("till.sold", units=units_sold), written))
    return Done(words=words, links=done.links)


def write_card(parts: Parts, viewer: Viewer, about: str, _typed: Fields) -> str:
    """Write units that wait to their card; `about` is POINT@SALE@ATTEMPTS.

    Raises:
        PrepaidRefusedError: They are not written, and why.
    """
    point, _, rest = about.partition("@")
    sale, _, attempts = rest.partition("@")
    answer = parts.commands.till.write_card(
        viewer.scope, point, id_named(sale), number_named(attempts)
    )
    words = viewer.say(f"till.write_{answer.answer}", proof=answer.proof or "–")
    if answer.answer is not Answer.WRITTEN:
        raise PrepaidRefusedError(words)
    return words


def void(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> Done:
    """Give the money of a receipt of the shift of `about` back.

    Raises:
        RefusedError: The command was refused.
    """
    seen = seen_of(about)
    taking = parts.commands.till.void(
        viewer.scope,
        seen.desk,
        typed.get("receipt", ""),
        typed.get("reason", ""),
        below_zero=typed.get("below") == YES,
    )
    told = money(viewer.language, taking.amount, parts.settings.currency)
    words = viewer.say("till.voided", receipt=taking.receipt, amount=told)
    return Done(words=words, links=(_receipt(viewer, seen, taking),))


def count(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> Done:
    """Count the shift of `about`; it closes where nothing differs.

    Raises:
        RefusedError: What was typed is no count, or the command was refused.
    """
    seen = seen_of(about)
    counted = Counted(
        denominations=_denominations(typed),
        card=amount_typed(typed.get("card") or "0"),
        transfer=amount_typed(typed.get("transfer") or "0"),
    )
    shift = parts.commands.till.cash_up(viewer.scope, seen, counted)
    closed = shift.state is ShiftState.CLOSED
    return _closed(viewer, shift, "till.closed" if closed else "till.differs")


def resume(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> str:
    """Go on with the shift of `about`, whose count was wrong or early.

    Raises:
        RefusedError: The command was refused.
    """
    if not typed.get("reason"):
        raise DeskRefusedError.of("no_reason")
    seen = seen_of(about)
    parts.commands.till.resume(viewer.scope, seen, typed["reason"])
    return viewer.say("till.resumed", desk=seen.desk, number=seen.number)


def sign(parts: Parts, viewer: Viewer, about: str, typed: Fields) -> Done:
    """Sign for the difference of the shift of `about`, as a second person.

    Raises:
        RefusedError: The command was refused.
    """
    shift = parts.commands.till.sign(viewer.scope, seen_of(about), typed.get("reason", ""))
    return _closed(viewer, shift, "till.signed")


ACTS: dict[str, Callable[[Parts, Viewer, str, Fields], str | Done]] = {
    OPEN: open_shift,
    TOP_UP: top_up,
    PAY: pay,
    SELL: sell,
    WRITE: write_card,
    VOID: void,
    COUNT: count,
    RESUME: resume,
    SIGN: sign,
}


def about_shift(shift: Shift, *subject: str) -> str:
    """Return what a form of a shift is about: the shift as it was seen, then the subject."""
    return "@".join((shift.desk, str(shift.number), str(shift.version), *subject))


def seen_of(about: str) -> SeenShift:
    """Return the shift that a form is about.

    Raises:
        UnknownSubjectError: It is about none.
    """
    desk, _, rest = about.partition("@")
    number, _, rest = rest.partition("@")
    version = rest.partition("@")[0]
    return SeenShift(desk=desk, number=number_named(number), version=number_named(version))


def _subject(about: str) -> str:
    return about.split("@", 3)[3] if about.count("@") >= 3 else ""  # see above


def _denominations(typed: Fields) -> dict[str, int]:
    """Return how many there are of each coin and note.

    Raises:
        DeskRefusedError: One is no count.
    """
    asked = [
        (name.removeprefix(COUNTED), text)
        for name, text in typed.items()
        if name.startswith(COUNTED) and text
    ]
    for each in typed.get("others", "").replace(",", " ").split():
        value, _, many = each.partition("=")
        asked.append((value, many))
    found: dict[str, int] = {}
    for value, many in asked:
        if not (many.isascii() and many.isdecimal() and len(many) <= MOST_COUNTED):
            raise DeskRefusedError.of("typed_count", value=value[:LONGEST_TYPED], text=many[:20])
        found[value] = found.get(value, 0) + int(many)
    return found


def _means(text: str) -> Means:
    if text not in set(Means):
        raise DeskRefusedError.of("means", text=text[:LONGEST_TYPED], known=", ".join(Means))
    return Means(text)


def _given(typed: Fields, means: Means) -> Decimal | None:
    text = typed.get("given", "")
    return amount_typed(text) if text and means is Means.CASH else None


def _payment(typed: Fields, amount: Decimal) -> Payment:
    means = _means(typed.get("means", ""))
    given = _given(typed, means)
    return Payment(amount=amount, means=means, given=given, again=typed.get("again") == YES)


def _taken(parts: Parts, viewer: Viewer, seen: SeenShift, taking: Taking) -> Done:
    """Say what was taken, what to give back, and where its receipt is."""
    currency = parts.settings.currency
    words = viewer.say(
        "till.taken",
        receipt=taking.receipt,
        account=taking.account,
        amount=money(viewer.language, taking.amount, currency),
    )
    if taking.given is not None:
        change = money(viewer.language, taking.given - taking.amount, currency)
        words = f"{words} {viewer.say('till.change', change=change)}"
    return Done(words=words, links=(_receipt(viewer, seen, taking),))


def _receipt(viewer: Viewer, seen: SeenShift, taking: Taking) -> tuple[str, str, bool]:
    href = receipt_path(seen.desk, seen.number, taking.receipt)
    return viewer.say("till.print"), href, True


def _closed(viewer: Viewer, shift: Shift, key: str) -> Done:
    sheet = (viewer.say("till.sheet"), sheet_path(shift.desk, shift.number), True)
    return Done(words=viewer.say(key, desk=shift.desk, number=shift.number), links=(sheet,))

"""In: what is known of accounts. Out: tables, or JSON. I/O: standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from billing.accounts.cycle import DaySpan
from billing.accounts.party import PartyFacts
from billing.accounts.terms import ContractTerms
from billing.views.account_terms import AccountRow, DepositRow
from processes.accounts.moving import Moved
from scripts.commands.printing import NOTHING, print_json, print_table, worded

if TYPE_CHECKING:
    from scripts.commands.frame import Opened

Rows = Sequence[Sequence[object]]


def print_list(
    at: Opened,
    rows: Sequence[AccountRow],
    contracts: Mapping[str, ContractTerms],
    *,
    as_json: bool,
) -> None:
    """Print the accounts."""
    final = {key: bool(terms.final_bills) for key, terms in contracts.items()}
    if as_json:
        names = AccountRow.__dataclass_fields__
        print_json(
            [
                {name: getattr(row, name) for name in names}
                | {"final_bill_due": final.get(row.account, False)}
                for row in rows
            ]
        )
        return
    due = at.text("account.final_due")
    table = [
        (
            row.account,
            row.name,
            row.opened_on,
            row.supplies,
            due if final.get(row.account) else "",
        )
        for row in rows
    ]
    _table(at, ("account", "name", "opened", "supplies", "final_bill"), table, right=(3,))


def print_account(
    at: Opened,
    terms: ContractTerms,
    parties: Mapping[str, PartyFacts | None],
    deposits: Sequence[DepositRow],
    *,
    as_json: bool,
) -> None:
    """Print all that is known of an account."""
    if as_json:
        print_json(_document(terms, parties, deposits))
        return
    points = [
        (e.point, _utility(at, e.utility), e.tariff, e.valid_from, e.valid_to)
        for e in terms.supplies
    ]
    _part(at, "supplies", ("point", "utility", "tariff", "from", "until_day"), points)
    roles = [
        (at.text(f"account.roles.{e.role}"), e.party, _name(parties.get(e.party)), e.valid_from)
        for e in terms.parties
    ]
    _part(at, "parties", ("role", "party", "name", "from"), roles)
    contracts = [
        (e.number, e.signed_on, e.valid_from, e.valid_to, _utilities(at, e.utilities))
        for e in terms.contracts
    ]
    _part(at, "contracts", ("number", "signed", "from", "until_day", "utilities"), contracts)
    agreed = [
        (point, e.name, e.value, e.unit, e.valid_from, e.valid_to)
        for point, known in sorted(terms.agreed.items())
        for e in known
    ]
    _part(at, "agreed", ("point", "quantity", "value", "unit", "from", "until_day"), agreed)
    bases = [(e.point, e.basis, e.valid_from, e.window_h, e.tolerance_percent) for e in terms.bases]
    _part(at, "bases", ("point", "basis", "from", "window_h", "tolerance"), bases)
    cycles = [
        (
            _utility(at, utility),
            e.cycle.months,
            e.cycle.anchor_day,
            e.cycle.anchor_month,
            e.valid_from,
        )
        for utility, known in sorted(terms.cycles.items())
        for e in known
    ]
    _part(at, "cycles", ("utility", "months", "anchor_day", "anchor_month", "from"), cycles)
    _print_story(at, terms, deposits)


def _utility(at: Opened, utility: str) -> str:
    return str(worded(at.language, "utility", utility)) or NOTHING


def _utilities(at: Opened, utilities: Sequence[str]) -> str:
    return ", ".join(_utility(at, each) for each in utilities) or NOTHING


def _print_story(at: Opened, terms: ContractTerms, deposits: Sequence[DepositRow]) -> None:
    """Print suspensions, deposits and moves."""
    suspended = [
        (e.point, e.valid_from, e.valid_to, at.text(f"account.fixed.{e.fixed_charges}"), e.reason)
        for e in terms.suspensions
    ]
    _part(at, "suspensions", ("point", "from", "until_day", "fixed", "reason"), suspended)
    held = [(e.key, e.asked, e.paid, e.applied, e.refunded, e.held, e.currency) for e in deposits]
    heads = ("deposit", "asked", "paid", "applied", "refunded", "held", "currency")
    _part(at, "deposits", heads, held)
    moves = [
        (
            move.day,
            at.text("account.came" if move.came else "account.left"),
            move.other,
            each.point,
            each.shown or NOTHING,
            at.text(f"account.how.{each.how}"),
        )
        for move in terms.moves
        for each in move.points
    ]
    _part(at, "moves", ("day", "act", "other", "point", "reading", "how"), moves)
    if terms.final_bills:
        print(at.text("account.final_bill", account=terms.account))


def print_due(at: Opened, spans: Sequence[tuple[str, str, DaySpan]], *, as_json: bool) -> None:
    """Print spans that are due."""
    if as_json:
        print_json(
            [
                {
                    "account": account,
                    "utility": utility,
                    "first_day": span.first_day,
                    "last_day": span.last_day,
                    "days": span.days,
                    "part": span.part,
                    "final": span.final,
                }
                for account, utility, span in spans
            ]
        )
        return
    table = [
        (
            account,
            _utility(at, utility),
            span.first_day,
            span.last_day,
            span.days,
            at.text("account.final")
            if span.final
            else at.text("account.part")
            if span.part
            else "",
        )
        for account, utility, span in spans
    ]
    _table(at, ("account", "utility", "from", "to", "days", "kind"), table, right=(4,))


def print_moved(at: Opened, moved: Moved, *, as_json: bool) -> None:
    """Print who pays for what from a day on."""
    if as_json:
        print_json(moved)
        return
    if moved.again:
        print(at.text("account.moved_before"))
    table = [
        (
            each.point,
            each.old,
            each.new,
            each.reading.shown or NOTHING,
            at.text(f"account.how.{each.reading.how}"),
        )
        for each in moved.hand_overs
    ]
    _table(at, ("point", "before", "after", "reading", "how"), table)
    for point, tenant in moved.holds:
        print(at.text("account.holds", point=point, tenant=tenant, day=moved.day))
    for old in sorted({each.old for each in moved.hand_overs if each.old is not None}):
        print(at.text("account.final_bill", account=old))


def _document(
    terms: ContractTerms,
    parties: Mapping[str, PartyFacts | None],
    deposits: Sequence[DepositRow],
) -> dict[str, object]:
    names = [name for name in terms.__dataclass_fields__ if name != "splits"]
    return {name: getattr(terms, name) for name in names} | {
        "splits": [{"point": point, "day": day} for point, day in sorted(terms.splits)],
        "final_bill_due": bool(terms.final_bills),
        "facts": dict(parties),
        "deposits": list(deposits),
    }


def _name(facts: PartyFacts | None) -> str:
    return NOTHING if facts is None else facts.legal_name


def _part(at: Opened, part: str, heads: Sequence[str], rows: Rows) -> None:
    if rows:
        print(at.text(f"account.heads.{part}"))
        _table(at, heads, rows)


def _table(at: Opened, heads: Sequence[str], rows: Rows, *, right: Sequence[int] = ()) -> None:
    print_table([at.text(f"account.head.{head}") for head in heads], rows, right=tuple(right))

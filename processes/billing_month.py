"""In: a billing period and two people. Out: an issued bill run. I/O: PostgreSQL.

Looks at every value, opens, rates, approves as the second person and issues; every command id is
made of the period, so after an interruption the same calls find what is done already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.runs.bill_run import Choice, RunState
from energy.base.ids import id_of
from energy.store.sites import Site
from energy.system import System
from processes.billing_office import billing_office
from processes.stack import APPROVER, CLERK, person_id
from processes.validating import looked_before, validate_up_to


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBilled:
    """What was issued."""

    invoices: int
    total: Decimal
    held: tuple[str, ...]


def bill_days(system: System, site: Site, first: date, last: date) -> MonthBilled:
    """Bill some local days of all accounts; calling it again returns the same.

    Args:
        system: A system in the writer's role.
        site: The site.
        first: First local day.
        last: Last local day.
    """
    office = billing_office(system, site)
    clerk, approver = person_id(system, CLERK), person_id(system, APPROVER)
    validate_up_to(system, site)
    span = f"{first.isoformat()}..{last.isoformat()}"
    command = id_of("demo", "open", span)
    looked = looked_before(system, site, first, last)
    run = office.open_run(first, last, clerk, command, looked=looked)
    review = office.review(run)
    if review.state in (RunState.OPEN, RunState.RATED):
        review = office.rate(run)
        accepted = id_of("demo", "accept", span)
        office.decide(run, clerk, Choice.ACCEPT, "demonstration", command_id=accepted)
    held = tuple(
        draft.account
        for draft in review.drafts
        if any(finding.severity == "do_not_bill" for finding in draft.findings)
    )
    office.approve(run, approver, hold=held)
    numbers = office.issue(run, approver)
    total = sum((draft.total for draft in review.drafts if draft.account not in held), Decimal(0))
    return MonthBilled(invoices=len(numbers), total=total, held=held)

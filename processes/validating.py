"""In: what a site's journal holds. Out: every doubtful value of it is a finding. I/O: PostgreSQL.

The chore `checks` looks every few minutes. A bill run does not wait for it: before one opens,
everything the journal holds is folded and looked at here, and what was found is folded, so that the
run's mark lies behind it. Readings that come between the look and the mark are looked at once more.
"""

from __future__ import annotations

from datetime import date

from billing.runs.opening import LooksBefore
from billing.views.contracts import supplied_spans
from energy.base.clock import monotonic_s, wait
from energy.base.errors import JournalError
from energy.base.period import span_of_days
from energy.store.sites import Site
from energy.system import System
from energy.views.findings import bars_behind
from energy.views.validation.validation import Looked, Validation
from processes.settling import settle

BUSY_S = 0.05
"""How long another's look is waited for before it is asked again. [s]"""
LONGEST_S = 600.0
"""Longest time without a look of our own until a bill run gives up. [s]"""


def look_once(system: System, site: Site) -> Looked | None:
    """Look at what came since the last look, or a piece of it; None while another does.

    Args:
        system: A system in the writer's role.
        site: The site.
    """
    with system.database.connection() as connection:
        supplied = supplied_spans(connection, site.schema, site.zone)
    return Validation(system.database, site.schema, site.zone, system.clock).look(supplied=supplied)


def looked_before(system: System, site: Site, first: date, last: date) -> LooksBefore:
    """Return what looks at all that lies before a mark, and tells whether it bars nothing new.

    Who bills while readings come does not wait for a moment of silence: it is enough that the look
    at what lies before the mark told nothing of the days behind it, whoever looked.

    Args:
        system: A system in the writer's role.
        site: The site.
        first: First local day billed.
        last: Last local day billed, included.
    """
    days = span_of_days(first, last, site.zone)

    def looked(mark: int) -> bool:
        validate_up_to(system, site)
        with system.database.connection() as connection:
            return not bars_behind(connection, site.schema, mark, days)

    return looked


def validate_up_to(system: System, site: Site, *, timeout_s: float = LONGEST_S) -> None:
    """Look at everything that the journal holds now, and let the views fold what was found.

    Args:
        system: A system in the writer's role.
        site: The site.
        timeout_s: How long another's look may stand in the way. [s]

    Raises:
        JournalError: The views do not come up to the journal, or another look does not end.
    """
    until = monotonic_s() + timeout_s
    while True:
        settle(system.database, site, system.clock, "metering")
        looked = look_once(system, site)
        if looked is not None:
            until = monotonic_s() + timeout_s
            if not looked.behind and not looked.told:
                return
        elif monotonic_s() > until:
            raise JournalError(
                f"Another look at the values of {site.key} has not ended for {timeout_s:.0f} s. "
                "Is `jobs` healthy? `view lag` shows what the views lack; then open the run again."
            )
        else:
            wait(BUSY_S)

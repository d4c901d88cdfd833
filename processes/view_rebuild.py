"""In: a site and the name of a view. Out: it is rebuilt or compared with its journal. I/O."""

from __future__ import annotations

from collections.abc import Callable

from billing.views.books import BOOKS_VIEWS, BooksView
from energy.alerting.notices.views import NOTICE_TABLES
from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.journal.follower import EventView, SliceFold, event_fold
from energy.service.assurance.views import ASSURANCE_TABLES
from energy.service.cases.views import CASE_TABLES
from energy.service.contingency.views import CONTINGENCY_TABLES
from energy.service.duty.views import DUTY_TABLES
from energy.service.equipment.views import EQUIPMENT_TABLES
from energy.service.inspection.views import INSPECTION_TABLES
from energy.service.reports.views import REPORT_TABLES
from energy.service.requests.views import REQUEST_TABLES
from energy.service.rounds.views import PATROL_TABLES
from energy.service.switching.views import SWITCHING_TABLES
from energy.service.views import OperationsView
from energy.service.work.views import WORK_TABLES
from energy.store.pool import Database
from energy.store.shadow import Shadow
from energy.store.sites import Site
from energy.views.rebuild import Rebuilt, Tell, metering_group, rebuild
from energy.views.replay import Group
from energy.views.replay_check import Verified, verify

ALL = "all"
"""Every view of every application."""

_BOOKS: dict[str, tuple[str, ...]] = {
    "tariffs": ("tariff_version", "calendar_year", "price_row"),
    "accounts": (
        "account",
        "account_channel",
        "contract_act",
        "party",
        "deposit",
        "billed_days",
        "billed_reading",
    ),
    "invoices": ("bill_run", "invoice", "bill_correction", "run_decision"),
    "prepaid": (
        "prepaid_account",
        "prepaid_entry",
        "prepaid_month",
        "prepaid_warning",
        "supply_order",
        "point_payment",
        "protected_point",
        "card_point",
        "card_sale",
    ),
    "desk": ("desk_shift", "cash_taking"),
    "cards": ("ic_card_record",),
    "receivables": (
        "open_item",
        "payment",
        "item_movement",
        "account_movement",
        "write_off",
        "dispute",
        "dunning",
        "payment_plan",
        "late_fee",
        "billed_part",
    ),
    "bank": ("bank_entry", "payer_alias", "mandate", "debit_item"),
    "ledger": ("ledger_entry", "ledger_posting", "ledger_close"),
    "suppliers": ("purchase_invoice",),
    "enquiries": ("enquiry", "enquiry_word"),
    "documents": (
        "delivery_stop",
        "print_paper",
        "document_mail",
        "fapiao_request",
        "fapiao_bill",
    ),
}
"""Tables folded from the books, by the subject that a rebuild may name."""


def groups_of(site: Site) -> dict[str, Group]:
    """Return the views of a site by application.

    Rules and alerts are folded from what happened: a rebuild evaluates no rule and sends nothing.
    """
    return {
        "metering": metering_group(site.zone),
        "operations": Group(
            application="operations",
            follower=OPERATIONS_VIEWS,
            views={
                "alerts": ("rule", "alert", "alert_finding", "suppression"),
                "outages": ("outage",),
                "sound": ("alarm_silence", "sound_test"),
                "notes": ("pinned_note",),
                "notices": NOTICE_TABLES,
                "duty": DUTY_TABLES,
                "work": WORK_TABLES,
                "equipment": EQUIPMENT_TABLES,
                "switching": SWITCHING_TABLES,
                "requests": REQUEST_TABLES,
                "inspections": INSPECTION_TABLES,
                "rounds": PATROL_TABLES,
                "cases": CASE_TABLES,
                "reports": REPORT_TABLES,
                "assurance": ASSURANCE_TABLES,
                "contingency": CONTINGENCY_TABLES,
            },
            fold=_events(OperationsView()),
        ),
        "books": Group(
            application="books",
            follower=BOOKS_VIEWS,
            views=_BOOKS,
            fold=_events(BooksView()),
        ),
    }


def _events(view: EventView) -> Callable[[Shadow, str], SliceFold]:
    return lambda shadow, _view: event_fold(shadow.name, [view])


def known_views(site: Site) -> list[str]:
    """Return every name that `rebuild_views` takes."""
    groups = groups_of(site)
    return [ALL, *groups, *(view for group in groups.values() for view in group.views)]


def _chosen(site: Site, name: str) -> list[tuple[Group, str]]:
    """Return the applications a name means, each with the view of it.

    Raises:
        RefusedError: There is no such view.
    """
    groups = groups_of(site)
    if name == ALL:
        return [(group, group.application) for group in groups.values()]
    found = [(g, name) for g in groups.values() if name == g.application or name in g.views]
    if not found:
        raise RefusedError(f"No view {name!r}. There are: {', '.join(known_views(site))}.")
    return found


def rebuild_views(
    database: Database, site: Site, name: str, clock: Clock, *, wait_s: float, tell: Tell
) -> list[Rebuilt]:
    """Fold the views of a name anew and swap them in.

    Args:
        database: Role meterline_owner.
        site: The site.
        name: A view, an application, or all.
        clock: Stamps entries parked for the first time.
        wait_s: How long to try to swap. [s]
        tell: Called with how far it has come.

    Raises:
        RefusedError, StoreError: See energy.views.rebuild.rebuild.
    """
    return [
        rebuild(database, site.schema, group, view, clock, wait_s=wait_s, tell=tell)
        for group, view in _chosen(site, name)
    ]


def verify_views(
    database: Database, site: Site, name: str, clock: Clock, *, tell: Tell
) -> list[Verified]:
    """Compare the views of a name, by application, with a replay of their journals.

    Args:
        database: Role meterline_owner.
        site: The site.
        name: A view (its whole application is replayed), an application, or all.
        clock: Stamps entries parked for the first time.
        tell: Called with how far it has come.

    Raises:
        RefusedError, StoreError: See energy.views.replay_check.verify.
    """
    return [
        verify(database, site.schema, group, clock, tell=tell) for group, _ in _chosen(site, name)
    ]

"""In: nothing. Out: an address of every page of the screens, by name. Pure.

A page that is added here is built for every role, language and theme, walked by axe, and shown with
hostile names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dashboards.components.work_pieces import WORK
from dashboards.pages.phone.layout import HOME
from dashboards.queries.inspection_rows import InspectionTab
from energy.base.ids import id_of
from energy.service.cases.kinds import CaseKind
from tests.dashboards import fake_articles, fake_requests
from tests.dashboards.fake_admin import PERSON
from tests.dashboards.fake_alerts import ALERT, FOUND, SHELVED
from tests.dashboards.fake_assurance import ACTIVATIONS, SHOWN
from tests.dashboards.fake_cases import CASES
from tests.dashboards.fake_energy import COMPUTED
from tests.dashboards.fake_equipment import ENDED, GENSET, GONE, METER, OIL, PUMP, START
from tests.dashboards.fake_inspections import INSPECTED, SUSPECTED
from tests.dashboards.fake_orders import NEW, OVER, PLANNED, SIGNABLE
from tests.dashboards.fake_patrol import WALK
from tests.dashboards.fake_review import CASE
from tests.dashboards.fake_switching import NUMBERS
from tests.dashboards.fake_work import BUSY, CLOSED, LATE, OPEN, PAUSED, SOLVED
from tests.dashboards.fakes import INVOICE, RUN

SWITCHING = ("told", "due", "stopped", "aborted", "completed")
OUTAGES = ("off", "draft", "delayed", "wordless", "cancelled")
PATHS = {
    "overview": "/",
    "load": "/load",
    "load_month": "/load?span=month&compare=year&place=b1",
    "load_year": "/load?span=year&at=2025-01-01&utility=gas",
    "load_nowhere": "/load?place=nowhere",
    "load_baseline": "/load?span=week&compare=baseline",
    "load_plan": "/load?compare=plan",
    "flows": "/flows",
    "flows_node": "/flows?span=month&node=hv-a",
    "flows_year": "/flows?span=year",
    "flows_nowhere": "/flows?place=nowhere",
    "flows_tce": "/flows?span=month&measure=tce",
    "flows_gj": "/flows?measure=gj&place=campus",
    "flows_co2": "/flows?measure=co2",
    "reports": "/reports",
    "reports_month": "/reports?span=month&compare=previous&place=campus",
    "reports_year": "/reports?span=year&at=2025-01-01&utility=gas&compare=year",
    "reports_nowhere": "/reports?place=nowhere",
    "plant": "/plant",
    "plants": "/plants",
    "plants_one": "/plants?place=chiller-1&span=week",
    "plants_solar": "/plants?place=pv",
    "plants_boiler": "/plants?place=boiler-1&span=month",
    "plants_nowhere": "/plants?place=nowhere",
    "one-line": "/plant/grid-a?utility=electricity&node=f0",
    "one_line_part": "/plant/f0",
    "savings": "/savings?span=month&at=2026-06-01",
    "savings_named": "/savings?span=month&base=2026-05-04&base_until=2026-05-31&utility=gas",
    "savings_future": "/savings?at=2027-01-01",
    "savings_nowhere": "/savings?place=nowhere",
    "wall": "/wall/main",
    "phone": "/m",
    "phone-meter": "/m/meters/cam-b2-elec",
    "phone-order": f"{HOME}{WORK}/{BUSY}",
    "phone-computed": f"/m/meters/{COMPUTED}",
    "alerts": "/alerts",
    "alerts_shelved": "/alerts/shelved?span=month",
    "sound": "/alerts/sound",
    "alerts_closed": "/alerts/closed?span=week",
    "alert": f"/alerts/{ALERT}",
    "alert_finding": f"/alerts/{FOUND}",
    "alert_shelved": f"/alerts/{SHELVED}",
    "notices": "/notices?span=month",
    "notices_waiting": "/notices/waiting",
    "notice-texts": "/notices/texts",
    "notice-text": "/notices/texts/alert",
    "notice-text_drafted": "/notices/texts/cleared",
    "rules": "/rules",
    "rule": "/rules/rule/load-high?span=week",
    "no-rule": "/rules/rule/none-such",
    "expected": "/rules/expected",
    "loudness": "/rules/actors?span=week",
    "outages": "/outages",
    "outage_plan": "/outages/plan",
    "outage_plan_node": "/outages/plan?utility=electricity&node=f0",
    **{f"outage_{name}": f"/outages/{id_of('outage', name)}" for name in OUTAGES},
    "incidents": "/incidents",
    "incidents_mine": "/incidents/mine",
    "incidents_overdue": "/incidents/overdue",
    "incidents_ended": "/incidents/ended",
    "incident-new": "/incidents/new",
    "incident-new_point": "/incidents/new/point/cam-b2-elec",
    "incident-new_account": "/incidents/new/account/A-0002",
    **{f"incident_{n}": f"/incidents/{n}" for n in (OPEN, LATE, PAUSED, SOLVED, CLOSED)},
    "work": WORK,
    "order-new": f"{WORK}/new",
    **{f"order_{n}": f"{WORK}/{n}" for n in (NEW, BUSY, SIGNABLE, PLANNED, OVER)},
    "work_mine": f"{WORK}/mine",
    "work_overdue": f"{WORK}/overdue",
    "work_planned": f"{WORK}/planned",
    "work_ended": f"{WORK}/ended",
    "duty": "/duty",
    "duty-leave": "/duty/leave",
    "duty-request": f"/duty/leave/{id_of('leave', 'asked')}",
    "duty-request_approved": f"/duty/leave/{id_of('leave', 'approved')}",
    "duty-slot": "/duty/slots/2026-07-18/day/control",
    "duty-slot_held": "/duty/slots/2026-07-17/night/control",
    "duty-log": "/duty/log",
    "duty-handover": "/duty/handover",
    "duty_at": "/duty/at/2026-07-16/0300?at=2026-07-20",
    "requests": "/requests",
    **{
        f"requests_{tab}": f"/requests/{tab}"
        for tab in ("mine", "waiting", "late", "calls", "ended")
    },
    **{
        f"request_{n}": f"/requests/{n}"
        for n in (
            *(fake_requests.ASKED, fake_requests.LATE, fake_requests.WAITS),
            *(fake_requests.CALLED, fake_requests.SOLVED, fake_requests.CLOSED),
        )
    },
    "request-new": "/requests/new",
    "desk-tenant": f"/requests/of/{fake_requests.PARTY}",
    "request-figures": "/requests/figures?at=2026-07-01",
    "articles": "/requests/articles",
    "article": f"/requests/articles/{fake_articles.KEY}",
    "article_draft": "/requests/articles/late-bill",
    "switching": "/switching",
    "switching-write": "/switching/write",
    "switching-write_asked": "/switching/write/A-0004/1",
    "switching-templates": "/switching/templates",
    "switching-template": "/switching/templates/feeder-off",
    "switching-template_draft": "/switching/templates/feeder-earth",
    **{f"switching-order_{name}": f"/switching/{NUMBERS[name]}" for name in SWITCHING},
    "shift-reports": "/shift-reports",
    "shift-reports_incident": "/shift-reports/incident",
    "shift-report": "/shift-reports/day/2026-07-14",
    "shift-report_older": "/shift-reports/day/2026-07-14/edition/1",
    "shift-report_shift": "/shift-reports/shift/2026-07-14/night",
    "shift-report_incident": "/shift-reports/incident/I-2026-00002/initial",
    "shift-report-write": "/shift-reports/write/I-2026-00001/initial",
    "cases": "/cases",
    **{f"cases_{tab}": f"/cases/{tab}" for tab in ("mine", "late", "ended")},
    **{f"case-new_{kind}": f"/cases/new/{kind}" for kind in CaseKind},
    **{f"case-of_{name}": f"/cases/{number}" for name, number in CASES.items()},
    "own-cases": "/portal/cases",
    "inspections": "/inspections",
    **{f"inspections_{tab}": f"/inspections/{tab}" for tab in InspectionTab if tab != "suspected"},
    **{f"suspicion_{name}": f"/inspections/suspicion/{it.hex}" for name, it in SUSPECTED.items()},
    **{f"inspection_{name}": f"/inspections/{number}" for name, number in INSPECTED.items()},
    "rounds": "/rounds",
    "round-day": "/rounds/east/2026-07-15",
    "round-value": "/rounds/east/2026-07-15/tr1/oil",
    "walks": "/m/rounds",
    "walk": f"/m/rounds/{WALK}",
    "stop": f"/m/rounds/{WALK}/tr1",
    "stop_sure": f"/m/rounds/{WALK}/tr1/oil=81.5;noise=yes",
    "assurance": "/assurance",
    **{f"assured-event_{name[-1]}": f"/assurance/{name}" for name in SHOWN},
    "contingency": "/contingency",
    **{f"activation_{name[-1]}": f"/contingency/{name}" for name in ACTIVATIONS},
    "equipment": "/equipment",
    "equipment_out": "/equipment/out",
    "equipment-new": "/equipment/new",
    "equipment-due": "/equipment/due",
    "equipment-plans": "/equipment/plans",
    "equipment-plan-new": "/equipment/plans/new",
    **{f"piece_{number}": f"/equipment/{number}" for number in (PUMP, GENSET, METER, GONE)},
    **{f"maintenance-plan_{n}": f"/equipment/plans/{n}" for n in (OIL, START, ENDED)},
    "tariffs": "/tariffs",
    "tariff": "/tariffs/campus-electricity/2018-01-01/1",
    "trial": "/tariffs/campus-electricity/2018-01-01/1/on/A-0002",
    "meters": "/meters",
    "quality": "/meters/quality?span=free&at=2026-06-15&until=2026-07-15",
    "quality_year": "/meters/quality?span=year&utility=gas",
    "quality_ahead": "/meters/quality?at=2026-08-01",
    "quality_nowhere": "/meters/quality?place=nowhere",
    "meter": "/meters/cam-b2-elec",
    "meter_month": "/meters/cam-b2-elec?span=month&at=2026-06-01",
    "computed": f"/meters/{COMPUTED}",
    "plans": "/plan/2026",
    "plan": "/plan/2026/place/campus",
    "review": "/review",
    "case": f"/review/{CASE.hex[:8]}",
    "bills": "/bills",
    "run": f"/bills/runs/{RUN}",
    "exceptions": f"/bills/runs/{RUN}/exceptions",
    "exceptions_of_a_cause": f"/bills/runs/{RUN}/exceptions/outside_band",
    "exception": f"/bills/runs/{RUN}/exception/k2",
    "exception_of_the_run": f"/bills/runs/{RUN}/exception/k1",
    "bill": f"/bills/{INVOICE}",
    "known": f"/bills/{INVOICE}/known/41950-77",
    "proof": f"/bills/{INVOICE}/lines/1",
    "line_day": f"/bills/{INVOICE}/lines/1/days/2026-06-12",
    "admin": "/admin",
    "person": f"/admin/people/{PERSON}",
    "acts": "/admin/events/-/-/-",
    "account": "/account",
    "portal": "/portal",
    "own-meter": "/portal/meters/cam-b2-elec",
    "own-bill": f"/portal/bills/{INVOICE}",
    "money": "/money",
    "tenants": "/tenants",
    "desks": "/desk",
    "takeover": "/takeover",
    "shift": "/desk/EAST",
    "shift_closed": "/desk/MAIN",
    "shift_of_then": "/desk/MAIN/shifts/1",
    "customer": "/desk/EAST/A-0003",
    "tenant": "/tenants/A-0002",
    "corrections": "/bills/corrections",
    "correction": "/bills/corrections/CAM-2026-00002/1",
    "own-enquiries": "/portal/enquiries",
    "enquiries": "/enquiries",
}
ONE_OF_EACH = {
    each: PATHS[each]
    for each in {name.partition("_")[0]: name for name in reversed(PATHS)}.values()
}
"""The first of each kind of page: "flows" of all that begin so."""
READY = {
    **{name: name.partition("_")[0] for name in PATHS if "_" in name},
    "computed": "meter",
    "known": "bill",
    "line_day": "line_day",
    "one_line_part": "one-line",
    "outage_plan": "outage-plan",
    "outage_plan_node": "outage-plan",
    "phone-computed": "phone-meter",
}
"""What a page says it is, where that is not its name."""


def far_apart(paths: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return names and addresses in an order in which pages of one kind seldom follow each other.

    First one page of each kind, then a second one of those that have it, and so on: a walk goes
    straight from one page to the next where that is of another kind (`watch.go`).
    """
    met: Counter[str] = Counter()
    turns = {}
    for name in paths:
        kind = READY.get(name, name)
        turns[name] = met[kind]
        met[kind] += 1
    return [(name, paths[name]) for name in sorted(paths, key=turns.__getitem__)]

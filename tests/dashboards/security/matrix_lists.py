"""In: nothing. Out: every page, route and part of an id, with who may ask for it. Pure.

The lists are the app's own: what is added to it and not told here fails in test_matrix.py.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dashboards.components.work_pieces import WORK
from dashboards.pages.acts import ACTS
from dashboards.pages.phone.layout import HOME
from dashboards.security.scope import RIGHTS, Right, Role

ONE, OTHER = "b1", "b2"
WORDS = {ONE: "Our oven was off all week", OTHER: "The shop was shut on Tuesday"}
"""What the tenants asked."""
NOBODY = UUID(int=7)
OPEN = None
"""Whoever is signed in."""
PAGES: dict[str, tuple[str, Right | None]] = {
    r"/": ("/", Right.READ_ENERGY),
    r"/reports": ("/reports?utility=electricity&compare=previous", Right.READ_ENERGY),
    r"/savings": ("/savings?utility=electricity", Right.READ_ENERGY),
    r"/load": ("/load?utility=electricity", Right.READ_ENERGY),
    r"/alerts/": ("/alerts/{person}", Right.READ_ENERGY),
    r"/alerts/sound": ("/alerts/sound", Right.READ_ENERGY),
    r"/alerts": ("/alerts", Right.READ_ENERGY),
    r"/rules": ("/rules", Right.READ_ENERGY),
    r"/rules/rule/": ("/rules/rule/none", Right.READ_ENERGY),
    r"/rules/expected": ("/rules/expected", Right.READ_ENERGY),
    r"/rules/actors": ("/rules/actors", Right.READ_ENERGY),
    r"/notices": ("/notices", Right.READ_ENERGY),
    r"/notices/texts": ("/notices/texts", Right.READ_ENERGY),
    r"/notices/texts/": ("/notices/texts/alert", Right.READ_ENERGY),
    r"/meters": ("/meters", Right.READ_ENERGY),
    r"/meters/quality": ("/meters/quality?span=week", Right.READ_ENERGY),
    r"/meters/": ("/meters/{building}-elec", Right.READ_ENERGY),
    r"/review": ("/review", Right.READ_ENERGY),
    r"/review/": ("/review/0123abcd", Right.READ_ENERGY),
    r"/plan": ("/plan/2019", Right.READ_ENERGY),
    r"/plan///": ("/plan/2019/place/town", Right.READ_ENERGY),
    r"/flows": ("/flows?utility=electricity", Right.READ_ENERGY),
    r"/plant": ("/plant", Right.READ_ENERGY),
    r"/outages": ("/outages", Right.READ_ENERGY),
    r"/outages/plan": (
        "/outages/plan?utility=electricity&node={building}-node",
        Right.READ_ENERGY,
    ),
    r"/outages/": ("/outages/{outage}", Right.READ_ENERGY),
    r"/incidents": ("/incidents", Right.READ_ENERGY),
    r"/incidents/new": ("/incidents/new", Right.READ_ENERGY),
    r"/incidents/": ("/incidents/{incident}", Right.READ_ENERGY),
    f"{WORK}/new": (f"{WORK}/new", Right.READ_ENERGY),
    f"{WORK}/": (f"{WORK}/{{order}}", Right.READ_ENERGY),
    r"/work": ("/work", Right.READ_ENERGY),
    r"/duty": ("/duty", Right.READ_ENERGY),
    r"/duty/leave": ("/duty/leave", Right.READ_ENERGY),
    r"/duty/leave/": ("/duty/leave/{person}", Right.READ_ENERGY),
    r"/duty/log": ("/duty/log", Right.READ_ENERGY),
    r"/duty/handover": ("/duty/handover", Right.READ_ENERGY),
    r"/duty/slots/": ("/duty/slots/2019-01-02/night/desk", Right.READ_ENERGY),
    r"/duty/at//": ("/duty/at/2019-01-02/0300", Right.READ_ENERGY),
    r"/assurance": ("/assurance", Right.READ_ENERGY),
    r"/assurance/": ("/assurance/V-2019-00001", Right.READ_ENERGY),
    r"/contingency": ("/contingency", Right.READ_ENERGY),
    r"/contingency/": ("/contingency/A-2019-00001", Right.READ_ENERGY),
    r"/switching": ("/switching", Right.READ_ENERGY),
    r"/switching/write": ("/switching/write", Right.WORK),
    r"/switching/write//": ("/switching/write/A-1/1", Right.WORK),
    r"/switching/templates": ("/switching/templates", Right.READ_ENERGY),
    r"/switching/templates/": ("/switching/templates/feeder-off", Right.READ_ENERGY),
    r"/switching/": ("/switching/S-2019-00001", Right.READ_ENERGY),
    r"/shift-reports": ("/shift-reports", Right.READ_ENERGY),
    r"/shift-reports//": ("/shift-reports/day/2019-01-02", Right.READ_ENERGY),
    r"/shift-reports/write//": ("/shift-reports/write/{incident}/initial", Right.WORK),
    r"/requests": ("/requests", Right.READ_REQUESTS),
    r"/requests/new": ("/requests/new", Right.READ_REQUESTS),
    r"/requests/figures": ("/requests/figures?at=2019-01-01", Right.READ_REQUESTS),
    r"/requests/": ("/requests/{request}", Right.READ_REQUESTS),
    r"/requests/of//": ("/requests/of/account/A-{building}", Right.READ_REQUESTS),
    r"/requests/articles": ("/requests/articles", Right.READ_REQUESTS),
    r"/requests/articles/": ("/requests/articles/broken-seal", Right.READ_REQUESTS),
    r"/cases": ("/cases", Right.CASES),
    r"/cases/new/": ("/cases/new/closure", Right.CASES),
    r"/cases/": ("/cases/{case}", Right.CASES),
    r"/inspections": ("/inspections", Right.READ_ENERGY),
    r"/inspections/suspicion/": ("/inspections/suspicion/{suspicion}", Right.READ_ENERGY),
    r"/inspections/": ("/inspections/{inspection}", Right.READ_ENERGY),
    r"/portal/cases": ("/portal/cases", Right.READ_OWN),
    r"/rounds": ("/rounds", Right.READ_ENERGY),
    r"/rounds/": ("/rounds/east", Right.READ_ENERGY),
    r"/rounds////": ("/rounds/east/2019-01-02/tr1/oil", Right.READ_ENERGY),
    r"/m/rounds": ("/m/rounds", Right.READ_ENERGY),
    r"/m/rounds/": (f"/m/rounds/{NOBODY}", Right.READ_ENERGY),
    r"/m/rounds//": (f"/m/rounds/{NOBODY}/tr1", Right.READ_ENERGY),
    r"/equipment": ("/equipment", Right.READ_ENERGY),
    r"/equipment/new": ("/equipment/new", Right.READ_ENERGY),
    r"/equipment/due": ("/equipment/due", Right.READ_ENERGY),
    r"/equipment/plans": ("/equipment/plans", Right.READ_ENERGY),
    r"/equipment/plans/new": ("/equipment/plans/new", Right.READ_ENERGY),
    r"/equipment/plans/": ("/equipment/plans/M-2019-00001", Right.READ_ENERGY),
    r"/equipment/": ("/equipment/E-2019-00001", Right.READ_ENERGY),
    r"/plants": ("/plants?place={building}", Right.READ_ENERGY),
    r"/plant/": ("/plant/{building}-node?utility=electricity", Right.READ_ENERGY),
    r"/money": ("/money", Right.READ_BILLS),
    r"/tariffs": ("/tariffs", Right.READ_ENERGY),
    r"/tariffs///": ("/tariffs/campus-gas/2018-01-01/1", Right.READ_ENERGY),
    r"/tariffs////on/": ("/tariffs/campus-gas/2018-01-01/1/on/A-{building}", Right.READ_BILLS),
    r"/bills": ("/bills", Right.READ_BILLS),
    r"/bills/corrections": ("/bills/corrections", Right.READ_BILLS),
    r"/bills/corrections/": ("/bills/corrections/{number}/1", Right.READ_BILLS),
    r"/bills/runs/": ("/bills/runs/{run}", Right.READ_BILLS),
    r"/bills/runs//exceptions": ("/bills/runs/{run}/exceptions", Right.READ_BILLS),
    r"/bills/runs//exception/": ("/bills/runs/{run}/exception/none", Right.READ_BILLS),
    r"/bills/": ("/bills/{invoice}", Right.READ_BILLS),
    r"/bills//known/-": ("/bills/{invoice}/known/99-99", Right.READ_BILLS),
    r"/bills//lines//days/": ("/bills/{invoice}/lines/1/days/2019-01-02", Right.READ_BILLS),
    r"/bills//lines/": ("/bills/{invoice}/lines/1", Right.READ_BILLS),
    r"/admin": ("/admin", Right.ADMINISTER),
    r"/admin/people/": ("/admin/people/{person}", Right.ADMINISTER),
    r"/admin/events///": ("/admin/events/-/-/-", Right.ADMINISTER),
    r"/account": ("/account", OPEN),
    r"/tenants": ("/tenants", Right.READ_BILLS),
    r"/tenants/": ("/tenants/A-{building}", Right.READ_BILLS),
    r"/desk": ("/desk", Right.READ_BILLS),
    r"/takeover": ("/takeover", Right.READ_BILLS),
    r"/desk/": ("/desk/MAIN", Right.READ_BILLS),
    r"/desk//shifts/": ("/desk/MAIN/shifts/1", Right.READ_BILLS),
    r"/desk//": ("/desk/MAIN/A-{building}", Right.READ_BILLS),
    r"/wall/": ("/wall/main", Right.READ_ENERGY),
    r"/m": ("/m", Right.READ_ENERGY),
    r"/m/meters/": ("/m/meters/{building}-elec", Right.READ_ENERGY),
    f"{HOME}{WORK}/": (f"{HOME}{WORK}/{{order}}", Right.READ_ENERGY),
    r"/portal": ("/portal", Right.READ_OWN),
    r"/portal/meters/": ("/portal/meters/{building}-elec", Right.READ_OWN),
    r"/portal/enquiries": ("/portal/enquiries", Right.READ_OWN),
    r"/enquiries": ("/enquiries", Right.ANSWER),
    r"/portal/bills/": ("/portal/bills/{invoice}", Right.READ_OWN),
}
"""Form of an address without its groups -> an address, and what one must be allowed to see it."""
ROUTES: dict[str, tuple[str, Right | None]] = {
    "/login": ("/login", OPEN),
    "/change-password": ("/change-password", OPEN),
    "/second-factor": ("/second-factor", OPEN),
    "/pin": ("/pin", OPEN),
    "/kiosk/<token>": ("/kiosk/none", OPEN),
    "/preferences": ("/preferences", OPEN),
    "/case": ("/case", OPEN),
    "/health": ("/health", OPEN),
    "/metrics": ("/metrics", OPEN),
    "/download/bills/<uuid:invoice>.pdf": ("/download/bills/{invoice}.pdf", Right.READ_BILLS),
    "/download/own-bills/<uuid:invoice>.pdf": ("/download/own-bills/{invoice}.pdf", Right.READ_OWN),
    "/download/own-receipts/<receipt>.pdf": (
        "/download/own-receipts/{receipt}.pdf",
        Right.READ_OWN,
    ),
    "/download/own-letters/<account>/<day>/<int:level>.pdf": (
        "/download/own-letters/A-{building}/2019-06-03/1.pdf",
        Right.READ_OWN,
    ),
    "/download/receipts/<desk>/<int:shift>/<receipt>.pdf": (
        "/download/receipts/MAIN/1/R-MAIN-2019-000001.pdf",
        Right.READ_BILLS,
    ),
    "/download/cash-up/<desk>/<int:shift>.pdf": ("/download/cash-up/MAIN/1.pdf", Right.READ_BILLS),
    "/download/tables/<name>.<form>": (
        "/download/tables/load.csv?utility=electricity",
        Right.READ_ENERGY,
    ),
    "/download/take-over.xlsx": ("/download/take-over.xlsx", Right.READ_BILLS),
    "/download/switching/<number>.pdf": (
        "/download/switching/S-2019-00001.pdf",
        Right.READ_ENERGY,
    ),
    "/download/rounds/<key>/<day>.pdf": (
        "/download/rounds/east/2019-01-02.pdf",
        Right.READ_ENERGY,
    ),
    "/download/assurance/<number>.pdf": (
        "/download/assurance/V-2019-00001.pdf",
        Right.READ_ENERGY,
    ),
    "/download/shift-reports/<kind>/<path:span>/<int:edition>.<form>": (
        "/download/shift-reports/day/2019-01-02/1.xlsx",
        Right.READ_ENERGY,
    ),
    "/download/work/<number>/<sha256>": (
        "/download/work/W-2019-00001/" + "0" * 64,
        Right.READ_ENERGY,
    ),
    "/download/report.pdf": ("/download/report.pdf?span=month", Right.READ_ENERGY),
    "/download/handover.pdf": ("/download/handover.pdf", Right.READ_ENERGY),
    "/assets/<path:filename>": ("/assets/app.css", OPEN),
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": (
        "/_dash-component-suites/dash/x.js",
        OPEN,
    ),
    "/_dash-layout": ("/_dash-layout", OPEN),
    "/_dash-dependencies": ("/_dash-dependencies", OPEN),
    "/_reload-hash": ("/_reload-hash", OPEN),
    "/_favicon.ico": ("/_favicon.ico", OPEN),
    "/": ("/", OPEN),
    "/<path:path>": ("/meters", OPEN),
}
"""Rule -> an address, and what one must be allowed to get it; "/" is the frame without rows."""
POSTED = {
    *("/case", "/login", "/sign-out", "/change-password", "/second-factor", "/pin", "/devices"),
    "/_dash-update-component",
    *("/upload/take-over/workbook", "/upload/take-over/bills"),
    "/upload/work/<order>",
}
"""Rules that take a POST: the doors have tests of their own, the others are posted below."""
WILD: dict[str, list[str]] = {
    "name": ["load"],
    "rule": ["none"],
    "key": ["{building}-node"],
    "alert": [str(NOBODY)],
    "outage": ["{outage}"],
    "order": ["S-2019-00001"],
    "about": ["point/b2-elec"],
    "number": ["{incident}"],
    "note": [str(NOBODY)],
    "tab": ["open"],
    "act": sorted(ACTS),
    "field": ["amount", "words", "value"],
    "point": ["{building}-elec"],
    "form": ["2019-01-03T10:07:00+00:00"],
    "said": ["value=99999&doubts=above+below"],
    "path": ["/tariffs/campus-gas/2018-01-01/1"],
    "version": ["1"],
    "run": ["{run}"],
    "seen": ["0" * 64],
    "which": ["selected", "waiting"],
    "cause": [""],
    "invoice": ["{invoice}"],
    "pairs": ["1-1 2-2"],
    "metering": ["1"],
    "books": ["1"],
    "verb": ["approve", "issue", "end_session", "disable", "unlock", "roles"],
    "subject": [str(NOBODY)],
}
"""Part of an id that stands for many -> what is posted there."""
SOUND = {
    "screen": ["every", "wall/Hall"],
    "act": ["begin", "hear", "silence", "resume"],
    "about": ["desk/North@-", "10@-", "{person}"],
    "at": ["every"],
}
"""What a button of the sound is about."""
ENQUIRED = [
    *("bill/{number}@0", "meter/{building}-elec@0", "account/A-{building}@0", "any@0"),
    *("{enquiry}", "{enquiry}@1"),
]
"""What an enquiry is about, or that it is."""
VALUES: dict[str, Any] = {
    "pathname": f"/admin/people/{NOBODY}",
    "search": "?utility=electricity",
    "n_intervals": 1,
    "n_clicks": 1,
    "n_submit": 1,
    "data": None,
    "cellRendererData": None,
    "clickData": None,
    "selectedRows": [],
    "rowData": [],
    "children": None,
    "value": "2019-01-01",
}
"""Property -> what is posted."""


def may(role: Role, right: Right | None) -> bool:
    """Return whether a role has a right; whoever is signed in has what takes none."""
    return right is None or right in RIGHTS[role]

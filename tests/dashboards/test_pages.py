"""Every page x language x theme x role builds without a database, ids unique, all translated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from dash.development.base_component import Component

from dashboards.accounts import Accounts
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.views import VIEWS
from dashboards.security.people import Doors
from dashboards.security.scope import Role, Scope
from dashboards.security.sessions import Sessions
from dashboards.shell import shell
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.clock import ManualClock
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.text import LANGUAGES, catalogue
from energy.base.units import Utility
from energy.metering.channel import Kind
from energy.metering.review_case import DecisionKind
from tests.dashboards.fake_admin import PERSON
from tests.dashboards.fake_alerts import ALERT, FOUND, SHELVED
from tests.dashboards.fake_doors import FakeDoors, FakeSessionStore
from tests.dashboards.fake_energy import COMPUTED
from tests.dashboards.fake_portal import OWN
from tests.dashboards.fake_review import CASE
from tests.dashboards.fakes import (
    INVOICE,
    NOW,
    RUN,
    SITE,
    FakeSite,
    commands_of,
    settings,
)

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
    "phone-computed": f"/m/meters/{COMPUTED}",
    "alerts": "/alerts",
    "alerts_shelved": "/alerts/shelved?span=month",
    "alerts_closed": "/alerts/closed?span=week",
    "alert": f"/alerts/{ALERT}",
    "alert_finding": f"/alerts/{FOUND}",
    "alert_shelved": f"/alerts/{SHELVED}",
    "outages": "/outages",
    "outage_plan": "/outages/plan",
    "outage_plan_node": "/outages/plan?utility=electricity&node=f0",
    **{f"outage_{name}": f"/outages/{id_of('outage', name)}" for name in OUTAGES},
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
OF_SPANS = ("load_", "flows_", "reports_", "savings_")
"""Pages with several addresses here."""
READY = {
    "shift_closed": "shift",
    "shift_of_then": "shift",
    "alerts_shelved": "alerts",
    "alert_shelved": "alert",
    "outage_plan": "outage-plan",
    "outage_plan_node": "outage-plan",
    **{f"outage_{name}": "outage" for name in OUTAGES},
    "alerts_closed": "alerts",
    "alert_finding": "alert",
    "exceptions_of_a_cause": "exceptions",
    "computed": "meter",
    "meter_month": "meter",
    "known": "bill",
    "exception_of_the_run": "exception",
    "phone-computed": "phone-meter",
    "quality_year": "quality",
    "quality_ahead": "quality",
    "quality_nowhere": "quality",
    "one_line_part": "one-line",
    **{name: name.partition("_")[0] for name in PATHS if name.startswith(OF_SPANS)},
    **dict.fromkeys(("plants_one", "plants_solar", "plants_boiler", "plants_nowhere"), "plants"),
}
"""What a page says it is, where that is not its name."""
MONEY_PATHS = ("/bills", "/money", "/tenants", "/desk", "/takeover")
"""How the addresses of pages about money begin."""
MONEY_PAGES = {name for name, path in PATHS.items() if path.startswith(MONEY_PATHS)} | {"trial"}
MONEY_ROLES = {Role.BILLING_CLERK, Role.BILLING_APPROVER, Role.ENERGY_MANAGER, Role.ADMIN}
ENERGY_ROLES = set(Role) - {Role.TENANT}
PAGE_ROLES: dict[str, set[Role]] = {
    **{key: {Role.ADMIN} for key in ("admin", "person", "acts")},
    **{key: {Role.TENANT} for key in ("portal", "own-meter", "own-bill", "own-enquiries")},
    "enquiries": {Role.BILLING_CLERK, Role.BILLING_APPROVER},
    "account": set(Role),
}
SHOWN: dict[str, type[StrEnum]] = {"kind": Kind, "utility": Utility, "rate": Utility, "role": Role}
"""Parts of the catalogue that tell the members of enumerations."""
KEY = re.compile(r"\b[a-z_]+\.[a-z_]+\b")


def parts() -> Parts:
    site = FakeSite(clock=ManualClock(NOW))
    doors: Any = FakeDoors(clock=site.clock, people=None, set_rules={})
    return Parts(
        settings=settings(),
        queries=site,
        commands=commands_of(site),
        accounts=Accounts(
            SITE,
            Doors(people=doors, access=doors, factors=doors, vault=doors),
            Sessions(FakeSessionStore(), site.clock),
        ),
        clock=site.clock,
    )


def viewer(role: Role, language: str = "en", theme: Theme = Theme.LIGHT) -> Viewer:
    scope = Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({role}),
        sites=frozenset({SITE}),
        tenants=frozenset({OWN} if role is Role.TENANT else ()),
    )
    return Viewer(scope=scope, language=language, theme=theme)


def nodes(tree: Any) -> Iterator[Any]:
    if isinstance(tree, Component):
        yield tree
        for name in tree.available_properties:
            value = getattr(tree, name, None)
            if name == "children" or isinstance(value, Component):
                yield from nodes(value)
    elif isinstance(tree, list | tuple):
        for item in tree:
            yield from nodes(item)
    elif isinstance(tree, str):
        yield tree


def ready(tree: Component) -> str:
    return str(tree.to_plotly_json()["props"]["data-ready"])


def roles_of_page(name: str) -> set[Role]:
    if name in PAGE_ROLES:
        return PAGE_ROLES[name]
    return MONEY_ROLES if name in MONEY_PAGES else ENERGY_ROLES


def said(name: str, role: Role) -> str:
    """Return what stands instead of a page that a role may not see."""
    return "portal" if (name, role) == ("overview", Role.TENANT) else "absent"


def test_every_page_has_an_address_here() -> None:
    paths = [address.partition("?")[0] for address in PATHS.values()]
    unseen = [v.path.pattern for v in VIEWS if not any(v.path.fullmatch(p) for p in paths)]
    assert unseen == [], "add the page to PATHS: layouts, axe and hostile names are tested by it"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(PATHS))
def test_a_page_builds_for_every_role_language_and_theme(name: str, role: Role) -> None:
    path, _, search = PATHS[name].partition("?")
    keys = set(catalogue())
    due = READY.get(name, name) if role in roles_of_page(name) else said(name, role)
    for language, theme in product(LANGUAGES, Theme):
        tree = page_for(parts(), viewer(role, language, theme), path, search)
        assert ready(tree) == due, (language, theme)
        found = list(nodes(tree))
        ids = Counter(
            str(node.id) for node in found if isinstance(node, Component) and hasattr(node, "id")
        )
        assert [i for i, count in ids.items() if count > 1] == [], (language, theme)
        shown = " ".join(node for node in found if isinstance(node, str))
        assert [word for word in KEY.findall(shown) if word in keys] == [], (language, theme)


@pytest.mark.parametrize(
    "keys",
    [
        *([f"{part}.{each}" for each in enum] for part, enum in SHOWN.items()),
        [f"quality.{quality.name.lower()}" for quality in Quality],
        [f"findings.{severity}" for severity in Severity],
        [f"cli.review.kind_{kind}" for kind in DecisionKind],
    ],
    ids=lambda keys: keys[0].rpartition(".")[0],
)
def test_every_member_of_an_enumeration_that_is_shown_has_its_text(keys: list[str]) -> None:
    for key in keys:
        assert set(catalogue()[key]) == set(LANGUAGES), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_computed_point_has_its_curve_and_no_register(language: str) -> None:
    said = viewer(Role.VIEWER, language)
    tree = page_for(parts(), said, f"/meters/{COMPUTED}")
    found = [node for node in nodes(tree) if isinstance(node, Component)]
    (chart,) = (node for node in found if getattr(node, "id", None) == "usage-chart")
    assert sum(value is not None for value in chart.figure["data"][0]["y"]) == 29
    assert [node for node in found if "registers" in str(getattr(node, "className", ""))] == [
        node for node in found if "panel-registers" in str(getattr(node, "className", ""))
    ]
    assert said.say("meter.computed") in [node for node in nodes(tree) if isinstance(node, str)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("role", list(Role))
def test_the_frame_offers_bills_only_to_those_who_may_read_them(
    role: Role, theme: Theme, language: str
) -> None:
    tree = shell(viewer(role, language, theme), settings(), "token")
    links = {getattr(node, "href", None) for node in nodes(tree) if isinstance(node, Component)}
    assert ("/bills" in links) == (role in MONEY_ROLES)
    assert ({"/", "/meters"} <= links) == (role in ENERGY_ROLES)
    assert ("/portal" in links) == (role is Role.TENANT)


def test_chinese_pages_hold_no_english_sentence_of_the_catalogue() -> None:
    english = {texts["en"] for texts in catalogue().values() if texts["en"] != texts["zh"]}
    for path in PATHS.values():
        for role in (Role.ENERGY_MANAGER, Role.BILLING_APPROVER, Role.TENANT):
            shown = {
                n for n in nodes(page_for(parts(), viewer(role, "zh"), path)) if isinstance(n, str)
            }
            assert shown & english == set(), path


def test_both_languages_have_every_text_of_the_screens_with_the_same_placeholders() -> None:
    holes = re.compile(r"\{(\w+)(?:[:!][^{}]*)?\}")
    for key, texts in catalogue().items():
        assert set(texts) == set(LANGUAGES), key
        assert set(holes.findall(texts["en"])) == set(holes.findall(texts["zh"])), key


def test_only_an_acknowledger_gets_the_button() -> None:
    for role in Role:
        tree = page_for(parts(), viewer(role), "/")
        buttons = [
            n
            for n in nodes(tree)
            if isinstance(n, Component)
            and "acknowledge" in str(getattr(n, "className", ""))
            and "button" in str(getattr(n, "className", ""))
        ]
        expected = role in {Role.TECHNICIAN, Role.ENERGY_MANAGER, Role.ADMIN, Role.DESK}
        assert bool(buttons) == expected, role


@pytest.mark.parametrize(
    "path", ["/portal/meters/cam-b3-elec", f"/portal/bills/{id_of('invoice', 'A-0003')}"]
)
def test_a_tenant_finds_no_page_of_another(path: str) -> None:
    assert ready(page_for(parts(), viewer(Role.TENANT), path)) == "absent"


@pytest.mark.parametrize(
    ("state", "role", "verb"),
    [
        ("rated", Role.BILLING_APPROVER, "approve"),
        ("rated", Role.BILLING_CLERK, None),
        ("approved", Role.BILLING_CLERK, "issue"),
        ("approved", Role.BILLING_APPROVER, None),
        ("rated", Role.ADMIN, None),
        ("issued", Role.BILLING_APPROVER, None),
    ],
)
def test_a_run_offers_what_its_state_and_the_role_allow(
    state: str, role: Role, verb: str | None
) -> None:
    given = parts()
    assert isinstance(given.queries, FakeSite)
    given.queries.run_state = state
    tree = page_for(given, viewer(role), PATHS["run"])
    offered = [
        node.id["verb"]
        for node in nodes(tree)
        if isinstance(node, Component)
        and isinstance(getattr(node, "id", None), dict)
        and node.id["type"] == "decide-run"
    ]
    assert offered == ([verb] if verb else [])


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/meters/../etc",
        "/meters/none",
        "/bills/1",
        f"/bills/{INVOICE}/lines/99",
        f"/bills/runs/{INVOICE}",
    ],
)
def test_an_unknown_address_says_so(path: str) -> None:
    assert ready(page_for(parts(), viewer(Role.BILLING_CLERK), path)) == "absent"


def test_from_an_amount_two_clicks_lead_to_readings_plate_and_clause() -> None:
    given, who = parts(), viewer(Role.BILLING_CLERK)

    def targets(path: str, name: str) -> list[str]:
        return [
            node.href
            for node in nodes(page_for(given, who, path))
            if isinstance(node, Component) and name in str(getattr(node, "className", "")).split()
        ]

    bill = next(href for href in targets("/bills", "amount") if str(INVOICE) in href)
    proof = targets(bill, "proof-amount")[0]
    shown = " ".join(n for n in nodes(page_for(given, who, proof)) if isinstance(n, str))
    for word in ("34,053.26 kWh", "34,518.27 kWh", "S-88231", "campus-electricity", "0.2143 GBP"):
        assert word in shown

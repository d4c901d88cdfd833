"""Every page x language x theme x role builds without a database, ids unique, all translated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component

import dashboards
from dashboards.accounts import Accounts
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.views import VIEWS
from dashboards.security.people import Doors
from dashboards.security.scope import RIGHTS, Right, Role, Scope
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
from tests.dashboards.fake_doors import FakeDoors, FakeSessionStore
from tests.dashboards.fake_energy import COMPUTED
from tests.dashboards.fake_portal import OWN
from tests.dashboards.fakes import (
    INVOICE,
    NOW,
    SITE,
    FakeSite,
    commands_of,
    settings,
)
from tests.dashboards.page_paths import PATHS, READY

MONEY_PATHS = ("/bills", "/money", "/tenants", "/desk", "/takeover")
"""How the addresses of pages about money begin."""
MONEY_PAGES = {name for name, path in PATHS.items() if path.startswith(MONEY_PATHS)} | {"trial"}
MONEY_ROLES = {Role.BILLING_CLERK, Role.BILLING_APPROVER, Role.ENERGY_MANAGER, Role.ADMIN}
ENERGY_ROLES = set(Role) - {Role.TENANT}
PAGE_ROLES: dict[str, set[Role]] = {
    **{key: {Role.ADMIN} for key in ("admin", "person", "acts")},
    **{
        key: {Role.TENANT}
        for key in ("portal", "own-meter", "own-bill", "own-cases", "own-enquiries")
    },
    "enquiries": {Role.BILLING_CLERK, Role.BILLING_APPROVER},
    "account": set(Role),
    **{
        name: {role for role in Role if Right.READ_REQUESTS in RIGHTS[role]}
        for name, path in PATHS.items()
        if path.startswith("/requests")
    },
    **{
        name: {role for role in Role if Right.CASES in RIGHTS[role]}
        for name, path in PATHS.items()
        if path.startswith("/cases")
    },
    "switching-write": {role for role in Role if Right.WORK in RIGHTS[role]},
    "switching-write_asked": {role for role in Role if Right.WORK in RIGHTS[role]},
    "shift-report-write": {role for role in Role if Right.WORK in RIGHTS[role]},
}
ASSETS = Path(dashboards.__file__).parent / "assets"
REACHED_BY_LINK = {"/account", "/plants"}
"""Addresses that stand on a page: the person's name in the header, a link of the plant's page."""
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


def test_every_page_of_its_own_is_in_the_navigation_of_those_who_may_open_it() -> None:
    first = re.compile(r"/\w+")
    pages = {path: name for name, path in PATHS.items() if first.fullmatch(path)}
    icons = "".join(file.read_text() for file in ASSETS.glob("*.css"))
    for role in Role:
        tree = shell(viewer(role), settings(), "token")
        links = [node for node in nodes(tree) if "nav-link" in str(getattr(node, "className", ""))]
        for path, name in pages.items():
            if path not in REACHED_BY_LINK:
                offered = path in {link.href for link in links}
                assert offered == (role in roles_of_page(name)), (path, role)
        for link in links:
            assert f".{link.leftSection.className.split()[-1]} " in icons, link.href


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

"""The page of a formula and of a share, asked of a real database: a curve, and no register."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from dashboards.pages.meters.layout import meter_page
from dashboards.queries.rows import MeterPage
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.secrets import PersonVault
from energy.base.text import LANGUAGES
from energy.journal.directory import TableKeys
from energy.metering.channel import Kind
from tests.dashboards.test_pages import nodes, ready
from tests.fixtures.postgres import TestSite, database_server, directory, new_site, site_schema
from tests.fixtures.shares import Mall, share_file
from tests.processes.test_formula_desk import NET, campus, define

__all__ = ["campus", "database_server", "directory", "new_site", "site_schema"]
pytestmark = pytest.mark.servers


def page(site: TestSite, point: str) -> MeterPage:
    """Return the page of a point; it is built in both languages."""
    scope = Scope(
        person=UUID(int=1),
        name="X",
        roles=frozenset({Role.VIEWER}),
        sites=frozenset({site.site.key}),
    )
    vault = PersonVault(bytes(range(32)), TableKeys(site.writer))
    at = SqlSite(database=site.writer, site=site.site, clock=site.clock, vault=vault)
    answer = SqlQueries(at).meter(scope, point)
    assert answer is not None
    for language in LANGUAGES:
        viewer = Viewer(scope=scope, language=language, theme=Theme.LIGHT)
        tree = meter_page(viewer, answer, (), zone=site.site.zone)
        assert ready(tree) == "meter"
        assert viewer.say("meter.computed") in list(nodes(tree))
    return answer.rows


def test_the_page_of_a_formula_has_the_curve_of_what_it_computes(campus: TestSite) -> None:
    define(campus, NET)
    campus.clock.move_to(datetime(2019, 1, 3, 10, tzinfo=UTC))
    found = page(campus, "net")
    assert [register.kind for register in found.registers] == [Kind.COMPUTED]
    assert [day.usage for day in found.days][-2:] == [72_000, 72_000]
    assert found.readings == ()


def test_the_page_of_a_share_has_the_curve_of_what_it_computes(site_schema: TestSite) -> None:
    mall = Mall(site_schema)
    mall.found()
    mall.read()
    mall.define(share_file())
    site_schema.clock.move_to(datetime(2019, 4, 1, tzinfo=UTC) + timedelta(hours=10))
    found = page(site_schema, "common.u1")
    assert [day.usage for day in found.days][-6:] == mall.days("common.u1")
    assert found.readings == ()

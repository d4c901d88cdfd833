"""Alerts in a list: of a rule with its value, of a finding in words and where it waits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dashboards.components.alert_list import alert_list
from dashboards.queries.rows import AlertRow
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.ids import id_of

LONDON = ZoneInfo("Europe/London")
CROSSED = AlertRow(
    alert=id_of("alert", "x"),
    severity="high",
    rule="Load of building 2",
    point="b2-elec",
    meter="Building 2",
    quantity="active_power",
    unit="W",
    value=Decimal(1_250),
    limit=Decimal(1_000),
    raised_at=datetime(2019, 1, 1, tzinfo=UTC),
    historic=False,
    acknowledged_at=None,
    acknowledged_by=None,
)
FOUND = replace(CROSSED, rule="", code="modbus.other_device", value=Decimal(0), limit=Decimal(0))


def shown(row: AlertRow, language: str = "en") -> str:
    scope = Scope(
        person=id_of("person", "x"), name="X", roles=frozenset({Role.ADMIN}), sites=frozenset()
    )
    viewer = Viewer(scope=scope, language=language, theme=Theme.LIGHT)
    made = alert_list(viewer, (row,), zone=LONDON, refusal=None)
    return json.dumps(made, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def test_a_crossing_shows_rule_value_and_limit() -> None:
    text = shown(CROSSED)
    assert "Load of building 2" in text
    assert "1,250" in text
    assert "/meters/b2-elec" in text


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Another device answers"), ("zh", "应答的是另一台设备")]
)
def test_a_finding_is_said_in_words_with_where_it_waits_and_no_value(
    language: str, said: str
) -> None:
    text = shown(FOUND, language)
    assert said in text
    assert "finding list" in text
    assert "/meters/b2-elec" in text


def test_a_finding_of_a_whole_source_leads_to_no_meter() -> None:
    text = shown(replace(FOUND, point="", meter="bus-1", code="entry.parked"))
    assert "bus-1" in text
    assert "/meters/" not in text


def test_a_code_without_words_stands_as_it_is() -> None:
    assert "some.code" in shown(replace(FOUND, code="some.code"))

"""In: an address of the rules. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.rules.actors import actors_page
from dashboards.pages.rules.expected import expected_page
from dashboards.pages.rules.layout import no_rule_page, rule_page, rules_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer


def _rules(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return rules_page(viewer, parts.queries.rules(viewer.scope), zone=parts.settings.zone)


def _rule(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    answer = parts.queries.rules(viewer.scope)
    versions = [row for row in answer.rows if row.key == asked.match[1]]
    if not versions:
        return no_rule_page(viewer, asked.match[1])
    return rule_page(viewer, answer, versions, asked.selection, zone=parts.settings.zone)


def _expected(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.spans(viewer.scope)
    return expected_page(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


def _actors(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    answer = parts.queries.loudness(viewer.scope, asked.selection)
    return actors_page(viewer, answer, asked.selection)


RULE_VIEWS = (
    view(r"/rules", _rules),
    view(rf"/rules/rule/({KEY_FORM})", _rule),
    view(r"/rules/expected", _expected),
    view(r"/rules/actors", _actors),
)

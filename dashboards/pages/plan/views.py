"""In: an address of a plan. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.plan.layout import plan_page, plans_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer
from energy.base.period import local_day
from energy.metering.plans.plan import NodeKind, PlanNode

_YEAR = r"(?:19|20|21)\d\d"


def _plans(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    zone = parts.settings.zone
    year = int(asked.match[1]) if asked.match[1] else local_day(parts.clock.now(), zone).year
    return plans_page(viewer, parts.queries.plans(viewer.scope, year), year, zone=zone)


def _plan(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    node = PlanNode(kind=NodeKind(asked.match[2]), key=asked.match[3])
    answer = parts.queries.plan(viewer.scope, node, int(asked.match[1]))
    return None if answer is None else plan_page(viewer, answer, zone=parts.settings.zone)


PLAN_VIEWS = (
    view(rf"/plan(?:/({_YEAR}))?", _plans),
    view(rf"/plan/({_YEAR})/(place|supply)/({KEY_FORM})", _plan),
)

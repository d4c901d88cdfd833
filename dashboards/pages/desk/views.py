"""In: an address of cash desks. Out: their list, a shift, an account served there. I/O by ports."""

from __future__ import annotations

from urllib.parse import unquote

from dash.development.base_component import Component

from dashboards.pages.desk.customer import customer_page
from dashboards.pages.desk.layout import desks_page, shift_page
from dashboards.pages.desk.paths import DESK_FORM, HOME
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _desks(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return desks_page(parts, viewer, parts.queries.desks(viewer.scope))


def _shift(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    number = int(asked.match[2]) if asked.match.lastindex == 2 else None  # 2nd group
    found = parts.queries.shift(viewer.scope, unquote(asked.match[1]), number)
    return None if found is None else shift_page(parts, viewer, found)


def _customer(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    shift = parts.queries.shift(viewer.scope, unquote(asked.match[1]))
    account = unquote(asked.match[2])
    found = parts.queries.customer(viewer.scope, account) if account.isprintable() else None
    if shift is None or found is None:
        return None
    return customer_page(parts, viewer, found, shift.rows)


TILL_VIEWS = (
    view(HOME, _desks),
    view(rf"{HOME}/({DESK_FORM})", _shift),
    view(rf"{HOME}/({DESK_FORM})/shifts/([1-9]\d{{0,5}})", _shift),
    view(rf"{HOME}/({DESK_FORM})/([A-Za-z0-9%._~-]{{1,300}})", _customer),
)

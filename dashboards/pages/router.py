"""In: an address. Out: the page for it, or why there is none. I/O by ports."""

from __future__ import annotations

from urllib.parse import urlsplit

from dash import Dash, Input, NoUpdate, Output, State, html, no_update
from dash.development.base_component import Component
from flask import request

from dashboards.components.pieces import empty, link, page
from dashboards.pages.parts import Parts
from dashboards.pages.portal.layout import HOME
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.pages.view import Asked
from dashboards.pages.views import VIEWS
from dashboards.selection import selection_of
from dashboards.shell import LIVE, LOCATION, PAGE, TICK, FirstPage
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import NotPermittedError
from energy.base.period import local_day


def page_for(parts: Parts, viewer: Viewer, path: str, search: str = "") -> Component:
    """Return the page of an address: 'no such page' and 'not yours' are pages too.

    Args:
        parts: What the pages need.
        viewer: Who looks.
        path: The path.
        search: The query part: what is selected.
    """
    if path == "/" and not viewer.scope.staff:
        path = HOME
    selection = selection_of(search, local_day(parts.clock.now(), parts.settings.zone))
    if viewer.scope.only_view not in {"", path.rstrip("/") or "/"}:
        return _absent(viewer, "page.forbidden")
    try:
        for view in VIEWS:
            match = view.path.fullmatch(path.rstrip("/") or "/")
            asked = match and Asked(match=match, selection=selection)
            if asked and (found := view.show(parts, viewer, asked)) is not None:
                return found
    except NotPermittedError:
        return _absent(viewer, "page.forbidden")
    return _absent(viewer, "page.unknown")


def _absent(viewer: Viewer, key: str) -> Component:
    return page(
        viewer.say(key),
        [empty(viewer.say(f"{key}_next")), html.P(link(viewer.say(_home(viewer)), "/"))],
        name="absent",
    )


def _home(viewer: Viewer) -> str:
    """Return the text of the page that stands at "/"."""
    return "nav.overview" if viewer.scope.staff else "nav.portal"


def first_page(parts: Parts, viewer: Viewer) -> FirstPage | None:
    """Return the page that the browser's frame begins with; None where it is not known.

    The frame is asked for by the page's own script: its address stands in the request's Referer.
    Sent with the frame the page is drawn once and not after one more question.
    """
    address = urlsplit(request.referrer or "")
    if address.netloc != request.host:
        return None
    path, search = address.path, f"?{address.query}" if address.query else ""
    try:
        return FirstPage(path=path, search=search, page=page_for(parts, viewer, path, search))
    except UnknownSubjectError:
        return None  # the browser asks for it by its address, and says why there is none


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks that show an address's page and that ask for news."""

    @app.callback(
        Output(PAGE, "children"),
        Input(LOCATION, "pathname"),
        Input(LOCATION, "search"),
        prevent_initial_call=True,  # the frame brings its page, or the address is told late
    )
    def show_page(path: str | None, search: str | None) -> Component:
        return page_for(parts, current_viewer(), path or "/", search or "")

    @app.callback(
        Output(LIVE, "data"),
        Input(TICK, "n_intervals"),
        State(LIVE, "data"),
        prevent_initial_call=True,
    )
    def ask_for_news(_n: int | None, known: str | None) -> str | NoUpdate:
        token = parts.queries.token(current_viewer().scope)
        return no_update if token == known else token

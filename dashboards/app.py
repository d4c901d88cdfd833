"""In: settings, queries, commands, people, sessions. Out: the Flask server. No work at import."""

from __future__ import annotations

import logging
import re

from dash import Dash, html
from dash.development.base_component import Component
from flask import Flask, g, request
from werkzeug.wrappers import Response as AnyResponse

from dashboards.accounts import Accounts
from dashboards.commands import Commands
from dashboards.compression import install_compression
from dashboards.pages import acts, notes, picking, router, tables
from dashboards.pages.account import views as account
from dashboards.pages.admin import callbacks as admin
from dashboards.pages.alerts import callbacks as alerts
from dashboards.pages.assurance import callbacks as assurance
from dashboards.pages.bills import callbacks as bills
from dashboards.pages.cases import callbacks as cases
from dashboards.pages.desk import callbacks as desk
from dashboards.pages.duty import callbacks as duty
from dashboards.pages.flows import callbacks as flows
from dashboards.pages.incidents import callbacks as incidents
from dashboards.pages.notices import callbacks as notices
from dashboards.pages.outages import callbacks as outages
from dashboards.pages.overview import callbacks as overview
from dashboards.pages.parts import Parts
from dashboards.pages.phone import callbacks as phone
from dashboards.pages.plain import HTML_LANGUAGE
from dashboards.pages.plant import callbacks as plant
from dashboards.pages.requests import callbacks as requests
from dashboards.pages.rules import callbacks as alert_rules
from dashboards.pages.shift_reports import callbacks as shift_reports
from dashboards.pages.sound import callbacks as sound
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.pages.switching import callbacks as switching
from dashboards.pages.takeover import callbacks as takeover
from dashboards.pages.tariffs import callbacks as tariffs
from dashboards.pages.wall import callbacks as wall
from dashboards.pages.work import callbacks as work
from dashboards.queries.ports import Queries
from dashboards.routes import RenderPdf, install_routes
from dashboards.security.admission import Admission
from dashboards.security.audit import install_audit
from dashboards.security.case_door import install_case_door
from dashboards.security.devices import install_devices
from dashboards.security.gate import CALLBACK_PATH, CSRF_COOKIE, CSRF_HEADER, install_gate, refused
from dashboards.security.headers import content_security_policy, header_writer, is_phone
from dashboards.security.people import Doors
from dashboards.security.provider import Provider
from dashboards.security.provider_sign_in import install_provider
from dashboards.security.second_factor import install_second_factor
from dashboards.security.sessions import Sessions, SessionStore
from dashboards.security.sign_in import install_sign_in
from dashboards.security.site_rules import SiteRules
from dashboards.settings import WebSettings
from dashboards.shell import shell
from dashboards.takeover_routes import install_takeover
from dashboards.viewer import current_viewer
from energy.base.clock import Clock
from energy.base.errors import RefusedError

LOG = logging.getLogger(__name__)
MOST_BYTES = 1_000_000
"""Longest request body; files that are handed in have a limit of their own. [B]"""
_HEAVY = re.compile(r'<script src="[^"]*/(?:plotly-|dash_ag_grid)[^"]*"></script>')
"""Charts and grids: three fifths of all scripts, and a phone's pages have neither. A link away
loads the other page whole (assets/phone.js)."""
_AHEAD_OF_PHONE = "".join(
    f'<link rel="preload" as="fetch" href="/_dash-{each}" crossorigin="anonymous">'
    for each in ("layout", "dependencies")
)
"""What the first script asks for, asked for while the scripts are still read."""
_CHARTS = "/_dash-component-suites/dash/dcc/async-graph.js"
_AHEAD = f'{_AHEAD_OF_PHONE}<link rel="preload" as="script" href="{_CHARTS}">'


ENERGY = (overview, alerts, notices, alert_rules, outages, notes, flows, plant, wall, phone, sound)
OPERATIONS = (incidents, work, duty, switching, shift_reports, requests, cases, assurance)
OFFICE = (bills, admin, account, acts, tariffs, desk, takeover)


class Screens(Dash):
    """Dash whose HTML frame carries the viewer's language and theme from the first byte."""

    def interpolate_index(self, *_: str, **parts: str) -> str:
        """Return the HTML that loads the app."""
        viewer = current_viewer()
        scripts, ahead = parts["scripts"], _AHEAD
        if is_phone(request.path):
            scripts, ahead = _HEAVY.sub("", scripts), _AHEAD_OF_PHONE
        return (
            f'<!DOCTYPE html><html lang="{HTML_LANGUAGE[viewer.language]}" '
            f'data-mantine-color-scheme="{viewer.theme}"><head>{parts["metas"]}'
            f"<title>Meterline</title>"
            '<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">'
            f"{parts['css']}{ahead}</head><body>{parts['app_entry']}"
            f"<footer>{parts['config']}{scripts}{parts['renderer']}</footer></body></html>"
        )


def create_app(
    settings: WebSettings,
    *,
    queries: Queries,
    commands: Commands,
    doors: Doors,
    session_store: SessionStore,
    clock: Clock,
    render_pdf: RenderPdf,
    provider: Provider | None = None,
) -> Flask:
    """Return the server of one site's screens.

    Args:
        settings: The site and how it is served.
        queries: All reads.
        commands: All writes.
        doors: The directory of people, their second factors, the journal of the sign-in.
        session_store: Where sessions are kept.
        clock: The present.
        render_pdf: Id of an invoice, its canonical JSON and a language to its paper.
        provider: By which people may sign in too; None: by password alone.
    """
    server = Flask("meterline", static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    sessions = Sessions(session_store, clock)
    accounts = Accounts(settings.site_key, doors, sessions)
    rules = SiteRules(doors.access, settings.site_key)
    parts = Parts(
        settings=settings,
        queries=queries,
        commands=commands,
        accounts=accounts,
        clock=clock,
        rules=rules.now,
    )
    install_compression(server)
    install_gate(server, settings=settings, doors=doors, sessions=sessions, rules=rules)
    admission = Admission(
        settings=settings, doors=doors, sessions=sessions, rules=rules, clock=clock
    )
    limiter = install_sign_in(server, admission)
    install_second_factor(server, admission, limiter)
    install_case_door(server, admission, queries, limiter)
    install_devices(server, admission, accounts, limiter)
    if provider is not None:
        install_provider(server, admission, provider, limiter)
    install_routes(server, parts, render_pdf)
    install_takeover(server, parts)
    install_audit(server, settings, doors.access)
    app = _dash(server, parts)
    for view in (router, picking, tables, *ENERGY, *OPERATIONS, *OFFICE):
        view.register(app, parts)
    _complete(app, server)
    policy = content_security_policy(app.csp_hashes())
    server.after_request(header_writer(policy, secure=settings.secure_cookies))
    server.register_error_handler(KeyError, _unknown_callback)
    server.register_error_handler(UnknownSubjectError, lambda _error: refused(404, "subject"))
    server.register_error_handler(RefusedError, lambda error: refused(400, error.code))
    return server


def _dash(server: Flask, parts: Parts) -> Screens:
    app = Screens(
        "dashboards",
        server=server,  # type: ignore[arg-type]  # dash takes a Flask server
        assets_folder="assets",
        serve_locally=True,
        suppress_callback_exceptions=True,
        title="Meterline",
        update_title="",
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        csrf_token_name=CSRF_COOKIE,
        csrf_header_name=CSRF_HEADER,
        enable_mcp=False,
        add_log_handler=False,
    )

    def layout() -> Component:
        if "viewer" not in g:
            return html.Div()  # dash asks once before the first request
        viewer = current_viewer()
        return shell(viewer, parts.settings, g.csrf, router.first_page(parts, viewer))

    app.layout = layout
    return app


def _complete(app: Screens, server: Flask) -> None:
    """Let dash register its scripts now.

    It would do so inside the first request, and a second request in another thread, or the first
    one of another worker for a script, would meet it half done.
    """
    with server.app_context():
        app._setup_server()  # type: ignore[no-untyped-call]  # noqa: SLF001  # no public way


def _unknown_callback(error: KeyError) -> AnyResponse:
    if request.path != CALLBACK_PATH:
        raise error
    LOG.warning("callback refused: %s", error)
    return refused(400, "callback")

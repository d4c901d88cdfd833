"""In: requests for no dash page. Out: preferences, PDFs, health, metrics. I/O by ports."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, redirect, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from werkzeug.wrappers import Response as AnyResponse

from billing.documents.contents import Receipt
from billing.documents.papers import Language, PaperKind, paper
from billing.ledger.sheets import SheetFormat, written
from dashboards.pages.assurance.views import event_paper
from dashboards.pages.duty.views import paper_of
from dashboards.pages.parts import Parts
from dashboards.pages.reports.paper import report_pdf
from dashboards.pages.reports.tables import report_name
from dashboards.pages.reports.view_model import report_model
from dashboards.pages.rounds.tables import day_paper
from dashboards.pages.tables import sheet_for
from dashboards.photo_routes import install_photos
from dashboards.queries.shift_report_rows import ReportFile
from dashboards.security.gate import refused
from dashboards.selection import selection_of
from dashboards.theme import Theme
from dashboards.viewer import LANGUAGE_COOKIE, THEME_COOKIE, Viewer, current_viewer
from energy.base.errors import NotPermittedError
from energy.base.period import local_day
from energy.base.text import LANGUAGES

_SHEETS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILES = {"pdf": "application/pdf", "xlsx": _SHEETS["xlsx"]}
YEAR_S = 31_536_000
RenderPdf = Callable[[UUID, str, str], bytes]
"""Id of an invoice, its canonical JSON and a language to its paper as PDF."""


def install_routes(server: Flask, parts: Parts, render_pdf: RenderPdf) -> None:
    """Add the routes to the server."""
    server.add_url_rule("/preferences", "preferences", lambda: _preferences(parts))
    server.add_url_rule("/health", "health", lambda: _health(parts))
    server.add_url_rule("/metrics", "metrics", lambda: _metrics(parts))
    server.add_url_rule(
        "/download/bills/<uuid:invoice>.pdf",
        "bill_pdf",
        lambda invoice: _bill_pdf(parts, render_pdf, invoice),
    )
    server.add_url_rule(
        "/download/own-bills/<uuid:invoice>.pdf",
        "own_bill_pdf",
        lambda invoice: _own_bill_pdf(parts, render_pdf, invoice),
    )
    server.add_url_rule(
        "/download/own-receipts/<receipt>.pdf",
        "own_receipt_pdf",
        lambda receipt: _own_receipt_pdf(parts, receipt),
    )
    server.add_url_rule(
        "/download/own-letters/<account>/<day>/<int:level>.pdf",
        "own_letter_pdf",
        lambda account, day, level: _own_letter_pdf(parts, account, day, level),
    )
    server.add_url_rule(
        "/download/receipts/<desk>/<int:shift>/<receipt>.pdf",
        "receipt_pdf",
        lambda desk, shift, receipt: _receipt_pdf(parts, desk, shift, receipt),
    )
    server.add_url_rule(
        "/download/cash-up/<desk>/<int:shift>.pdf",
        "cash_up_pdf",
        lambda desk, shift: _cash_up_pdf(parts, desk, shift),
    )
    server.add_url_rule(
        "/download/tables/<name>.<form>", "table_file", lambda name, form: _table(parts, name, form)
    )
    _install_operations(server, parts)
    install_photos(server, parts)
    server.add_url_rule("/download/report.pdf", "report_pdf", lambda: _report(parts))
    server.add_url_rule("/download/handover.pdf", "handover_pdf", lambda: _handover(parts))
    server.register_error_handler(NotPermittedError, lambda _error: refused(403, "not_permitted"))


def _install_operations(server: Flask, parts: Parts) -> None:
    """Add the papers of switching, rounds, assured events and reports."""
    server.add_url_rule(
        "/download/switching/<number>.pdf",
        "switching_pdf",
        lambda number: _switching_pdf(parts, number),
    )
    server.add_url_rule(
        "/download/rounds/<key>/<day>.pdf",
        "round_pdf",
        lambda key, day: _round_pdf(parts, key, day),
    )
    server.add_url_rule(
        "/download/assurance/<number>.pdf",
        "assurance_pdf",
        lambda number: _assurance_pdf(parts, number),
    )
    server.add_url_rule(
        "/download/shift-reports/<kind>/<path:span>/<int:edition>.<form>",
        "shift_report_file",
        lambda kind, span, edition, form: _shift_report(parts, kind, span, edition, form),
    )


def _preferences(parts: Parts) -> AnyResponse:
    """Keep the chosen language or theme in a cookie and go back to where the person was."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    back = came_from.path if came_from.netloc == request.host else "/"
    response = redirect(back if back.startswith("/") and not back.startswith("//") else "/", 303)
    for name, cookie, known in (
        ("language", LANGUAGE_COOKIE, LANGUAGES),
        ("theme", THEME_COOKIE, tuple(str(theme) for theme in Theme)),
    ):
        if request.args.get(name) in known:
            response.set_cookie(
                cookie,
                request.args[name],
                max_age=YEAR_S,
                secure=parts.settings.secure_cookies,
                httponly=True,
                samesite="Lax",
            )
    return response


def _bill_pdf(parts: Parts, render_pdf: RenderPdf, invoice: UUID) -> Response:
    viewer = current_viewer()
    answer = parts.queries.bill(viewer.scope, invoice)
    if answer is None or answer.rows.invoice.number is None:
        abort(404)
    number, document = answer.rows.invoice.number, answer.rows.document
    return _paper(number, render_pdf(invoice, document, viewer.language))


def _own_bill_pdf(parts: Parts, render_pdf: RenderPdf, invoice: UUID) -> Response:
    viewer = current_viewer()
    own = parts.queries.own_bill(viewer.scope, invoice)
    if own is None:
        abort(404)
    return _paper(own.bill.number, render_pdf(invoice, own.document, viewer.language))


def _receipt_pdf(parts: Parts, desk: str, shift: int, receipt: str) -> Response:
    viewer = current_viewer()
    content = parts.queries.receipt(viewer.scope, desk, shift, receipt)
    if content is None:
        abort(404)
    return _receipt_paper(viewer, content)


def _own_receipt_pdf(parts: Parts, receipt: str) -> Response:
    viewer = current_viewer()
    content = parts.queries.own_receipt(viewer.scope, receipt)
    if content is None:
        abort(404)
    return _receipt_paper(viewer, content)


def _receipt_paper(viewer: Viewer, content: Receipt) -> Response:
    document = content.document()
    pdf = paper(PaperKind.RECEIPT, document, language=_language(viewer), size="80mm")
    return _paper(content.number, pdf)


def _own_letter_pdf(parts: Parts, account: str, day: str, level: int) -> Response:
    viewer = current_viewer()
    try:
        on = date.fromisoformat(day)
    except ValueError:
        abort(404)
    told = parts.queries.own_letter(viewer.scope, account, on, level)
    if told is None:
        abort(404)
    pdf = paper(PaperKind.DUNNING_LETTER, told, language=_language(viewer))
    return _paper(f"{account}-{day}-{level}", pdf)


def _language(viewer: Viewer) -> Language:
    return "zh" if viewer.language == "zh" else "en"


def _cash_up_pdf(parts: Parts, desk: str, shift: int) -> Response:
    viewer = current_viewer()
    content = parts.queries.cash_up_sheet(viewer.scope, desk, shift)
    if content is None:
        abort(404)
    pdf = paper(PaperKind.CASH_UP_SHEET, content.document(), language=_language(viewer))
    return _paper(f"{desk}-{shift}", pdf)


def _switching_pdf(parts: Parts, number: str) -> Response:
    viewer = current_viewer()
    pdf = parts.queries.switching_paper(viewer.scope, number, viewer.language)
    if pdf is None:
        abort(404)
    return _paper(number, pdf)


def _round_pdf(parts: Parts, key: str, day: str) -> Response:
    """Return the log sheet of a round and day as a paper."""
    pdf = day_paper(parts, current_viewer(), key, day)
    if pdf is None:
        abort(404)
    return _paper(f"{key}-{day}", pdf)


def _assurance_pdf(parts: Parts, number: str) -> Response:
    """Return the report of an assured event as a paper."""
    pdf = event_paper(parts, current_viewer(), number)
    if pdf is None:
        abort(404)
    return _paper(number, pdf)


def _paper(number: str, pdf: bytes) -> Response:
    response = Response(pdf, content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{number}.pdf")
    return response


def _report(parts: Parts) -> Response:
    """Return the report that the address selects as a paper."""
    viewer, settings = current_viewer(), parts.settings
    search = request.query_string.decode("ascii", "replace")
    selection = selection_of(search, local_day(parts.clock.now(), settings.zone))
    answer = report_model(parts, viewer, selection).report
    if answer is None:
        abort(404)
    return _paper(report_name(answer.rows), report_pdf(viewer, answer, selection, settings))


def _shift_report(parts: Parts, kind: str, span: str, edition: int, form: str) -> Response:
    """Return an edition of a report as paper or workbook."""
    viewer = current_viewer()
    if form not in set(ReportFile):
        abort(404)
    asked = (viewer.scope, kind, span, edition, ReportFile(form), viewer.language)
    content = parts.queries.shift_report_file(*asked)
    if content is None:
        abort(404)
    response = Response(content, content_type=_FILES[form])
    name = f"{kind}-{span.replace('/', '-')}-{edition}.{form}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _handover(parts: Parts) -> Response:
    """Return the sheet of handover to sign, as things stand."""
    return _paper("handover", paper_of(parts, current_viewer()))


def _table(parts: Parts, name: str, form: str) -> Response:
    """Return the table behind a figure as a file."""
    if form not in set(SheetFormat):
        abort(404)
    search = request.query_string.decode("ascii", "replace")
    sheet = sheet_for(parts, current_viewer(), name, search)
    if sheet is None:
        abort(404)
    response = Response(written(sheet, SheetFormat(form)), content_type=_SHEETS[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"{sheet.name}.{form}")
    return response


def _health(parts: Parts) -> Response:
    """Answer a load balancer: no names, no addresses, no secrets."""
    health = parts.queries.health()
    newest = health.newest_reading_at
    age_s = None if newest is None else int((parts.clock.now() - newest).total_seconds())
    body = {
        "ok": health.database_ok,
        "version": parts.settings.version,
        "database": "ok" if health.database_ok else "unreachable",
        "view_lag": dict(health.followers),
        "data_age_s": age_s,
    }
    status = 200 if health.database_ok else 503
    return Response(json.dumps(body, sort_keys=True), status, content_type="application/json")


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _metrics(parts: Parts) -> Response:
    if not _is_loopback(request.remote_addr) or "X-Forwarded-For" in request.headers:
        abort(404)
    health = parts.queries.health()
    registry = CollectorRegistry()
    up = Gauge("meterline_database_up", "1 when the database answers.", registry=registry)
    up.set(int(health.database_ok))
    lag = Gauge(
        "meterline_view_lag_positions",
        "Journal positions that a follower is behind.",
        ["follower"],
        registry=registry,
    )
    for follower, behind in health.followers:
        lag.labels(follower).set(behind)
    if health.newest_reading_at is not None:
        age = Gauge("meterline_data_age_seconds", "Age of the newest reading.", registry=registry)
        age.set((parts.clock.now() - health.newest_reading_at).total_seconds())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

"""In: files that a person hands in. Out: a wish, or why not, in words. I/O by ports.

The only routes that take more than the short bodies of all others; whoever may not hand in is
refused before any of the body is read.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from billing.takeover.errors import TakeOverError
from billing.takeover.task_desk import MOST_FILE, HandedIn
from billing.takeover.template import write_template
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.security.gate import refused
from dashboards.security.scope import Right
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import EnergyError, NotPermittedError

UPLOAD = "/upload/take-over"
BODY_MARGIN = 20_000
"""What a form adds to its files. [octet]"""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def install_takeover(server: Flask, parts: Parts) -> None:
    """Add the routes to the server."""
    for name, act, files in (("workbook", _workbook, 1), ("bills", _bills, 2)):
        server.add_url_rule(
            f"{UPLOAD}/{name}",
            f"upload_{name}",
            lambda act=act, files=files: _taken(parts, act, files),
            methods=["POST"],
        )
    server.add_url_rule("/download/take-over.xlsx", "take_over_template", lambda: _template(parts))
    server.register_error_handler(RequestEntityTooLarge, lambda _error: refused(413, "too_large"))


def _taken(parts: Parts, act: Callable[[Parts, Viewer], None], files: int) -> Response:
    """Take some files and say what was done, or why it was refused."""
    viewer = current_viewer()
    viewer.scope.demand(Right.ISSUE, parts.settings.site_key)
    request.max_content_length = most = files * MOST_FILE + BODY_MARGIN
    request.max_form_parts = 4
    try:
        # Told beforehand, nothing of it is laid on the disk; a body of no told length is empty.
        if (request.content_length or 0) > most:
            return _too_large(viewer)
        act(parts, viewer)
    except NotPermittedError:
        raise
    except RequestEntityTooLarge:
        return _too_large(viewer)
    except EnergyError as error:
        return _said(error.told(viewer.language), 422)
    parts.queries.await_books(viewer.scope)
    return _said(viewer.say("takeover_page.taken"), 200)


def _workbook(parts: Parts, viewer: Viewer) -> None:
    parts.commands.takeover.hand_in(viewer.scope, _file("file"))


def _bills(parts: Parts, viewer: Viewer) -> None:
    run: UUID = id_named(request.form.get("run", ""))
    files = [_file("file")]
    if request.files.get("lines"):
        files.append(_file("lines"))
    parts.commands.takeover.compare(viewer.scope, run, files)


def _file(name: str) -> HandedIn:
    found: FileStorage | None = request.files.get(name)
    if found is None:
        raise TakeOverError.of("takeover.no_file")
    return HandedIn(name=found.filename or "", content=found.stream.read(MOST_FILE + 1))


def _too_large(viewer: Viewer) -> Response:
    error = TakeOverError.of("takeover.large_body", most=MOST_FILE // 1_000_000)
    return _said(error.told(viewer.language), 413)


def _said(words: str, status: int) -> Response:
    answer = jsonify(said=words)
    answer.status_code = status
    return answer


def _template(parts: Parts) -> Response:
    """Return an empty workbook that explains itself in the reader's language."""
    viewer = current_viewer()
    viewer.scope.demand(Right.READ_BILLS, parts.settings.site_key)
    packed = io.BytesIO()
    write_template(packed, viewer.language)
    response = Response(packed.getvalue(), content_type=_XLSX)
    response.headers.set("Content-Disposition", "attachment", filename="take-over.xlsx")
    return response

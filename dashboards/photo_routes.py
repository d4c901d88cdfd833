"""In: photos that a person hands in or asks for. Out: kept with a work order, shown. I/O by ports.

What is no photo or paper by its content is refused, whatever it is called; what is shown is a kind
of image that holds no script, everything else is a file. Whoever may not work is refused before any
of the body is read.
"""

from __future__ import annotations

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.security.scope import Right
from dashboards.viewer import Viewer, current_viewer
from dashboards.work_commands import MOST_PHOTO
from energy.base.errors import EnergyError, NotPermittedError
from energy.base.media_type import SHOWN
from energy.service.work.errors import WorkError

BODY_MARGIN = 20_000
"""What a form adds to its file. [octet]"""


def install_photos(server: Flask, parts: Parts) -> None:
    """Add the routes to the server."""
    server.add_url_rule(
        "/upload/work/<order>", "upload_photo", lambda order: _taken(parts, order), methods=["POST"]
    )
    server.add_url_rule(
        "/download/work/<number>/<sha256>",
        "work_paper",
        lambda number, sha256: _paper(parts, number, sha256),
    )


def _taken(parts: Parts, order: str) -> Response:
    """Take a photo and say what was done, or why it was refused."""
    viewer = current_viewer()
    if not viewer.scope.may(Right.WORK):  # who may gives the PIN of a desk in the command
        viewer.scope.demand(Right.WORK, parts.settings.site_key)
    request.max_content_length = most = MOST_PHOTO + BODY_MARGIN
    request.max_form_parts = 4
    try:
        # Told beforehand, nothing of it is laid on the disk; a body of no told length is empty.
        if (request.content_length or 0) > most:
            return _too_large(viewer)
        found = request.files.get("file")
        if found is None:
            raise WorkError.of("photo_none")
        with found.stream as stream:
            content = stream.read(MOST_PHOTO + 1)
        parts.commands.work.add_photo(viewer.scope, id_named(order), content)
    except NotPermittedError:
        raise
    except RequestEntityTooLarge:
        return _too_large(viewer)
    except EnergyError as error:
        return _said(error.told(viewer.language), 422)
    parts.queries.await_operations(viewer.scope)
    return _said(viewer.say("order_page.photo_kept"), 200)


def _too_large(viewer: Viewer) -> Response:
    error = WorkError.of("photo_large", most=MOST_PHOTO // 1_000_000)
    return _said(error.told(viewer.language), 413)


def _said(words: str, status: int) -> Response:
    answer = jsonify(said=words)
    answer.status_code = status
    return answer


def _paper(parts: Parts, number: str, sha256: str) -> Response:
    """Return a paper of a work order: an image to be shown, everything else as a file."""
    found = parts.queries.work_paper(current_viewer().scope, number, sha256)
    if found is None:
        abort(404)
    media_type, content = found
    shown = media_type in SHOWN
    kind = media_type if shown or media_type == "application/pdf" else "application/octet-stream"
    response = Response(content, content_type=kind)
    suffix = {"application/pdf": "pdf", "image/heif": "heic"}.get(
        media_type, media_type.removeprefix("image/") if shown else "bin"
    )
    response.headers.set(
        "Content-Disposition",
        "inline" if shown else "attachment",
        filename=f"{number}-{sha256[:12]}.{suffix}",
    )
    return response

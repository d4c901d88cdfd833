"""In: answers that hand a file out. Out: an act in the journal for each. I/O by a port.

Every route below /download/ is told, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_login import current_user

from dashboards.security.people import Access
from dashboards.security.whence import whence_of
from dashboards.settings import WebSettings

DOWNLOADS = "/download/"


def install_audit(server: Flask, settings: WebSettings, access: Access) -> None:
    """Journal every file that a person takes out of the screens."""

    @server.after_request
    def note(response: Response) -> Response:
        if request.path.startswith(DOWNLOADS) and response.status_code == 200:
            person = current_user.session.person
            subject = request.path.removeprefix(DOWNLOADS)
            access.record("download", whence_of(settings), person=person, subject=subject)
        return response

"""In: a request. Out: where it came from, as the journal keeps it. Pure but the request."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from dashboards.settings import WebSettings
from energy.journal.access import Whence


def whence_of(settings: WebSettings) -> Whence:
    """Return where the request came from."""
    inside = current_user.is_authenticated
    return Whence(
        site=settings.site_key,
        address=request.remote_addr or "",
        agent=str(request.user_agent),
        session=current_user.session.session if inside else None,
    )

"""In: what was asked of notices. Out: refusals that name the next step. Pure."""

from __future__ import annotations

from energy.base.errors import RefusedError


class NoticeError(RefusedError):
    """A contact, a group, a template or the plan of notices cannot be so, or there is none."""

    code = "notice"
    PART = "notice_why"

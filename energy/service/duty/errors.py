"""In: what was asked of rosters, leave, the shift log. Out: refusals with the next step. Pure."""

from __future__ import annotations

from energy.base.errors import RefusedError


class DutyError(RefusedError):
    """Something about duty was refused; nothing was written."""

    code = "duty"
    PART = "why.duty"

"""In: what was asked of reports. Out: refusals with the next step. Pure."""

from __future__ import annotations

from energy.base.errors import RefusedError


class ReportError(RefusedError):
    """Something about a report was refused; nothing was written."""

    code = "report"
    PART = "why.report"

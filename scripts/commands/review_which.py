"""In: the point and cause a person names. Out: nothing, or the refusal. I/O: reads PostgreSQL."""

from __future__ import annotations

from energy.base.errors import UnknownMeterError
from energy.base.text import catalogue
from energy.metering.review_case import CAUSES
from energy.views.point_rows import points
from scripts.commands.frame import Opened
from scripts.commands.tree import misused


def require_known(at: Opened, point: str | None, cause: str | None) -> None:
    """Refuse a cause or a point that there is not: no case would ever fit it.

    Args:
        at: The site.
        point: Key of a metering point; None for any.
        cause: Of a case, or the code of a finding; None for any.

    Raises:
        click.UsageError: There is no such cause; names them.
        UnknownMeterError: There is no such point.
    """
    if cause is not None and cause not in CAUSES and f"finding.{cause}" not in catalogue():
        raise misused("no_cause", value=cause, known=", ".join(CAUSES))
    if point is None:
        return
    with at.system.database.connection() as connection:
        if all(row.point != point for row in points(connection, at.site.schema)):
            raise UnknownMeterError(point)

"""In: the point and cause a person names. Out: the cause meant, or the refusal. I/O: PostgreSQL."""

from __future__ import annotations

from energy.base.errors import UnknownMeterError
from energy.base.text import LANGUAGES, catalogue, t
from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.tree import misused

if runs():
    from energy.metering.review_case import CAUSES
    from energy.views.point_rows import points


def known_cause(at: Opened, point: str | None, cause: str | None) -> str | None:
    """Return the cause that is meant, by its key or by words of the screen; refuse what is not.

    Args:
        at: The site.
        point: Key of a metering point; None for any.
        cause: Key or words of a cause, or the code or text of a finding; None for any.

    Raises:
        click.UsageError: There is no such cause, or its words are of several; names them.
        UnknownMeterError: There is no such point.
    """
    meant = None if cause is None else _cause(cause)
    if cause is not None and meant is None:
        known = ", ".join(f"{key} ({t(at.language, f'cli.cause.{key}')})" for key in CAUSES)
        raise misused("no_cause", value=cause, known=known)
    if point is not None:
        with at.system.database.connection() as connection:
            if all(row.point != point for row in points(connection, at.site.schema)):
                raise UnknownMeterError(point)
    return meant


def _cause(said: str) -> str | None:
    """Return the key of a cause or the code of a finding that somebody names."""
    if said in CAUSES or f"finding.{said}" in catalogue():
        return said
    word = said.strip().casefold()
    if not word:
        return None
    shown = {key: [t(each, f"cli.cause.{key}").casefold() for each in LANGUAGES] for key in CAUSES}
    exact = [key for key, texts in shown.items() if word in texts]
    part = [key for key, texts in shown.items() if any(word in text for text in texts)]
    if len(exact or part) == 1:
        return (exact or part)[0]
    codes = [key.removeprefix("finding.") for key in catalogue() if key.startswith("finding.")]
    told = [c for c in codes if word in {t(each, f"finding.{c}").casefold() for each in LANGUAGES}]
    return told[0] if len(told) == 1 else None

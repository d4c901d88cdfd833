"""In: what a person says of a report. Out: it said, and what comes next. I/O by ports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from dashboards.components.act_form import Done
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import unknown_subject
from dashboards.viewer import Viewer
from energy.service.reports.kinds import ReportKind
from energy.service.reports.table import seal_of

PATH: Final = "/shift-reports"
REVIEW, SEND, WRITE = "review-report", "send-report", "write-report"
KINDS: Final = "|".join(ReportKind)
SPAN: Final = r"[A-Za-z0-9-]{4,40}(?:/[a-z0-9_-]{1,40})?"
"""A day, a week, a day and its shift, an incident and its stage."""
INCIDENT: Final = r"I-[0-9]{4}-[0-9]{1,9}"
STAGE: Final = r"[a-z][a-z0-9-]{1,29}"
_ABOUT: Final = re.compile(rf"({KINDS})/({SPAN})@([0-9]{{1,6}})")
_OWED: Final = re.compile(rf"({INCIDENT})/({STAGE})@([0-9a-f]{{12}})")
Typed = Mapping[str, str]
Act = Callable[[Parts, Viewer, str, Typed], str | Done]


def about_edition(kind: str, span: str, edition: int) -> str:
    """Return what a button of an edition is about."""
    return f"{kind}/{span}@{edition}"


def about_owed(span: str, said: str) -> str:
    """Return what the form of a report is about: the report, and what it told by then."""
    return f"{span}@{seal_of(said)[:12]}"


def address_of(kind: str, span: str) -> str:
    """Return the address of the newest edition of a report."""
    return f"{PATH}/{kind}/{span}"


def review(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Stand for the edition.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    kind, span, edition = _edition(about)
    parts.commands.shift_reports.review(viewer.scope, kind, span, edition)
    return viewer.say("shift_report_said.reviewed", edition=edition)


def send(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Send the edition upward.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    kind, span, edition = _edition(about)
    number = parts.commands.shift_reports.send(viewer.scope, kind, span, edition)
    return viewer.say("shift_report_said.sent", number=number)


def write(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Write the report that an incident owes; see `about_owed`.

    Raises:
        RefusedError: The command was refused.
    """
    found = _OWED.fullmatch(about)
    if found is None:
        raise unknown_subject()
    number, stage, said = found.groups()
    words = typed.get("words", "")
    edition = parts.commands.shift_reports.write(viewer.scope, number, stage, words, said=said)
    span = f"{number}/{stage}"
    return Done(
        words=viewer.say("shift_report_said.written", edition=edition),
        links=((span, address_of(ReportKind.INCIDENT, span), False),),
    )


def _edition(about: str) -> tuple[str, str, int]:
    found = _ABOUT.fullmatch(about)
    if found is None:
        raise unknown_subject()
    return found[1], found[2], int(found[3])


ACTS: dict[str, Act] = {REVIEW: review, SEND: send, WRITE: write}

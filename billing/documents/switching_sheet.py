"""In: a switching order as it stands. Out: its paper for the room, as PDF. Pure.

Each step has empty boxes for the time and the initials of who tells it and who reads it back; what
was told to Meterline already stands in them. A paper that is not released says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.documents.field_paper import Paper, render_paper
from energy.base.text import t
from energy.service.switching.kinds import StepState, SwitchingState
from energy.service.switching.reads import PermitRow, StepRow, SwitchingStory
from energy.store.sites import Site

NameOf = Callable[[UUID | None], str | None]
"""Returns the name of a person as the directory has it."""
_NOT_YET = (SwitchingState.WRITTEN, SwitchingState.APPROVED)
_OVER = (SwitchingState.COMPLETED, SwitchingState.ABORTED, SwitchingState.WITHDRAWN)


def sheet_of(
    story: SwitchingStory, site: Site, language: str, name_of: NameOf, *, dated: datetime
) -> bytes:
    """Return the paper of an order.

    Args:
        story: The order with its steps and permits.
        site: The site.
        language: "en" or "zh".
        name_of: Names people.
        dated: Instant that the file bears.

    Raises:
        DocumentError: It cannot be set.
    """
    page = SwitchingPage(story=story, site=site, language=language, name_of=name_of).content()
    return render_paper(Paper.SWITCHING, page, dated=dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingPage:
    """Sets one order in one language."""

    story: SwitchingStory
    site: Site
    language: str
    name_of: NameOf

    def content(self) -> dict[str, Any]:
        """Return everything the template places."""
        heads = ("no", "device", "do", "expect", "told", "read_back")
        return {
            "language": self.language,
            "site": self.site.name,
            "title": self._t("title"),
            "number": self.story.order.number,
            "warning": self._warning(),
            "facts": self._facts(),
            "stop": self._t("stop"),
            "heads": [self._t(key) for key in heads],
            "boxes": self._t("boxes"),
            "steps": [self._step(each) for each in self.story.steps],
            "permit": self._permit(),
            "hands": [self._t(key) for key in ("begun", "finished")],
            "signatures": [
                (self._t("operator"), self._name(self.story.order.operator)),
                (self._t("guardian"), self._name(self.story.order.guardian)),
            ],
            "remarks": self._t("remarks"),
            "never": self._t("never"),
            "page": self._t("page", page="{page}", pages="{pages}"),
        }

    def _warning(self) -> str:
        state = self.story.order.state
        if state in _NOT_YET:
            return self._t("unreleased")
        if state in _OVER:
            return self._t("ended", state=t(self.language, f"cli.switching_state.{state}"))
        if state is SwitchingState.STOPPED:
            return self._t("stopped", reason=self.story.order.words or self._t("at_once"))
        return self._t("out") if any(not each.returned_at for each in self.story.permits) else ""

    def _facts(self) -> list[tuple[str, str]]:
        row = self.story.order
        zone = self.site.zone
        begins, ends = row.begins_at.astimezone(zone), row.ends_at.astimezone(zone)
        until = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
        version = self._t("version", name=row.name[self.language], version=row.version)
        return [
            (self._t("node"), row.about.removeprefix("node:")),
            (self._t("planned"), f"{begins:%Y-%m-%d %H:%M} – {until}"),
            (self._t("template"), version),
            (self._t("reason"), row.reason),
            (self._t("author"), self._signed(row.author, row.written_at)),
            (self._t("operator"), self._name(row.operator)),
            (self._t("approver"), self._signed(row.approved_by, row.approved_at)),
            (self._t("guardian"), self._name(row.guardian)),
            (self._t("releaser"), self._signed(row.released_by, row.released_at)),
        ]

    def _step(self, row: StepRow) -> dict[str, Any]:
        step, skipped = row.step, row.state is StepState.SKIPPED
        safety = step.safety[self.language]
        word = t(self.language, f"cli.switching_step.{row.state}")
        return {
            "number": row.number,
            "device": step.device[self.language],
            "do": step.do[self.language],
            "expect": step.expect[self.language],
            "safety": self._t("mind", safety=safety) if safety else "",
            "skipped": f"{word}: {row.reason}" if skipped else "",
            "told": self._box(row.told_by, row.told_at),
            "read_back": self._box(row.read_back_by, row.read_back_at),
        }

    def _permit(self) -> dict[str, Any]:
        last: PermitRow | None = self.story.permits[-1] if self.story.permits else None
        given = self._box(last.given_by, last.given_at) if last else ""
        returned = self._box(last.returned_by, last.returned_at) if last else ""
        return {
            "after": self.story.order.permit_after,
            "says": self._t("permit_here"),
            "given": (self._t("permit_given"), given),
            "returned": (self._t("permit_returned"), returned),
        }

    def _box(self, person: UUID | None, at: datetime | None) -> str:
        """Return what stands in a box: nothing where it is still to be written by hand."""
        if at is None:
            return ""
        return f"{at.astimezone(self.site.zone):%H:%M} {self._name(person)}"

    def _signed(self, person: UUID | None, at: datetime | None) -> str:
        if at is None:
            return ""
        return f"{self._name(person)}, {at.astimezone(self.site.zone):%Y-%m-%d %H:%M}"

    def _name(self, person: UUID | None) -> str:
        return self.name_of(person) or ""

    def _t(self, key: str, **values: object) -> str:
        return t(self.language, f"switching_sheet.{key}", **values)

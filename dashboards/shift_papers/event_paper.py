"""In: an assured event, what its report tells. Out: the report as PDF. Pure.

What was signed is told as it was signed: the same octets again in the same language. A report that
nobody signed says so across its head.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from billing.documents.covered import page_text
from billing.documents.frame import Framed, frame
from billing.documents.sheets.blocks import Block, facts, heading, signatures, table, text
from billing.documents.typesetting import Job, pdf
from billing.documents.words import Words
from dashboards.formats import NOTHING
from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.paper import NO_GLYPH, TEMPLATE
from dashboards.shift_papers.told import SHORT
from energy.service.assurance.plan import Limit
from energy.service.assurance.reads import AllowedRow, AnswerRow, EventRow
from energy.service.reports.table import Cell, Column, Contents, ReportTable, seal_of
from energy.service.work.checklist import Answer

_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "event_alerts": (
        *("at", "severity", "what", "where", "of_event", "value", "limit", "cleared_at"),
    ),
}
"""Columns of a part; of other parts all."""
_WIDE: Final = frozenset({"what", "where", "person"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPaper:
    """Sets the report of one event for one reader."""

    event: EventRow
    contents: Contents
    """As signed, else as it is known now."""
    answers: Sequence[AnswerRow]
    allowed: Sequence[AllowedRow]
    reader: Reader
    site: str
    """Name of the site."""
    now: datetime
    """Present instant: a report that was not signed bears it."""

    def pdf(self) -> bytes:
        """Return the report as PDF/A-2b.

        Raises:
            DocumentError: It cannot be set.
        """
        told = page_text(self.page()).replace(*NO_GLYPH)
        return pdf(Job(template=TEMPLATE, inputs={"page": told}, dated=self._dated))

    def page(self) -> dict[str, Any]:
        """Return everything the template places."""
        row, reader = self.event, self.reader
        head = Framed(
            title=self._say("title"),
            subtitle=f"{row.number} · {self.contents.facts['title']}",
            number=row.number,
            dated=self._dated.astimezone(reader.zone).date().isoformat(),
            draft="" if row.signed_at else self._say("not_signed"),
            facts=[[name[:1].upper() + name[1:], value] for name, value in self._about() if value],
            issuer={"name": self.site},
        )
        whole = [*self._blocks(), signatures(self._say("signature"))]
        return {**frame(Words(reader.language, "paper"), "a4", None, head), "blocks": whole}

    @property
    def _dated(self) -> datetime:
        return self.event.signed_at or self.now

    def _about(self) -> list[tuple[str, str]]:
        row, contents = self.event, self.contents
        plan, head = row.plan, self._head
        begin, end = (datetime.fromisoformat(each) for each in (contents.begin, contents.end))
        seal = seal_of(contents.text())[:SHORT]
        called_off = self._by(row.called_off_by, row.called_off_at)
        return [
            (self.reader.say("shift_report.site"), self.site),
            (head("time"), f"{self._local(begin)} – {self._local(end)}"),
            (head("places"), ", ".join([*plan.places, *plan.nodes])),
            (head("edition"), str(contents.facts["edition"] or row.edition)),
            (head("approver"), self._by(row.approved_by, row.approved_at)),
            (self._say("called_off"), called_off),
            (head("reason"), row.reason),
            (head("signer"), self._by(row.signed_by, row.signed_at)),
            (self.reader.say("shift_report.seal"), seal if row.signed_at else ""),
        ]

    def _blocks(self) -> list[Block]:
        contents = self.contents
        parts = [each for each in contents.tables if each.key != "event_checks"]
        some = [each for each in parts if each.rows]
        words = self.event.words
        return [
            heading(self.reader.say("shift_report.glance")),
            facts(self._glance()),
            *([heading(self._say("said")), text(words)] if words else []),
            *self._limits(),
            *self._checks(),
            *(block for each in some for block in self._part(each)),
            *self._nothing([each for each in parts if not each.rows]),
        ]

    def _glance(self) -> list[list[str]]:
        rows = {each.key: each.dicts() for each in self.contents.tables}
        alerts, checks = rows.get("event_alerts", []), rows.get("event_checks", [])
        own = sum(each["of_event"] == "yes" for each in alerts)
        said = sum(each["answer"] is not None for each in checks)
        gaps = sum(each["gap"] is not None for each in rows.get("event_staff", []))
        return [
            [self._say("alerts"), f"{len(alerts)} / {own}"],
            [self._part_title("event_incidents"), str(len(rows.get("event_incidents", [])))],
            [self._say("answered"), f"{said} / {len(checks)}"],
            [self._say("gaps"), str(gaps)],
            [self._part_title("event_allowed"), str(len(rows.get("event_allowed", [])))],
        ]

    def _limits(self) -> list[Block]:
        limits = self.event.plan.limits
        if not limits:
            return []
        heads = [self._head(name) for name in ("rule", "limit", "severity")]
        rows = [[each.rule, limit_text(each), self._severity(each)] for each in limits]
        return [heading(self._text("limits")), table(heads, rows, align="lll")]

    def _severity(self, limit: Limit) -> str:
        said = limit.severity
        return self.reader.say(f"severity.{said}") if said else self._text("one_above")

    def _checks(self) -> list[Block]:
        """Return the questions as they were asked, with what was answered."""
        found = self.contents.table("event_checks")
        if found is None or not found.rows:
            return []
        heads = [self._head(name) for name in ("phase", "question", "answer", "person", "at")]
        latest = {each.item: each for each in self.answers}
        rows = [self._check(each, latest.get(str(each["item"]))) for each in found.dicts()]
        return [
            heading(self._part_title("event_checks")),
            table(heads, rows, align="lllll", wide={1: 1}),
        ]

    def _check(self, row: Mapping[str, Cell], latest: AnswerRow | None) -> list[str]:
        key, answer = str(row["item"]), row["answer"]
        asked = self.event.plan.check(key)
        question = key
        told = NOTHING if answer is None else f"{answer} {row['unit'] or ''}".strip()
        if asked is not None:
            question = asked.item.ask.get(self.reader.language) or asked.item.ask["en"]
            if asked.item.answer is Answer.YES_NO and answer is not None:
                told = self.reader.say(f"cli.event_yes.{answer}")
        whose = latest if latest is not None and latest.value == answer else None
        who = (self.reader.name_of(whose.person) or NOTHING) if whose else ""
        at = self._short(whose.told_at) if whose else ""
        phase = self.reader.say(f"cli.event_phase.{row['phase']}")
        return [phase, question, told, who, at]

    def _part(self, part: ReportTable) -> list[Block]:
        rows = part.dicts()
        wanted = _SHOWN.get(part.key, tuple(each.name for each in part.columns))
        columns = [each for name in wanted for each in part.columns if each.name == name]
        columns = [each for each in columns if any(row[each.name] is not None for row in rows)]
        heads = [self._column(part, each) for each in columns]
        cells = [[self._cell(each, row) for each in columns] for row in rows]
        wide = {n: 1 for n, each in enumerate(columns) if each.name in _WIDE}
        if part.key == "event_allowed":
            heads, cells = self._allowed(heads, cells)
            wide = {1: 1}  # the reason
        found = [
            heading(self._part_title(part.key)),
            table(heads, cells, align="l" * len(heads), wide=wide or {0: 1}),
        ]
        if part.more:
            found.append(text(self.reader.say("shift_report.beyond", number=part.more), soft=True))
        return found

    def _allowed(
        self, heads: list[str], cells: list[list[str]]
    ) -> tuple[list[str], list[list[str]]]:
        """Return what was allowed with why, by whom and when."""
        told = {each.called: each for each in self.allowed}
        names = ("reason", "person", "at")
        rows = []
        for (called,) in cells:
            known = told.get(called)
            more = ["", "", ""]
            if known is not None:
                who = self.reader.name_of(known.person) or NOTHING
                more = [known.reason, who, self._short(known.told_at)]
            rows.append([called, *more])
        return [*heads, *(self._head(name) for name in names)], rows

    def _cell(self, column: Column, row: Mapping[str, Cell]) -> str:
        """Return a cell; instants without their year: the head of the paper has it."""
        told = self.reader.text(column, row)
        return told[5:] if column.kind == "instant" and row[column.name] else told

    def _nothing(self, parts: Sequence[ReportTable]) -> list[Block]:
        if not parts:
            return []
        joined = ("、" if self.reader.language == "zh" else ", ").join(
            self._part_title(each.key) for each in parts
        )
        return [text(self.reader.say("shift_report.nothing_of", parts=joined))]

    def _by(self, person: UUID | None, at: datetime | None) -> str:
        if at is None:
            return ""
        return f"{self.reader.name_of(person) or NOTHING}, {self._local(at)}"

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self.reader.zone):%Y-%m-%d %H:%M}"

    def _short(self, at: datetime) -> str:
        return f"{at.astimezone(self.reader.zone):%m-%d %H:%M}"

    def _say(self, key: str) -> str:
        return self.reader.say(f"event_report.{key}")

    def _text(self, key: str) -> str:
        return self.reader.say(f"cli.event.{key}")

    def _head(self, key: str) -> str:
        return self.reader.say(f"cli.event_head.{key}")

    def _column(self, part: ReportTable, column: Column) -> str:
        return self._head(head_key(part, column))

    def _part_title(self, key: str) -> str:
        return self.reader.say(f"cli.event_part.{key}")


def head_key(part: ReportTable, column: Column) -> str:
    """Return which word heads a column: the number of an incident is no event's."""
    return "number_of" if (part.key, column.name) == ("event_incidents", "number") else column.name


def limit_text(limit: Limit) -> str:
    """Return by how much a rule is stricter."""
    if limit.factor:
        return f"× {limit.factor}"
    return ", ".join(f"{name} {value}" for name, value in limit.numbers.items())

"""In: an edition of a report. Out: it as PDF, by the typesetting of all papers. Pure.

The paper is for people: what matters first, curves where one looks, lists cut to what fits a page
or two. Every row stands in the workbook. The same edition in the same language is the same octets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from billing.documents.chart import load_svg
from billing.documents.covered import page_text
from billing.documents.frame import Framed, frame
from billing.documents.sheets.blocks import Block, facts, heading, notice, signatures, table, text
from billing.documents.typesetting import Job, pdf
from billing.documents.words import Words
from dashboards.formats import NOTHING, amount_text, number
from dashboards.shift_papers.cells import RIGHT, Reader, TypedCell
from dashboards.shift_papers.told import about_rows, change_rows, shown_tables
from energy.base.units import Utility
from energy.service.reports.reads import ReportRow
from energy.service.reports.table import Cell, Column, Contents, ReportTable, Series

TEMPLATE: Final = "sheet.typ"
COLOURS: Final = {
    Utility.ELECTRICITY: "#1d5fd0",
    Utility.GAS: "#c2570c",
    Utility.WATER: "#0b7a8f",
    Utility.HEATING: "#b3261e",
    Utility.COOLING: "#2b7fbf",
    Utility.STEAM: "#5b6472",
}
"""As parts.typ has them."""
NO_GLYPH: Final = "₂", "2"
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "alerts": ("at", "severity", "what", "where", "response", "cleared_at"),
    "incidents": (*("number", "what", "class", "heard_at", "state", "response", "solution"),),
    "orders": ("number", "what", "kind", "due_at", "state", "kept", "owner"),
    "switching": ("number", "node", "reason", "from", "to", "state", "operator"),
    "permits": ("permit", "what", "where", "given_at", "valid_until", "returned_at", "kept"),
    "outages": ("node", "reason", "from", "to", "state", "accounts"),
    "equipment": ("number", "name", "kind", "place", "out_on", "reason"),
    "meters": ("point", "utility", "complete", "missing", "estimated", "suspect"),
    "points": ("at", "what", "by"),
}
"""Columns of a paper; of other parts all."""
_MOST: Final = {"alerts": 20, "meters": 10, "roster": 24}
_MOST_ROWS: Final = 60
_WIDE: Final = frozenset({"what", "reason", "where", "name", "area", "told", "value"})
_WORST_FIRST: Final = {"critical": 0, "high": 1, "medium": 2}


def report_pdf(
    row: ReportRow, contents: Contents, reader: Reader, site: str, *, money: bool
) -> bytes:
    """Return an edition as PDF/A-2b.

    Args:
        row: The edition.
        contents: What it tells.
        reader: Who reads it.
        site: Name of the site.
        money: Whether figures of money may be read.

    Raises:
        DocumentError: It cannot be set.
    """
    page = Paper(row, contents, reader, site).page(money=money)
    return pdf(paper_job(page, row))


def paper_job(page: Mapping[str, Any], row: ReportRow) -> Job:
    """Return how a page is set."""
    told = page_text(page).replace(*NO_GLYPH)
    return Job(template=TEMPLATE, inputs={"page": told}, dated=row.made_at)


class Paper:
    """Sets one edition for one reader."""

    def __init__(self, row: ReportRow, contents: Contents, reader: Reader, site: str) -> None:
        """Set an edition; see `report_pdf`."""
        self._row, self._contents, self._reader, self._site = row, contents, reader, site
        self._told_otherwise: list[list[TypedCell]] = []

    def page(self, *, money: bool) -> dict[str, Any]:
        """Return everything the template places."""
        row, contents, reader = self._row, self._contents, self._reader
        blocks = self.blocks(money=money)
        about = [[str(name), str(value)] for name, value in about_rows(row, contents, reader)]
        reviewed = self._say("not_reviewed")
        if row.reviewed_by is not None and row.reviewed_at is not None:
            at = row.reviewed_at.astimezone(reader.zone)
            reviewed = f"{reader.name_of(row.reviewed_by)}, {at:%Y-%m-%d %H:%M}"
        head = Framed(
            title=self._say(f"title_{contents.kind}"),
            subtitle=reader.span(contents.kind, contents.span),
            number=f"{contents.span} ({row.edition})",
            dated=row.made_at.astimezone(reader.zone).date().isoformat(),
            facts=[
                [self._say("site"), self._site],
                *about,
                [self._say("reviewed"), reviewed],
            ],
            issuer={"name": self._site},
        )
        whole = [*blocks, text(self._say("how"), soft=True), signatures(self._say("signed"))]
        return {**frame(Words(reader.language, "paper"), "a4", None, head), "blocks": whole}

    def blocks(self, *, money: bool) -> list[Block]:
        """Return what it tells, block by block: a paper and a screen show the same."""
        row, contents, reader = self._row, self._contents, self._reader
        self._told_otherwise = change_rows(row, contents, reader, money=money)
        parts = shown_tables(contents, money=money)
        return [
            *self._corrected(),
            heading(self._say("glance")),
            facts(self._glance()),
            *self._curves(),
            *(block for each in parts for block in self._part(each)),
            *self._nothing([each for each in parts if not _chosen(each)]),
            *self._changes(),
        ]

    def _say(self, key: str, **values: object) -> str:
        return self._reader.say(f"shift_report.{key}", **values)

    def _corrected(self) -> list[Block]:
        row = self._row
        if row.edition == 1:
            return []
        number_ = len(self._told_otherwise)
        told = {"edition": row.edition, "before": row.edition - 1, "number": number_}
        return [notice(self._say("corrected", **told))]

    def _glance(self) -> list[list[str]]:
        facts_of, language = self._contents.facts, self._reader.language
        if self._contents.kind == "incident":
            return [[self._reader.head("what"), str(facts_of.get("what") or NOTHING)]]
        used = facts_of.get("electricity_wh")
        usage = amount_text(language, Utility.ELECTRICITY, int(used) if used is not None else None)
        found = [[self._say("electricity"), usage], [self._say("peak"), self._peak()]]
        limit, peak = facts_of.get("contract_w"), facts_of.get("peak_w")
        if limit and peak is not None:
            share = Decimal(int(peak) * 1000 // int(limit)) / 10
            told = self._say("contract", limit=self._reader.rate(Utility.ELECTRICITY, int(limit)))
            found.append([told, f"{number(language, share, digits=1)} %"])
        alerts = self._rows("severities")
        raised, standing = (sum(int(r[key] or 0) for r in alerts) for key in ("raised", "open"))
        found.append([self._say("alerts"), f"{raised} / {standing}"])
        found.append([self._say("incidents"), self._kept("incidents")])
        found.append([self._say("orders"), self._kept("orders")])
        found.append([self._say("points"), str(len(self._rows("points")))])
        return [*found, [self._say("complete"), self._complete()]]

    def _rows(self, key: str) -> list[dict[str, Cell]]:
        found = self._contents.table(key)
        return found.dicts() if found is not None else []

    def _kept(self, key: str) -> str:
        rows = self._rows(key)
        names = ("kept", "response_kept", "solution_kept")
        broken = sum(any(row.get(name) == "broken" for name in names) for row in rows)
        return f"{len(rows)} / {broken}"

    def _complete(self) -> str:
        """Return the share of all expected intervals that readings tell of."""
        rows = self._rows("quality")
        expected, told = (
            sum(int(row[key] or 0) for row in rows for key in keys)
            for keys in (("expected",), ("measured", "shaped"))
        )
        if not expected:
            return NOTHING
        share = Decimal(min(told, expected) * 1000 // expected) / 10
        return f"{number(self._reader.language, share, digits=1)} %"

    def _peak(self) -> str:
        told = self._contents.facts
        if told.get("peak_w") is None:
            return NOTHING
        at = datetime.fromisoformat(str(told["peak_at"])).astimezone(self._reader.zone)
        rate = self._reader.rate(Utility.ELECTRICITY, int(told["peak_w"] or 0))
        return self._say("peak_told", rate=rate, at=f"{at:%Y-%m-%d %H:%M}")

    def _curves(self) -> list[Block]:
        """Return the curves: electricity over all the width, the others in pairs."""
        curves = {each.key: self._curve(each) for each in self._contents.series}
        first = curves.pop(str(Utility.ELECTRICITY), [])
        others = [part for each in curves.values() for part in each]
        found = [*first, {"kind": "loads", "parts": others}] if others else first
        return [heading(self._say("curves")), *found] if found else []

    def _curve(self, series: Series) -> list[Block]:
        known = [each for each in series.values if each is not None]
        if not known or not max(known):
            return []
        utility, reader = Utility(series.key), self._reader
        hourly = 3600 // series.step_s if series.step_s <= 3600 else 1
        limit = self._contents.facts.get("contract_w") if utility is Utility.ELECTRICITY else None
        highest = max(known) * hourly
        drawn = int(limit) if limit and int(limit) <= highest * 2 else None
        top = max(highest, drawn or 0)
        values = [None if each is None else Decimal(each * hourly) for each in series.values]
        said = reader.rate(utility, top)
        if drawn is not None:
            told = reader.rate(utility, drawn)
            said = self._say("curve_limit", top=said, limit=told)
        first = str(self._contents.facts.get("summed_begin") or self._contents.begin)
        begin = datetime.fromisoformat(first).astimezone(reader.zone)
        end = begin + timedelta(seconds=series.step_s * len(series.values))
        word = reader.word("word:utility", series.key)
        svg = load_svg(
            values,
            limit=None if drawn is None else Decimal(drawn),
            top=Decimal(top),
            colour=COLOURS[utility],
        )
        return [
            {
                "kind": "load",
                "label": self._say("curve", utility=word, minutes=series.step_s // 60),
                "top": said,
                "svg": svg,
                "first": f"{begin:%m-%d %H:%M}",
                "last": f"{end.astimezone(reader.zone):%m-%d %H:%M}",
            }
        ]

    def _part(self, part: ReportTable) -> list[Block]:
        title = self._reader.say(f"shift_report_table.{_title_of(part)}")
        if part.key == "energy":
            return [heading(title), *self._energy(part)]
        rows = _chosen(part)
        if not rows:
            return []
        most = _MOST.get(part.key, _MOST_ROWS)
        found = [heading(title), self._table(part, rows[:most])]
        left = len(rows) - most + part.more
        if left > 0 and len(rows) > most:
            found.append(text(self._say("more", number=left), soft=True))
        return found

    def _nothing(self, parts: Sequence[ReportTable]) -> list[Block]:
        """Return one row that names the parts of which there is nothing."""
        if not parts:
            return []
        names = [self._reader.say(f"shift_report_table.{_title_of(each)}") for each in parts]
        joined = ("、" if self._reader.language == "zh" else ", ").join(names)
        return [text(self._say("nothing_of", parts=joined))]

    def _table(self, part: ReportTable, rows: Sequence[Mapping[str, Cell]]) -> Block:
        wanted = _SHOWN.get(part.key, tuple(each.name for each in part.columns))
        columns = [each for name in wanted for each in part.columns if each.name == name]
        columns = [each for each in columns if _tells(each, rows)]
        wide = {n: 1 for n, each in enumerate(columns) if each.name in _WIDE}
        return table(
            [self._head(part, each) for each in columns],
            [[self._cell(each, row) for each in columns] for row in rows],
            align="".join("r" if each.kind in RIGHT else "l" for each in columns),
            wide=wide or {0: 1},
        )

    def _head(self, part: ReportTable, column: Column) -> str:
        if part.key == "incidents" and column.kind == "minutes":
            return self._reader.head(f"{column.name}_h")
        return self._reader.head(column.name)

    def _cell(self, column: Column, row: Mapping[str, Cell]) -> str:
        """Return a cell; instants without their year: the head of the paper has it.

        How long a clock ran says by its side that it ran too long.
        """
        told = self._reader.text(column, row)
        kept = row.get(f"{column.name}_kept")
        if column.kind == "minutes" and kept is not None:
            minutes = int(row[column.name] or 0)
            late = f" {self._reader.say('report_kept.broken')}" if kept == "broken" else ""
            return f"{minutes // 60}:{minutes % 60:02d}{late}"
        return told[5:] if column.kind == "instant" and row[column.name] else told

    def _energy(self, part: ReportTable) -> list[Block]:
        """Return usage against what came before, the plan, and what is missing in each."""
        names = ("utility", "area", "used", "missing", "previous", "change", "alike", "change")
        heads = [self._reader.head(each) for each in (*names, "of_plan")]
        kind = self._contents.kind
        heads[4] = self._say(f"previous_{kind}")
        heads[6] = self._say(f"alike_{kind}")
        rows, starred, before = list[list[str]](), False, ""
        for row in part.dicts():
            (utility, *cells), partly = self._energy_row(part, row)
            rows.append(["" if utility == before else utility, *cells])
            starred, before = starred or partly, utility
        found = [table(heads, rows, align="llrrrrrrr", wide={1: 1})]
        return [*found, text(self._say("star"), soft=True)] if starred else found

    def _energy_row(self, part: ReportTable, row: dict[str, Cell]) -> tuple[list[str], bool]:
        column = {each.name: each for each in part.columns}
        text_of = self._reader.text
        whole = row["missing"] == 0
        cells = [text_of(column[name], row) for name in ("utility", "area", "used")]
        missing = NOTHING if whole else text_of(column["missing"], row)
        partly = False
        cells.append(missing)
        for name in ("previous", "alike"):
            known = row[f"{name}_missing"] == 0
            star = "" if known or row[name] is None else " *"
            partly |= bool(star)
            change = self._change(row["used"], row[name]) if whole and known else NOTHING
            cells += [text_of(column[name], row) + star, change]
        plan, used = row["plan"], row["used"]
        of_plan = NOTHING
        if plan and used is not None:
            of_plan = f"{number(self._reader.language, Decimal(int(used) * 100 // int(plan)))} %"
        return [*cells, of_plan], partly

    def _change(self, used: Cell, before: Cell) -> str:
        if used is None or not before:
            return NOTHING
        share = (Decimal(int(used)) / Decimal(int(before)) - 1) * 100
        said = number(self._reader.language, share.quantize(Decimal("0.1")))
        return f"+{said}" if share > 0 else said

    def _changes(self) -> list[Block]:
        rows = self._told_otherwise
        if not rows:
            return []
        names = ("table", "row", "column", "before", "after")
        shown = [[str(cell) for cell in row] for row in rows[:_MOST_ROWS]]
        heads = [self._reader.head(each) for each in names]
        found = [
            heading(self._reader.say("shift_report_table.changes")),
            table(heads, shown, align="lllrr", wide={1: 1}),
        ]
        left = len(rows) - len(shown)
        return [*found, text(self._say("more", number=left), soft=True)] if left else found


def _title_of(part: ReportTable) -> str:
    return "meters_worst" if part.key == "meters" else part.key


def _chosen(part: ReportTable) -> list[dict[str, Cell]]:
    """Return the rows of a paper: the worst alerts first, only meters that lack something."""
    rows = part.dicts()
    if part.key == "alerts":
        return sorted(rows, key=lambda row: _WORST_FIRST.get(str(row["severity"]), 3))
    if part.key == "meters":
        names = ("missing", "estimated", "suspect")
        return [row for row in rows if any(row[name] for name in names)]
    return rows


def _tells(column: Column, rows: Sequence[Mapping[str, Cell]]) -> bool:
    """Return whether a column has anything to say."""
    return any(row[column.name] is not None for row in rows)

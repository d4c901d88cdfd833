"""In: the content of a paper, language, size, letterhead. Out: its PDF. Pure but for templates.

The same input gives the same bytes: no clock, no system font, no network. What a paper says is
decided in Python (`sheets/`, `page.py`); a template only places it. Rendering happens after the
fact that a paper tells of, never inside it: a template that fails stops no issue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Literal

import structlog

from billing.canonical import canonical_json
from billing.documents.covered import printable
from billing.documents.frame import extras_of, midnight_of
from billing.documents.letterhead import Letterhead
from billing.documents.page import Page
from billing.documents.sheets.blocks import Sheet
from billing.documents.sheets.demands import DisconnectionNotice, DunningLetter, PaymentNotice
from billing.documents.sheets.money import Adjustment, Receipt, Statement
from billing.documents.sheets.office import CashUpSheet, ReadingSheet, RunSummary
from billing.documents.sheets.slip import slip_page
from billing.documents.typesetting import Extra, Job, pdf, pictures
from billing.documents.words import require_language
from billing.errors import DocumentError

Language = Literal["en", "zh", "both"]
Size = Literal["a4", "80mm"]
SIZES: tuple[Size, ...] = ("a4", "80mm")
SHEET, BILL, PARTS = "sheet.typ", "bill.typ", "parts.typ"
_log = structlog.get_logger("papers")


class PaperKind(StrEnum):
    """What can be printed for a person."""

    BILL = "bill"
    ADJUSTMENT = "adjustment"
    CREDIT_NOTE = "credit_note"
    PAYMENT_NOTICE = "payment_notice"
    RECEIPT = "receipt"
    STATEMENT = "statement"
    READING_SHEET = "reading_sheet"
    DUNNING_LETTER = "dunning_letter"
    DISCONNECTION_NOTICE = "disconnection_notice"
    CASH_UP_SHEET = "cash_up_sheet"
    RUN_SUMMARY = "run_summary"


def kind_of(kind: str) -> PaperKind:
    """Return the paper of an invoice's kind."""
    return PaperKind.CREDIT_NOTE if kind == "credit_note" else PaperKind.BILL


BILLS = frozenset((PaperKind.BILL, PaperKind.CREDIT_NOTE))
"""Papers of an invoice's document; the others are made of blocks in both sizes."""
_SHEETS: Mapping[PaperKind, type[Sheet]] = {
    PaperKind.ADJUSTMENT: Adjustment,
    PaperKind.PAYMENT_NOTICE: PaymentNotice,
    PaperKind.RECEIPT: Receipt,
    PaperKind.STATEMENT: Statement,
    PaperKind.READING_SHEET: ReadingSheet,
    PaperKind.DUNNING_LETTER: DunningLetter,
    PaperKind.DISCONNECTION_NOTICE: DisconnectionNotice,
    PaperKind.CASH_UP_SHEET: CashUpSheet,
    PaperKind.RUN_SUMMARY: RunSummary,
}


def paper(
    kind: PaperKind,
    content: Mapping[str, Any],
    *,
    language: Language,
    size: Size = "a4",
    letterhead: Letterhead | None = None,
    templates: tuple[Extra, ...] = (),
    xml: str = "",
) -> bytes:
    """Return a paper as PDF: a bill as PDF/A-3b with its document attached, others as PDF/A-2b.

    Args:
        kind: Which one.
        content: What `contents.<Kind>.document()` returns.
        language: English, Chinese, or both beside each other.
        size: A4, or the roll of a receipt printer.
        letterhead: Of the billing entity; None leaves its name alone.
        templates: Those of the site that may be used (`templates.load_templates`).
        xml: E-invoice to be attached to a bill on A4.

    Raises:
        DocumentError: The language is unknown, or the paper cannot be set by the shipped template.
    """
    own = typeset(kind, content, language, size, letterhead, templates=templates, xml=xml)
    shipped = replace(own, template=_shipped(kind, size), extras=extras_of(letterhead))
    if own == shipped:
        return pdf(own)
    try:
        return pdf(own)
    except DocumentError as error:  # nothing waits for a template to be mended
        _log.warning("papers.own_template_fails", template=own.template, cause=str(error))
        return pdf(shipped)


def paper_pictures(
    kind: PaperKind,
    content: Mapping[str, Any],
    *,
    language: Language,
    size: Size = "a4",
    letterhead: Letterhead | None = None,
    ppi: float = 120,
) -> list[bytes]:
    """Return the pages of a paper as PNG, for a preview; the arguments are those of `paper`."""
    return pictures(typeset(kind, content, language, size, letterhead), ppi)


def typeset(
    kind: PaperKind,
    content: Mapping[str, Any],
    language: str,
    size: str,
    letterhead: Letterhead | None,
    *,
    templates: tuple[Extra, ...] = (),
    xml: str = "",
) -> Job:
    """Return what has to be set for a paper; the arguments are those of `paper`.

    Raises:
        DocumentError: The language or the size is unknown.
    """
    require_language(language)
    if size not in SIZES:
        raise DocumentError(f"No paper of size {size!r}. Use one of {', '.join(SIZES)}.")
    name = own_name(kind, size)
    used = tuple(each for each in templates if each.name in {name, PARTS})
    known = {each.name for each in used}
    inputs, standard = _inputs(kind, content, language, size, letterhead, xml)
    return Job(
        template=name if name in known else _shipped(kind, size),
        inputs=inputs,
        dated=midnight_of(_page_date(kind, content)),
        standard=standard,
        extras=(*extras_of(letterhead), *used),
    )


def own_name(kind: PaperKind, size: str) -> str:
    """Return the file name of a site's own template of a paper: bill.typ, receipt_80mm.typ."""
    return f"{kind}.typ" if size == "a4" else f"{kind}_{size}.typ"


def _shipped(kind: PaperKind, size: str) -> str:
    return BILL if kind in BILLS and size == "a4" else SHEET


def _inputs(
    kind: PaperKind,
    content: Mapping[str, Any],
    language: str,
    size: str,
    letterhead: Letterhead | None,
    xml: str,
) -> tuple[dict[str, str], str]:
    if kind not in BILLS:
        page = _SHEETS[kind](content, language, letterhead, size).page()
        return {"page": _printable(page)}, "a-2b"
    if size != "a4":
        return {"page": _printable(slip_page(content, language, letterhead))}, "a-2b"
    inputs = {
        "page": _printable(Page(content, language, letterhead).content()),
        "canonical": canonical_json(content["invoice"]),
    }
    return inputs | ({"xml": xml} if xml else {}), "a-3b"


def _printable(page: object) -> str:
    """Return a page as JSON, with a mark for every sign that no font has."""
    return canonical_json(_with_marks(page))


def _with_marks(value: object) -> object:
    match value:
        case str():
            return printable(value)
        case Mapping():
            return {key: _with_marks(each) for key, each in value.items()}
        case list() | tuple():
            return [_with_marks(each) for each in value]
    return value


_DATED = {"receipt": "at", "cash_up_sheet": "closed_at"}


def _page_date(kind: PaperKind, content: Mapping[str, Any]) -> str:
    told = content["invoice"] if kind in BILLS else content
    return str(told[_DATED.get(kind, "dated")])

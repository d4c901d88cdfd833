"""In: `paper` verbs. Out: letterheads, papers as PDF, e-invoices. I/O: the books, files."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from billing.documents.letterhead_file import load_letterhead
    from billing.documents.papers import PaperKind, paper
    from billing.documents.samples import sample, sample_letterhead
    from billing.einvoice.cii import cii_xml
    from billing.einvoice.mapping import einvoice_of
    from billing.einvoice.ubl import ubl_xml
    from billing.errors import UnknownBillingObjectError
    from billing.views.documents import issued_documents
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from processes.papers.issued import BillPapers
    from processes.papers.letterheads import (
        TEMPLATES,
        name_letterhead,
        stationery_of,
        templates_of,
    )

app = group("paper")


class Tongue(StrEnum):
    """Languages of a paper."""

    EN = "en"
    ZH = "zh"
    BOTH = "both"


class Sizes(StrEnum):
    """Sizes of a paper."""

    A4 = "a4"
    ROLL = "80mm"


class Syntax(StrEnum):
    """Syntaxes of an e-invoice."""

    CII = "cii"
    UBL = "ubl"


Language = Annotated[Tongue | None, typer.Option("--document-lang")]


@app.command()
def letterhead(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument()] = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Name the letterhead of the billing entity by a TOML file, or show it."""
    with opened(ctx, WEB if file is None else WRITER) as at:
        books = at.books
        if file is not None:
            at.person(by, Right.ISSUE)
            head, terms = load_letterhead(file)
            position = name_letterhead(at.system.database, books, head, terms, command_id=uuid4())
            print(at.text("paper.named", position=position))
            return
        stationery = stationery_of(at.system.database, books)
        if as_json:
            print_json({"letterhead": stationery.letterhead.document(), "terms": stationery.terms})
            return
        if not stationery.named:
            print(at.text("paper.not_named"))
        shown = stationery.letterhead.document()
        print_facts([(key, value) for key, value in shown.items() if value and key != "banks"])
        for bank in shown["banks"]:
            print_facts([(key, value) for key, value in bank.items() if value])


@app.command()
def templates(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Check the site's own templates; exit 1 when one cannot be used."""
    with opened(ctx, WEB) as at:
        data_dir = at.installation.config.data_dir
        found = templates_of(data_dir, at.site)
        if as_json:
            print_json({"usable": [t.name for t in found.usable], "problems": found.problems})
        elif not found.usable and not found.problems:
            print(at.text("paper.no_templates", folder=data_dir / TEMPLATES / at.site.key))
        elif found.usable:
            print(at.text("paper.templates", names=", ".join(t.name for t in found.usable)))
        for problem in () if as_json else found.problems:
            key = "paper.problem" if problem.row is not None else "paper.problem_of_file"
            print(at.text(key, file=problem.file, row=problem.row, what=problem.what))
        if found.problems:
            raise typer.Exit(FINDINGS)


@app.command()
def make(
    ctx: typer.Context,
    number: str,
    pdf: Annotated[Path, typer.Option()],
    language: Language = None,
    size: Sizes = Sizes.A4,
    *,
    xml: bool = True,
) -> None:
    """Write an issued bill or credit note as PDF, on A4 with its e-invoice inside."""
    with opened(ctx, WEB) as at:
        invoice, text = _issued(at, number)
        config = at.installation.config
        papers = BillPapers(
            database=at.system.database,
            books=at.books,
            data_dir=config.data_dir,
            tenant_url=config.tenant_url,
        )
        asked = language.value if language else ""
        found = papers.made(invoice, text, language=asked, size=size.value, xml=xml)
        pdf.write_bytes(found.pdf)
        if found.without_xml:
            print(at.text("paper.without_xml", number=number, why=found.without_xml))
        print(at.text("paper.made", file=pdf, octets=len(found.pdf)))


@app.command()
def xml(
    ctx: typer.Context,
    number: str,
    file: Annotated[Path, typer.Option()],
    syntax: Syntax = Syntax.CII,
) -> None:
    """Write an issued bill or credit note as EN 16931 XML, held against its schema."""
    with opened(ctx, WEB) as at:
        stationery = stationery_of(at.system.database, at.books)
        document = json.loads(_issued(at, number)[1])
        told = einvoice_of(document, stationery.letterhead, stationery.terms)
        content = ubl_xml(told) if syntax is Syntax.UBL else cii_xml(told)
        file.write_bytes(content)
        print(at.text("paper.made", file=file, octets=len(content)))


@app.command("sample")
def sample_(
    ctx: typer.Context,
    kind: str,
    pdf: Annotated[Path, typer.Option()],
    language: Language = None,
    size: Sizes = Sizes.A4,
) -> None:
    """Write a sample of a paper by the letterhead and the templates of the site."""
    with opened(ctx, WEB) as at:
        if kind not in set(PaperKind):
            raise UnknownBillingObjectError("paper", f"{kind} ({', '.join(PaperKind)})")
        stationery = stationery_of(at.system.database, at.books)
        content = paper(
            PaperKind(kind),
            sample(PaperKind(kind)),
            language=(language or Tongue(at.language)).value,
            size=size.value,
            letterhead=stationery.letterhead if stationery.named else sample_letterhead(),
            templates=templates_of(at.installation.config.data_dir, at.site).usable,
        )
        pdf.write_bytes(content)
        print(at.text("paper.made", file=pdf, octets=len(content)))


def _issued(at: Opened, number: str) -> tuple[UUID, str]:
    """Return the id and the canonical JSON of an issued document.

    Raises:
        UnknownBillingObjectError: It is not issued or not known.
    """
    with at.system.database.connection() as connection:
        found = issued_documents(connection, at.site.schema, numbers=[number])
    if not found:
        raise UnknownBillingObjectError("issued document", number)
    invoice, _, _, text = found[0]
    return invoice, text

"""In: `paper` verbs. Out: letterheads, papers as PDF, e-invoices. I/O: the books, files."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from billing.delivery.rendering import PaperJob, Rendering, made
    from billing.documents.letterhead_file import load_letterhead
    from billing.documents.papers import PaperKind, paper
    from billing.documents.pdf import kind_of
    from billing.documents.samples import sample, sample_letterhead
    from billing.einvoice.cii import cii_xml
    from billing.einvoice.mapping import einvoice_of
    from billing.einvoice.ubl import ubl_xml
    from billing.errors import UnknownBillingObjectError
    from billing.views.documents import issued_documents
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from processes.papers.bills import bill_content
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
        job = _job(at, number, language, size)
        stationery = stationery_of(at.system.database, at.books)
        rendering = Rendering(
            letterhead=stationery.letterhead,
            terms=stationery.terms if xml and stationery.named else None,
            templates=templates_of(at.installation.config.data_dir, at.site).usable,
        )
        found = made(job, rendering)
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
        document = _document(at, number)[1]
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


def _document(at: Opened, number: str) -> tuple[PaperJob, dict[str, object]]:
    """Return the job of an issued document's paper, and the document.

    Raises:
        UnknownBillingObjectError: It is not issued or not known.
    """
    with at.system.database.connection() as connection:
        found = issued_documents(connection, at.site.schema, numbers=[number])
        if not found:
            raise UnknownBillingObjectError("issued document", number)
        invoice, _, _, text = found[0]
        document = json.loads(text)
        url = at.installation.config.tenant_url
        content = bill_content(connection, at.site, invoice, document, tenant_url=url)
    job = PaperJob(
        key=number,
        kind=kind_of(document["kind"]),
        content=content.document(),
        language=document["account"]["language"],
    )
    return job, document


def _job(at: Opened, number: str, language: Tongue | None, size: Sizes) -> PaperJob:
    job, _ = _document(at, number)
    return PaperJob(
        key=job.key,
        kind=job.kind,
        content=job.content,
        language=language.value if language else job.language,
        size=size.value,
    )

"""In: `field label|sheet`. Out: a label or a sheet as a file. I/O: reads, one file."""

from __future__ import annotations

from pathlib import Path

import typer

from energy.base.errors import RefusedError
from energy.base.roles import WRITER
from scripts.commands.asked import runs
from scripts.commands.field_options import desk_of
from scripts.commands.frame import Opened, opened

if runs():
    from processes.field_sheet import label_of, sheet_of


def add_papers(app: typer.Typer) -> None:
    """Add the verbs that print."""
    app.command("label")(label)
    app.command("sheet")(sheet)


def label(ctx: typer.Context, point: str, file: Path | None = None) -> None:
    """Write the label of a meter: point, name, serial, and both as a QR code (62 mm x 29 mm)."""
    target = file or Path(f"label-{point}.png")
    if target.suffix not in {".png", ".pdf"}:
        raise RefusedError.of("file.no_picture", target=target)
    with opened(ctx, WRITER) as at:
        picture = target.suffix == ".png"
        write(at, target, label_of(desk_of(at), point, at.language, picture=picture))


def sheet(ctx: typer.Context, point: str, file: Path | None = None) -> None:
    """Write the sheet to sign: installation, change or removal, whatever was done last."""
    with opened(ctx, WRITER) as at:
        target = file or Path(f"sheet-{point}.pdf")
        write(at, target, sheet_of(desk_of(at), point, at.language))


def write(at: Opened, target: Path, content: bytes) -> None:
    """Write a file whole and say so."""
    target.write_bytes(content)
    print(at.text("field.written", file=target, octets=len(content)))

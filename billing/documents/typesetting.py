"""In: a template, texts and pictures. Out: a PDF or PNG by typst. I/O: a folder for the pictures.

One way for every paper: fonts are read once a process, a compiler is kept for each template. The
same input gives the same bytes: no clock, no system font, no network.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from billing.errors import DocumentError

SHIPPED = Path(str(files("billing.documents").joinpath("typ")))
_lock = threading.Lock()
_MOST_COMPILERS = 64


@dataclass(frozen=True, slots=True)
class Extra:
    """A file that a template reads beside the shipped ones: a picture, an own template."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is set by which template."""

    template: str
    """File name, such as "sheet.typ"."""
    inputs: Mapping[str, str]
    dated: datetime
    """Instant that the file bears."""
    standard: str = "a-2b"
    extras: tuple[Extra, ...] = ()


def pdf(job: Job) -> bytes:
    """Return a paper as PDF.

    Raises:
        DocumentError: It cannot be set.
    """
    return _made(job, format="pdf", pdf_standards=job.standard, timestamp=_second(job.dated))[0]


def pdf_alone(job: Job) -> bytes:
    """Return a paper as PDF by a compiler and fonts of its own: to measure what sharing them saves.

    Raises:
        DocumentError: It cannot be set.
    """
    folder = _folder(job.extras)
    own = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_font_folder()]
    )
    compiler = typst.Compiler(str(folder / job.template), root=str(folder), font_paths=own)
    how = {"format": "pdf", "pdf_standards": job.standard, "timestamp": _second(job.dated)}
    return _by(compiler, job, **how)[0]


def pictures(job: Job, ppi: float) -> list[bytes]:
    """Return the pages of a paper as PNG.

    Args:
        job: The paper.
        ppi: Dots per inch.

    Raises:
        DocumentError: It cannot be set.
    """
    return _made(job, format="png", ppi=ppi)


def _made(job: Job, **how: Any) -> list[bytes]:
    with _lock:
        return _by(_compiler(job.template, job.extras), job, **how)


def _by(compiler: typst.Compiler, job: Job, **how: Any) -> list[bytes]:
    try:
        made = compiler.compile(sys_inputs=dict(job.inputs), **how)
    except typst.TypstError as error:
        raise DocumentError(
            f"The paper cannot be set by {job.template}: {error.diagnostic.strip()} "
            "Mend the template, or report it with the command that made it."
        ) from error
    assert made is not None, "nothing is written to a file"
    return made if isinstance(made, list) else [made]


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


@cache
def fonts() -> typst.Fonts:
    """Return the shipped fonts; reading them is most of the work of a first paper."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_font_folder()]
    )


def _font_folder() -> str:
    return str(files("billing.documents").joinpath("fonts"))


@lru_cache(maxsize=_MOST_COMPILERS)
def _compiler(template: str, extras: tuple[Extra, ...]) -> typst.Compiler:
    folder = _folder(extras)
    return typst.Compiler(str(folder / template), root=str(folder), font_paths=fonts())


@lru_cache(maxsize=_MOST_COMPILERS)
def _kept(extras: tuple[Extra, ...]) -> TemporaryDirectory[str]:
    """Return a folder with the shipped templates and the extras over them; it ends with us."""
    kept: TemporaryDirectory[str] = TemporaryDirectory(
        prefix="meterline-papers-", ignore_cleanup_errors=True
    )
    for shipped in SHIPPED.glob("*.typ"):
        (Path(kept.name) / shipped.name).write_bytes(shipped.read_bytes())
    for extra in extras:
        assert "/" not in extra.name and not extra.name.startswith("."), "a plain file name"
        (Path(kept.name) / extra.name).write_bytes(extra.content)
    return kept


def _folder(extras: tuple[Extra, ...]) -> Path:
    return Path(_kept(extras).name) if extras else SHIPPED

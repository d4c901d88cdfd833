"""In: a site's folder of own templates. Out: those that can be used, and what is wrong. I/O: files.

A template is checked when it is loaded: it sets the sample of its paper in each language. One that
fails is left out with its row, and the shipped one serves; see docs/guides/documents.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from billing.documents.papers import PARTS, SIZES, PaperKind, own_name, typeset
from billing.documents.samples import sample, sample_letterhead
from billing.documents.typesetting import Extra, pdf
from billing.errors import DocumentError

_MOST_OCTETS = 256 * 1024
_PLACE = re.compile(r"(?P<file>[\w.-]+\.typ):(?P<row>\d+):(?P<column>\d+)")
_ERROR = re.compile(r"error: (?P<what>[^\n]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateProblem:
    """Why a template is not used."""

    file: str
    row: int | None
    """Row of the file where typst stopped."""
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """A site's own templates."""

    usable: tuple[Extra, ...] = ()
    problems: tuple[TemplateProblem, ...] = ()


def known_names() -> dict[str, tuple[PaperKind, str] | None]:
    """Return the file names that are read; `parts.typ` belongs to every paper."""
    names: dict[str, tuple[PaperKind, str] | None] = {PARTS: None}
    for kind in PaperKind:
        names |= {own_name(kind, size): (kind, size) for size in SIZES}
    return names


def load_templates(folder: Path | None) -> Templates:
    """Return the templates of a folder, each of them checked.

    Args:
        folder: Of the site; None, or one that is not there, has none.
    """
    if folder is None or not folder.is_dir():
        return Templates()
    usable: list[Extra] = []
    problems: list[TemplateProblem] = []
    files = sorted(folder.glob("*.typ"), key=lambda file: (file.name != PARTS, file.name))
    for file in files:
        problem = _unreadable(file)
        if problem is None:
            extra = Extra(file.name, file.read_bytes())
            problem = _checked(extra, usable)
            usable += [] if problem else [extra]
        problems += [problem] if problem else []
    return Templates(usable=tuple(usable), problems=tuple(problems))


def _unreadable(file: Path) -> TemplateProblem | None:
    if file.name not in known_names():
        known = ", ".join(sorted(known_names()))
        return TemplateProblem(file=file.name, row=None, what=f"No paper has this name: {known}.")
    if file.stat().st_size > _MOST_OCTETS:
        return TemplateProblem(file=file.name, row=None, what=f"Larger than {_MOST_OCTETS} octets.")
    return None


def _checked(extra: Extra, before: list[Extra]) -> TemplateProblem | None:
    """Return what is wrong with a template, set with those found good before it."""
    own = (*(each for each in before if each.name == PARTS), extra)
    for kind, size in _served(extra.name):
        for language in ("en", "both"):
            job = typeset(kind, sample(kind), language, size, sample_letterhead(), templates=own)
            try:
                pdf(job)
            except DocumentError as error:
                return _problem(extra.name, str(error))
    return None


def _served(name: str) -> Iterator[tuple[PaperKind, str]]:
    """Return the papers that a file is tried with."""
    served = known_names()[name]
    if served is not None:
        yield served
        return
    yield PaperKind.BILL, "a4"
    yield PaperKind.PAYMENT_NOTICE, "a4"
    yield PaperKind.RECEIPT, "80mm"


def _problem(name: str, told: str) -> TemplateProblem:
    row = next((int(m["row"]) for m in _PLACE.finditer(told) if m["file"] == name), None)
    what = _ERROR.search(told)
    return TemplateProblem(file=name, row=row, what=what["what"] if what else told)

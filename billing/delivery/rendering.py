"""In: documents to be set. Out: their PDFs, in order, by all cores. I/O: starts processes.

Rendering comes after the issue and holds no lock of it. Each worker process reads the fonts once
and keeps its compilers; what it needs of the site is handed over when it starts.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from billing.documents.letterhead import Letterhead
from billing.documents.papers import Language, PaperKind, Size, paper
from billing.documents.typesetting import Extra
from billing.einvoice.errors import EInvoiceError
from billing.einvoice.hybrid import factur_x
from billing.einvoice.mapping import EInvoiceTerms

_PART = 8
"""Papers that a worker takes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What all papers of a batch are set with."""

    letterhead: Letterhead
    terms: EInvoiceTerms | None = None
    """Of e-invoices; None embeds no XML."""
    templates: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperJob:
    """One paper."""

    key: str
    kind: PaperKind
    content: dict[str, Any]
    language: str
    size: Size = "a4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A paper that was set."""

    key: str
    pdf: bytes
    without_xml: str = ""
    """Why there is no XML in it, where one was wanted."""


class Renderers:
    """Worker processes that set papers."""

    def __init__(self, rendering: Rendering, pool: Any | None) -> None:
        """Use a pool; without one this process sets them itself."""
        self._rendering = rendering
        self._pool = pool

    def papers(self, jobs: Iterable[PaperJob]) -> Iterator[Made]:
        """Return the papers in the order of the jobs.

        Raises:
            DocumentError: One cannot be set by the shipped template.
        """
        if self._pool is None:
            return (made(job, self._rendering) for job in jobs)
        return cast("Iterator[Made]", self._pool.imap(_worked, jobs, chunksize=_PART))


@contextmanager
def renderers(rendering: Rendering, workers: int | None = None) -> Iterator[Renderers]:
    """Give worker processes.

    Args:
        rendering: What all papers are set with.
        workers: How many; the number of cores without. With one, this process works itself.
    """
    many = workers or os.cpu_count() or 1
    if many == 1:
        yield Renderers(rendering, None)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(many, initializer=_begin, initargs=(rendering,)) as pool:
        yield Renderers(rendering, pool)
        pool.close()
        pool.join()


_own: Rendering | None = None


def _begin(rendering: Rendering) -> None:
    """Keep what all papers are set with, in a worker.

    The workers share the cores already: more threads of typst in each only wait for one another.
    """
    os.environ["RAYON_NUM_THREADS"] = "1"
    global _own  # noqa: PLW0603 - one worker process, one batch
    _own = rendering


def _worked(job: PaperJob) -> Made:
    assert _own is not None, "the worker has begun"
    return made(job, _own)


def made(job: PaperJob, rendering: Rendering) -> Made:
    """Return one paper; a document that EN 16931 cannot tell goes without XML, and says why."""
    language, why = cast("Language", job.language), ""
    bill = job.kind in {PaperKind.BILL, PaperKind.CREDIT_NOTE} and job.size == "a4"
    if bill and rendering.terms is not None:
        try:
            pdf = factur_x(
                job.content,
                language=language,
                letterhead=rendering.letterhead,
                terms=rendering.terms,
                templates=rendering.templates,
            )
        except EInvoiceError as error:
            why = str(error)
        else:
            return Made(key=job.key, pdf=pdf)
    pdf = paper(
        job.kind,
        job.content,
        language=language,
        size=job.size,
        letterhead=rendering.letterhead,
        templates=rendering.templates,
    )
    return Made(key=job.key, pdf=pdf, without_xml=why)

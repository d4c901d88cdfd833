"""In: issued invoices. Out: how fast they become PDFs, plain and with their e-invoice. I/O.

Timed is what `print run` does for each document: content to page, set with shared fonts, the XML
made and embedded, in worker processes on all cores. The baseline sets the same documents by a fresh
compiler each, one after the other, as a script would. 10,000 in 120 s are 83 a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from bench.ground import Ground
from bench.measure import Aim, Bench, Scale, Sides, rate
from billing.delivery.rendering import PaperJob, Rendering, renderers
from billing.documents.papers import PaperKind, typeset
from billing.documents.samples import sample_letterhead
from billing.documents.typesetting import pdf_alone
from billing.einvoice.mapping import EInvoiceTerms

DEFAULT, FULL, FRESH = 200, 10_000, 10
"""Documents of a round, of `--full`, and of the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Invoices of two supplies and eight charges, each with another number."""

    xml: bool

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        many = 16 if scale.smoke else FULL if scale.slices > Scale().slices else DEFAULT
        letterhead = replace(sample_letterhead(), country="GB")
        terms = EInvoiceTerms() if self.xml else None
        jobs = [_job(n) for n in range(many)]
        with renderers(Rendering(letterhead=letterhead, terms=terms)) as workers:

            def product() -> None:
                made = list(workers.papers(jobs))
                assert len(made) == many, "every document"
                assert not any(each.without_xml for each in made), "with its e-invoice"

            def baseline() -> None:
                for job in jobs[:FRESH]:
                    _fresh(job)

            list(workers.papers(jobs[:16]))  # workers have begun
            yield Sides(
                product=lambda: rate(many, product),
                baseline=lambda: rate(min(many, FRESH), baseline),
            )


def _job(n: int) -> PaperJob:
    text = files("billing.documents").joinpath("sample_bill.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text) | {"number": f"CAM-2019-{n:06d}"}
    return PaperJob(
        key=str(document["number"]),
        kind=PaperKind.BILL,
        content={"invoice": document},
        language="en" if n % 2 else "zh",
    )


def _fresh(job: PaperJob) -> bytes:
    """Return a document set by a compiler and fonts of its own."""
    return pdf_alone(typeset(job.kind, job.content, job.language, "a4", None))


BENCHES = (
    Bench(
        name="papers pdf",
        says="invoices as PDF/A-3b by all cores; a fresh compiler for each (10,000 in 120 s)",
        unit="PDF/s",
        prepare=Papers(xml=False),
        aim=Aim.VALUE_AT_LEAST,
        target=10_000 / 120,
    ),
    Bench(
        name="papers e-invoice",
        says="the same with EN 16931 XML inside; a fresh compiler, no XML (10,000 in 240 s)",
        unit="PDF/s",
        prepare=Papers(xml=True),
        aim=Aim.VALUE_AT_LEAST,
        target=10_000 / 240,
    ),
)

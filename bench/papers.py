"""In: issued invoices. Out: how fast they become PDFs, plain and with their e-invoice. I/O.

Timed is what `print run` does for each document: content to page, set with shared fonts, the XML
made and embedded, in worker processes on all cores. A bill is the whole sample (letterhead, load
chart, comparison, amount in words, QR code) with a name, a meter, days and a load of its own, so
that nothing set for one serves the next. The baseline sets such documents by a fresh compiler
each, one after the other, as a script would. 10,000 in 120 s are 83 a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from bench.ground import Ground
from bench.measure import Aim, Bench, Scale, Sides, rate
from billing.delivery.rendering import PaperJob, Rendering, renderers
from billing.documents.letterhead import Letterhead
from billing.documents.papers import PaperKind, typeset
from billing.documents.samples import sample, sample_letterhead
from billing.documents.typesetting import pdf_alone
from billing.einvoice.mapping import EInvoiceTerms

DEFAULT, FULL, FRESH = 200, 10_000, 10
"""Documents of a round, of `--full`, and of the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Invoices of two supplies and eight charges."""

    xml: bool

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        many = 16 if scale.smoke else FULL if scale.slices > Scale().slices else DEFAULT
        letterhead = replace(sample_letterhead(), country="GB")
        terms = EInvoiceTerms() if self.xml else None
        jobs, others = [_job(n) for n in range(many)], count(many)
        with renderers(Rendering(letterhead=letterhead, terms=terms)) as workers:

            def product() -> None:
                made = list(workers.papers(jobs))
                assert len(made) == many, "every document"
                assert not any(each.without_xml for each in made), "with its e-invoice"

            def baseline() -> None:
                for _ in range(min(many, FRESH)):
                    _fresh(_job(next(others)), letterhead)

            list(workers.papers(jobs[:16]))  # workers have begun
            yield Sides(
                product=lambda: rate(many, product),
                baseline=lambda: rate(min(many, FRESH), baseline),
            )


def _job(n: int) -> PaperJob:
    content = sample(PaperKind.BILL)
    generator = np.random.default_rng(n)
    invoice = content["invoice"]
    number = invoice["number"] = f"CAM-2019-{n:06d}"
    invoice["account"]["name"] += f" {number}"
    for supply in invoice["supplies"]:
        supply["daily"] = [str(each) for each in generator.integers(1, 10**4, len(supply["daily"]))]
        for register in supply["readings"]:
            register["serial"] += f"-{n:05d}"
    for load in content["loads"]:
        load["values"] = [str(each) for each in generator.integers(1, 100, len(load["values"]))]
    language = "en" if n % 2 else "zh"
    return PaperJob(key=number, kind=PaperKind.BILL, content=content, language=language)


def _fresh(job: PaperJob, letterhead: Letterhead) -> bytes:
    """Return a document set by a compiler and fonts of its own."""
    return pdf_alone(typeset(job.kind, job.content, job.language, "a4", letterhead))


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

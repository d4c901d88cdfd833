"""Rendering by worker processes: the same bytes, in order; why there is no XML."""

from __future__ import annotations

from dataclasses import replace

import pytest

from billing.delivery.rendering import PaperJob, Rendering, made, renderers
from billing.documents.papers import PaperKind
from billing.einvoice.hybrid import embedded_xml
from billing.einvoice.mapping import EInvoiceTerms
from tests.billing.einvoice.documents import HEAD, bill

RENDERING = Rendering(letterhead=HEAD, terms=EInvoiceTerms())


def job(number: str) -> PaperJob:
    content = {"invoice": bill() | {"number": number}}
    return PaperJob(key=number, kind=PaperKind.BILL, content=content, language="en")


def test_a_document_that_cannot_be_told_goes_without_xml_and_says_why() -> None:
    fine = made(job("A-1"), RENDERING)
    assert embedded_xml(fine.pdf) is not None
    without = replace(RENDERING, letterhead=replace(HEAD, country=""))
    poor = made(job("A-1"), without)
    assert embedded_xml(poor.pdf) is None
    assert "no country" in poor.without_xml


@pytest.mark.slow
def test_worker_processes_give_the_same_bytes_in_order() -> None:
    jobs = [job(f"A-{n}") for n in range(20)]
    with renderers(RENDERING, 2) as workers:
        found = list(workers.papers(jobs))
    assert [each.key for each in found] == [each.key for each in jobs]
    assert found[7].pdf == made(jobs[7], RENDERING).pdf

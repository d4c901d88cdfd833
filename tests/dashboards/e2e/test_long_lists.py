"""At a real Chromium lists as long as twenty years make them are drawn, and their links lead on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from dashboards.queries.bill_rows import InvoiceRow
from dashboards.queries.review_rows import CasePage, QueueRow, ReviewQueue
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.base.ids import id_of
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.test_accessible import web_of_everybody
from tests.dashboards.e2e.watch import PATIENCE_MS, go
from tests.dashboards.fakes import RUN, FakeSite
from tests.dashboards.page_paths import PATHS

pytestmark = pytest.mark.browser
MANY = 2000


class LongSite:
    """A made-up site with thousands of invoices, cases, and readings of a case."""

    def __init__(self, site: FakeSite) -> None:
        self._site = site

    def __getattr__(self, name: str) -> Any:
        return getattr(self._site, name)

    def invoices(self, scope: Scope, run: UUID) -> Answer[tuple[InvoiceRow, ...]]:
        answer = self._site.invoices(scope, run)
        rows = tuple(
            replace(answer.rows[0], invoice=id_of("long", str(n)), account=f"A-{n:04}")
            for n in range(MANY)
        )
        return replace(answer, rows=rows)

    def review(self, scope: Scope) -> Answer[ReviewQueue]:
        answer = self._site.review(scope)
        rows: tuple[QueueRow, ...] = answer.rows.rows * (MANY // len(answer.rows.rows))
        return replace(answer, rows=ReviewQueue(rows=rows, cases=len(rows)))

    def review_case(self, scope: Scope, name: str) -> Answer[CasePage] | None:
        answer = self._site.review_case(scope, name)
        assert answer is not None
        story = answer.rows.story
        step = timedelta(minutes=15)
        readings = tuple(
            replace(story.readings[0], at=story.readings[0].at - n * step) for n in range(MANY)
        )
        return replace(answer, rows=replace(answer.rows, story=replace(story, readings=readings)))


def test_lists_of_thousands_are_drawn_and_lead_on(visit: Callable[..., Visit]) -> None:
    begun = visit(web=web_of_everybody(LongSite), at="/")
    page = begun.page
    go(page, PATHS["case"])
    expect(page.locator(".long-grid.case-readings .ag-row").first).to_be_visible()
    go(page, f"/bills/runs/{RUN}")
    expect(page.locator(".long-grid.invoices .ag-row").first).to_contain_text("A-0000")
    go(page, PATHS["review"])
    page.locator(".long-grid.review-cases .ag-row a").first.click()
    expect(page.locator("[data-ready=case]")).to_be_visible(timeout=PATIENCE_MS)
    assert begun.watch.faults == []

"""In: nothing. Out: made-up articles of the knowledge base, and how one helped. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from energy.base.ids import id_of
from energy.service.requests.article_reads import ArticleRow, ArticleUse

KEY = "broken-seal"
GRACE, MEI, ADA = (id_of("person", name) for name in ("grace", "mei", "ada"))


def articles() -> tuple[ArticleRow, ...]:
    """Return a reviewed article, and one that nobody reviewed."""
    one = ArticleRow(
        key=KEY,
        version=2,
        title={"en": "A broken seal", "zh": "铅封损坏"},
        text={"en": "Meters whose seals are broken are tested.", "zh": "铅封损坏的表计须检定。"},
        tags=["meter", "seal"],
        written_by=MEI,
        written_at=datetime(2026, 5, 1, tzinfo=UTC),
        reviewed_by=ADA,
        reviewed_at=datetime(2026, 5, 2, tzinfo=UTC),
    )
    other = replace(
        one,
        key="late-bill",
        version=1,
        tags=[],
        written_by=GRACE,
        reviewed_by=None,
        reviewed_at=None,
    )
    return one, other


USE = ArticleUse(key=KEY, requests=7, over=6, first_contact=4, satisfaction=Decimal("4.20"))

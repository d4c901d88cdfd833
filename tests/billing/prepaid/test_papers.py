"""The notice of a disconnection says how to avert it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from billing.documents.contents import Party
from billing.documents.papers import PaperKind, paper
from billing.prepaid.papers import notice_of
from billing.prepaid.rules import Rules
from billing.prepaid.supply_order import SupplyOrder

NOON = datetime(2019, 2, 1, 12, tzinfo=UTC)


def test_what_is_owed_is_what_restores_the_supply() -> None:
    order = SupplyOrder(
        site="s", account="A", number=3, kind="disconnect", points=["p"], balance=Decimal(-4),
        reason="unpaid", at=NOON, by=uuid4(), command_id=uuid4(),
    )  # fmt: skip
    content = notice_of(
        order, Party(account="A", name="Tenant"), Rules(reconnect_at=Decimal(10)), [("p", "Shop")],
        currency="GBP", zone="Europe/London", dated=date(2019, 2, 1), not_before=NOON,
        balance=Decimal(-4), approved_by="Adam",
    )  # fmt: skip
    assert (content.number, content.owed, content.restore_at) == (
        "A/3",
        Decimal(14),
        Decimal(10),
    )
    pdf = paper(PaperKind.DISCONNECTION_NOTICE, content.document(), language="both")
    assert pdf.startswith(b"%PDF")

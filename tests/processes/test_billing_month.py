"""Billing some days in one go, and again after it broke off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import psycopg
import pytest

from billing.office import BillingOffice
from energy.base.config import Config
from energy.base.ids import id_of
from energy.journal.corrections import Corrections
from energy.system import System
from energy.views.registry import load_channels
from processes import billing_month
from processes.billing_month import MonthBilled, bill_days
from processes.stack import CLERK as CLERK_SIGN_IN
from tests.billing import town as people
from tests.billing.conftest import metered, server, town
from tests.billing.town import FIRST, LAST, Town

pytestmark = pytest.mark.servers
__all__ = ["metered", "server", "town"]  # fixtures


@pytest.fixture
def followed(metered: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """The town with its views following, and two people by sign-in."""

    def person(_: object, sign_in: str) -> object:
        return people.CLERK if sign_in == CLERK_SIGN_IN else people.APPROVER

    monkeypatch.setattr(billing_month, "person_id", person)
    stop = threading.Event()
    followers = (metered.follow_metering, metered.follow_books)
    threads = [threading.Thread(target=each.run, args=(stop,)) for each in followers]
    for each in threads:
        each.start()
    yield metered
    stop.set()
    for each in threads:
        each.join()


def billed(town: Town) -> MonthBilled:
    parts = SimpleNamespace(
        database=town.database, clock=town.clock, vault=town.vault, config=Config()
    )
    return bill_days(cast("System", parts), town.site, FIRST, LAST)


def test_days_billed_again_are_the_same_and_write_nothing(followed: Town) -> None:
    first = billed(followed)
    head = followed.office.books.position()
    assert (first.invoices, first.held) == (2, ())
    assert billed(followed) == first
    assert followed.office.books.position() == head


def test_billing_broken_off_after_rating_is_gone_on_with(
    followed: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as cut:
        cut.setattr(BillingOffice, "approve", lost)
        with pytest.raises(psycopg.OperationalError):
            billed(followed)
    assert billed(followed).invoices == 2
    assert len(followed.office.books.account("A-b1").billed) == 2


def test_a_value_that_no_chore_has_looked_at_yet_bars_its_bill_all_the_same(followed: Town) -> None:
    noon = datetime(2019, 1, 2, 12, tzinfo=UTC)
    with followed.database.connection() as connection:
        channel = load_channels(connection, followed.site.schema, only=[1])[1]
    Corrections(followed.database, followed.site.schema, followed.clock).enter(
        channel, [(noon, 7)], note="", by=people.CLERK, command_id=id_of("t", "display")
    )
    assert billed(followed).held == ("A-b1",)

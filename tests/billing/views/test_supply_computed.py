"""An account supplied by a formula: billed to the cent, barred by its inputs, known as then."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.channel import Channel, ChannelFacts, Kind, facts_to_json
from energy.metering.formula.formula import Formula, formula_id
from energy.metering.meter import Meter
from energy.metering.reading import Reading
from tests.billing.conftest import town
from tests.billing.town import CLERK, Town

__all__ = ["town"]
pytestmark = pytest.mark.servers
NUMBER = 5


def journal(town: Town) -> JournalApplication:
    return JournalApplication(town.database, town.site.schema, "metering", town.clock)


@pytest.fixture
def lobby(town: Town) -> Town:
    """What building 2 uses beyond building 1 is paid for by a third account."""
    town.found()
    facts = ChannelFacts(
        quantity="computed",
        kind=Kind.COMPUTED,
        utility=Utility.ELECTRICITY,
        unit="kWh",
        resolution=Fraction(1, 100),
        modulus=None,
        billing=True,
    )
    command = id_of("t", "lobby")
    meter = Meter(
        site=town.site.key,
        point="lobby",
        name="Lobby",
        place="town",
        utility="electricity",
        channels=[facts_to_json(Channel(number=NUMBER, point="lobby", facts=facts))],
        command_id=command,
    )
    formula = Formula(
        site=town.site.key,
        point="lobby",
        channel=NUMBER,
        valid_from=date(2018, 1, 1),
        text="[b2-elec] - [b1-elec]",
        unit="kWh",
        constants=[],
        reason="",
        decided_by=None,
        command_id=command,
    )
    journal(town).store(meter, formula)
    town.open_account("lobby", ["lobby"])
    town.catch_up()
    return town


def _used(document: str) -> Decimal:
    """Return the electricity that a document bills. [kWh]."""
    supplies = json.loads(document)["supplies"]
    return next(Decimal(s["usage"]["total"]) for s in supplies if s["utility"] == "electricity")


def test_a_bill_on_a_formula_stays_what_it_was_when_the_formula_is_revised(lobby: Town) -> None:
    lobby.read()
    run, _ = lobby.bill()
    books = lobby.office.books
    drafts = {each.account: each for each in lobby.office.review(run).drafts}
    third = books.invoice(drafts["A-lobby"].invoice)
    used = [_used(drafts[account].document) for account in ("A-b2", "A-b1", "A-lobby")]
    assert used[0] - used[1] == used[2] > 0
    formula: Any = journal(lobby).find(formula_id(lobby.site.key, "lobby"))
    formula.revise(
        valid_from=date(2019, 1, 1),
        text="([b2-elec] - [b1-elec]) / 2",
        constants=[],
        reason="shared with the shop",
        decided_by=CLERK,
        command_id=id_of("t", "revise"),
    )
    journal(lobby).store(formula)
    lobby.catch_up()
    assert lobby.office.re_rate(third.id).same


def test_what_bars_an_input_bars_the_bill_that_rests_on_it(lobby: Town) -> None:
    lobby.read()
    back = datetime(2019, 1, 2, 0, 5, tzinfo=UTC)
    lobby.accept([Reading(channel=1, at=back, count=3)])
    lobby.catch_up()
    drafts = lobby.office.review(lobby.open_and_rate()).drafts
    barred = {
        draft.account
        for draft in drafts
        for each in draft.findings
        if each.channel == 1 and each.code == "register.negative_step"
    }
    assert barred == {"A-b1", "A-lobby"}


def test_a_gap_of_an_input_holds_the_bill_until_it_comes(lobby: Town) -> None:
    lobby.read(channels=(2, 3, 4))
    run = lobby.open_and_rate()
    missing = [e for e in lobby.office.review(run).findings if e.code == "bill.usage_missing"]
    assert NUMBER in {each.channel for each in missing}

"""Who owns what came by itself, whose answer counts, in which clock a refusal speaks."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from energy.base.ids import id_of
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import Channel, Outcome
from tests.energy.service.requests.counter import ANNA, BEN, CLARA, TENANT, Counter
from tests.energy.service.requests.test_desk import counter
from tests.fixtures.postgres import command, database_server, new_site, site_schema

__all__ = ["counter", "database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers


def test_an_enquiry_is_owned_by_who_was_on_duty_at_a_desk_and_serves(counter: Counter) -> None:
    def owner(name: str, *on_duty: UUID) -> UUID:
        asked = counter.asked(channel=Channel.PORTAL, enquiry=id_of("enquiry", name))
        request = counter.desk.open_from_portal(
            asked,
            person=TENANT,
            serving=[ANNA, CLARA],
            on_duty=on_duty,
            command_id=command("bring", name),
        )
        return counter.desk.request(request).owner

    assert owner("night", BEN, ANNA) == ANNA, "Ben is on duty and serves no tenants"
    assert owner("nobody") == owner("only Ben", BEN) == CLARA, "who published the levels"


def test_the_first_answer_is_the_first_given_not_the_first_noted(counter: Counter) -> None:
    request = counter.open("one")
    counter.site.tick(3600)
    counter.answer(request, "noted at once")
    early = counter.site.clock.now() - timedelta(minutes=40)
    counter.answer(request, "by the portal, brought late", by=BEN, at=early)
    row = counter.row(request)
    assert (row.responded_at, row.responded_by, row.answers) == (early, BEN, 2)


def test_no_answer_is_late_for_the_days_in_which_the_request_was_withdrawn(
    counter: Counter,
) -> None:
    request = counter.open("one")
    counter.site.tick(600)
    counter.do(request, "resolve", Outcome.WITHDRAWN, "")
    counter.site.tick(3 * 86_400)
    counter.do(request, "reopen", "", now=counter.site.clock.now())
    counter.site.tick(300)
    response = counter.clocks(request).response
    assert (response.used, response.broken) == (timedelta(minutes=15), False)
    counter.site.tick(3600)
    assert counter.clocks(request).response.broken, "an hour was promised"


def test_a_refusal_names_instants_by_the_clock_of_the_site(counter: Counter) -> None:
    ahead = counter.site.clock.now() + timedelta(hours=1)
    local = ahead.astimezone(counter.site.site.zone)
    with pytest.raises(RequestError, match=f"^{local:%Y-%m-%d %H:%M} is in the future"):
        counter.open("one", heard_at=ahead)
    request = counter.open("two")
    with pytest.raises(RequestError, match=f"^{local:%Y-%m-%d %H:%M} is before it was heard"):
        counter.answer(request, at=ahead)

"""Whatever is learned, in whatever order: in the end everybody paid what the readings say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from billing.invoices.issuer import CorrectionMode
from tests.billing.conftest import new_town
from tests.billing.corrections.story import Story, midnight_of, read_midnights
from tests.billing.town import Town
from tests.examples import tried

if TYPE_CHECKING:
    from energy.store.embedded import EmbeddedPostgres

pytestmark = pytest.mark.servers
FIRST, DAYS = date(2019, 1, 1), 3
LATE = st.tuples(
    st.integers(min_value=1, max_value=4),
    st.integers(min_value=0, max_value=DAYS),
    st.integers(min_value=-200, max_value=200),
)
"""A corrected reading: channel, which midnight, counts more than at first."""
ACTS = st.lists(
    st.one_of(
        LATE.map(lambda told: ("read", told)),
        st.just(("bill", None)),
        st.just(("look", None)),
        st.just(("look and settle", None)),
    ),
    max_size=8,
)


def read_late(story: Story, told: tuple[int, int, int]) -> None:
    channel, day, more = told
    story.correct_reading(channel, midnight_of(FIRST + timedelta(days=day)), more)


def paid_after(town: Town, mode: CorrectionMode, acts: list[tuple[str, object]]) -> Story:
    """Do what an example says, then bill and settle all that is left."""
    story = Story(town)
    story.say_by(mode)
    billed = 0
    for what, told in [*acts, *[("bill", None)] * DAYS, ("look and settle", None)]:
        match what:
            case "read":
                read_late(story, told)  # type: ignore[arg-type]
            case "bill" if billed < DAYS:
                story.bill(FIRST + timedelta(days=billed))
                billed += 1
            case "look":
                story.look()
            case "look and settle":
                story.settle_all()
    story.bill(FIRST + timedelta(days=DAYS))  # bears what waits
    return story


@tried(2, deadline=None, suppress_health_check=list(HealthCheck))
@given(mode=st.sampled_from(CorrectionMode), acts=ACTS)
def test_invoices_and_corrections_add_up_to_what_would_have_been_billed(
    server: EmbeddedPostgres, mode: CorrectionMode, acts: list[tuple[str, object]]
) -> None:
    with new_town(server) as late, new_town(server) as known:
        for town in (late, known):
            town.found()
            read_midnights(town, DAYS + 1)
        story = paid_after(late, mode, acts)
        assert story.all_same()
        reads = [act for act in acts if act[0] == "read"]
        assert story.paid() == paid_after(known, mode, reads).paid()
        numbers = sorted(document["number"] for document in story.documents())
    for prefix in ("CAM-2019-", "CAM-CN-2019-"):
        mine = [number for number in numbers if number.startswith(prefix)]
        assert mine == [f"{prefix}{n + 1:06d}" for n in range(len(mine))], "no gap, no double"

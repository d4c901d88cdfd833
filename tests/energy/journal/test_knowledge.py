"""A position, an instant or a mark become one position, in one place."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from energy.journal.corrections import Corrections
from energy.journal.knowledge import UnknownKnowledgeError, knowledge_of, position_at
from energy.journal.learned import learned_at
from energy.journal.recorder import read_entries
from energy.metering.channel import Channel
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers


def known(site: TestSite, said: str) -> int:
    with site.writer.connection() as connection:
        return knowledge_of(connection, site.schema, site.site.zone, said).position


def position_then(site: TestSite, instant: datetime) -> int:
    with site.writer.connection() as connection:
        return position_at(connection, site.schema, instant)


def test_a_position_a_mark_and_a_day_are_understood(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    mark = site_schema.mark("midnight 2019-01-02", MIDNIGHT + timedelta(days=1))
    site_schema.accept(reading(channel, 15, 7))
    site_schema.project()
    assert known(site_schema, "3") == 3
    assert known(site_schema, "midnight 2019-01-02") == mark
    assert known(site_schema, " 2019-01-02 ") == mark
    assert known(site_schema, "0") == 0
    with site_schema.writer.connection() as connection:
        found = knowledge_of(connection, site_schema.schema, site_schema.site.zone, str(mark))
    assert found.mark == "midnight 2019-01-02"
    assert found.learned_at == NOON


@pytest.mark.parametrize("said", ["yesterday", "99", "2019-13-01", "-4", ""])
def test_what_names_nothing_is_refused(site_schema: TestSite, said: str) -> None:
    with pytest.raises(UnknownKnowledgeError):
        known(site_schema, said)


def test_an_instant_without_offset_is_local(site_schema: TestSite) -> None:
    site_schema.counter()
    site_schema.clock.move_to(datetime.fromisoformat("2019-07-01T10:30:00+00:00"))
    late = site_schema.mark("late")
    assert known(site_schema, "2019-07-01 11:30") == late
    assert known(site_schema, "2019-07-01 11:29") == late - 1
    assert known(site_schema, "2019-07-01T10:30Z") == late


@pytest.mark.parametrize("seed", range(3))
def test_an_instant_is_the_last_entry_learned_by_then(site_schema: TestSite, seed: int) -> None:
    rng = np.random.default_rng(seed)
    channel = site_schema.counter()
    facts = Channel(number=channel, point="m1", facts=counter_facts())
    for n in range(40):
        chance = float(rng.random())
        if chance < 0.4:
            site_schema.accept(reading(channel, n, n))
        elif chance < 0.5:
            site_schema.mark(f"mark {n}")
        elif chance < 0.6:
            site_schema.counter(f"more {n}")
        else:
            Corrections(site_schema.writer, site_schema.schema, site_schema.clock).enter(
                facts, [(at(n), n)], note="", by=command("who"), command_id=command(seed, n)
            )
        if rng.random() < 0.7:
            site_schema.tick(float(rng.integers(1, 100)))
    with site_schema.writer.connection() as connection:
        entries = read_entries(connection, site_schema.schema, "metering", after=0, limit=1000)
    learned = [learned_at(entry) for entry in entries]
    instants = [each for each in learned if each is not None]
    assert instants == sorted(instants)
    assert len(instants) == len(entries)
    for instant in [NOON - timedelta(days=1), *instants, NOON + timedelta(days=9)]:
        for moved in (-1, 0, 1):
            asked = instant + timedelta(microseconds=moved)
            expected = sum(each <= asked for each in instants)
            assert position_then(site_schema, asked) == expected

"""Segments of a meter wired the wrong way round: cut, turned, and turned back."""

from __future__ import annotations

from datetime import datetime

import pytest

from energy.metering.feed import Piece, fed
from energy.metering.meter import FedSpan
from tests.fixtures.batches import at

TURNED = {1: 2, 2: 1}


def piece(channel: int, start: float, end: float | None, first: int, last: int | None) -> Piece:
    return Piece(
        channel=channel,
        start=at(start),
        end=None if end is None else at(end),
        serial="S-1",
        multiplier="1",
        start_count=first,
        end_count=last,
        position=5,
        end_position=0 if end is None else 6,
        feed=None,
    )


def span(
    start: float,
    end: float | None,
    feeds: dict[int, int] | None = None,
    *,
    first: dict[int, int] | None = None,
    last: dict[int, int] | None = None,
) -> FedSpan:
    return FedSpan(
        start=at(start),
        end=None if end is None else at(end),
        feeds=TURNED if feeds is None else feeds,
        start_counts=first or {},
        end_counts=last or {},
    )


Told = tuple[datetime, datetime | None, int | None, int | None, int | None]


def told(pieces: list[Piece], channel: int) -> list[Told]:
    mine = sorted((p for p in pieces if p.channel == channel), key=lambda p: p.start)
    return [(p.start, p.end, p.feed, p.start_count, p.end_count) for p in mine]


def test_a_span_inside_a_segment_is_cut_out_with_the_counts_of_the_other_register() -> None:
    pieces = [piece(1, 0, None, 10, None), piece(2, 0, None, 500, None)]
    wrong = span(60, 120, first={1: 70, 2: 500}, last={1: 70, 2: 560})
    found = fed(pieces, wrong, position=9)
    assert told(found, 1) == [
        (at(0), at(60), None, 10, 70),
        (at(60), at(120), 2, 500, 560),
        (at(120), None, None, 70, None),
    ]
    assert told(found, 2) == [
        (at(0), at(60), None, 500, 500),
        (at(60), at(120), 1, 70, 70),
        (at(120), None, None, 560, None),
    ]
    assert {(p.position, p.end_position) for p in found} == {(9, 9), (9, 0)}


def test_what_lies_outside_the_span_stays_as_it_was() -> None:
    before = [piece(1, 0, 60, 0, 7), piece(2, 0, 60, 0, 0)]
    pieces = [*before, piece(1, 60, None, 7, None), piece(2, 60, None, 0, None)]
    found = fed(pieces, span(60, None), position=9)
    assert [p for p in found if p in pieces] == before
    assert told(found, 1)[1:] == [(at(60), None, 2, 0, None)]


def test_the_same_span_put_straight_is_as_it_was_but_for_its_position() -> None:
    pieces = [piece(1, 0, None, 10, None), piece(2, 0, None, 500, None)]
    turned = fed(pieces, span(0, None), position=9)
    back = fed(turned, span(0, None, {1: 1, 2: 2}), position=12)
    assert told(back, 1) == told(pieces, 1)
    assert told(back, 2) == told(pieces, 2)


def test_a_register_that_alone_was_reset_keeps_its_own_segments() -> None:
    pieces = [
        *(piece(1, 0, 30, 0, 30), piece(1, 30, None, 0, None)),
        piece(2, 0, None, 500, None),
    ]
    found = fed(pieces, span(0, None), position=9)
    assert told(found, 1) == [(at(0), None, 2, 500, None)]
    assert told(found, 2) == [(at(0), at(30), 1, 0, 30), (at(30), None, 1, 0, None)]


def test_a_register_without_segments_leaves_the_counts_unknown() -> None:
    found = fed([piece(1, 0, None, 10, None)], span(0, None), position=9)
    assert told(found, 1) == [(at(0), None, 2, None, None)]


@pytest.mark.parametrize(("start", "end"), [(0, None), (30, 90), (0, 60), (90, None)])
def test_every_instant_is_served_once_whatever_the_span(start: float, end: float | None) -> None:
    pieces = [
        *(piece(1, 0, 60, 0, 5), piece(1, 60, None, 0, None)),
        *(piece(2, 0, 60, 0, 6), piece(2, 60, None, 0, None)),
    ]
    found = fed(pieces, span(start, end), position=9)
    for channel in (1, 2):
        spans = told(found, channel)
        assert spans[0][0] == at(0)
        assert [one[1] for one in spans] == [*(two[0] for two in spans[1:]), None]

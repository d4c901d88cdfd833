"""The stamp of a request: one reading for all its questions, another after one's own write."""

from __future__ import annotations

import itertools

from flask import Flask

from dashboards.stamp_of_request import StampOfRequest


def test_a_request_reads_once_and_the_next_reads_again() -> None:
    stamps, app = StampOfRequest(itertools.count(1).__next__), Flask("x")
    with app.test_request_context():
        assert [stamps.now(), stamps.now()] == [1, 1]
    with app.test_request_context():
        assert stamps.now() == 2


def test_who_waited_for_a_write_reads_again() -> None:
    stamps, app = StampOfRequest(itertools.count(1).__next__), Flask("x")
    with app.test_request_context():
        stamps.now()
        stamps.forget()
        assert stamps.now() == 2


def test_outside_a_request_it_is_read_each_time() -> None:
    stamps = StampOfRequest(itertools.count(1).__next__)
    stamps.forget()
    assert [stamps.now(), stamps.now()] == [1, 2]

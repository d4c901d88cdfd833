"""A probe over a real socket."""

from __future__ import annotations

import asyncio

import pytest

from adapters.modbus.link import Link, LinkKind
from adapters.modbus.probing.candidate import Products
from adapters.modbus.register_map import MAPS, load
from processes.technician_probe import Probe, probe
from processes.technician_values import NoContactError
from tests.fixtures.slaves import image_of, slaves

PRODUCTS = Products([load(name) for name in MAPS.known()])


def probed(port: int, unit: int, kind: LinkKind = LinkKind.TCP) -> Probe:
    link = Link(kind=kind, host="127.0.0.1", port=port)
    return asyncio.run(probe(link, unit, PRODUCTS, timeout_s=0.5))


def test_a_device_is_identified_through_the_collectors_own_client() -> None:
    image = image_of("chint_dtsu666", word_order="little", offset=-1)
    with slaves({5: image}) as slave:
        found = probed(slave.port, 5)
        asked = len(slave.questions)
    assert found.verdict.settled
    assert found.verdict.best is not None
    assert found.verdict.best.candidate.profile == "chint_dtsu666@-1~little"
    assert found.complete
    assert found.asked == asked


def test_a_probe_works_over_rtu_frames_too() -> None:
    with slaves({9: image_of("abb_b23_b24")}, framing="rtu") as slave:
        best = probed(slave.port, 9, LinkKind.RTU_OVER_TCP).verdict.best
    assert best is not None
    assert best.candidate.profile == "abb_b23_b24"


def test_a_unit_that_is_not_there_is_no_contact() -> None:
    with (
        slaves({5: image_of("xy_md02")}) as slave,
        pytest.raises(NoContactError, match="Unit 6 does not answer"),
    ):
        probed(slave.port, 6)


def test_a_closed_port_is_no_contact_with_the_next_step() -> None:
    with slaves({}) as slave:
        port = slave.port
    with pytest.raises(NoContactError, match="the port is closed"):
        probed(port, 5)

"""A certificate that has ended is met from the midnight behind its last day on."""

from __future__ import annotations

from energy.metering.checks.certificate_ends import Certificate, found


def test_only_what_has_ended_is_met() -> None:
    certificates = [Certificate(place=3, ends_us=100), Certificate(place=4, ends_us=101)]
    assert found(certificates, now_us=99) == []
    (span,) = found(certificates, now_us=100)
    assert (span.place, span.start_us, span.end_us, span.lasts) == (3, 100, 100, True)

"""Which certificates end: against a second way to say it, over many made-up cases."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from energy.base.ids import id_of
from energy.service.equipment.certificates import Certificate, certificates_due

TODAY = date(2019, 1, 1)
PIECES = [id_of("piece", str(n)) for n in range(3)]


def certificate(piece: int, kind: str, number: int, issued: int, ends: int | None) -> Certificate:
    return Certificate(
        certificate=id_of("certificate of a test", str(piece), kind, str(number)),
        equipment=PIECES[piece],
        kind=kind,
        number=str(number),
        issued_on=TODAY - timedelta(days=issued),
        valid_until=None if ends is None else TODAY + timedelta(days=ends),
        paper="",
        filed_by=PIECES[0],
    )


CERTIFICATES = st.lists(
    st.builds(
        certificate,
        st.integers(0, 2),
        st.sampled_from(["lift", "vessel"]),
        st.integers(1, 10**6),
        st.integers(0, 3),
        st.none() | st.integers(-3, 5),
    ),
    max_size=8,
    unique_by=lambda each: each.number,
)


@given(CERTIFICATES, st.integers(0, 4))
def test_of_each_piece_and_kind_the_newest_counts(found: list[Certificate], within: int) -> None:
    due = certificates_due(found, TODAY, within)
    expected = set()
    for piece in PIECES:
        for kind in ("lift", "vessel"):
            mine = [each for each in found if (each.equipment, each.kind) == (piece, kind)]
            last = max((each.issued_on for each in mine), default=None)
            ends = [each.valid_until for each in mine if each.issued_on == last]
            if ends and None not in ends:
                day = max(end for end in ends if end is not None)
                if day <= TODAY + timedelta(days=within):
                    expected.add((piece, kind, day))
    assert {(each.certificate.equipment, each.certificate.kind, each.ends_on) for each in due} == (
        expected
    )
    assert [each.ends_on for each in due] == sorted(each.ends_on for each in due)
    assert all(each.ends_on == TODAY + timedelta(days=each.days_left) for each in due)


def test_the_last_day_counts_and_what_ended_is_told(  # the day itself: 0 days left
) -> None:
    found = [certificate(0, "lift", 1, 5, 0), certificate(1, "lift", 2, 5, -2)]
    assert [each.days_left for each in certificates_due(found, TODAY, 0)] == [-2, 0]

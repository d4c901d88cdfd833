"""One number in the ways people write it; another number is never it."""

from __future__ import annotations

import pytest

from energy.service.requests.errors import RequestError
from energy.service.requests.phone import demanded, phone_of

LONDON = ("+44 (0)20 7946 0000", "0044 20 79460000", "020-7946-0000", "+442079460000")
BEIJING = ("+86 10 6512 3456", "008610 65123456", "(010) 6512-3456")
MOBILE = ("+86 138 0013 8000", "13800138000", "0086-13800138000")
ROME = ("+39 06 6982 1234", "06 69821234", "0039 0669821234")
GROUPS = (LONDON, BEIJING, MOBILE, ROME, ("5512",), ("512",))


@pytest.mark.parametrize("group", GROUPS)
def test_the_ways_of_one_number_are_the_same_and_no_other_is(group: tuple[str, ...]) -> None:
    for one in group:
        for other in group:
            assert demanded(one).same(demanded(other)), (one, other)
        for strange in (each for others in GROUPS if others != group for each in others):
            assert not demanded(one).same(demanded(strange)), (one, strange)


def test_the_end_of_a_number_is_not_that_number() -> None:
    assert not demanded("+44 20 7946 0000").same(demanded("946 0000")), "code of four digits"
    assert not demanded("+44 20 7946 0000").same(demanded("0000"))


def test_what_has_no_digits_is_no_number() -> None:
    assert phone_of("") is None
    for text in ("ext.", "12", "²²²²²²²"):
        with pytest.raises(RequestError, match="no telephone number"):
            demanded(text)

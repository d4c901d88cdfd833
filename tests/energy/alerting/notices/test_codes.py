"""Short codes and what a reply asks for."""

from __future__ import annotations

import pytest

from energy.alerting.notices.codes import LENGTH, SIGNS, Wish, asked_by, short_code
from energy.base.ids import id_of


def test_a_code_is_the_same_every_time_and_codes_differ() -> None:
    codes = [short_code(id_of("alert", str(n))) for n in range(2000)]
    assert codes == [short_code(id_of("alert", str(n))) for n in range(2000)]
    assert len(set(codes)) > 1900
    assert all(len(code) == LENGTH and set(code) <= set(SIGNS) for code in codes)


@pytest.mark.parametrize(
    ("text", "wish", "codes"),
    [
        ("23456", Wish.ACKNOWLEDGE, ("23456",)),
        (" ok ２３４５６, coming", Wish.ACKNOWLEDGE, ("23456",)),
        ("23456 34567 23456", Wish.ACKNOWLEDGE, ("23456", "34567")),
        ("call 13800138000", Wish.UNREAD, ()),
        ("12345", Wish.UNREAD, ()),
        ("", Wish.UNREAD, ()),
        ("STOP", Wish.OPT_OUT, ()),
        ("退订", Wish.OPT_OUT, ()),
        ("Start", Wish.OPT_IN, ()),
    ],
)
def test_a_reply_is_read(text: str, wish: Wish, codes: tuple[str, ...]) -> None:
    asked = asked_by(text)
    assert (asked.wish, asked.codes) == (wish, codes)

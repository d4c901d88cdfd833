"""Texts: both languages, signed, only known places, no blocked word, harmless values."""

from __future__ import annotations

from copy import deepcopy

import pytest

from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.words import TemplateKey, Wording, check_wordings, shipped, worded

VALUES = {
    "severity": "critical",
    "what": "Leak",
    "point": "ahu-1",
    "value": "120 kW",
    "limit": "100 kW",
    "at": "12:00",
    "code": "23456",
}


@pytest.mark.parametrize("key", list(TemplateKey))
def test_the_shipped_texts_can_be_sent(key: TemplateKey) -> None:
    check_wordings(shipped(key), key, ["lottery"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{what.__class__} {code}", "nobody fills"),
        ("{what!r} {code}", "nobody fills"),
        ("{what:>99} {code}", "nobody fills"),
        ("{0} {code}", "nobody fills"),
        ("{code", "brace"),
        ("You WIN {code}", "gateways refuse"),
        ("nothing to answer", "must say"),
        ("", "must say something"),
        ("x" * 501, "500"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused(text: str, says: str) -> None:
    wordings = deepcopy(shipped(TemplateKey.ALERT))
    wordings["en"]["text"] = text
    with pytest.raises(NoticeError, match=says):
        check_wordings(wordings, TemplateKey.ALERT, ["win"])


def test_a_template_has_both_languages() -> None:
    with pytest.raises(NoticeError, match="Chinese"):
        check_wordings({"en": shipped(TemplateKey.TEST)["en"]}, TemplateKey.TEST, [])


def test_a_text_is_signed_and_counted() -> None:
    wording = Wording.of(shipped(TemplateKey.ALERT)["zh"])
    told = worded(wording, VALUES, language="zh", signature="机场能源", blocked=[])
    assert told.text.startswith("【机场能源】critical告警：Leak")
    assert told.segments == 1
    english = Wording.of(shipped(TemplateKey.ALERT)["en"])
    told = worded(english, VALUES, language="en", signature="Airport Energy", blocked=[])
    assert told.text.startswith("Airport Energy: critical: Leak, ahu-1 120 kW")
    assert told.subject == "critical: Leak"


def test_a_name_that_a_gateway_would_refuse_or_that_breaks_the_row_is_made_harmless() -> None:
    wording = Wording(subject="{what}", text="{what} {code}")
    values = VALUES | {"what": "Win\r\nBcc: x {code}"}
    told = worded(wording, values, language="en", signature="S", blocked=["win"])
    assert told.subject == "*** Bcc: x {code}"
    assert "\n" not in told.text

"""A message says in words what is the matter."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from energy.alerting.notices.notice import Notice
from energy.alerting.notices.texts import notice_values
from energy.base.ids import id_of
from energy.store.sites import Site

NOW = datetime(2026, 7, 1, 4, 30, tzinfo=UTC)
SITE = Site(key="bay", name="Bay", zone=ZoneInfo("Asia/Shanghai"), currency="CNY", language="en")


def notice(**facts: str) -> Notice:
    return Notice(
        subject=id_of("alert", "one"),
        about="alert",
        template="alert",
        level=1,
        repeat=0,
        contact=id_of("contact", "ada"),
        way="sms",
        severity="high",
        not_before=NOW,
        facts=facts,
        command_id=id_of("command", "one"),
    )


@pytest.mark.parametrize(
    ("facts", "language", "said"),
    [
        ({"what": "Leakage"}, "en", "Leakage"),
        ({"what": "Leakage", "finding": "alerts.many"}, "en", "Leakage: many at once"),
        ({"what": "Leakage", "finding": "alerts.many"}, "zh", "Leakage: 短时间内大量告警"),
        ({"what": "", "finding": "alerts.old"}, "en", "found in old readings"),
        ({"what": "", "finding": "no.such"}, "en", "no.such"),
        ({"what": ""}, "en", "alert"),
    ],
)
def test_what_is_the_matter_is_said_in_words(
    facts: dict[str, str], language: str, said: str
) -> None:
    told = notice_values([notice(**facts)], language=language, site=SITE, link="", now=NOW)
    assert told["what"] == said

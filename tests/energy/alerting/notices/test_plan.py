"""The plan of notices as a person writes it: what holds, what is refused."""

from __future__ import annotations

import tomllib
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.plan import plan_from
from energy.base.errors import EnergyError

LONDON = ZoneInfo("Europe/London")
WRITTEN = """
signature = { en = "Airport Energy", zh = "机场能源" }
person_per_hour = 20
blocked_words = ["win"]
[quiet]
medium = ["mon-sun 22:00-07:00"]
[duty.critical]
repeat_s = 300
escalate_s = 600
tell_cleared = true
[duty.medium]
repeat_s = 0
escalate_s = 0
tell_cleared = false
[[who]]
severity = ["critical", "medium"]
level = 1
group = "duty"
ways = ["sms", "voice"]
[[who]]
severity = "critical"
level = 2
group = "managers"
ways = "mail"
hours = ["mon-fri 08:00-18:00"]
rules = ["leak"]
"""


def spec(**changed: Any) -> dict[str, Any]:
    return {**tomllib.loads(WRITTEN), **changed}


def test_a_plan_is_read() -> None:
    plan = plan_from(spec(), LONDON)
    assert plan.rows[0].ways == (GatewayKind.SMS, GatewayKind.VOICE)
    assert plan.levels("critical", "leak") == (1, 2)
    assert plan.levels("critical", "other") == (1,)
    assert plan.levels("low", "leak") == ()
    assert plan.duties["critical"].escalate_s == 600


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"quite": {}}, "not known"),
        ({"signature": {"en": "A"}}, "both languages"),
        ({"person_per_hour": True}, "whole number"),
        ({"quiet": {"medium": ["8-9"]}}, "8-9"),
        ({"duty": {}}, "no \\[duty"),
        ({"duty": {"loud": {}}}, "not known"),
        ({"duty": {"critical": {"repeat_s": 5, "escalate_s": 0, "tell_cleared": True}}}, "30"),
        ({"who": [{"severity": "critical", "level": 1, "group": "a", "ways": ["fax"]}]}, "fax"),
        ({"who": [{"severity": "critical", "level": 0, "group": "a", "ways": ["sms"]}]}, "level"),
        ({"who": [{"severity": "critical", "level": 1, "ways": ["sms"]}]}, "group"),
        ({"who": "all"}, "table"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(EnergyError, match=says):
        plan_from(spec(**changed), LONDON)

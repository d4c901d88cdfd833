"""In: notices, a language, the site's clock. Out: what fills the places of their text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from energy.alerting.notices.codes import short_code
from energy.alerting.notices.notice import Notice
from energy.alerting.words import what_of
from energy.base.text import catalogue, t
from energy.store.sites import Site

_LISTED = 3
"""Alerts that a message about several names."""


def notice_values(
    notices: Sequence[Notice],
    *,
    language: str,
    site: Site,
    link: str,
    now: datetime,
    over: datetime | None = None,
) -> dict[str, str]:
    """Return what fills the places of a text.

    Args:
        notices: What one message tells of, the most urgent first.
        language: Of the reader.
        site: Instants are told by its clock.
        link: Address of the page; "" without one.
        now: Present instant: an instant of today is told by its time alone.
        over: When it was cleared; None where it is not said.
    """
    first = notices[0]
    facts = first.facts
    at = facts.get("at")
    told = [_what(each, language) for each in notices[:_LISTED]]
    return {
        "site": site.name,
        "severity": _word(f"severity.{first.severity}", language, first.severity),
        "what": told[0],
        "point": facts.get("point", ""),
        "place": facts.get("place", ""),
        "value": facts.get("value", ""),
        "limit": facts.get("limit", ""),
        "at": _wall(datetime.fromisoformat(at) if at else now, now, site.zone),
        "until": _told(facts.get("until"), now, site.zone),
        "reason": facts.get("reason") or _promised(facts, language),
        "since": _wall(over or now, now, site.zone),
        "code": short_code(first.subject),
        "level": str(first.level),
        "repeat": str(first.repeat),
        "number": str(len(notices)),
        "list": ("；" if language == "zh" else "; ").join(told),
        "link": link,
    }


def what_in(language: str) -> str:
    """Return under which fact a notice tells what it is about in the words of one language."""
    return f"what_{language}"


def _what(notice: Notice, language: str) -> str:
    """Return the rule's name, the words for what was found, or how many alerts belong together."""
    facts = notice.facts
    if what_in(language) in facts:
        return facts[what_in(language)]
    return what_of(language, facts.get("what", ""), facts.get("finding", "")) or notice.about


def _promised(facts: Mapping[str, str], language: str) -> str:
    """Return the words for what a clock promises; "" where none is told of."""
    return _word(f"notice_clock.{facts.get('clock', '')}", language, "")


def _word(key: str, language: str, otherwise: str) -> str:
    return t(language, key) if key in catalogue() else otherwise


def _told(at: str | None, now: datetime, zone: ZoneInfo) -> str:
    return _wall(datetime.fromisoformat(at), now, zone) if at else ""


def _wall(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M" if same_day else "%m-%d %H:%M")

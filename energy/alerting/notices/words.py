"""In: the text of a template, what it tells, the plan's signature. Out: the text as sent. Pure.

A place in a text is a plain name in braces: {what}. What fills it comes from names that people
gave: words that gateways refuse are struck out of it, and line breaks become spaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from energy.alerting.notices.errors import NoticeError
from energy.base.sms_text import segment_count
from energy.base.text import LANGUAGES, t

PLACES = frozenset(
    {
        *("site", "severity", "what", "point", "place", "value", "limit", "at", "code"),
        *("level", "repeat", "number", "list", "link", "since"),
        *("until", "reason"),
    }
)
"""What a text may tell."""
LONGEST_SUBJECT, LONGEST_TEXT = 100, 500
"""Characters, places unfilled."""


class TemplateKey(StrEnum):
    """What a text is for."""

    ALERT = "alert"
    """It was raised."""
    REPEAT = "repeat"
    """Nobody has acknowledged it."""
    ESCALATION = "escalation"
    """Nobody of the level before has acknowledged it, or could be reached."""
    CLEARED = "cleared"
    """It is over; to those who were told of it."""
    ENDED = "ended"
    """It came and went before anybody was reached."""
    SEVERAL = "several"
    """More alerts than a person is told of one by one."""
    OUTAGE = "outage"
    """A planned outage; to those who go dark."""
    OUTAGE_CHANGED = "outage_changed"
    """It is at another time, or for another reason."""
    OUTAGE_CANCELLED = "outage_cancelled"
    """It will not be, or not for who was told of it."""
    TEST = "test"
    """A test message to a duty phone."""
    REPORT = "report"
    """A report of a span or an incident, to whom it goes upward."""
    REPORT_DUE = "report_due"
    """Its deadline is near or past; to who is to send it."""
    CLOCK_NEAR = "clock_near"
    """What is promised is to be done soon; to who owns it."""
    CLOCK_BROKEN = "clock_broken"
    """It is not done in time; to who owns it and who is on duty."""
    DUTY_GAP = "duty_gap"
    """Nobody will be on duty; to who plans."""


OUTAGE_TEXTS = (TemplateKey.OUTAGE, TemplateKey.OUTAGE_CHANGED, TemplateKey.OUTAGE_CANCELLED)
REPORT_TEXTS = (TemplateKey.REPORT, TemplateKey.REPORT_DUE)
CLOCK_TEXTS = (TemplateKey.CLOCK_NEAR, TemplateKey.CLOCK_BROKEN)
LATER_TEXTS = (*OUTAGE_TEXTS, *REPORT_TEXTS, *CLOCK_TEXTS, TemplateKey.DUTY_GAP)
"""Texts that only some need, who ask for them: a plan can be set without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Subject and text of one language."""

    subject: str
    text: str

    @classmethod
    def of(cls, told: Mapping[str, str]) -> Wording:
        """Return the wording that an event or a file holds."""
        return cls(subject=told.get("subject", ""), text=told.get("text", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What is sent."""

    subject: str
    text: str
    segments: int
    """Parts of a short message: 70 signs of Chinese, 67 in a chain; 160 and 153 of Latin."""


def shipped(key: TemplateKey) -> dict[str, dict[str, str]]:
    """Return the texts that Meterline brings along, by language; a second person reviews them."""
    return {
        language: {
            "subject": t(language, f"notice_text.{key}_subject"),
            "text": t(language, f"notice_text.{key}"),
        }
        for language in LANGUAGES
    }


def check_wordings(
    wordings: Mapping[str, Mapping[str, str]], key: TemplateKey, blocked: Sequence[str]
) -> None:
    """Refuse texts that cannot be sent.

    Args:
        wordings: Subject and text by language.
        key: What they are for.
        blocked: Words that gateways refuse.

    Raises:
        NoticeError: A language is missing, a place is unknown, a text is empty, too long, holds a
            blocked word, or does not say by which code an alert is acknowledged.
    """
    if set(wordings) != set(LANGUAGES):
        raise NoticeError.of("languages", key=key)
    for language in LANGUAGES:
        wording = Wording.of(wordings[language])
        for text, most in ((wording.subject, LONGEST_SUBJECT), (wording.text, LONGEST_TEXT)):
            if not 1 <= len(text.strip()) <= most or (text == wording.subject and "\n" in text):
                raise NoticeError.of("text_length", key=key, language=language, most=most)
            _check_places(text, key)
            for word in blocked:
                if word.casefold() in text.casefold():
                    raise NoticeError.of("blocked_word", key=key, word=word)
        answered = {TemplateKey.ALERT, TemplateKey.REPEAT, TemplateKey.ESCALATION}
        if key in answered and "{code}" not in wording.text:
            raise NoticeError.of("no_code", key=key, language=language)


def _check_places(text: str, key: TemplateKey) -> None:
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise NoticeError.of("braces", key=key) from error
    for _, name, form, conversion in parts:
        if name is not None and (name not in PLACES or form or conversion):
            raise NoticeError.of("place", key=key, name=name, known=", ".join(sorted(PLACES)))


def worded(
    wording: Wording,
    values: Mapping[str, str],
    *,
    language: str,
    signature: str,
    blocked: Sequence[str],
) -> Worded:
    """Return a text with its places filled and signed.

    Args:
        wording: Of the reader's language; its places are known.
        values: What fills them; a place without value reads as "".
        language: "en" or "zh".
        signature: Who writes; Chinese gateways want it in 【】 before the text.
        blocked: Words that gateways refuse: struck out of the values.
    """
    filled = dict.fromkeys(PLACES, "") | {
        name: harmless(value, blocked) for name, value in values.items()
    }
    text = " ".join(wording.text.format(**filled).split())
    signed = f"【{signature}】{text}" if language == "zh" else f"{signature}: {text}"
    subject = " ".join(wording.subject.format(**filled).split())
    return Worded(subject=subject, text=signed, segments=segment_count(signed))


def harmless(value: str, blocked: Sequence[str]) -> str:
    """Return a value in one row with every blocked word struck out."""
    plain = " ".join(value.split())
    for word in blocked:
        plain = re.sub(re.escape(word), "*" * len(word), plain, flags=re.IGNORECASE)
    return plain

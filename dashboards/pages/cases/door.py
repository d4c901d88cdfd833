"""In: a language, a supply case as its applicant sees it. Out: the open page's HTML. Pure.

Without scripts, like the sign-in; whatever was typed is escaped.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from dashboards.formats import day_text, instant_text, money
from energy.base.text import t
from energy.service.cases.kinds import CaseState
from energy.service.cases.seen import ApplicantView

_FORM = Markup("""<p>{what}</p><form method="post" action="/case" autocomplete="off">
<label for="number">{number_label}</label>
<input id="number" name="number" required maxlength="40" value="{number}">
<label for="code">{code_label}</label>
<input id="code" name="code" required maxlength="40">
<button type="submit" id="submit">{button}</button></form>""")
_PAIR = Markup("<div><dt>{}</dt><dd>{}</dd></div>")
_STEP = Markup("<li>{}</li>")
_NOW = Markup('<li aria-current="step"><strong>{}</strong></li>')
_TOLD = Markup("""<dl class="facts case-facts">{pairs}</dl><ol class="case-way">{steps}</ol>
<p><a class="plain-onward" href="/case">{again}</a></p>""")


def asked_form(*, language: str, number: str) -> Markup:
    """Return the form that asks for number and code.

    Args:
        language: en or zh.
        number: Typed before.
    """
    return _FORM.format(
        what=t(language, "case_door.what"),
        number_label=t(language, "case_door.number"),
        code_label=t(language, "case_door.code"),
        number=number,
        button=t(language, "case_door.ask"),
    )


def seen_told(seen: ApplicantView, *, language: str, zone: ZoneInfo) -> Markup:
    """Return how far a case is, by when the next step is promised, and the offer's total."""
    pairs = [
        _PAIR.format(t(language, key), value)
        for key, value in _pairs(seen, language, zone)
        if value
    ]
    return _TOLD.format(
        pairs=Markup("").join(pairs),
        steps=Markup("").join(_steps(seen, language, zone)),
        again=t(language, "case_door.again"),
    )


def _pairs(seen: ApplicantView, language: str, zone: ZoneInfo) -> list[tuple[str, str]]:
    is_open, whole_at = seen.state is CaseState.OPEN, seen.promised.whole_at
    offer = seen.offer
    waits = t(language, f"cli.work_waits.{seen.waits_for}") if seen.waits_for else ""
    return [
        ("cli.case_head.kind", t(language, f"cli.case_kind.{seen.kind}")),
        ("cli.case_head.utility", t(language, f"utility.{seen.utility}")),
        ("cli.case_head.state", t(language, f"cli.case_state.{seen.state}")),
        ("cli.case_head.reason", seen.reason),
        ("cli.case_head.turn", t(language, f"cli.case_turn.{seen.turn}") if is_open else ""),
        ("case_page.waits", waits),
        ("cli.case_head.whole", instant_text(language, whole_at, zone) if whole_at else ""),
        ("case_door.total", money(language, offer.total, offer.currency) if offer else ""),
        ("cli.case_head.wanted", day_text(language, seen.wanted_on) if seen.wanted_on else ""),
    ]


def _steps(seen: ApplicantView, language: str, zone: ZoneInfo) -> list[Markup]:
    found = [
        _STEP.format(f"{t(language, f'cli.case_step.{step}')}: {instant_text(language, at, zone)}")
        for step, at in seen.done
    ]
    if seen.state is CaseState.OPEN:
        words, at = t(language, f"cli.case_step.{seen.step}"), seen.promised.step_at
        if at is not None:
            promised = t(language, "case_door.by", at=instant_text(language, at, zone))
            words = f"{words}: {promised}"
        found.append(_NOW.format(words))
    found += [_STEP.format(t(language, f"cli.case_step.{step}")) for step in seen.to_come]
    return found

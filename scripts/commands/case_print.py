"""In: supply cases as they stand. Out: rows at a terminal. I/O: reads, terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import percent, print_facts, print_table
from scripts.commands.work_frame import used_and_left

if runs():
    from energy.service.cases.code import case_code
    from energy.service.cases.kinds import CaseState
    from energy.service.cases.progress import CaseRow, StepFigures
    from energy.service.cases.reads import CaseStory, OfferRow, PlanRow
    from energy.service.cases.seen import ApplicantView
    from energy.service.work.clock import Standing

_SHA = 12
_KILO = 1000
_CODED = ("capacity", "how")
"""What a step came to that has words of its own."""
_DAY_S = 86400


def heads(at: Opened, *keys: str) -> list[str]:
    """Return the heads of columns."""
    return [at.text(f"case_head.{key}") for key in keys]


def say_state(at: Opened, row: CaseRow) -> None:
    """Say how far a case is, and whose turn it is."""
    if row.state is not CaseState.OPEN:
        print(at.text("case.over", number=row.number, state=at.text(f"case_state.{row.state}")))
        return
    turn = at.text(f"case_turn.{row.turn(at.system.clock.now())}")
    said = at.text(f"case_step.{row.step}")
    step = said if said == row.step else f"{said} ({row.step})"
    print(at.text("case.acted", number=row.number, step=step, turn=turn))


def results(at: Opened, found: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what a step came to, each with its name."""
    return [
        (
            at.text(f"case_result.{name}"),
            at.text(f"case_{name}.{value}") if name in _CODED else value,
        )
        for name, value in found.items()
    ]


def print_plans(at: Opened, found: Mapping[int, PlanRow]) -> None:
    """Print the steps with what is promised, the newest version first."""
    rows = [
        (
            row.version,
            row.valid_from,
            at.text(f"case_kind.{kind}"),
            at.text(f"case_step.{step.step}"),
            step.step,
            step.within_min,
            at.text(f"work.{step.counting}"),
        )
        for _, row in sorted(found.items(), reverse=True)
        for kind, steps in row.plan.kinds.items()
        for step in steps
    ]
    keys = ("version", "from", "kind", "step", "key", "within", "counting")
    print_table(heads(at, *keys), rows, right=(0, 5), nothing=at.text("none.case_plans"))


def for_machines(at: Opened, row: CaseRow, plans: Mapping[int, PlanRow]) -> dict[str, object]:
    """Return a case with its clock, spans in seconds."""
    now, plan = at.system.clock.now(), plans[row.plan].plan
    standing = row.standing(plan, at.site.zone, now)
    return {
        "case": row,
        "turn": row.turn(now),
        "clock": {
            "used_s": standing.used // timedelta(seconds=1),
            "left_s": standing.left // timedelta(seconds=1),
            "due_at": standing.due_at,
            "broken": standing.broken,
            "paused": standing.paused,
        },
        "promised": row.promised(plan, at.site.zone, now),
    }


def print_cases(at: Opened, rows: Sequence[CaseRow], plans: Mapping[int, PlanRow]) -> None:
    """Print a row a case, with the clock of its step."""
    now, zone = at.system.clock.now(), at.site.zone
    told = []
    for row in rows:
        standing = row.standing(plans[row.plan].plan, zone, now)
        told.append(
            (
                row.number,
                at.text(f"case_kind.{row.kind}"),
                at.text(f"case_state.{row.state}"),
                at.text(f"case_step.{row.step}"),
                at.text(f"case_turn.{row.turn(now)}"),
                at.name_of(row.owner),
                row.applicant,
                *used_and_left(standing),
                standing.due_at.astimezone(zone) if standing.due_at else None,
            )
        )
    keys = ("case", "kind", "state", "step", "turn", "owner", "applicant", "used", "left", "due")
    print_table(heads(at, *keys), told, right=(7, 8), nothing=at.text("none.cases"))


def print_case(at: Opened, story: CaseStory) -> None:
    """Print a case: facts, steps, offers, papers, what happened."""
    row, zone, now = story.case, at.site.zone, at.system.clock.now()
    promised = row.promised(story.plan, zone, now)
    facts: dict[str, Any] = {
        "case": row.number,
        "kind": at.text(f"case_kind.{row.kind}"),
        "state": at.text(f"case_state.{row.state}"),
        "step": at.text(f"case_step.{row.step}"),
        "turn": at.text(f"case_turn.{row.turn(now)}"),
        "waits": row.waits_words,
        "reason": row.reason,
        "applicant": row.applicant,
        "code": case_code(at.system.vault, row.supply_case),
        "utility": at.say(f"utility.{row.utility}"),
        **{name: getattr(row, name) for name in ("place", "node", "point", "leaving", "account")},
        "kilowatt": format(Decimal(row.capacity_w) / _KILO, "f") if row.capacity_w else "",
        "wanted": row.wanted_on,
        "asked": row.asked_at.astimezone(zone),
        "owner": at.name_of(row.owner),
        "offered": at.name_of(row.offered),
        "order": story.order,
        "whole": promised.whole_at.astimezone(zone) if promised.whole_at else "",
    }
    print_facts([(at.text(f"case_head.{key}"), value) for key, value in facts.items() if value])
    _print_steps(at, story)
    for offer in story.offers:
        print_offer(at, offer)
    if story.papers:
        print()
        papers = [(e.sha256[:_SHA], e.media_type, at.name_of(e.person)) for e in story.papers]
        print_table(heads(at, "paper", "type", "person"), papers)
    print(f"\n{at.text('work.history')}")
    history = [
        (
            fact.at.astimezone(zone),
            at.text(f"case_act.{fact.act}"),
            at.name_of(fact.person),
            at.text(f"case_step.{fact.words}") if fact.act == "step_ended" else fact.words,
        )
        for fact in story.facts
    ]
    print_table(heads(at, "at", "act", "person", "words"), history)


def _print_steps(at: Opened, story: CaseStory) -> None:
    row, zone, now = story.case, at.site.zone, at.system.clock.now()
    steps = []
    for each in row.been:
        standing = row.clock(each, story.plan, zone).standing(now)
        steps.append(
            (
                at.text(f"case_step.{each.step}"),
                at.name_of(each.owner),
                _clock(at, standing),
                *used_and_left(standing),
                each.ended_at.astimezone(zone) if each.ended_at else None,
                ", ".join(f"{name} {value}" for name, value in results(at, each.result)),
                each.words or None,
            )
        )
    print(f"\n{at.text('case.steps')}")
    keys = ("step", "owner", "clock", "used", "left", "ended", "result", "words")
    print_table(heads(at, *keys), steps, right=(3, 4))


def _clock(at: Opened, standing: Standing) -> str:
    if standing.broken:
        return at.text("case.late")
    if standing.paused:
        return at.text("case.still")
    return at.text("case.in_time" if standing.stopped else "case.runs")


def print_offer(at: Opened, offer: OfferRow) -> None:
    """Print an offer: items and sums."""
    accepted = at.text("case.accepted" if offer.accepted_at else "case.offered")
    told = {"number": offer.quotation, "state": accepted, "day": offer.valid_until}
    print(f"\n{at.text('case.offer', **told)}")
    rows: list[tuple[object, ...]] = [(what, amount) for what, amount in offer.items]
    rows += [
        (at.text("case_head.net"), offer.net),
        (at.text("case_head.tax", percent=offer.tax_percent), offer.tax),
        (at.text("case_head.total"), offer.total),
    ]
    print_table([at.text("case_head.what"), offer.currency], rows, right=(1,))


def print_view(at: Opened, seen: ApplicantView) -> None:
    """Print what the applicant sees."""
    zone, promised = at.site.zone, seen.promised
    facts: dict[str, Any] = {
        "case": seen.number,
        "kind": at.text(f"case_kind.{seen.kind}"),
        "state": at.text(f"case_state.{seen.state}"),
        "reason": seen.reason,
        "step": at.text(f"case_step.{seen.step}"),
        "next": at.text(f"case_step.{seen.next_step}") if seen.next_step else "",
        "turn": at.text(f"case_turn.{seen.turn}"),
        "step_due": promised.step_at.astimezone(zone) if promised.step_at else "",
        "whole": promised.whole_at.astimezone(zone) if promised.whole_at else "",
        "wanted": seen.wanted_on,
    }
    print_facts([(at.text(f"case_head.{key}"), value) for key, value in facts.items() if value])
    print()
    rows = [(at.text(f"case_step.{step}"), end.astimezone(zone)) for step, end in seen.done]
    open_ones = (seen.step, *seen.to_come) if seen.state is CaseState.OPEN else ()
    not_ended = [(at.text(f"case_step.{step}"), None) for step in open_ones]
    print_table(heads(at, "step", "ended"), [*rows, *not_ended])
    if seen.offer is not None:
        print_offer(at, seen.offer)


def print_figures(at: Opened, found: Sequence[StepFigures]) -> None:
    """Print cases by kind and step."""
    rows = [
        (
            at.text(f"case_kind.{each.kind}"),
            at.text(f"case_step.{each.step}"),
            each.at_it,
            each.ended,
            _days(each.median),
            percent(Fraction(each.within, each.ended) if each.ended else None),
        )
        for each in found
    ]
    keys = ("kind", "step", "at_it", "ended_number", "median", "within_level")
    print_table(heads(at, *keys), rows, right=(2, 3, 4, 5), nothing=at.text("none.cases"))


def _days(span: timedelta | None) -> str | None:
    """Return a span in days with a tenth."""
    if span is None:
        return None
    tenths = round(Fraction(span // timedelta(seconds=1), _DAY_S) * 10)
    return format(Decimal(tenths) / 10, ".1f")

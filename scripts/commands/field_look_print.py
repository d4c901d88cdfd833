"""In: what was found at a link or a device. Out: rows for people, values for machines. I/O: stdout.

Nothing is wider than 80 columns, in English or Chinese, so that it reads in a plant room.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from billing.money import exact_text
from energy.base.text import t
from processes.technician_checks import Outcome
from scripts.commands.asked import runs

if runs():
    from adapters.modbus.link import Link
    from adapters.modbus.probing.evidence import Evidence
    from adapters.modbus.probing.judge import Ranked
    from energy.metering.channel import Side
    from processes.phasor_drawing import Ray, drawn
    from processes.technician_judgement import digits
    from processes.technician_link import link_text
    from processes.technician_look import Look
    from processes.technician_phases import VOLTAGE_AT, Phase
    from processes.technician_probe import Probe
    from processes.technician_scan import Guess, Presence, Scan, UnitFound

WIDTH = 80
MOST_REASONS = 6
STYLE = {Outcome.OK: "green", Outcome.NOTED: "yellow", Outcome.REFUSED: "bold red"}


def _console() -> Console:
    """Return a console of at most 80 columns: output is read on small screens and in papers."""
    out = Console(highlight=False)
    return Console(highlight=False, width=min(out.width, WIDTH) if out.is_terminal else WIDTH)


def _table(*heads: tuple[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head, justify in heads:
        table.add_column(Text(head), justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


# ---------------------------------------------------------------- scan
def print_scan(scan: Scan, language: str) -> None:
    """Print what a scan found, its causes and next steps, and the budget."""

    def text(key: str, **values: object) -> str:
        return t(language, f"cli.look.{key}", **values)

    shown = [unit for unit in scan.units if unit.presence is not Presence.NOBODY]
    if shown:
        table = _table(
            (text("unit"), "right"), (text("answer"), "left"), (text("time"), "right"),
            (text("guess"), "left"), (text("serial"), "left"),
        )  # fmt: skip
        for unit in shown:
            table.add_row(*(Text(cell) for cell in _unit_row(unit, language)))
        _console().print(table)
    for exception in sorted({unit.exception for unit in scan.units if unit not in shown}):
        numbers = [u.unit for u in scan.units if u not in shown and u.exception == exception]
        print_folded(text("nobody", units=ranges(numbers), exception=exception or "?"))
    if scan.silent:
        print(text("silent", silent=scan.silent, asked=scan.asked))
    for note in scan.notes:
        print_folded(note.text(language))
    if scan.budget is not None:
        colon = "：" if language == "zh" else ": "
        print_folded(scan.budget.title(language) + colon + scan.budget.text(language))


def ranges(numbers: Sequence[int]) -> str:
    """Return numbers in short: "2-4, 6"."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ", ".join("-".join(map(str, span)) for span in spans)


def _unit_row(unit: UnitFound, language: str) -> list[str]:
    def text(key: str, **values: object) -> str:
        return t(language, f"cli.look.{key}", **values)

    time = "-" if unit.answer_ms is None else f"{unit.answer_ms} ms"
    match unit.presence:
        case Presence.HERE:
            guess = _guess(unit.guess, language)
            return [str(unit.unit), text("here"), time, guess, unit.serial or "-"]
        case _:
            return [str(unit.unit), text("clash"), "-", text("clash_why"), "-"]


def _guess(guess: Guess | None, language: str) -> str:
    if guess is None:
        return t(language, "cli.look.unknown")
    key = "unsure" if guess.unsure else "sure"
    return t(language, f"cli.look.{key}", product=guess.product, score=f"{guess.score:.2f}")


# ---------------------------------------------------------------- probe
def print_probe(probe: Probe, link: Link, language: str) -> None:
    """Print the answer, or the two best and what would tell them apart."""

    def text(key: str, **values: object) -> str:
        return t(language, f"cli.look.{key}", **values)

    verdict = probe.verdict
    best = verdict.best
    if best is None or best.bits <= 0:
        print_folded(text("nothing", asked=probe.asked))
        return
    if verdict.settled:
        _print_candidate(best, verdict.ranked[1:2], language)
        _print_next(best, link, probe.unit, language)
        return
    shown = verdict.ranked[:2]
    print(text("close" if len(shown) > 1 else "one"))
    for ranked in shown:
        _print_candidate(ranked, (), language)
    if len(shown) > 1:
        print(text("apart"))
        for each in verdict.differences():
            first, second = (digits_or_dash(v) for v in (each.first, each.second))
            print(text("apart_row", quantity=each.quantity, first=first, second=second))
        print_folded(text("plate_tells").strip(), indent=2)


def digits_or_dash(value: float | None) -> str:
    """Return a value for eyes, a dash where the device gives none."""
    return "-" if value is None else digits(value, 9)


def _print_candidate(ranked: Ranked, others: Sequence[Ranked], language: str) -> None:
    candidate = ranked.candidate
    print_folded(
        t(
            language,
            "cli.look.settled" if others else "cli.look.candidate",
            profile=candidate.profile,
            code=candidate.function_code,
            offset=candidate.deviation.offset,
            words=candidate.map.word_order,
            score=f"{ranked.score:.2f}",
            **({"next": f"{others[0].score:.2f}"} if others else {}),
        )
    )
    good = [each for each in ranked.evidence if each.bits > 0][:MOST_REASONS]
    bad = [each for each in ranked.evidence if each.bits < 0]
    if good:
        print_folded(t(language, "cli.look.because", why=_reasons(good, language)), indent=2)
    if bad:
        print_folded(t(language, "cli.look.against", why=_reasons(bad, language)), indent=2)


def _reasons(evidence: Sequence[Evidence], language: str) -> str:
    told = [t(language, f"look.evidence.{each.code}", **each.values) for each in evidence]
    return ("；" if language == "zh" else "; ").join(told)


def _print_next(best: Ranked, link: Link, unit: int, language: str) -> None:
    if best.twins:
        print_folded(t(language, "cli.look.twins", twins=", ".join(best.twins)), indent=2)
    if best.scales:
        scales = ", ".join(f"{family} x {10.0**power:g}" for family, power in best.scales.items())
        print_folded(t(language, "cli.look.scaled", scales=scales))
        return
    profile = best.candidate.profile
    print(t(language, "cli.look.next", link=link_text(link), unit=unit, profile=profile))


# ---------------------------------------------------------------- check
def print_look(look: Look, language: str) -> None:
    """Print phasors, values, judgements and the two readings of the billed register."""
    if any(phase.angle is not None for phase in look.phases):
        _print_phasors(look, language)
    _print_values(look)
    table = _table(
        (t(language, "cli.head.check"), "left"),
        (t(language, "cli.head.outcome"), "left"),
        (t(language, "cli.head.text"), "left"),
    )
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for judgement in look.judgements:
        outcome = Text(
            t(language, f"look.outcome.{judgement.outcome}"), style=STYLE[judgement.outcome]
        )
        table.add_row(Text(judgement.title(language)), outcome, Text(judgement.text(language)))
    if look.judgements:
        _console().print(table)
    if look.candidates:
        _print_candidates(look, language)


def _print_phasors(look: Look, language: str) -> None:
    largest = max((abs(p.current_a or 0.0) for p in look.phases), default=0.0)
    rays = [
        Ray(label=f"U{p.number}", angle=90 + VOLTAGE_AT[p.number], length=1.0, solid=False)
        for p in look.phases
        if p.voltage_v
    ]
    for p in look.phases:
        if p.live and p.angle is not None:
            share = abs(p.current_a) / largest if p.current_a and largest else 0.6
            angle = 90 + VOLTAGE_AT[p.number] - p.angle
            length = max(0.15, 0.85 * share)
            rays.append(Ray(label=f"I{p.number}", angle=angle, length=length, solid=True))
    for row in drawn(rays, braille=_has_braille()):
        print(row)
    print(t(language, "cli.look.legend"))
    if any(p.live and not p.signed for p in look.phases):
        print(t(language, "cli.look.unsigned"))
    _console().print(_phase_table(look.phases, language))
    print()


def _phase_table(phases: Sequence[Phase], language: str) -> Table:
    heads = (t(language, "cli.look.phase"), "U [V]", "I [A]", "P [W]", "Q [var]", "PF")
    angle = t(language, "cli.look.angle")
    table = _table(*((head, "right") for head in (*heads, angle)))
    for phase in phases:
        figures = (phase.voltage_v, phase.current_a, phase.active_w, phase.reactive_var)
        cells = ["-" if value is None else digits(value) for value in figures]
        factor = "-" if phase.factor is None or not phase.live else f"{phase.factor:.2f}"
        turned = "-" if phase.angle is None or not phase.live else f"{phase.angle:.0f}°"
        table.add_row(f"L{phase.number}", *cells, factor, turned)
    return table


def _has_braille() -> bool:
    try:
        "⠿".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _print_values(look: Look) -> None:
    """Print what is not in the table of the phases."""
    phased = bool(look.phases)
    rows = [
        (quantity, f"{exact_text(value)} {_unit(look, quantity)}".rstrip())
        for quantity, value in look.shown.values.items()
        if not (phased and quantity[-3:-1] == "_l")
    ]
    rows += [(quantity, str(value)) for quantity, value in look.shown.plate.items()]
    if not rows:
        return
    width = max((cell_len(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(f"{name}{' ' * (width - cell_len(name))}  {value}")
    print()


def _unit(look: Look, quantity: str) -> str:
    unit = look.shown.map.points[quantity].unit
    return "" if unit == "1" else unit


def _print_candidates(look: Look, language: str) -> None:
    def text(key: str, **values: object) -> str:
        return t(language, f"cli.look.{key}", **values)

    print()
    print(text("candidates"))
    heads = ("", text("reading"), text("clamp_shows"), text("load_takes"))
    table = _table((heads[0], "left"), *((head, "right") for head in heads[1:]))
    for each in look.candidates:
        key = "if_primary" if each.side is Side.PRIMARY else "if_secondary"
        current = "-" if each.current_a is None else f"{digits(float(abs(each.current_a)))} A"
        power = "-" if each.power_w is None else f"{digits(float(abs(each.power_w)))} W"
        reading = f"{exact_text(each.energy)} {each.unit}"
        table.add_row(text(key, ratio=exact_text(each.multiplier)), reading, current, power)
    _console().print(table)


def print_folded(text: str, *, indent: int = 0) -> None:
    """Print a text in rows of at most 80 columns."""
    for row in folded(text, WIDTH - indent):
        print(" " * indent + row)


def folded(text: str, width: int) -> list[str]:
    """Return a text in rows: Latin words stay whole, Chinese may break at any sign.

    Args:
        text: The text.
        width: Columns of a row.
    """
    rows, row = [], ""
    for piece in re.findall(r"[!-~\u00a1-\u2fff]+ *| +|.", text):
        if row and cell_len(row + piece.rstrip()) > width and piece not in "，。；：、）":
            rows.append(row.rstrip())
            row = ""
        row += piece
    return [*rows, row.rstrip()]

"""In: what a device answered and what was seen beside it. Out: serial, side, steps judged. Pure.

A serial of another device, or a side of the transformers that nobody has proven, is the dearest
mistake there is: either forbids to commission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from adapters.modbus.plate_guard import contradicts
from billing.money import exact_text
from energy.base.units import Utility
from energy.metering.channel import ChannelFacts, Kind, Side
from processes.float_warning import float_warning
from processes.technician_checks import Check, Display, Outcome
from processes.technician_device import Answered, Device
from processes.technician_load import judge_load, power_by_load
from processes.technician_reading import device_ratio
from processes.technician_side import NEAR, Proofs, SettledSide, judge_multiplier, settle_side
from processes.technician_values import Installed, SettledBefore, Witnesses

SERIAL, PULSE = "serial_number", "pulse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Which side the counters of a device count, and by what usage is multiplied."""

    side: Side | None
    """None where the profile says it, or nothing of it matters."""
    multiplier: Fraction
    checks: tuple[Check, ...]
    found: Mapping[str, str]
    """What a record must remember of it."""


def judge_serial(answered: Answered, device: Device, installed: Installed) -> list[Check]:
    """Return whether the plate bears the serial that the device itself tells.

    Args:
        answered: What the device told.
        device: Where it was asked.
        installed: What the technician typed.
    """
    serial, register = installed.serial.strip(), answered.plate.get(SERIAL, "")
    if "meter" in device.address:
        address = str(device.address["meter"])
        same = address.lstrip("0") == serial.lstrip("0")
        code = "serial_ok" if same else "serial_address"
        outcome = Outcome.OK if same else Outcome.NOTED
        return [Check.of("serial", outcome, code, serial=serial, address=address)]
    told = {"serial": serial, "register": register}
    if not register:
        return [Check.of("serial", Outcome.NOTED, "serial_untold", **told)]
    if contradicts(serial, register):
        confirmed = installed.register_serial.strip() == register
        outcome = Outcome.NOTED if confirmed else Outcome.REFUSED
        code = "serial_confirmed" if confirmed else "serial_differs"
        return [Check.of("serial", outcome, code, **told)]
    same = serial.lstrip("0").casefold() == register.lstrip("0").casefold()
    code = "serial_ok" if same else "serial_other_form"
    return [Check.of("serial", Outcome.OK if same else Outcome.NOTED, code, **told)]


def judge_steps(answered: Answered, device: Device, displays: Mapping[str, Display]) -> list[Check]:
    """Return a warning for each float counter that moves coarser than its display.

    Args:
        answered: What the device answered.
        device: What it is.
        displays: What was typed, by quantity.
    """
    if device.map is None:
        return []
    warnings = [
        float_warning(
            device.map.point(quantity), answered.counts[quantity], display_step=display.step
        )
        for quantity, display in displays.items()
        if quantity in answered.counts
    ]
    return [warning for warning in warnings if warning is not None]


def prove(answered: Answered, facts: Sequence[ChannelFacts], installed: Installed) -> Proven:
    """Return which side the counters count, proven where a ratio lies between.

    Args:
        answered: What the device answered.
        facts: Of the channels.
        installed: What the technician says and saw beside it.
    """
    multiplier = installed.multiplier or Fraction(1)
    counter = _counter(facts)
    said = Proven(side=installed.side, multiplier=multiplier, checks=(), found=_said(installed))
    if counter is None:
        return _factor(facts, installed, said)
    ratio, proofs = _proofs(answered, installed)
    if ratio == 1 and installed.sighted.ratio is None:
        return said
    settled = settle_side(counter.side, ratio, proofs)
    checks, side = [*_load_checks(answered, installed, ratio)], settled.side
    if side is None and (remembered := _before(settled, ratio, installed, answered)):
        side = installed.sighted.before.side if installed.sighted.before else None
        checks.append(remembered)
    elif side is not None and installed.side not in {None, side}:
        checks.append(_contradiction(settled, installed))
    else:
        checks += [settled.judgement().check(), *_typed(settled, ratio, installed, answered)]
    if installed.multiplier is None and side is Side.SECONDARY:
        multiplier = ratio
    checks += [each.check() for each in judge_multiplier(side, ratio, multiplier, proofs)]
    found = {**_said(installed), "transformer_ratio": exact_text(ratio)}
    return Proven(side=side, multiplier=multiplier, checks=tuple(checks), found=found)


def _factor(facts: Sequence[ChannelFacts], installed: Installed, said: Proven) -> Proven:
    """Return what becomes of a factor at a meter without transformers: the plate must say it.

    Its register is held against the display, so a factor makes usage other than the display.
    """
    factor, plate = said.multiplier, installed.sighted.ratio
    bare = any(each.kind is Kind.COUNTER and each.unit == PULSE for each in facts)
    if bare or factor == (plate or 1) == 1:
        return said
    told = {"factor": exact_text(factor if factor != 1 else plate or factor)}
    if factor != plate:
        check = Check.of("multiplier", Outcome.REFUSED, "factor_unproven", **told)
        return replace(said, checks=(check,))
    check = Check.of("multiplier", Outcome.NOTED, "factor_by_plate", **told)
    found = {**said.found, "transformer_ratio": exact_text(factor)}
    return replace(said, checks=(check,), found=found)


def _said(installed: Installed) -> dict[str, str]:
    register = installed.register_serial.strip()
    return {"register_serial": register} if register else {}


def _counter(facts: Sequence[ChannelFacts]) -> ChannelFacts | None:
    """Return the electricity counter whose side matters, the billed one first."""
    found = [f for f in facts if f.utility is Utility.ELECTRICITY and f.kind is Kind.COUNTER]
    return next((each for each in found if each.billing), found[0] if found else None)


def _proofs(answered: Answered, installed: Installed) -> tuple[Fraction, Proofs]:
    """Return the ratio to judge by and what speaks for a side."""
    device, sighted = device_ratio(answered.plate), installed.sighted
    ratio = sighted.ratio or installed.multiplier or device or Fraction(1)
    if sighted.ratio is None and installed.multiplier == 1 and device is not None:
        ratio = device
    values = answered.observed.values
    current, load = values.get("current_l1"), sighted.load
    known = {quantity: float(value) for quantity, value in values.items()}
    return ratio, Proofs(
        power_by_load=None if load is None else power_by_load(load, known),
        current_by_clamp=abs(current) / sighted.clamp_a if current and sighted.clamp_a else None,
        device_ratio=device,
    )


def _load_checks(answered: Answered, installed: Installed, ratio: Fraction) -> list[Check]:
    load = installed.sighted.load
    if load is None:
        return []
    known = {quantity: float(value) for quantity, value in answered.observed.values.items()}
    return [each.check() for each in judge_load(load, known, ratio)]


def _before(
    settled: SettledSide, ratio: Fraction, installed: Installed, answered: Answered
) -> Check | None:
    """Return what `field check` has settled before, where nothing speaks against it now."""
    if settled.code != "side_unsettled" or installed.side not in {None, _side_before(installed)}:
        return None
    return _as_checked(ratio, installed, answered)


def _side_before(installed: Installed) -> Side | None:
    before = installed.sighted.before
    return None if before is None else before.side


def _as_checked(ratio: Fraction, installed: Installed, answered: Answered) -> Check | None:
    """Return what `field check` has proven of this ratio today; None where it has proven none."""
    before = installed.sighted.before
    if before is None or before.ratio != ratio:
        return None
    told = {"side": _word(before.side), "at": before.at, "proofs": before.proofs}
    if _is_another(before, answered):
        return Check.of("side", Outcome.REFUSED, "side_of_another", **told)
    return Check.of("side", Outcome.OK, "side_as_said", **told)


def _typed(
    settled: SettledSide, ratio: Fraction, installed: Installed, answered: Answered
) -> list[Check]:
    """Return what vouches for a ratio that nothing at the device can confirm.

    A meter that by its profile always counts behind the transformers (DL/T 645) shows power and
    counter alike whatever they are: its ratio is what somebody types. A known load or a clamp
    proves it, or two people who have read the plates.
    """
    if settled.code != "side_stated_secondary" or "proofs" in settled.values:
        return []
    if installed.sighted.on_record:
        return []
    if checked := _as_checked(ratio, installed, answered):
        return [checked]
    if installed.sighted.ratio is not None and two_people(installed.people):
        return [Check.of("ratio", Outcome.NOTED, "ratio_by_two", ratio=exact_text(ratio))]
    return [Check.of("ratio", Outcome.REFUSED, "ratio_typed", ratio=exact_text(ratio))]


def prove_none(answered: Answered, installed: Installed) -> Proven:
    """Return whether the transformers are gone: the register shows a load as it is.

    Args:
        answered: What the device answered.
        installed: What the technician says and saw beside it; its multiplier is 1.
    """
    _, proofs = _proofs(answered, installed)
    seen = [each for each in (proofs.power_by_load, proofs.current_by_clamp) if each is not None]
    if seen and all(abs(each - 1) <= NEAR for each in seen):
        check = Check.of("ratio", Outcome.OK, "ratio_none_seen")
    elif not seen and installed.sighted.ratio is not None and two_people(installed.people):
        check = Check.of("ratio", Outcome.NOTED, "ratio_by_two", ratio="1")
    else:
        check = Check.of("ratio", Outcome.REFUSED, "ratio_typed", ratio="1")
    found = {**_said(installed), "transformer_ratio": "1"}
    return Proven(side=installed.side, multiplier=Fraction(1), checks=(check,), found=found)


def two_people(people: Witnesses) -> bool:
    """Return whether a witness stood beside the technician."""
    technician, witness = people.technician.strip(), people.witness.strip()
    return bool(technician and witness) and technician.casefold() != witness.casefold()


def _is_another(before: SettledBefore, answered: Answered) -> bool:
    """Return whether another meter hangs at the unit number of the one that was checked."""
    serial = answered.plate.get(SERIAL, "")
    if before.serial and serial and before.serial != serial:
        return True
    register = answered.observed.values.get(before.quantity)
    if before.register is None or register is None:
        return False
    return register < before.register


def _contradiction(settled: SettledSide, installed: Installed) -> Check:
    return Check.of(
        "side",
        Outcome.REFUSED,
        "side_contradicts",
        side=_word(installed.side),
        settled=_word(settled.side),
        why=settled.judgement().text("en"),
    )


def _word(side: Side | None) -> str:
    """Return where the catalogue says a side in words."""
    return f"look.word.{side}"

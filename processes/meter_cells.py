"""In: the cells of a row of a table of meters. Out: what they say, or why they cannot be. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from adapters.files.piece import CellError
from adapters.number_text import LARGEST_RATIO, MAX_DIGITS, exact_ratio
from energy.base.text import tell
from energy.base.units import Utility
from energy.metering.channel import USAGE_KINDS, ChannelFacts, Side
from processes.meter_profiles import load_product
from processes.technician_facts import default_quantities
from processes.technician_pulse import PROFILE as PULSE
from processes.technician_pulse import pulse_facts
from processes.technician_values import SIDES


class RowError(CellError):
    """Why a row cannot be taken."""


def facts_of(cells: Mapping[str, str], utility: Utility) -> list[ChannelFacts]:
    """Return the channels that a row asks for: by its profile, or of a pulse box.

    Args:
        cells: By our names of the columns.
        utility: What the meter measures.

    Raises:
        RowError: A pulse box has no weight, or one that cannot be.
        EnergyError: There is no such profile or quantity.
    """
    words = [word.strip() for word in cells.get("quantities", "").split(",") if word.strip()]
    if cells["profile"] == PULSE:
        weight = ratio_in(cells.get("pulse_weight", ""), "pulse_weight")
        if weight is None:
            raise RowError(tell("why.meters.no_weight"))
        return [pulse_facts(utility, weight, quantity=words[0] if words else "")]
    product = load_product(cells["profile"])
    return [product.facts(q) for q in words or default_quantities(product)]


def address_of(cells: Mapping[str, str]) -> dict[str, int | str]:
    """Return where the meter answers; nothing where the row does not say it.

    Raises:
        RowError: It says two places, or one that cannot be.
    """
    given = {key: cells[key] for key in ("unit", "device", "meter") if cells.get(key)}
    if len(given) > 1:
        raise RowError(tell("why.meters.addresses", given=" and ".join(given)))
    unit, device, meter = (given.get(key, "") for key in ("unit", "device", "meter"))
    if device:
        return {"device": device}
    if meter:
        edition = cells.get("edition", "")
        return {"meter": meter, **({"edition": edition} if edition else {})}
    if not unit:
        return {}
    if not unit.isdecimal() or len(unit) > MAX_DIGITS or not 1 <= int(unit) <= 247:
        raise RowError(tell("why.meters.unit", unit=unit))
    return {"unit": int(unit)}


def place_of(address: Mapping[str, int | str]) -> str:
    """Return what tells a meter from all others of its source; numbers of plates without zeros."""
    if "meter" in address:
        return str(address["meter"]).lstrip("0")
    return str(next(iter(address.values()), ""))


def side_stated(text: str) -> Side | None:
    """Return the side of the transformers that counts; None where the profile says it.

    Raises:
        RowError: There is no such side.
    """
    if text and text not in SIDES:
        raise RowError(tell("why.meters.side", text=text, known=", ".join(SIDES)))
    return SIDES.get(text)


def ratio_in(text: str, name: str) -> Fraction | None:
    """Return a multiplier or weight, exact; None where the cell is empty.

    Args:
        text: The cell.
        name: Of its column.

    Raises:
        RowError: It is none, or beyond what there is.
    """
    if not text:
        return None
    ratio = exact_ratio(text)
    if ratio is None:
        bounds = {"least": f"1/{LARGEST_RATIO}", "most": LARGEST_RATIO}
        raise RowError(tell("why.meters.ratio", name=name, text=text[:MAX_DIGITS], **bounds))
    return ratio


def require_ratio(cells: Mapping[str, str], facts: Sequence[ChannelFacts]) -> None:
    """Refuse an empty multiplier where the meter counts behind its transformers.

    Raises:
        RowError: Nobody has said by what its usage is multiplied, not even by 1.
    """
    if cells.get("multiplier") or cells["profile"] == PULSE:
        return
    for each in facts:
        behind = each.kind in USAGE_KINDS and each.side is Side.SECONDARY
        if behind and each.utility is Utility.ELECTRICITY:
            raise RowError(tell("why.meters.no_ratio", quantity=each.quantity))

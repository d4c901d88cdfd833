"""In: a drawing and what its nodes are. Out: its wires and symbols as an SVG image. Pure.

The image holds no text: names and values stand above it as text of the page, so that they can be
read aloud, searched, copied and clicked.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.figures.one_line import BUSBAR, Box, Plan, Wire
from dashboards.theme import PALETTES, Palette, Theme
from energy.base.units import Utility

TRANSFORMER = "transformer"
_HALF = 6
"""Half of a switch's side, radius of a winding. [px]"""
_SMALL = 4
"""Half of the side of a switch beside a riser. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is drawn at a node's wire."""

    kind: str
    switch: str = ""
    """"closed", "open", "tripped", "unknown"; "" where it has no switch."""


def one_line_image(plan: Plan, looks: Mapping[str, Look], *, theme: Theme, utility: Utility) -> str:
    """Return the image as the source of an HTML image.

    Args:
        plan: The drawing.
        looks: What stands at each box; ties among them.
        theme: Light or dark.
        utility: Gives busbars their colour.
    """
    return "data:image/svg+xml;base64," + b64encode(
        one_line_svg(plan, looks, theme=theme, utility=utility).encode()
    ).decode("ascii")


def one_line_svg(plan: Plan, looks: Mapping[str, Look], *, theme: Theme, utility: Utility) -> str:
    """Return the image as SVG text; see `one_line_image`."""
    palette = PALETTES[theme]
    colour = palette.utilities[utility]
    drawn = [_wire(wire, palette) for wire in plan.wires]
    for key, box in plan.boxes.items():
        if looks[key].kind == BUSBAR:
            drawn.append(_bar(box, colour, palette))
    ends = {wire.target: wire for wire in plan.wires}
    drawn += [_symbol(wire, looks[key], palette) for key, wire in ends.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{plan.wide}" height="{plan.high}" '
        f'viewBox="0 0 {plan.wide} {plan.high}">{"".join(drawn)}</svg>'
    )


def _from_above(wire: Wire) -> bool:
    (x, y), (last_x, last_y) = wire.spots[-2:]
    return x == last_x and y < last_y


def _wire(wire: Wire, palette: Palette) -> str:
    spots = " ".join(f"{x},{y}" for x, y in wire.spots)
    dashes = ' stroke-dasharray="5 5"' if wire.open else ""
    return (
        f'<polyline points="{spots}" fill="none" stroke="{palette.edge}" stroke-width="2"{dashes}/>'
    )


def _bar(box: Box, colour: str, palette: Palette) -> str:
    return (
        f'<rect x="{box.x}" y="{box.y}" width="{box.wide}" height="{box.high}" rx="4" '
        f'fill="{palette.paper}" stroke="{palette.edge}"/>'
        f'<rect x="{box.x}" y="{box.bottom - 5}" width="{box.wide}" height="5" fill="{colour}"/>'
    )


def _symbol(wire: Wire, look: Look, palette: Palette) -> str:
    """Return what stands at the end of a wire: in front of a box's upper edge, or its side."""
    x, y = wire.spots[-1]
    above = _from_above(wire)
    ground = f'fill="{palette.paper}" stroke="{palette.text}" stroke-width="1.5"'
    if look.kind == TRANSFORMER and above:
        return "".join(
            f'<circle cx="{x}" cy="{y - rise}" r="{_HALF}" {ground} fill-opacity="{opacity}"/>'
            for rise, opacity in ((15, 1), (8, 0.6))
        )
    if not look.switch:
        return ""
    half = _HALF if above else _SMALL
    x, y = (x, y - 11) if above else (x - _SMALL - 3, y)
    if look.switch == "closed":
        ground = f'fill="{palette.text}" stroke="{palette.text}" stroke-width="1.5"'
    elif look.switch == "tripped":
        ground = f'fill="{palette.warn}" stroke="{palette.warn}" stroke-width="1.5"'
    elif look.switch == "unknown":
        ground += ' stroke-dasharray="3 2"'
    return f'<rect x="{x - half}" y="{y - half}" width="{2 * half}" height="{2 * half}" {ground}/>'
